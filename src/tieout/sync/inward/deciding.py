"""Deciding what becomes of each object that was seen: gathers the facts, asks the pure table, writes the answer."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tieout.accounting import Role
from tieout.accounting.brought import LedgerContact, LedgerInvoice, LedgerPayment, has_ended
from tieout.documents.entries import Entry, EntryKind, TaxName
from tieout.errors import Problem
from tieout.planning.entries import Known, Missing, Words, entry_of
from tieout.planning.inward import InwardDecision, Situation, Step, decide
from tieout.planning.merging import Agreed, Merged, changes, entry_fields, fields
from tieout.planning.posted_sightings import as_we_wrote_it, same
from tieout.ports.inward import Base, BroughtRow, InwardRecords, OwnPosting, Pair, Planned
from tieout.ports.writing import Current, StoreWrite, StoreWriter, Vocabulary, WriteOperation, can
from tieout.rules.catalogue import Code
from tieout.rules.inward import InwardRules

BATCH = 200
_ROLES = {EntryKind.CUSTOMER: Role.CONTACT, EntryKind.INVOICE: Role.INVOICE, EntryKind.PAYMENT: Role.PAYMENT}
_STEPS = {
    Step.CREATE: WriteOperation.CREATE,
    Step.UPDATE: WriteOperation.UPDATE,
    Step.CANCEL: WriteOperation.CANCEL,
    Step.DELETE: WriteOperation.DELETE,
}


class Setting(msgspec.Struct, frozen=True):
    """What deciding for a pair needs. takes_new: kinds of which new records are brought."""

    pair: Pair
    rules: InwardRules
    words: Words
    vocabulary: Vocabulary
    takes_new: frozenset[EntryKind]


class Deciding:
    """Decides one pair. Reads the store's record only of what changed in the ledger."""

    def __init__(self, records: InwardRecords, writer: StoreWriter, setting: Setting) -> None:
        self._records = records
        self._writer = writer
        self._setting = setting
        #: What others wait for, by kind: ids of ledger objects.
        self.needed: dict[EntryKind, dict[str, None]] = {}
        #: Objects of which the store's value won: what a person changed in the ledger is to be written over.
        self.outvoted: list[BroughtRow] = []
        #: Rows that changed in the ledger, and of which the store has the same already.
        self.alike: list[tuple[BroughtRow, Current | None]] = []

    def batch(self, kind: EntryKind) -> Sequence[Planned]:
        """Decisions about the next due rows of a kind; those that are being sent outward wait. Raises what reading
        the store raises: what was decided until then is lost and decided again."""
        rows = self._records.due(self._setting.pair, kind, BATCH)
        ids = [row.remote_id for row in rows]
        own = self._records.own_postings(self._setting.pair, ids)
        known = self._known(rows)
        taken: set[str] = set()
        return [
            planned for row in rows if (planned := self._one(row, own.get(row.remote_id), known, taken)) is not None
        ]

    def _known(self, rows: Sequence[BroughtRow]) -> Known:
        contacts = {row.sighting.contact_id for row in rows if isinstance(row.sighting, LedgerInvoice)}
        invoices = {row.sighting.invoice_id for row in rows if isinstance(row.sighting, LedgerPayment)}
        pair = self._setting.pair
        return Known(
            self._records.known_keys(pair, EntryKind.CUSTOMER, sorted(contacts)) if contacts else {},
            self._records.known_keys(pair, EntryKind.INVOICE, sorted(invoices)) if invoices else {},
        )

    def _one(self, row: BroughtRow, own: OwnPosting | None, known: Known, taken: set[str]) -> Planned | None:
        if own is not None and own.busy:
            return None
        if own is not None and (own.connection != row.pair.connection or own.role is not _ROLES.get(row.kind)):
            what = "another store's" if own.connection != row.pair.connection else "a document of Tieout's own"
            return self._planned(row, "skipped", f"it is {what}")
        key = row.key or (own.key.key if own is not None else "")
        made_in_store = own.made_in_store if own is not None else row.made_in_store
        if not key and not row.was_ended and (match := self._match(row, taken)):
            if isinstance(match, Problem):
                return self._planned(row, "held", match.reason, problem=match)
            key, made_in_store = match, True
        row = msgspec.structs.replace(row, key=key, made_in_store=made_in_store)
        if key and (base := self._echo(row, own)) is not None:
            return msgspec.structs.replace(self._planned(row, "synchronised", "as both sides have it"), base=base)
        return self._decided(row, own, known)

    def _echo(self, row: BroughtRow, own: OwnPosting | None) -> Base | None:
        """How both sides look, when the ledger holds it as they had it before, or as we wrote it last."""
        if row.asked or row.was_ended:
            return None
        if row.base is not None and same(row.base.sighting, row.sighting):
            return Base(row.sighting, row.base.store)
        wrote = as_we_wrote_it(row.sighting, own.payload if own is not None else None)
        if wrote is not None and same(wrote, row.sighting):
            # The store moved on since it was looked at; what it changed is in the ledger by now.
            return Base(row.sighting, None)
        return None

    def _match(self, row: BroughtRow, taken: set[str]) -> str | Problem | None:
        """A customer or tax that the store has already; the ledger's first of several takes it."""
        sighting = row.sighting
        if has_ended(sighting):
            return None
        if row.kind is EntryKind.TAX_RATE:
            names = self._setting.words.taxes(row.remote_id)
            if isinstance(names, Problem) or len(names) != 1:
                return None
            keys = [tax.key for tax in self._setting.vocabulary.taxes if TaxName(tax.name, tax.percent) == names[0]]
            return keys[0] if keys else None
        if not isinstance(sighting, LedgerContact):
            return None
        found = [
            key
            for key in self._records.matching_customers(row.pair.connection, sighting.email, sighting.name)
            if key not in taken
        ]
        if len(found) > 1:
            return Problem(
                Code.CONTACT_AMBIGUOUS,
                f"Several customers of the store could be {sighting.name}: {', '.join(found)}.",
                f"contact {sighting.name}",
            )
        taken.update(found)
        return found[0] if found else None

    def _decided(self, row: BroughtRow, own: OwnPosting | None, known: Known) -> Planned:
        entry = entry_of(row.sighting, self._setting.words, known)
        current = self._current(row)
        decision = decide(
            Situation(
                kind=row.kind,
                sighting=row.sighting,
                entry=entry,
                linked=bool(row.key),
                agreed=self._agreed(row, own, known, entry),
                store=current.entry if current is not None else None,
                made_in_store=row.made_in_store,
                store_moved=own.store_moved if own is not None else False,
                takes_new=row.kind in self._setting.takes_new,
                was_ended=row.was_ended,
                asked=row.asked,
            ),
            self._setting.rules,
        )
        match decision.step:
            case Step.REMEMBER:
                if decision.merged is not None and decision.merged.conflicts:
                    self.outvoted.append(row)
                elif row.key and (decision.merged is not None or has_ended(row.sighting)):
                    self.alike.append((row, current))
                return self._remember(row, current, decision.why, decision.merged)
            case Step.SKIP:
                return self._planned(row, "skipped", decision.why)
            case Step.WAIT:
                assert decision.waits_for is not None
                kind = EntryKind(decision.waits_for.kind)
                self.needed.setdefault(kind, {})[decision.waits_for.remote_id] = None
                return self._planned(row, "waiting", decision.why, waits_for=decision.waits_for.remote_id)
            case Step.HOLD:
                return self._planned(row, "held", decision.why, problem=decision.problems[0])
            case _:
                return self._write(row, entry, current, decision)

    def _current(self, row: BroughtRow) -> Current | None:
        return self._writer.current(row.kind, row.key) if row.key else None

    def _agreed(
        self, row: BroughtRow, own: OwnPosting | None, known: Known, now: Entry | Missing | tuple[Problem, ...]
    ) -> Agreed | None:
        """How both looked last: as we kept it, or as we wrote it to the ledger, whichever is nearer to what it is."""
        candidates = [row.base] if row.base is not None else []
        wrote = as_we_wrote_it(row.sighting, own.payload) if own is not None else None
        if own is not None and own.made_in_store and wrote is not None:
            candidates.append(Base(wrote, row.base.store if row.base is not None else None))
        best: tuple[int, Agreed] | None = None
        for base in candidates:
            entry = entry_of(base.sighting, self._setting.words, known)
            if isinstance(entry, Missing | tuple) or isinstance(now, Missing | tuple):
                continue
            agreed = Agreed(entry, base.store)
            distance = len(changes(entry, now))
            if best is None or distance < best[0]:
                best = distance, agreed
        return best[1] if best is not None else None

    def _write(
        self, row: BroughtRow, entry: Entry | Missing | tuple[Problem, ...], current: Current | None,
        decision: InwardDecision,
    ) -> Planned:  # fmt: skip
        merged = decision.merged
        wanted = merged.entry if merged is not None else entry if isinstance(entry, Entry) else None
        wanted = wanted or (current.entry if current is not None else None)
        if wanted is None:
            return self._planned(row, "held", decision.why, problem=_cannot(row, "it cannot be read"))
        operation = _STEPS[decision.step]
        write = StoreWrite(
            kind=row.kind,
            operation=operation,
            marker=row.marker,
            entry=wanted,
            key=row.key,
            changed=entry_fields(merged.to_store if merged is not None else fields(wanted)),
        )
        if not can(self._writer, row.kind, operation):
            words = f"this store takes no {operation.value} of a {row.kind.value.replace('_', ' ')} from outside"
            return self._planned(row, "held", decision.why, problem=_cannot(row, words))
        problems = self._writer.problems(write, self._setting.vocabulary)
        if problems:
            return self._planned(row, "held", decision.why, problem=problems[0])
        conflicts = merged.conflicts if merged is not None else ()
        behind = merged is not None and bool(merged.to_ledger)
        planned = self._planned(row, "queued", decision.why)
        return msgspec.structs.replace(
            planned, write=write, sighting=row.sighting, conflicts=conflicts, ledger_behind=behind
        )

    def _remember(self, row: BroughtRow, current: Current | None, why: str, merged: Merged | None = None) -> Planned:
        ended = has_ended(row.sighting)
        # Where the store was not asked, how it looked when both agreed is not known any better.
        before = row.base.store if row.base is not None else None
        store = current.entry if current is not None and (merged is None or not merged.to_ledger) else before
        planned = self._planned(row, "ended" if ended else "synchronised", why)
        return msgspec.structs.replace(
            planned,
            base=Base(row.sighting, store),
            conflicts=merged.conflicts if merged is not None else (),
        )

    def _planned(
        self, row: BroughtRow, state: str, why: str, *, problem: Problem | None = None, waits_for: str = ""
    ) -> Planned:
        return Planned(
            id=row.id,
            seen=row.seen,
            state=state,
            why=why,
            problem=problem,
            waits_for=waits_for,
            key=row.key,
            origin="store" if row.made_in_store else "ledger",
        )


def _cannot(row: BroughtRow, why: str) -> Problem:
    kind = row.kind.value.replace("_", " ")
    return Problem(Code.STORE_REFUSED, f"This {kind} cannot be written to the store: {why}.", f"{kind} in the store")
