"""Reads one Perfex connection: implements `ports.store.StoreReader` and `ports.deletions.DeletionReader`.

Each look takes in what there is now, cheaply, and reads whole what looks different from the last time. A page counts
as seen only after it was stored: the mark names the memory that it belongs to, and a memory that does not fit, or was
lost, only means that everything is read again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec

from tieout.documents import DocumentKind
from tieout.ports.memory import Memory
from tieout.ports.store import Found, Mark, Page, RawDocument
from tieout.stores.perfex.memory import OwnMemory, packed, print_of, seal_of, unpacked
from tieout.stores.perfex.source import TABLES, Json, Source, encode

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Documents on a page.
PAGE = 100


class PerfexReader:
    """source: the way in. zone: the CRM's. name: shown to people. now: UTC."""

    def __init__(
        self,
        source: Source,
        *,
        zone: ZoneInfo,
        name: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._source = source
        self._zone = zone
        self._name = name
        self._now = now
        self._memory: Memory = OwnMemory()

    def remember_in(self, memory: Memory) -> None:
        """Where to keep what was seen between looks."""
        self._memory = memory

    def kinds(self) -> Sequence[DocumentKind]:
        return tuple(TABLES)

    def context(self) -> bytes:
        return encode(self._source.context())

    def changes(self, kind: DocumentKind, since: Mark | None) -> Iterator[Page]:
        """What looks different from when it was stored last; then a few that look the same, in turn."""
        seal, cursor = _read_mark(since)
        kept = self._memory.recall(kind.value) if since is not None else ""
        seen = unpacked(kept) if seal_of(kept) == seal else {}
        now = {identity: print_of(content) for identity, content in self._source.prints(kind).items()}
        for gone in seen.keys() - now.keys():
            # Deletions are found by comparing all ids with what was stored; here they are only forgotten.
            del seen[gone]
        changed = [identity for identity in sorted(now) if seen.get(identity) != now[identity]]
        turn = _in_turn(sorted(now.keys() - set(changed)), cursor, self._source.reread.get(kind, 0))
        cursor = turn[-1] if turn else 0
        wanted = [*changed, *turn]
        if not wanted and seal_of(packed(seen)) == seal:
            yield Page(documents=(), mark=since, last=True)
            return
        for start in range(0, max(len(wanted), 1), PAGE):
            part = wanted[start : start + PAGE]
            documents = self._read(kind, part)
            seen |= {identity: now[identity] for identity in part}
            text = packed(seen)
            last = start + PAGE >= len(wanted)
            yield Page(documents=documents, mark=_mark(self._now(), text, cursor), last=last)
            # Stored by now; a stop before this line makes the mark name a memory that is not there.
            self._memory.keep(kind.value, text)

    def one(self, kind: DocumentKind, key: str) -> RawDocument | None:
        if kind not in TABLES or not key.isascii() or not key.isdigit():
            return None
        self._source.forget()
        return next(iter(self._read(kind, [int(key)])), None)

    def deletable(self) -> Sequence[DocumentKind]:
        """Invoices and credit notes; a client or item that the CRM has no more changes nothing in the ledger."""
        return (DocumentKind.INVOICE, DocumentKind.REFUND)

    def keys(self, kind: DocumentKind) -> Iterator[str]:
        yield from (str(identity) for identity in self._source.ids(kind))

    def removed(self, raw: RawDocument, at: datetime) -> RawDocument:
        document = msgspec.json.decode(raw.body, type=dict[str, msgspec.Raw])
        document["removed_at"] = msgspec.Raw(msgspec.json.encode(f"{at:%Y-%m-%d %H:%M:%S}"))
        return msgspec.structs.replace(raw, body=msgspec.json.encode(document))

    def test(self) -> Found:
        health = self._source.health()
        return Found(
            name=self._name,
            version=health.version,
            store_views=(),
            counts=health.counts,
            rights_missing=health.rights_missing,
            warnings=health.warnings,
        )

    def _read(self, kind: DocumentKind, ids: Sequence[int]) -> tuple[RawDocument, ...]:
        found: list[RawDocument] = []
        for start in range(0, len(ids), self._source.chunk):
            documents = self._source.read(kind, ids[start : start + self._source.chunk])
            found += [self._raw(kind, identity, document) for identity, document in sorted(documents.items())]
        return tuple(found)

    def _raw(self, kind: DocumentKind, identity: int, document: Json) -> RawDocument:
        return RawDocument(
            kind=kind, key=str(identity), updated_at=_changed(document, self._zone), body=encode(document)
        )


def _changed(document: Json, zone: ZoneInfo) -> datetime:
    """When it was made, or its newest payment entered: the newest time that the CRM keeps."""
    texts: list[str] = []
    for part in ("sale", "client"):
        row = document.get(part)
        if isinstance(row, Mapping):
            texts.append(str(row.get("datecreated", "")))
    payments = document.get("payments")
    for row in payments if isinstance(payments, Sequence) else ():
        if isinstance(row, Mapping):
            texts.append(str(row.get("daterecorded", "")))
    return max((_utc(text, zone) for text in texts), default=EPOCH)


def _utc(text: str, zone: ZoneInfo) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return EPOCH


def _in_turn(ids: Sequence[int], cursor: int, count: int) -> list[int]:
    """The next ids after the one where the last look stopped, from the start again at the end."""
    if not count or not ids:
        return []
    after = [identity for identity in ids if identity > cursor]
    return [*after, *ids][: min(count, len(ids))]


def _mark(now: datetime, text: str, cursor: int) -> Mark:
    return Mark(updated_at=now, key=f"p1:{seal_of(text)}:{cursor}")


def _read_mark(mark: Mark | None) -> tuple[str, int]:
    """Seal and cursor; a mark of another make starts from the beginning."""
    parts = mark.key.split(":") if mark is not None else []
    if len(parts) != 3 or parts[0] != "p1" or not parts[2].isdigit():
        return "", 0
    return parts[1], int(parts[2])
