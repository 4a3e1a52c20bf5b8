"""A plan that is only looked at: every document with its totals, and the calls it would cost. Writes nothing."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping

import msgspec

from tieout.accounting import Allocation, CreditNote, Invoice, Overpayment, Payment, Ref, Role
from tieout.documents import DocumentKey, DocumentKind
from tieout.engine.batches import BATCH_START
from tieout.money import Money
from tieout.planning.results import PlannedPosting
from tieout.ports.administration import Administration
from tieout.ports.records import DocumentRecords, StoreConnection
from tieout.sync.plan import PlannedDossier, Planner

_BATCH = 200


class PlanLine(msgspec.Struct, frozen=True):
    """One posting as it would be. action: create, change, void, nothing, wait, held. rounding: "" without a line."""

    kind: str
    number: str
    role: str
    action: str
    marker: str
    currency: str = ""
    total: str = ""
    tax: str = ""
    rounding: str = ""
    reason: str = ""
    code: str = ""


class Preview(msgspec.Struct, frozen=True):
    """calls: for each role of postings, by batches of the advised size; contacts and items may know each other."""

    lines: tuple[PlanLine, ...]
    calls: Mapping[str, int]

    @property
    def calls_total(self) -> int:
        return sum(self.calls.values())


def preview(
    records: DocumentRecords, administration: Administration, connection: StoreConnection, planner: Planner
) -> Preview:
    """What planning everything that waits for planning would come to."""
    lines: list[PlanLine] = []
    moving: Counter[str] = Counter()
    seen: set[tuple[str, DocumentKey, int]] = set()
    for kind in (DocumentKind.ORDER, DocumentKind.INVOICE, DocumentKind.REFUND):
        after = 0
        while roots := administration.roots(connection.id, kind, after, _BATCH):
            after = roots[-1][0]
            dossiers = records.dossiers(connection.id, [key for _, key in roots])
            numbers = {member.document: member.number for one in dossiers for member in one.members}
            for planned in planner.plan(dossiers):
                there = _shared_in_ledger(administration, connection, planned)
                for line, moves in _lines(planned, numbers, seen, there):
                    lines.append(line)
                    if moves:
                        moving[line.role] += 1
    calls = {role: math.ceil(count / BATCH_START) for role, count in sorted(moving.items())}
    if moving[Role.ALLOCATION.value]:
        # One allocation is one call: Xero takes them under the path of their credit note.
        calls[Role.ALLOCATION.value] = moving[Role.ALLOCATION.value]
    return Preview(tuple(lines), calls)


def _shared_in_ledger(
    administration: Administration, connection: StoreConnection, planned: PlannedDossier
) -> frozenset[Ref]:
    """Contacts and items that are in Xero: an order brings in what is missing, it never changes them."""
    shared = [posting.ref for posting in planned.plan.postings if posting.ref.role in (Role.CONTACT, Role.ITEM)]
    return administration.in_ledger(connection.id, planned.organisation, shared)


def _lines(
    planned: PlannedDossier,
    numbers: Mapping[DocumentKey, str],
    seen: set[tuple[str, DocumentKey, int]],
    there: frozenset[Ref],
) -> Iterator[tuple[PlanLine, bool]]:
    posted = {row.posted.ref: row.posted for row in planned.facts.posted}
    for posting in planned.plan.postings:
        identity = (f"{planned.organisation} {posting.ref.role}", posting.ref.document, posting.ref.ordinal)
        if identity in seen or posting.ref in there:
            continue
        seen.add(identity)
        known = posted.get(posting.ref)
        action = _action(posting, known.payload if known is not None else None)
        if action:
            yield _line(posting, action, numbers), action in ("create", "change", "void")
    for held in planned.plan.held:
        first = held.problems[0]
        number = numbers.get(held.document, held.document.key)
        yield PlanLine(held.document.kind, number, "", "held", "", reason=first.reason, code=first.code), False
    for skipped in planned.plan.skipped:
        number = numbers.get(skipped.document, skipped.document.key)
        yield PlanLine(skipped.document.kind, number, "", "skip", "", reason=skipped.reason, code=skipped.code), False


def _action(posting: PlannedPosting, known: object) -> str:
    """What would happen; "" for what is in the ledger as wanted."""
    if posting.problems:
        return "held"
    if posting.waits:
        return "wait"
    if posting.payload is None:
        return "void" if known is not None else ""
    if known is None:
        return "create"
    return "" if known == posting.payload else "change"


def _line(posting: PlannedPosting, action: str, numbers: Mapping[DocumentKey, str]) -> PlanLine:
    payload = posting.payload
    total: Money | None = None
    tax: Money | None = None
    if isinstance(payload, Invoice | CreditNote):
        total, tax = payload.totals.total, payload.totals.total_tax
    elif isinstance(payload, Payment | Overpayment | Allocation):
        total = payload.amount
    problem = posting.problems[0] if posting.problems else None
    certificate = posting.certificate
    return PlanLine(
        kind=posting.ref.document.kind.value,
        number=numbers.get(posting.ref.document, posting.ref.document.key),
        role=posting.ref.role.value,
        action=action,
        marker=posting.marker,
        currency=total.currency if total is not None else "",
        total=f"{total.amount:f}" if total is not None else "",
        tax=f"{tax.amount:f}" if tax is not None else "",
        rounding=f"{certificate.rounding.amount:f}" if certificate is not None and certificate.rounding else "",
        reason=problem.reason if problem else posting.waits or "; ".join(posting.notes),
        code=problem.code if problem else "",
    )
