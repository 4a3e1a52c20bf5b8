"""Lines out of bare amounts; the same for orders, invoices, credit memos and cancellations."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from tieout.documents import Line, LineKind
from tieout.money import Money
from tieout.stores.magento2.translate.items import Item
from tieout.stores.magento2.translate.taxes import Tax, TaxBook
from tieout.stores.magento2.wire import ZERO

#: Places of amounts that we divide ourselves; the shop's own figures are kept as they are.
DIVIDED_PLACES = Decimal("0.0001")
ONE = Decimal(1)
#: The most that a derived shipping line may be off.
DERIVED_REST_MAX = Decimal("0.05")
#: Adobe Commerce's product type of gift cards.
GIFT_CARD_TYPE = "giftcard"


class LineBuilder:
    """Collects the lines of one document.

    untaxed_discount: the shop takes tax before the discount (ACCOUNTING A6): lines then are before discount,
    and the discount is a line of its own without tax.  usual_percent: of all items, for taxed shipping that the
    shop names no tax for; 0 when they differ.
    """

    def __init__(
        self, book: TaxBook, currency: str, *, untaxed_discount: bool, usual_percent: Decimal = ZERO
    ) -> None:
        self._book = book
        self._currency = currency
        self._untaxed_discount = untaxed_discount
        self._usual_percent = usual_percent
        self._separate_discount = ZERO
        self.lines: list[Line] = []
        self.tax = ZERO
        self.gross = ZERO

    def product(self, item: Item, quantity: Decimal, net: Decimal, tax: Decimal, discount: Decimal) -> None:
        """net: after discount. discount: >= 0, in the shop's basis."""
        if self._untaxed_discount and discount:
            net += discount
            self._separate_discount += discount
        source = item.wire
        self._add(
            key=str(source.item_id),
            kind=LineKind.VOUCHER_SALE if source.product_type == GIFT_CARD_TYPE else LineKind.PRODUCT,
            name=source.name or source.sku,
            quantity=quantity,
            net=net,
            tax=tax,
            taxes=item.taxes,
            percent=source.tax_percent,
            discount=discount,
            sku=source.sku,
            product_key=item.product_key,
            options=item.options,
        )

    def levies(self, item: Item, quantity: Decimal) -> None:
        """The item's fixed product taxes for a part of the ordered quantity."""
        ordered = item.wire.qty_ordered
        whole = quantity == ordered or not ordered
        for number, levy in enumerate(item.levies):
            net, tax = levy.net, levy.tax
            if not whole:
                net = (net * quantity / ordered).quantize(DIVIDED_PLACES)
                tax = (tax * quantity / ordered).quantize(DIVIDED_PLACES)
            if not net and not tax:
                continue
            self._add(
                key=f"{item.wire.item_id}-levy" + (f"-{number + 1}" if number else ""),
                kind=LineKind.LEVY,
                name=levy.title,
                quantity=quantity or ONE,
                net=net,
                tax=tax,
                taxes=item.levy_taxes or item.taxes,
                percent=item.wire.tax_percent if tax else ZERO,
                sku="",
                product_key=item.product_key,
                code="weee",
            )

    def shipping(self, name: str, code: str, net: Decimal, tax: Decimal, discount: Decimal) -> None:
        """net: after discount."""
        if self._untaxed_discount and discount:
            net += discount
            self._separate_discount += discount
        if net or tax or discount:
            taxes = self._book.listed("shipping", 0)
            percent = sum((entry.percent for entry in taxes), ZERO)
            self._add(
                key="shipping",
                kind=LineKind.SHIPPING,
                name=name or "Shipping",
                quantity=ONE,
                net=net,
                tax=tax,
                taxes=taxes,
                percent=percent if taxes or not tax else self._usual_percent,
                discount=discount,
                code=code,
            )

    def fee(self, key: str, name: str, net: Decimal, tax: Decimal, taxes: Sequence[Tax]) -> None:
        if net or tax:
            percent = sum((entry.percent for entry in taxes), ZERO)
            self._add(
                key=key,
                kind=LineKind.FEE,
                name=name,
                quantity=ONE,
                net=net,
                tax=tax,
                taxes=taxes,
                percent=percent,
                code=key,
            )

    def unknown(self, key: str, name: str, net: Decimal, tax: Decimal, code: str) -> None:
        self._add(key=key, kind=LineKind.UNKNOWN, name=name, quantity=ONE, net=net, tax=tax, code=code)

    def untaxed(self, key: str, kind: LineKind, name: str, net: Decimal, *, code: str = "") -> None:
        if net:
            self._add(key=key, kind=kind, name=name, quantity=ONE, net=net, tax=ZERO, code=code)

    def leave_to_discounted_shipping(self, total: Decimal) -> None:
        """Give the rest between `total` and the lines to shipping, if that is discounted and the rest is cents.

        A credit memo tells no discount of shipping, so it is derived; after a part refund the derived parts miss the
        header's total by a few cents, and the header is right (seen on a running shop: 0.03).
        """
        rest = total - self.gross
        if not rest or abs(rest) > DERIVED_REST_MAX:
            return
        for number, line in enumerate(self.lines):
            if line.kind is LineKind.SHIPPING and line.discount is not None:
                net = Money(line.net.amount + rest, self._currency)
                self.lines[number] = msgspec.structs.replace(line, net=net, gross=net + line.tax)
                self.gross += rest

    def close(self, discount_text: str) -> None:
        """Adds the separate discount line, last of all."""
        name = f"Discount ({discount_text})" if discount_text else "Discount"
        self.untaxed("discount", LineKind.DISCOUNT, name, -self._separate_discount)

    def _add(
        self,
        *,
        key: str,
        kind: LineKind,
        name: str,
        quantity: Decimal,
        net: Decimal,
        tax: Decimal,
        taxes: Sequence[Tax] = (),
        percent: Decimal = ZERO,
        discount: Decimal = ZERO,
        sku: str = "",
        product_key: str = "",
        options: tuple[str, ...] = (),
        code: str = "",
    ) -> None:
        currency = self._currency
        gross = net + tax
        self.tax += tax
        self.gross += gross
        if tax and not taxes:
            taxes = self._book.guessed(tax, percent)
        self.lines.append(
            Line(
                key=key,
                kind=kind,
                name=name,
                quantity=quantity if quantity > 0 else ONE,
                net=Money(net, currency),
                tax=Money(tax, currency),
                gross=Money(gross, currency),
                taxes=self._book.shares(taxes, tax, currency) if tax else (),
                tax_percent=percent,
                discount=Money(discount, currency) if discount else None,
                discount_taxed=not (self._untaxed_discount and discount),
                sku=sku,
                product_key=product_key,
                options=options,
                code=code,
            )
        )
