"""Compare what the store says, what was sent and what the ledger holds, document by document.

Uses none of planning's arithmetic: the store's shown totals and taxes stand directly against what Xero answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from tieout.accounting import Allocation, CreditNote, Held, Invoice, Payment, Ref, Role
from tieout.documents import DocumentKey, DocumentKind, Dossier, Line, LineKind, Order, Refund, StoreInvoice
from tieout.reconciling.booked import Booked, Sent
from tieout.reconciling.differences import Difference
from tieout.reconciling.taxes import ledger_tax, list_adds_up, store_tax, tax_groups, titles

_ZERO = Decimal(0)
_CENT = Decimal("0.01")
_GONE = frozenset(("VOIDED", "DELETED"))
#: An exchange rate further off than this from the store's is a mistake of somebody's (ACCOUNTING C9).
RATE_FACTOR_MAX = 2

StoreDocument = Order | StoreInvoice | Refund


def compare_dossier(dossier: Dossier, booked: Booked, held: Mapping[Ref, Held]) -> tuple[Difference, ...]:
    """Every figure of a dossier that differs between store and ledger.

    booked: what is wanted and, for what is posted, what was sent. held: what the ledger answered, by posting.
    Postings that are held or wait are no differences; they are told elsewhere.
    """
    found: list[Difference] = []
    documents = _store_documents(dossier)
    for posting in booked.sent:
        entry = held.get(posting.ref)
        if posting.payload is None:
            if entry is not None and entry.status not in _GONE and posting.due:
                found.append(_difference(posting, "status", "cancelled", entry.status))
            continue
        if entry is None or entry.status in _GONE:
            if posting.due:
                found.append(_missing(posting, entry))
            continue
        document = documents.get(posting.ref.document)
        if document is not None and posting.ref.role in (Role.INVOICE, Role.CREDIT_NOTE):
            found += _document(posting, document, entry)
            found += _rate(posting, dossier.order, booked, entry)
        elif isinstance(posting.payload, Payment | Allocation):
            found += _money(posting, posting.payload, entry)
        elif isinstance(posting.payload, Invoice | CreditNote):
            found += _own_document(posting, posting.payload, entry)
    return (*found, *_settlement(dossier, booked, held))


def _store_documents(dossier: Dossier) -> dict[DocumentKey, StoreDocument]:
    found: dict[DocumentKey, StoreDocument] = {DocumentKey(DocumentKind.ORDER, dossier.order.key): dossier.order}
    found |= {DocumentKey(DocumentKind.INVOICE, invoice.key): invoice for invoice in dossier.invoices}
    return found | {DocumentKey(DocumentKind.REFUND, refund.key): refund for refund in dossier.refunds}


def _difference(
    posting: Sent, what: str, store: object, ledger: object, *, chosen: bool = False, why: str = ""
) -> Difference:
    sentence = why or f"{what.capitalize()} of {posting.marker}: the store says {store}, Xero holds {ledger}."
    return Difference(
        posting.ref.document, posting.marker, what, str(store), str(ledger), sentence, posting.ref, chosen
    )


def _missing(posting: Sent, entry: Held | None) -> Difference:
    state = "is not in Xero" if entry is None else f"is {entry.status} in Xero"
    why = f"{posting.marker} ({posting.ref.role.value.replace('_', ' ')}) {state}."
    return _difference(posting, "missing", "posted", entry.status if entry else "nothing", why=why)


def _document(posting: Sent, document: StoreDocument, entry: Held) -> list[Difference]:
    payload = posting.payload
    assert isinstance(payload, Invoice | CreditNote)
    negative = -1 if document.total.amount < 0 else 1
    found: list[Difference] = []
    if entry.currency and entry.currency != document.total.currency:
        found.append(_difference(posting, "currency", document.total.currency, entry.currency))
        return found
    total = negative * document.total.amount - named_means(document, payload)
    if entry.total is not None and entry.total.amount != total:
        found.append(_difference(posting, "total", total, entry.total.amount))
    counted = sum([line.amount.amount for line in payload.lines if line.counts_as_tax], _ZERO)
    tax = negative * document.tax_total.amount
    if entry.total_tax is not None and entry.total_tax.amount + counted != tax:
        adjusted = _taxed_adjustment(document, payload)
        found.append(
            _difference(posting, "tax", tax, entry.total_tax.amount + counted,
                        chosen=entry.total_tax.amount + counted - tax == adjusted and bool(adjusted))
        )  # fmt: skip
    if entry.lines and list_adds_up(document.taxes, document.tax_total.amount):
        found += _taxes(posting, document, payload, entry, negative)
    found += _dates(posting, payload, document.date, entry)
    return found


def named_means(document: StoreDocument, payload: Invoice | CreditNote) -> Decimal:
    """What store totals that were named means of payment (E3) take off a document; they are no lines of it."""
    return sum([line.gross.amount for line in document.lines if _is_named_means(line, payload)], _ZERO)


def _is_named_means(line: Line, payload: Invoice | CreditNote) -> bool:
    """A store line that is not in the document at all: a total that was named a means of payment (E3)."""
    return line.kind is LineKind.UNKNOWN and all(one.key != line.key for one in payload.lines)


def _taxed_adjustment(document: StoreDocument, payload: Invoice | CreditNote) -> Decimal:
    """Tax that the owner's setting put into adjustments the store does not tax (ACCOUNTING A11)."""
    if not isinstance(document, Refund):
        return _ZERO
    untaxed = {line.key for line in document.lines if line.kind is LineKind.ADJUSTMENT and not line.tax.amount}
    return sum([line.tax.amount for line in payload.lines if line.key in untaxed], _ZERO)


