"""Parts of an order are rounded one by one; their payments still add up to what the shop shows as paid."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from dossiers import invoice, line, order, payment, plan
from tieout.accounting import Payment, Role
from tieout.documents import Dossier, StoreInvoice, StorePayment
from tieout.money import Money, Rounding

#: Exact totals of an order's paid invoices, and the payments they need where the order is the sale.
CASES = [
    (("19.8643", "110.8246"), ("19.86", "110.83")),
    (("34.3155",), ("34.32",)),
    (("10.005", "10.005"), ("10.01", "10.00")),
    (("12.00", "24.00"), ("12.00", "24.00")),
]


def _part(number: int, exact: str) -> tuple[StoreInvoice, StorePayment]:
    total = Money.of(exact, "GBP").rounded(Rounding.HALF_UP)
    made = invoice(line(str(total.amount), tax="0", key=f"l{number}"), key=str(number))
    made = msgspec.structs.replace(made, exact_total=Money.of(exact, "GBP"), total=total)
    paid = payment(str(total.amount))
    key = msgspec.structs.replace(paid.document, key=str(number))
    return made, msgspec.structs.replace(paid, document=key, invoice_key=str(number))


@pytest.mark.parametrize(("exact", "wanted"), CASES)
def test_c02_payments_of_rounded_parts_add_up(exact: tuple[str, ...], wanted: tuple[str, ...]) -> None:
    parts = [_part(number, text) for number, text in enumerate(exact, 1)]
    whole = sum((Decimal(text) for text in exact), Decimal(0))
    shown = Money(whole, "GBP").rounded(Rounding.HALF_UP)
    sale = order(line(str(shown.amount), tax="0", key="l"))
    planned = plan(Dossier(sale, invoices=tuple(i for i, _ in parts), payments=tuple(p for _, p in parts)))
    amounts = [
        p.payload.amount.amount
        for p in planned.postings
        if isinstance(p.payload, Payment) and p.ref.role is Role.PAYMENT
    ]
    assert amounts == [Decimal(text) for text in wanted]
    assert sum(amounts) == shown.amount
