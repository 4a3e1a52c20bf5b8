"""Lines of sales documents and refunds, and their taxes."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

import msgspec

from tieout.money import Money


class LineKind(StrEnum):
    PRODUCT = "product"
    SHIPPING = "shipping"
    FEE = "fee"
    #: A discount that stands on its own; discounts inside line prices are told by `Line.discount`.
    DISCOUNT = "discount"
    #: Fixed-amount taxes and levies (Magento fixed product tax, eco levies): ACCOUNTING A7.
    LEVY = "levy"
    TIP = "tip"
    #: A gift card or voucher sold.
    VOUCHER_SALE = "voucher_sale"
    #: Adjustment refund (positive) or fee (negative) of a refund: ACCOUNTING A11.
    ADJUSTMENT = "adjustment"
    #: Cash rounding that the shop itself shows (Swiss 0.05).
    ROUNDING = "rounding"
    #: A total of unknown kind of an extension: held until named (ACCOUNTING E3).
    UNKNOWN = "unknown"


class TaxShare(msgspec.Struct, frozen=True, gc=False):
    """One tax on one line. code: the store's identifier of the rate, what the operator maps.

    percent: as the store shows it; a compound tax has its effective percent.
    fixed: the tax is an amount, not a percentage.
    """

    code: str
    title: str
    percent: Decimal
    amount: Money
    country: str = ""
    fixed: bool = False


class TaxTotal(msgspec.Struct, frozen=True, gc=False):
    """One tax over the whole document, as the store showed it to its customer."""

    code: str
    title: str
    percent: Decimal
    amount: Money


class Line(msgspec.Struct, frozen=True, gc=False):
    """One line. net + tax = gross; sum of `taxes` amounts = tax (exact, may have 4 decimals).

    key: the order line's id, the same in orders, store invoices and refunds, so that a credit note can copy
    account and tax type from the posted invoice line (ACCOUNTING A10); "shipping", "adjustment" … for others.
    quantity: > 0 as the store says (4 decimals); 1 where the store has none.
    net, gross: after discount. discount: what was taken off, >= 0, in the basis the store states it
    (`discount_taxed`: whether tax was calculated on the price after the discount; False is ACCOUNTING A6:
    then net and gross are *before* discount, and the document has a DISCOUNT line without tax for it).
    tax_percent: sum of the store's percentages, also when the amount is 0 and no share is listed.
    """

    key: str
    kind: LineKind
    name: str
    quantity: Decimal
    net: Money
    tax: Money
    gross: Money
    taxes: tuple[TaxShare, ...] = ()
    tax_percent: Decimal = Decimal(0)
    discount: Money | None = None
    discount_taxed: bool = True
    sku: str = ""
    product_key: str = ""
    options: tuple[str, ...] = ()
    tax_class: str = ""
    #: The store's own code of a total, fee or levy ("low_order_fee"), the key of rules about it.
    code: str = ""
