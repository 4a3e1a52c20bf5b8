"""Lines, taxes and totals of an invoice or credit note.

Prices are without tax. A line's amount is rounded to cents; each tax is the sum over the lines and rounded once.
A discount before tax lowers every tax with the lines; one after tax, and the adjustment, stand on their own. The
stored total and total tax are what the customer was shown: callers of the interface may have stored any, so they are
the truth, and what the lines do not explain is the planner's rounding line or holds the document.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from tieout.documents import Line, LineKind, TaxShare, TaxTotal
from tieout.errors import Problem
from tieout.money import Money, Rounding, round_decimal, round_parts
from tieout.rules.catalogue import Code
from tieout.stores.perfex import wire
from tieout.stores.perfex.texts import plain
from tieout.stores.perfex.translate.crm import CrmFacts
from tieout.stores.perfex.translate.inferring import Ambiguous, infer_taxes

#: Decimals of shares: far below any cent.
_EXACT = Decimal("0.00000001")
#: What the stored total tax may differ from the lines' taxes: the browser and the server round differently.
_TAX_TOLERANCE = Decimal("0.05")
#: An adjustment below this is cash rounding; from here on it is a correction that somebody made.
ROUNDING_BELOW = Decimal("1.00")
_ZERO = Decimal(0)


class Figures(msgspec.Struct, frozen=True):
    lines: tuple[Line, ...]
    taxes: tuple[TaxTotal, ...]
    total: Money
    tax_total: Money


class Tax(msgspec.Struct, frozen=True, order=True):
    """Name and rate are a tax's whole identity."""

    name: str
    rate: Decimal

    @property
    def code(self) -> str:
        return f"{self.name}|{self.rate:.2f}"


def read_figures(document: wire.SaleDocument, crm: CrmFacts) -> Figures | Problem:
    """Raises ValueError and ArithmeticError for data that is none."""
    sale, currency = document.sale, crm.currency(document)
    amounts = [_cents(line.qty * line.rate) for line in document.lines]
    factor = _tax_factor(sale, sum(amounts, _ZERO))
    found = _taxes_of(document, factor, crm)
    if isinstance(found, Problem):
        return found
    exact = _tax_sums(document.lines, found, factor)
    totals = _tax_totals(exact, sale.total_tax)
    if totals is None:
        return Problem(
            Code.DATA_CONTRADICTORY,
            f"The CRM shows {sale.total_tax:f} {currency} of tax, its lines make "
            f"{sum(exact.values(), _ZERO).quantize(Decimal('0.01'))}. Open the document there and save it again.",
        )
    maker = _LineMaker(document, currency, amounts, found, factor)
    return Figures(
        lines=maker.lines(),
        taxes=tuple(
            TaxTotal(tax.code, _title(tax), tax.rate, Money(amount, currency)) for tax, amount in totals.items()
        ),
        total=Money(sale.total, currency),
        tax_total=Money(sale.total_tax, currency),
    )


def _taxes_of(document: wire.SaleDocument, factor: Decimal, crm: CrmFacts) -> list[tuple[Tax, ...]] | Problem:
    """The taxes of each line: as stored, else as the total tax explains them in exactly one way."""
    if document.taxes_known:
        by_line: dict[str, list[Tax]] = {}
        for row in document.taxes:
            by_line.setdefault(row.itemid, []).append(Tax(plain(row.taxname), row.taxrate))
        return [tuple(sorted(set(by_line.get(line.id, ())))) for line in document.lines]
    known = sorted({Tax(plain(one.name), one.rate) for one in crm.context.taxes})
    bases = [line.qty * line.rate * factor for line in document.lines]
    found = infer_taxes(bases, [(tax.name, tax.rate) for tax in known], document.sale.total_tax)
    if isinstance(found, Ambiguous):
        return Problem(
            Code.TAX_UNMAPPED,
            f"The taxes of single lines cannot be read, and {found.why}. Read the CRM's database, or let its REST "
            "module show the table tblitem_tax.",
            "line taxes of the CRM",
        )
    return [tuple(Tax(name, rate) for name, rate in taxes) for taxes in found]


def _tax_factor(sale: wire.SaleRow, subtotal: Decimal) -> Decimal:
    """What a discount before tax leaves of every amount."""
    if sale.discount_type != "before_tax":
        return Decimal(1)
    if sale.discount_percent:
        return 1 - sale.discount_percent / 100
    return 1 - sale.discount_total / subtotal if subtotal else Decimal(1)


