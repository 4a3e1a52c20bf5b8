"""The books on the cash basis (`paymentsOnly=true`): a document counts when, and as far as, it is settled."""

from collections.abc import Iterator

import msgspec

from xerosim.ledger import CONTROL, Posting
from xerosim.model import Document, Entry
from xerosim.numbers import divide
from xerosim.organisation import Organisation


class _Settlement(msgspec.Struct, frozen=True):
    """Part of a document settled by a payment or an allocation, `source`."""

    date: int
    source: str
    document: str
    amount: int


def entries(org: Organisation) -> list[Entry]:
    """All entries on the cash basis, by number. Every one sums to zero.

    The entries of invoices, bills and credit notes are gone; payments and allocations carry the documents' lines
    instead. An allocation has no entry of its own: it takes the number of the credit's.
    """
    shares = _shares(org)
    hidden = {journal.id for journal in org.manual_journals.values() if not journal.cash_basis}
    found: list[Entry] = []
    numbers: dict[str, int] = {}
    for entry in org.entries.values():
        if entry.source_type in CONTROL:
            numbers.setdefault(entry.source, entry.number)
        elif entry.source not in hidden:
            added = shares.pop(entry.source, ())
            found.append(msgspec.structs.replace(entry, lines=_merged((*entry.lines, *added))) if added else entry)
    for allocation in org.allocations.values():
        if allocation.id in shares:
            number = numbers.get(allocation.credit, len(org.entries))
            lines = _merged(shares[allocation.id])
            found.append(
                Entry(
                    allocation.id, number, allocation.date, allocation.updated, "ALLOCATION", allocation.id, "", lines
                )
            )
    return sorted(found, key=lambda entry: entry.number)


def balances_at(org: Organisation, day: int, first: int | None = None) -> dict[str, int]:
    """Account balances in base cents up to a day (inclusive), from a day if given, on the cash basis."""
    result: dict[str, int] = {}
    for entry in entries(org):
        if entry.date <= day and (first is None or entry.date >= first):
            for account, cents, _, _ in entry.lines:
                result[account] = result.get(account, 0) + cents
    return {account: cents for account, cents in result.items() if cents}


def _shares(org: Organisation) -> dict[str, tuple[Posting, ...]]:
    """What each payment or allocation carries of the lines of the documents it settles."""
    settled: dict[str, int] = {}
    result: dict[str, tuple[Posting, ...]] = {}
    for one in sorted(_settlements(org), key=lambda one: (one.date, one.source)):
        document = _document(org, one.document)
        if document is None or not document.total:
            continue
        lines = _standing(org, document.id)
        before = settled.get(document.id, 0)
        settled[document.id] = before + one.amount
        earlier, later = (_part(lines, cents, document.total) for cents in (before, before + one.amount))
        part = tuple((b[0], b[1] - a[1], b[2], b[3] - a[3]) for a, b in zip(earlier, later, strict=True))
        result[one.source] = (*result.get(one.source, ()), *part)
    return result


def _settlements(org: Organisation) -> Iterator[_Settlement]:
    for payment in org.payments.values():
        if payment.status == "AUTHORISED":
            yield _Settlement(payment.date, payment.id, payment.document, payment.amount)
    for allocation in org.allocations.values():
        for document in (allocation.credit, allocation.invoice):
            yield _Settlement(allocation.date, allocation.id, document, allocation.amount)


def _document(org: Organisation, id: str) -> Document | None:
    """An invoice, bill or credit note; money kept on account was booked when it came."""
    return org.invoices.get(id) or org.credit_notes.get(id)


def _standing(org: Organisation, source: str) -> tuple[Posting, ...]:
    return _merged(tuple(line for entry in org.entries.by("source", source) for line in entry.lines))


def _merged(lines: tuple[Posting, ...]) -> tuple[Posting, ...]:
    """One line per account and tax type; those that cancel out are gone."""
    sums: dict[tuple[str, str], tuple[int, int]] = {}
    for account, cents, tax_type, tax in lines:
        old = sums.get((account, tax_type), (0, 0))
        sums[account, tax_type] = (old[0] + cents, old[1] + tax)
    return tuple((key[0], cents, key[1], tax) for key, (cents, tax) in sums.items() if cents or tax)


def _part(lines: tuple[Posting, ...], settled: int, total: int) -> list[Posting]:
    """The lines of a document settled so far; they sum to zero, and to the lines themselves when all is settled."""
    part = [
        (account, divide(cents * settled, total), tax_type, divide(tax * settled, total))
        for account, cents, tax_type, tax in lines
    ]
    missing = sum(cents for _, cents, _, _ in part)
    if missing:
        largest = max(range(len(part)), key=lambda at: abs(part[at][1]))
        account, cents, tax_type, tax = part[largest]
        part[largest] = (account, cents - missing, tax_type, tax)
    return part
