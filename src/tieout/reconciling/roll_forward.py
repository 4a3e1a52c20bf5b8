"""Roll-forward of what the shop owes in gift cards and store credit (ACCOUNTING C7).

opening + sold + granted − redeemed = closing, per liability account and currency. What the shop granted by hand
has no document; it shows as a difference to the balance that the shop or the ledger tells, never as a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

import msgspec

from tieout.accounting import Invoice, Payment, Role
from tieout.documents import DocumentKey, DocumentKind, Dossier, Line, LineKind
from tieout.reconciling.booked import Booked

_ZERO = Decimal(0)
#: Ordinals of payments by gift card or store credit, and of what a refund gives back in that form.
_MEANS_ORDINALS = range(100, 1000)


class RollForward(msgspec.Struct, frozen=True):
    """One liability account in one currency. All amounts positive for what the shop owes.

    ledger: its balance at the end by the ledger's own report, None where that was not read or is in another
    currency.
    """

    account_code: str
    currency: str
    opening: Decimal
    sold: Decimal
    granted: Decimal
    redeemed: Decimal
    ledger: Decimal | None = None

    @property
    def others(self) -> Decimal | None:
        """What the ledger owes beyond these figures: granted or redeemed by hand, without a document (C7)."""
        return None if self.ledger is None else self.ledger - self.closing

    @property
    def closing(self) -> Decimal:
        return self.opening + self.sold + self.granted - self.redeemed

    @property
    def warning(self) -> str:
        """Why the figures cannot be whole, "" when they can: more was redeemed than was ever sold or granted."""
        if self.closing >= 0:
            return ""
        return (
            f"Account {self.account_code} falls to {self.closing} {self.currency}: {-self.closing} was redeemed that "
            "was neither sold nor granted through a document. It was probably granted by hand in the store."
        )


class RollForwardSheet:
    """Adds dossiers up. within: whether an accounting date belongs to the period."""

    def __init__(self, within: Callable[[date], bool] = lambda day: True) -> None:
        self._within = within
        self._sums: dict[tuple[str, str], dict[str, Decimal]] = {}

    def add(self, dossier: Dossier, booked: Booked) -> None:
        """Count what one dossier sold, granted and redeemed, as it is booked."""
        vouchers = _vouchers(dossier)
        for sent in booked.sent:
            payload = sent.payload
            if not sent.due or not isinstance(payload, Invoice | Payment) or not self._within(payload.date):
                continue
            if isinstance(payload, Invoice):
                for line in payload.lines:
                    if line.key in vouchers.get(sent.ref.document, ()) and not line.tax.amount:
                        self._count(line.account_code, payload.currency, "sold", line.amount.amount)
            elif sent.ref.ordinal in _MEANS_ORDINALS:
                column = "granted" if sent.ref.role is Role.REFUND_PAYMENT else "redeemed"
                self._count(payload.account_code, payload.amount.currency, column, payload.amount.amount)

    def _count(self, account: str, currency: str, column: str, amount: Decimal) -> None:
        sums = self._sums.setdefault((account, currency), dict.fromkeys(("sold", "granted", "redeemed"), _ZERO))
        sums[column] += amount

    def rows(
        self,
        opening: Mapping[tuple[str, str], Decimal] | None = None,
        closing: Mapping[tuple[str, str], Decimal] | None = None,
    ) -> tuple[RollForward, ...]:
        """One row per account and currency. opening, closing: the ledger's balance at both ends, by (account code,
        currency), positive for what the shop owes."""
        starts, ends = opening or {}, closing or {}
        return tuple(
            RollForward(
                account_code=account,
                currency=currency,
                opening=starts.get((account, currency), _ZERO),
                sold=sums["sold"],
                granted=sums["granted"],
                redeemed=sums["redeemed"],
                ledger=ends.get((account, currency)),
            )
            for (account, currency), sums in sorted(self._sums.items())
        )


def _vouchers(dossier: Dossier) -> dict[DocumentKey, set[str]]:
    found = {DocumentKey(DocumentKind.ORDER, dossier.order.key): _keys(dossier.order.lines)}
    return found | {DocumentKey(DocumentKind.INVOICE, one.key): _keys(one.lines) for one in dossier.invoices}


def _keys(lines: tuple[Line, ...]) -> set[str]:
    return {line.key for line in lines if line.kind is LineKind.VOUCHER_SALE}
