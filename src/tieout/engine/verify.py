"""The second proof: what Xero answered against what was wanted (the first is made before sending)."""

from __future__ import annotations

from tieout.accounting import Allocation, CreditNote, Held, Invoice, Overpayment, Payload, Payment
from tieout.money import Money


def differences(payload: Payload, held: Held) -> tuple[str, ...]:
    """Sentences, one per figure that differs; empty when the ledger holds what was sent.

    Figures that the answer does not tell are not compared.
    """
    found: list[str] = []
    match payload:
        case Invoice() | CreditNote():
            totals = payload.totals
            _compare(found, "total", totals.total, held.total)
            _compare(found, "total tax", totals.total_tax, held.total_tax)
            _compare(found, "total without tax", totals.sub_total, held.sub_total)
            if held.currency and held.currency != payload.currency:
                found.append(f"the currency is {held.currency} in Xero and {payload.currency} here")
        case Payment() | Allocation():
            _compare(found, "amount", payload.amount, held.amount)
        case Overpayment():
            _compare(found, "amount", payload.amount, held.total if held.amount is None else held.amount)
        case _:
            pass
    return tuple(found)


def _compare(found: list[str], name: str, ours: Money, theirs: Money | None) -> None:
    if theirs is not None and ours.amount != theirs.amount:
        found.append(f"the {name} is {theirs.amount} in Xero and {ours.amount} here")
