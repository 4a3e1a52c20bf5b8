"""What a month-end pack lists line by line: rounding, and adjustments of refunds (ACCOUNTING A4, A11)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

import msgspec

from tieout.accounting import CreditNote, Invoice, Role
from tieout.documents import DocumentKey, DocumentKind, Dossier, LineKind
from tieout.reconciling.booked import Booked

_ZERO = Decimal(0)


class Listed(msgspec.Struct, frozen=True):
    """A line worth listing. what: "rounding" or "adjustment". amount: as it moves income, tax beside it.

    chosen: a setting of the owner taxed it though the store did not (A11).
    """

    what: str
    number: str
    date: date
    currency: str
    amount: Decimal
    tax: Decimal = _ZERO
    chosen: bool = False


def listed(dossier: Dossier, booked: Booked, within: Callable[[date], bool] = lambda day: True) -> Iterator[Listed]:
    """Lines of a dossier's documents that are due and dated in the period."""
    adjustments = {
        DocumentKey(DocumentKind.REFUND, refund.key): {
            line.key: bool(line.tax.amount) for line in refund.lines if line.kind is LineKind.ADJUSTMENT
        }
        for refund in dossier.refunds
    }
    for posting in booked.sent:
        payload = posting.payload
        if not posting.due or not isinstance(payload, Invoice | CreditNote) or not within(payload.date):
            continue
        sign = -1 if isinstance(payload, CreditNote) else 1
        own = adjustments.get(posting.ref.document, {}) if posting.ref.role is Role.CREDIT_NOTE else {}
        for line in payload.lines:
            if line.key == "rounding":
                yield Listed("rounding", payload.number, payload.date, payload.currency, sign * line.amount.amount)
            elif line.key in own:
                yield Listed(
                    "adjustment",
                    payload.number,
                    payload.date,
                    payload.currency,
                    sign * line.amount.amount,
                    sign * line.tax.amount or _ZERO,
                    chosen=bool(line.tax.amount) and not own[line.key],
                )