def _taxes(
    posting: Sent, document: StoreDocument, payload: Invoice | CreditNote, entry: Held, negative: int
) -> list[Difference]:
    found = []
    for group in tax_groups(document.lines, payload.lines):
        store = negative * store_tax(document.taxes, group.codes)
        ledger = ledger_tax(entry.lines, group.tax_types)
        if store != ledger:
            adjusted = _taxed_adjustment(document, payload)
            chosen = bool(adjusted) and ledger - store == adjusted
            name = f"tax of {titles(document.taxes, group.codes)}"
            found.append(_difference(posting, name, store, ledger, chosen=chosen))
    return found


def _dates(posting: Sent, payload: Invoice | CreditNote, day: date, entry: Held) -> list[Difference]:
    if entry.date is None or entry.date == day:
        return []
    why = f"{posting.marker} is dated {day} in the store; it is posted in {entry.date:%Y-%m}, on {entry.date}."
    return [_difference(posting, "date", day, entry.date, chosen=entry.date == payload.date, why=why)]


def _own_document(posting: Sent, payload: Invoice | CreditNote, entry: Held) -> list[Difference]:
    """A document of our own making has no twin in the store: it must be what was sent."""
    found = []
    if entry.total is not None and entry.total.amount != payload.totals.total.amount:
        found.append(_difference(posting, "total", payload.totals.total.amount, entry.total.amount))
    if entry.total_tax is not None and entry.total_tax.amount != payload.totals.total_tax.amount:
        found.append(_difference(posting, "tax", payload.totals.total_tax.amount, entry.total_tax.amount))
    return found


def _money(posting: Sent, payload: Payment | Allocation, entry: Held) -> list[Difference]:
    found = []
    if entry.amount is not None and entry.amount.amount != payload.amount.amount:
        found.append(_difference(posting, "amount", payload.amount.amount, entry.amount.amount))
    if isinstance(payload, Payment) and entry.date is not None and entry.date != payload.date:
        found.append(_difference(posting, "date", payload.date, entry.date))
    return found


def _settlement(dossier: Dossier, booked: Booked, held: Mapping[Ref, Held]) -> list[Difference]:
    """What is paid and refunded by the store's payments and refunds, against the ledger's (ACCOUNTING E1)."""
    first = next((p for p in booked.sent if isinstance(p.payload, Invoice) and p.ref.role is Role.INVOICE), None)
    if first is None:
        return []
    waiting = any(not one.due for one in booked.sent if one.ref.role in (Role.PAYMENT, Role.OVERPAYMENT))
    passed_over = booked.passed_over
    expected = sum(
        [p.amount.amount for p in dossier.payments if p.document not in passed_over and p.amount.amount > 0], _ZERO
    )
    paid = dossier.order.paid
    if booked.sales_documents == "orders" and paid is not None and not passed_over:
        # The order's own figure outranks its parts, which the shop rounds one by one.
        parts = len(dossier.payments)
        expected = paid.amount if abs(paid.amount - expected) < _CENT * parts else expected
    received = sum(
        [
            entry.amount.amount
            for ref, entry in held.items()
            if ref.role in (Role.PAYMENT, Role.OVERPAYMENT)
            and ref.ordinal not in range(100, 1000)
            and entry.amount is not None
            and entry.status not in _GONE
        ],
        _ZERO,
    )
    if waiting:
        return []
    found = [] if expected == received else [_difference(first, "paid", expected, received)]
    return [*found, *_open(dossier, booked, held, first, chosen=bool(passed_over))]


def _open(
    dossier: Dossier, booked: Booked, held: Mapping[Ref, Held], first: Sent, *, chosen: bool
) -> list[Difference]:
    """What the store has open on an order against AmountDue of its invoices (ACCOUNTING E1)."""
    store = dossier.order.open
    due = open_in_ledger(booked, held)
    if store is None or booked.sales_documents != "orders" or due is None or due == store.amount:
        return []
    if any(not posting.due for posting in booked.sent):
        return []
    if dossier.order.exact_total != dossier.order.total and abs(due - store.amount) <= _CENT:
        why = f"{first.marker}: the shop rounds total, paid and open one by one; they differ by a cent."
        return [_difference(first, "open", store.amount, due, chosen=True, why=why)]
    return [_difference(first, "open", store.amount, due, chosen=chosen)]


def open_in_ledger(booked: Booked, held: Mapping[Ref, Held]) -> Decimal | None:
    """AmountDue over the invoices of a dossier, None when none of them tells it."""
    due = [
        entry.amount_due.amount
        for posting in booked.sent
        if isinstance(posting.payload, Invoice)
        and (entry := held.get(posting.ref)) is not None
        and entry.amount_due is not None
        and entry.status not in _GONE
    ]
    return sum(due, _ZERO) if due else None


def _rate(posting: Sent, order: Order, booked: Booked, entry: Held) -> list[Difference]:
    """Exchange rates are compared only where both sides count in the same base currency."""
    if not entry.rate or order.rate is None or not booked.base_currency or order.currency == booked.base_currency:
        return []
    if order.base_currency != booked.base_currency or not implausible_rate(Decimal(entry.rate), order.rate):
        return []
    why = (
        f"{posting.marker} stands at an exchange rate of {entry.rate} in Xero and {order.rate} in the store, more "
        "than twice apart. Correct the rate of the document in Xero; nothing further is booked on it before."
    )
    return [_difference(posting, "rate", order.rate, entry.rate, why=why)]


def implausible_rate(ledger_rate: Decimal, store_rate: Decimal) -> bool:
    """Whether an exchange rate that Xero answered is off by more than a factor of 2, either way (C9).

    Both in document currency per base unit.
    """
    if ledger_rate <= 0 or store_rate <= 0:
        return True
    return ledger_rate > store_rate * RATE_FACTOR_MAX or ledger_rate * RATE_FACTOR_MAX < store_rate
