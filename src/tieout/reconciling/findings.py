"""What a person should look at after a tie-out, though no single document differs (ACCOUNTING C7, E1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

import msgspec

from tieout.reconciling.differences import ControlTotal
from tieout.reconciling.listed import Listed
from tieout.reconciling.roll_forward import RollForward

_ZERO = Decimal(0)


class Finding(msgspec.Struct, frozen=True):
    """code: rounding_limit, control_differs, liability_negative, reports_refused. sentence: for people, English."""

    code: str
    sentence: str


def rounding_by_month(lines: Iterable[Listed]) -> Mapping[tuple[str, str], tuple[int, Decimal]]:
    """(month "2026-10", currency) → how many rounding lines, and what they come to without regard to signs."""
    found: dict[tuple[str, str], tuple[int, Decimal]] = {}
    for line in lines:
        if line.what == "rounding":
            key = (f"{line.date:%Y-%m}", line.currency)
            count, amount = found.get(key, (0, _ZERO))
            found[key] = (count + 1, amount + abs(line.amount))
    return found


def findings(
    controls: Iterable[ControlTotal],
    liabilities: Iterable[RollForward],
    lines: Iterable[Listed],
    rounding_limit: Decimal,
) -> tuple[Finding, ...]:
    """rounding_limit: per month and currency, above which rounding is looked at."""
    found = [
        Finding(
            "rounding_limit",
            f"Rounding came to {amount} {currency} in {month}, in {count} documents; the limit is {rounding_limit} a "
            "month. Look at these documents: a tax rate or a price with too many decimals may be the cause.",
        )
        for (month, currency), (count, amount) in sorted(rounding_by_month(lines).items())
        if amount > rounding_limit
    ]
    found += [
        Finding(
            "control_differs",
            f"The sum of {control.name} is {control.store} {control.currency} in the store and {control.ledger} in "
            f"Xero; {Decimal(control.difference) - Decimal(control.explained)} is not explained.",
        )
        for control in controls
        if not control.is_explained
    ]
    found += [Finding("liability_negative", one.warning) for one in liabilities if one.warning]
    return tuple(found)
