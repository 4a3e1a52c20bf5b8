"""Which taxes a line bears: from the shop's lists, else from percentages; parts that always add up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import msgspec

from tieout.documents import Line, TaxShare, TaxTotal
from tieout.money import Money, Rounding, minor_units, quantum, round_decimal, round_parts
from tieout.stores.magento2 import wire
from tieout.stores.magento2.wire import ZERO

#: The database keeps 4 decimals; shares are made with the same.
STORED_PLACES = 4


class Tax(msgspec.Struct, frozen=True):
    """One tax of a line of the order, as a bare amount."""

    code: str
    title: str
    percent: Decimal
    amount: Decimal


class TaxBook:
    """The taxes of an order by what bears them: (type, item id), shipping with id 0."""

    def __init__(self, order: wire.Order, countries: Mapping[str, str]) -> None:
        extension = order.extension_attributes
        self._countries = countries
        self._applied = extension.applied_taxes
        self._lists: dict[tuple[str, int], tuple[Tax, ...]] = {}
        for entry in extension.item_applied_taxes:
            by_item = entry.type in ("product", "weee")
            key = (entry.type, (entry.item_id or entry.associated_item_id) if by_item else 0)
            taxes = tuple([Tax(t.code, t.title or t.code, t.percent, t.amount) for t in entry.applied_taxes])
            self._lists[key] = _merged(self._lists[key] + taxes) if key in self._lists else taxes

    def listed(self, kind: str, item_id: int) -> tuple[Tax, ...]:
        return self._lists.get((kind, item_id), ())

    def of_item(self, item: wire.OrderItem) -> tuple[Tax, ...]:
        """The taxes on an item itself, without those on its levies."""
        found = self._lists.get(("product", item.item_id))
        if found is None and item.extension_attributes.itemized_taxes:
            titles = {tax.code: tax.title for tax in self._applied}
            found = tuple(
                Tax(tax.tax_code, titles.get(tax.tax_code) or tax.tax_code, tax.tax_percent, tax.amount)
                for tax in item.extension_attributes.itemized_taxes
                if tax.taxable_item_type in ("", "product")
            )
        return found or ()

    def guessed(self, tax: Decimal, percent: Decimal) -> tuple[Tax, ...]:
        """For a taxed line without a list (imported orders): the order's own taxes if they fit, else by percent.

        The code of a tax known by percentage only is the percentage itself ("20%"): that is what is mapped;
        without one it is "unlisted".
        """
        if not tax:
            return ()
        fitting = [entry for entry in self._applied if entry.percent == percent]
        if not fitting and self._applied and sum((e.percent for e in self._applied), ZERO) == percent:
            fitting = list(self._applied)
        if not fitting and len(self._applied) == 1 and not percent:
            fitting = list(self._applied)
        if fitting:
            return tuple(Tax(e.code, e.title or e.code, e.percent, e.percent) for e in fitting)
        label = f"{percent.normalize():f}%" if percent else "unlisted"
        return (Tax(label, f"Tax {label}", percent, tax),)

    def shares(self, taxes: Sequence[Tax], tax: Decimal, currency: str) -> tuple[TaxShare, ...]:
        """`taxes` in proportion, so that the amounts sum to `tax` exactly."""
        if not taxes:
            return ()
        if len(taxes) == 1:
            amounts: Sequence[Decimal] = (tax,)
        else:
            amounts = proportional(tax, [entry.amount for entry in taxes])
        return tuple(
            [
                TaxShare(
                    code=entry.code,
                    title=entry.title,
                    percent=_checked(entry.percent),
                    amount=Money(amount, currency),
                    country=self._countries.get(entry.code, ""),
                )
                for entry, amount in zip(taxes, amounts, strict=True)
                if amount
            ]
        )


def _merged(taxes: tuple[Tax, ...]) -> tuple[Tax, ...]:
    """One entry per code."""
    found: dict[str, Tax] = {}
    for tax in taxes:
        known = found.get(tax.code)
        found[tax.code] = msgspec.structs.replace(known, amount=known.amount + tax.amount) if known else tax
    return tuple(found.values())


def _checked(percent: Decimal) -> Decimal:
    if not percent.is_finite():
        raise ValueError(f"{percent} is not a percentage")
    return percent


def proportional(whole: Decimal, weights: Sequence[Decimal]) -> Sequence[Decimal]:
    """`whole` shared by weights to 4 decimals by largest remainder; unchanged weights when they already fit."""
    base = sum(weights, ZERO)
    if base == whole:
        return weights
    if not base:
        return (whole, *([ZERO] * (len(weights) - 1)))
    exact = [whole * weight / base for weight in weights]
    rest = whole - whole.quantize(quantum(STORED_PLACES), "ROUND_DOWN")
    parts = round_parts(exact, whole - rest, STORED_PLACES)
    if parts is None:
        parts = exact
        rest = whole - sum(exact, ZERO)
    parts[0] += rest
    return parts


def tax_totals(shares: Iterable[TaxShare], shown_tax: Decimal, currency: str) -> tuple[TaxTotal, ...]:
    """Each tax over a document that has no list of its own (invoices, credit memos): as the shop shows them.

    The shop adds up the exact parts and rounds each tax half-up. Should those not sum to the tax it shows, they
    are fitted to it by largest remainder. shown_tax: minor-unit exact.
    """
    sums: dict[str, Decimal] = {}
    first: dict[str, TaxShare] = {}
    for share in shares:
        sums[share.code] = sums.get(share.code, ZERO) + share.amount.amount
        first.setdefault(share.code, share)
    places = minor_units(currency)
    rounded: Sequence[Decimal] = [round_decimal(amount, places, Rounding.HALF_UP) for amount in sums.values()]
    if sum(rounded, ZERO) != shown_tax:
        rounded = round_parts(list(sums.values()), shown_tax, places) or rounded
    return tuple(
        [
            TaxTotal(share.code, share.title, share.percent, Money(amount, currency))
            for share, amount in zip(first.values(), rounded, strict=True)
        ]
    )


def fit_shares(lines: tuple[Line, ...], shown: Iterable[tuple[str, Decimal]]) -> tuple[Line, ...]:
    """Move parts between the taxes of a line until each tax sums to what the shop shows for the document.

    shown: (code, amount) of each tax.

    A line's whole tax never changes. Returned unchanged when nothing differs or when moving cannot mend it.
    """
    differences: dict[str, Decimal] = {}
    for code, amount in shown:
        differences[code] = differences.get(code, ZERO) + amount
    for line in lines:
        for share in line.taxes:
            differences[share.code] = differences.get(share.code, ZERO) - share.amount.amount
    if not any(differences.values()) or sum(differences.values(), ZERO):
        return lines
    return tuple([_moved(line, differences) if len(line.taxes) > 1 else line for line in lines])


def _moved(line: Line, differences: dict[str, Decimal]) -> Line:
    amounts = [share.amount.amount for share in line.taxes]
    for taking, giver in enumerate(line.taxes):
        for giving, taker in enumerate(line.taxes):
            moved = min(-differences[giver.code], differences[taker.code], amounts[taking])
            if moved > 0:
                amounts[taking] -= moved
                amounts[giving] += moved
                differences[giver.code] += moved
                differences[taker.code] -= moved
    shares = [
        msgspec.structs.replace(share, amount=Money(amount, share.amount.currency))
        for share, amount in zip(line.taxes, amounts, strict=True)
    ]
    return msgspec.structs.replace(line, taxes=tuple(shares))
