"""Control totals over many dossiers (ACCOUNTING E1): debtors, clearing accounts, tax by type, rounding.

A document can tie out while an account does not; so the sums are taken from the other end, account by account.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from tieout.accounting import CreditNote, Held, Invoice, Overpayment, Payment, Ref, Role
from tieout.documents import DocumentKey, DocumentKind, Dossier, Order, Refund, StoreInvoice
from tieout.reconciling.booked import Booked
from tieout.reconciling.compare import open_in_ledger
from tieout.reconciling.differences import ControlTotal, Difference
from tieout.reconciling.taxes import ledger_tax, list_adds_up, store_tax, tax_groups

_ZERO = Decimal(0)
_GONE = frozenset(("VOIDED", "DELETED"))


class ControlSheet:
    """Adds dossiers up; `totals` may be asked at any time.

    within: whether a date belongs to the period: an order's own for debtors, a document's own for taxes, that of
    the payment for accounts.
    """

    def __init__(self, within: Callable[[date], bool] = lambda day: True) -> None:
        self._within = within
        self._sums: dict[tuple[str, str], list[Decimal]] = {}
        self._counts: dict[tuple[str, str], int] = {}
        self._explained: dict[tuple[str, str], Decimal] = {}

    def add(
        self, dossier: Dossier, booked: Booked, held: Mapping[Ref, Held], found: Sequence[Difference] = ()
    ) -> None:
        """Count one dossier. booked, held: as `compare_dossier` takes them; found: what that told."""
        self._debtors(dossier, booked, held, found)
        self._accounts(booked, held)
        self._taxes(dossier, booked, held)

    def totals(self) -> tuple[ControlTotal, ...]:
        return tuple(
            ControlTotal(
                name,
                currency,
                f"{store:f}",
                f"{ledger:f}",
                f"{ledger - store:f}",
                self._counts[name, currency],
                f"{self._explained.get((name, currency), _ZERO):f}",
            )
            for (name, currency), (store, ledger) in sorted(self._sums.items())
        )

    def _count(self, name: str, currency: str, store: Decimal, ledger: Decimal) -> None:
        sums = self._sums.setdefault((name, currency), [_ZERO, _ZERO])
        sums[0] += store
        sums[1] += ledger
        self._counts[name, currency] = self._counts.get((name, currency), 0) + 1

    def _debtors(
        self, dossier: Dossier, booked: Booked, held: Mapping[Ref, Held], found: Sequence[Difference]
    ) -> None:
        due = open_in_ledger(booked, held)
        store = dossier.order.open
        if not self._within(dossier.order.date):
            return
        if due is not None and store is not None and booked.sales_documents == "orders":
            key = ("debtors", dossier.order.currency)
            self._count(*key, store.amount, due)
            # A difference that the comparison passes over hangs on what is held or waits, or was chosen.
            if not any(one.what == "open" and not one.chosen for one in found):
                self._explained[key] = self._explained.get(key, _ZERO) + due - store.amount

    def _accounts(self, booked: Booked, held: Mapping[Ref, Held]) -> None:
        """What each clearing account and liability took in and gave out."""
        for posting in booked.sent:
            payload, entry = posting.payload, held.get(posting.ref)
            if not isinstance(payload, Payment | Overpayment) or not posting.due or not self._within(payload.date):
                continue
            sign = -1 if posting.ref.role is Role.REFUND_PAYMENT else 1
            there = entry is not None and entry.amount is not None and entry.status not in _GONE
            ledger = entry.amount.amount if there and entry is not None and entry.amount is not None else _ZERO
            self._count(
                f"account {payload.account_code}",
                payload.amount.currency,
                sign * payload.amount.amount,
                sign * ledger,
            )

    def _taxes(self, dossier: Dossier, booked: Booked, held: Mapping[Ref, Held]) -> None:
        documents: dict[DocumentKey, Order | StoreInvoice | Refund] = {
            DocumentKey(DocumentKind.ORDER, dossier.order.key): dossier.order
        }
        documents |= {DocumentKey(DocumentKind.INVOICE, one.key): one for one in dossier.invoices}
        documents |= {DocumentKey(DocumentKind.REFUND, one.key): one for one in dossier.refunds}
        for posting in booked.sent:
            payload, entry = posting.payload, held.get(posting.ref)
            if not isinstance(payload, Invoice | CreditNote) or entry is None or entry.status in _GONE:
                continue
            document = documents.get(posting.ref.document)
            if not self._within(payload.date if document is None else document.date):
                continue
            sign = -1 if isinstance(payload, CreditNote) else 1
            rounding = sum([line.amount.amount for line in payload.lines if line.key == "rounding"], _ZERO)
            if rounding:
                key = ("rounding", payload.currency)
                self._count(*key, _ZERO, sign * rounding)
                self._explained[key] = self._explained.get(key, _ZERO) + sign * rounding
            if document is None or posting.ref.role is Role.DIFFERENCE or not entry.lines:
                continue
            if not list_adds_up(document.taxes, document.tax_total.amount):
                continue
            mirrored = -1 if document.total.amount < 0 else 1
            for group in tax_groups(document.lines, payload.lines):
                self._count(
                    f"tax {' + '.join(group.tax_types)}",
                    payload.currency,
                    sign * mirrored * store_tax(document.taxes, group.codes),
                    sign * ledger_tax(entry.lines, group.tax_types),
                )
