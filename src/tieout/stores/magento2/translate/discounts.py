"""Whether a shop took tax before or after the discount; it cannot be asked, so the figures tell."""

from __future__ import annotations

from decimal import Decimal

from tieout.stores.magento2 import wire
from tieout.stores.magento2.translate.items import Items
from tieout.stores.magento2.translate.taxes import TaxBook
from tieout.stores.magento2.wire import ZERO

_HUNDRED = Decimal(100)


def discount_is_untaxed(order: wire.Order, items: Items, book: TaxBook) -> bool:
    """True when the order's tax fits the prices before discount better than those after it (ACCOUNTING A6).

    A compensation (tax inside a discount) is only made when tax is taken after the discount. Judged over the
    whole order, because it is one setting of the website and single lines carry rounding from one another.
    """
    if not order.discount_amount or order.shipping_discount_tax_compensation_amount:
        return False
    actual = after = difference = ZERO
    for item in items.carrying:
        if item.compensation:
            return False
        percent = item.wire.tax_percent
        if item.discount and percent:
            actual += item.tax
            after += item.net * percent / _HUNDRED
            difference += item.discount * percent / _HUNDRED
    if order.shipping_discount_amount:
        percent = sum((tax.percent for tax in book.listed("shipping", 0)), ZERO)
        actual += order.shipping_tax_amount if percent else ZERO
        after += (order.shipping_amount - order.shipping_discount_amount) * percent / _HUNDRED
        difference += order.shipping_discount_amount * percent / _HUNDRED
    return abs(actual - after - difference) < abs(actual - after)
