"""How much tax each tax type must carry, from what the store showed (ACCOUNTING A5)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from tieout.errors import Problem
from tieout.money import round_parts
from tieout.proof.arithmetic import from_units, to_units
from tieout.proof.sheet import DraftLine, Sheet
from tieout.rules.catalogue import Code


def tax_targets(sheet: Sheet, tax_cents: int) -> dict[str, int] | Problem:
    """Cents of tax per tax type, summing to `tax_cents`.

    Each tax the store listed goes whole to the tax types its lines carry; a tax shared by several types is
    split by what their lines bear. A list that does not add up to the document's tax by more than rounding
    contradicts it; by rounding only, the document's tax counts.
    """
    counted = {line.tax_code for line in sheet.lines if line.tax_code}
    listed: dict[str, int] = {}
    for tax in sheet.taxes:
        if tax.code in counted:
            continue
        cents = to_units(tax.amount.amount, 2)
        if cents is None:
            cents = _nearest(tax.amount.amount)
        listed[tax.code] = listed.get(tax.code, 0) + cents
    bearers = _bearers(sheet.lines)
    gap = sum(listed.values()) - tax_cents
    if not listed or gap:
        if listed and abs(gap) > len(listed) * 10 ** (2 - min(sheet.places, 2)):
            return Problem(
                Code.TAX_MISMATCH,
                f"The store lists taxes of {from_units(tax_cents + gap, 2)}, but its tax total is "
                f"{from_units(tax_cents, 2)}.",
            )
        return _from_lines(bearers, tax_cents, sheet)
    targets: dict[str, int] = {}
    for code, cents in listed.items():
        homes = bearers.get(code)
        if not homes:
            if cents == 0:
                continue
            return Problem(
                Code.TAX_MISMATCH, f"The store shows {from_units(cents, 2)} of {code}, but no line carries that tax."
            )
        if len(homes) == 1:
            for tax_type in homes:
                targets[tax_type] = targets.get(tax_type, 0) + cents
            continue
        shares = round_parts(list(homes.values()), from_units(cents, 2), min(sheet.places, 2))
        if shares is None:
            return Problem(
                Code.TAX_MISMATCH,
                f"The store shows {from_units(cents, 2)} of {code}; its lines carry {sum(homes.values())}.",
            )
        for tax_type, share in zip(homes, shares, strict=True):
            targets[tax_type] = targets.get(tax_type, 0) + int(share * 100)
    return targets


def _bearers(lines: Sequence[DraftLine]) -> dict[str, dict[str, Decimal]]:
    """store's tax code → tax type → exact tax of its lines."""
    found: dict[str, dict[str, Decimal]] = {}
    for line in lines:
        tax_type = line.tax_choice.tax_type
        for code, amount in line.shares:
            homes = found.get(code)
            if homes is None:
                found[code] = {tax_type: amount}
            else:
                homes[tax_type] = homes[tax_type] + amount if tax_type in homes else amount
    return found


def _from_lines(bearers: dict[str, dict[str, Decimal]], tax_cents: int, sheet: Sheet) -> dict[str, int] | Problem:
    """Targets from the lines' own taxes, where the store gives no list that adds up."""
    sums: dict[str, Decimal] = {}
    for homes in bearers.values():
        for tax_type, amount in homes.items():
            sums[tax_type] = sums.get(tax_type, Decimal(0)) + amount
    parts = round_parts(list(sums.values()), from_units(tax_cents, 2), min(sheet.places, 2))
    if parts is None:
        return Problem(
            Code.TAX_MISMATCH,
            f"The store's tax total is {from_units(tax_cents, 2)}, but its lines carry "
            f"{sum(sums.values(), Decimal(0))}.",
        )
    return {tax_type: int(part * 100) for tax_type, part in zip(sums, parts, strict=True)}


def _nearest(amount: Decimal) -> int:
    return int((amount * 100).to_integral_value(rounding="ROUND_HALF_UP"))