def _tax_sums(lines: Sequence[wire.LineRow], taxes: Sequence[tuple[Tax, ...]], factor: Decimal) -> dict[Tax, Decimal]:
    sums: dict[Tax, Decimal] = {}
    for line, of_line in zip(lines, taxes, strict=True):
        for tax in of_line:
            sums[tax] = sums.get(tax, _ZERO) + line.qty * line.rate * factor * tax.rate / 100
    return sums


def _tax_totals(exact: dict[Tax, Decimal], shown: Decimal) -> dict[Tax, Decimal] | None:
    """Each tax in cents, together the stored total tax; None where they are further apart than rounding."""
    whole = sum(exact.values(), _ZERO)
    if abs(whole - shown) > _TAX_TOLERANCE:
        return None
    parts = round_parts(list(exact.values()), shown, 2)
    if parts is not None:
        return dict(zip(exact, parts, strict=True))
    if not exact:
        return {} if not shown else None
    rounded = {tax: _cents(amount) for tax, amount in exact.items()}
    largest = max(rounded, key=lambda tax: abs(rounded[tax]))
    rounded[largest] += shown - sum(rounded.values(), _ZERO)
    return rounded


class _LineMaker:
    """Lines with their share of a discount before tax, then what stands on its own."""

    def __init__(
        self,
        document: wire.SaleDocument,
        currency: str,
        amounts: Sequence[Decimal],
        taxes: Sequence[tuple[Tax, ...]],
        factor: Decimal,
    ) -> None:
        self._document = document
        self._currency = currency
        self._amounts = amounts
        self._taxes = taxes
        self._factor = factor
        self._off = self._discounts()

    def lines(self) -> tuple[Line, ...]:
        sale = self._document.sale
        found = [self._line(number) for number in range(len(self._amounts))]
        if sale.discount_type == "after_tax" and sale.discount_total:
            found.append(self._untaxed("discount", LineKind.DISCOUNT, "Discount", -sale.discount_total))
        if sale.adjustment:
            small = abs(sale.adjustment) < ROUNDING_BELOW
            kind = LineKind.ROUNDING if small else LineKind.ADJUSTMENT
            found.append(self._untaxed("adjustment", kind, "Adjustment", sale.adjustment))
        return tuple(found)

    def _discounts(self) -> list[Decimal]:
        """What each line gives to a discount before tax: cents that add up to it."""
        sale, amounts = self._document.sale, self._amounts
        if sale.discount_type != "before_tax" or not sale.discount_total:
            return [_ZERO] * len(amounts)
        off = [amount * (1 - self._factor) for amount in amounts]
        return round_parts(off, sale.discount_total, 2) or [_cents(one) for one in off]

    def _line(self, number: int) -> Line:
        row = self._document.lines[number]
        net = self._amounts[number] - self._off[number]
        base = row.qty * row.rate * self._factor
        shares = tuple(
            TaxShare(
                code=tax.code,
                title=_title(tax),
                percent=tax.rate,
                amount=self._money((base * tax.rate / 100).quantize(_EXACT)),
            )
            for tax in self._taxes[number]
        )
        tax = sum((share.amount.amount for share in shares), _ZERO)
        # A quantity of zero or less cannot stand in a ledger; its amount can.
        quantity = row.qty if row.qty > 0 else Decimal(1)
        unit = plain(row.unit)
        return Line(
            key=row.id,
            kind=LineKind.PRODUCT,
            name=plain(row.description),
            quantity=quantity,
            net=self._money(net),
            tax=self._money(tax),
            gross=self._money(net + tax),
            taxes=tuple(share for share in shares if share.amount.amount or not share.percent),
            tax_percent=sum((tax.rate for tax in self._taxes[number]), _ZERO),
            discount=self._money(self._off[number]) if self._off[number] else None,
            options=tuple(text for text in (plain(row.long_description), f"Unit: {unit}" if unit else "") if text),
        )

    def _untaxed(self, key: str, kind: LineKind, name: str, amount: Decimal) -> Line:
        money = self._money(amount)
        return Line(
            key=key,
            kind=kind,
            name=name,
            quantity=Decimal(1),
            net=money,
            tax=self._money(_ZERO),
            gross=money,
            discount_taxed=kind is not LineKind.DISCOUNT,
        )

    def _money(self, amount: Decimal) -> Money:
        return Money(amount, self._currency)


def _title(tax: Tax) -> str:
    rate = f"{tax.rate.normalize():f}"
    return tax.name if rate in tax.name else f"{tax.name} {rate} %"


def _cents(amount: Decimal) -> Decimal:
    return round_decimal(amount, 2, Rounding.HALF_UP)
