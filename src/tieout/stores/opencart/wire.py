"""Documents as our readers make them from the shop's rows: JSON, every value a text, NULL left out.

The database and the extension give the same rows, so both ways in end here. Columns keep the shop's names.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

ZERO = Decimal(0)


class OrderRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """A row of `order`. Amounts in the shop's default currency; times are the shop's local wall-clock."""

    order_id: str
    total: Decimal
    currency_code: str
    currency_value: Decimal
    date_added: str
    order_status_id: str = "0"
    date_modified: str = ""
    invoice_no: str = ""
    invoice_prefix: str = ""
    transaction_id: str = ""
    store_id: str = "0"
    store_name: str = ""
    customer_id: str = "0"
    customer_group_id: str = ""
    firstname: str = ""
    lastname: str = ""
    email: str = ""
    telephone: str = ""
    custom_field: str = ""
    payment_firstname: str = ""
    payment_lastname: str = ""
    payment_company: str = ""
    payment_address_1: str = ""
    payment_address_2: str = ""
    payment_city: str = ""
    payment_postcode: str = ""
    payment_country: str = ""
    payment_country_id: str = ""
    payment_zone: str = ""
    payment_zone_id: str = ""
    payment_custom_field: str = ""
    payment_method: str = ""
    payment_code: str = ""
    shipping_firstname: str = ""
    shipping_lastname: str = ""
    shipping_company: str = ""
    shipping_address_1: str = ""
    shipping_address_2: str = ""
    shipping_city: str = ""
    shipping_postcode: str = ""
    shipping_country: str = ""
    shipping_country_id: str = ""
    shipping_zone: str = ""
    shipping_zone_id: str = ""
    shipping_custom_field: str = ""
    shipping_method: str = ""
    shipping_code: str = ""
    language_id: str = ""


class ProductRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """A row of `order_product`. price: of one unit, net, options inside. tax: of one unit, before coupons."""

    order_product_id: str
    product_id: str = "0"
    name: str = ""
    model: str = ""
    quantity: Decimal = Decimal(1)
    price: Decimal = ZERO
    total: Decimal = ZERO
    tax: Decimal = ZERO


class OptionRow(msgspec.Struct, frozen=True, omit_defaults=True):
    order_product_id: str
    order_option_id: str = ""
    name: str = ""
    value: str = ""
    type: str = ""


class TotalRow(msgspec.Struct, frozen=True, omit_defaults=True):
    order_total_id: str = ""
    code: str = ""
    title: str = ""
    value: Decimal = ZERO
    sort_order: str = ""


class HistoryRow(msgspec.Struct, frozen=True, omit_defaults=True):
    order_history_id: str = ""
    order_status_id: str = "0"
    comment: str = ""
    date_added: str = ""


class VoucherRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """A gift voucher sold in the order (3.x and 4.0)."""

    order_voucher_id: str
    description: str = ""
    code: str = ""
    amount: Decimal = ZERO


class ReturnRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """A row of `return`; it tells no money."""

    return_id: str
    order_id: str = ""
    product_id: str = "0"
    product: str = ""
    model: str = ""
    quantity: Decimal = ZERO
    return_action_id: str = ""
    return_status_id: str = ""
    date_added: str = ""
    date_modified: str = ""


class CouponRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """A coupon that the order used, as it is set up today. shipping: "1" where it pays the shipping too."""

    code: str = ""
    type: str = ""
    shipping: str = ""


class ProductHint(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the catalogue says of a product today; a help only, so it is no part of the digest."""

    product_id: str
    tax_class_id: str = ""
    sku: str = ""


class OrderDocument(msgspec.Struct, frozen=True, omit_defaults=True):
    """An order with everything that hangs on it.

    decimal_place: of the order's currency, as the shop's table says.  default_currency: the shop's when it was
    read; the order itself does not tell.  removed_at: when the order was found deleted (UTC), "" while it lives.
    """

    order: OrderRow
    products: tuple[ProductRow, ...] = ()
    options: tuple[OptionRow, ...] = ()
    totals: tuple[TotalRow, ...] = ()
    history: tuple[HistoryRow, ...] = ()
    vouchers: tuple[VoucherRow, ...] = ()
    returns: tuple[ReturnRow, ...] = ()
    coupons: tuple[CouponRow, ...] = ()
    hints: tuple[ProductHint, ...] = ()
    decimal_place: str = ""
    default_currency: str = ""
    removed_at: str = ""


class CustomerRow(msgspec.Struct, frozen=True, omit_defaults=True):
    customer_id: str
    customer_group_id: str = ""
    store_id: str = "0"
    firstname: str = ""
    lastname: str = ""
    email: str = ""
    telephone: str = ""
    custom_field: str = ""
    status: str = "1"
    date_added: str = ""


class AddressRow(msgspec.Struct, frozen=True, omit_defaults=True):
    address_id: str = ""
    firstname: str = ""
    lastname: str = ""
    company: str = ""
    address_1: str = ""
    address_2: str = ""
    city: str = ""
    postcode: str = ""
    country_id: str = ""
    zone: str = ""
    custom_field: str = ""


class CustomerDocument(msgspec.Struct, frozen=True, omit_defaults=True):
    """A registered customer with the default address."""

    customer: CustomerRow
    address: AddressRow | None = None


class CatalogueRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """A product of the catalogue; name and description in the shop's own language."""

    product_id: str
    name: str = ""
    description: str = ""
    model: str = ""
    sku: str = ""
    price: Decimal = ZERO
    tax_class_id: str = ""
    status: str = "1"
    date_added: str = ""
    date_modified: str = ""


class CatalogueDocument(msgspec.Struct, frozen=True, omit_defaults=True):
    product: CatalogueRow
