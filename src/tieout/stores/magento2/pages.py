"""Single pages of documents: with a size the shop accepts, whole or not at all, bad documents set apart."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import msgspec

from tieout.errors import ContractBroken, RetryLater
from tieout.ports.store import RawDocument
from tieout.stores.magento2.client import MagentoClient, MalformedAnswer, path_part
from tieout.stores.magento2.criteria import Criteria, Filter
from tieout.stores.magento2.decode import UNREADABLE
from tieout.stores.magento2.refusals import PageSizeTooLarge, TooHeavy
from tieout.stores.magento2.resources import Resource
from tieout.stores.magento2.translate.context import utc_time

#: The time of a document that tells none.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
PAGE_SIZE_MAX = 300
#: A shop that was too slow is asked for half as much, twice at most, and not below a few documents.
HALVINGS_MAX = 2
PAGE_SIZE_SMALL = 10


class RawPage(msgspec.Struct, frozen=True):
    """items: null in old shops when there are none. total_count: missing in some modified shops."""

    items: list[msgspec.Raw] | None = None
    total_count: int | None = None

    def count(self, rows: int, page_size: int) -> int:
        """How many rows the criteria match; without the shop's count a full page means there may be more."""
        if self.total_count is not None:
            return self.total_count
        return rows if rows < page_size else rows + 1


class Rows(msgspec.Struct, frozen=True):
    """The documents of a page. whole: they are all that the criteria match."""

    documents: tuple[RawDocument, ...]
    whole: bool


class _Row(msgspec.Struct, frozen=True):
    """What tells documents apart, whatever their kind."""

    entity_id: int | str = ""
    id: int | str = ""
    transaction_id: int | str = ""
    updated_at: str = ""
    created_at: str = ""


_rows = msgspec.json.Decoder(_Row)


class Pages:
    """page_size: documents per request; lowered by itself when the shop refuses it or is too slow."""

    def __init__(self, client: MagentoClient, page_size: int) -> None:
        self._client = client
        self.page_size = max(1, min(page_size, PAGE_SIZE_MAX))

    def read(self, resource: Resource, filters: tuple[Filter, ...], sort: tuple[str, ...]) -> Rows:
        """The first rows that match. Raises RetryLater, NeedsOperator, ContractBroken."""
        halvings = HALVINGS_MAX
        while True:
            criteria = Criteria(filters=filters, sort=sort, page_size=self.page_size)
            try:
                page = self._client.list(resource.path, criteria, RawPage)
            except PageSizeTooLarge as refusal:
                self.adopt(refusal)
            except TooHeavy:
                if not halvings or self.page_size <= PAGE_SIZE_SMALL:
                    raise
                halvings -= 1
                self.page_size = self.page_size // 2
            except MalformedAnswer as error:
                if error.truncated:
                    raise RetryLater(f"The shop's answer was cut short. {error}", scope="connection") from error
                return self._piece_by_piece(resource, criteria)
            else:
                documents = tuple([raw_document(resource, item) for item in page.items or ()])
                return Rows(documents, whole=len(documents) >= page.count(len(documents), self.page_size))

    def adopt(self, refusal: PageSizeTooLarge) -> None:
        """Take the shop's limit. Raises ContractBroken for a limit that would not help."""
        if refusal.limit >= self.page_size:
            raise ContractBroken(
                f"The shop refuses {self.page_size} documents at once although it allows {refusal.limit}."
            ) from refusal
        self.page_size = refusal.limit

    def _piece_by_piece(self, resource: Resource, criteria: Criteria) -> Rows:
        """A page that one bad document makes unreadable: its rows by key, then each document by itself.

        The bad one is kept as it came and held later; it does not stop the others.
        """
        names = msgspec.structs.replace(criteria, fields=f"items[{resource.key},{resource.changed}],total_count")
        listed = self._client.list(resource.path, names, RawPage)
        documents = []
        for item in listed.items or ():
            known = raw_document(resource, item)
            body = self._piece(resource, known.key)
            documents.append(known if body is None else msgspec.structs.replace(known, body=body))
        return Rows(tuple(documents), whole=len(documents) >= listed.count(len(documents), self.page_size))

    def _piece(self, resource: Resource, key: str) -> bytes | None:
        """One document; the answer as it came when that is no JSON; None when it is gone by now."""
        if resource.one:
            return self._client.get(resource.one.format(key=path_part(key)))
        criteria = Criteria(filters=(Filter(resource.filter_key, "eq", key),), page_size=1)
        answer = self._client.get(resource.path, criteria.query())
        if answer is None:
            return None
        try:
            return next((bytes(item) for item in self._client.decode(answer, RawPage).items or ()), None)
        except MalformedAnswer:
            return answer


def raw_document(resource: Resource, item: msgspec.Raw) -> RawDocument:
    """A document that tells no key or time gets one of ours: it is kept for a person to look at."""
    body = bytes(item)
    key, changed = "", ""
    try:
        row = _rows.decode(body)
        key, changed = str(getattr(row, resource.key))[:60], getattr(row, resource.changed)
    except UNREADABLE:
        key = ""
    try:
        updated_at = utc_time(changed)
    except ValueError:
        updated_at = NEVER
    if not key:
        key = f"unreadable-{hashlib.blake2b(body, digest_size=6).hexdigest()}"
    return RawDocument(kind=resource.kind, key=key, updated_at=updated_at, body=body)
