"""What Magento's REST interface sends, as far as we read it: named fields only.

Amounts are decimals from the text of the number. A field that is missing, null, "" or an empty list (PHP's
empty object) has its default; `decode.py` sees to the last three. Every money field has a twin with `base_` in
front; `base_variant` makes the same structures read the twins, so that translation is written once.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, TypeVar, cast, get_args, get_origin, get_type_hints

import msgspec

ZERO = Decimal(0)
#: A key of the shop's database; larger numbers are somebody's joke and would not fit our columns.
Id = Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class AppliedTax(msgspec.Struct, frozen=True):
    """One tax of a line or of the order. percent: effective, for a compound tax too."""

    code: str = ""
    title: str = ""
    percent: Decimal = ZERO
    amount: Decimal = ZERO


class ItemTaxes(msgspec.Struct, frozen=True):
    """type: product, shipping, weee, and Adobe Commerce's gift wrapping kinds."""

    type: str = ""
    item_id: int = 0
    associated_item_id: int = 0
    applied_taxes: tuple[AppliedTax, ...] = ()


class ItemizedTax(msgspec.Struct, frozen=True):
    """From 2.4.7: the taxes of an item beside the item itself."""

    tax_code: str = ""
    tax_percent: Decimal = ZERO
    amount: Decimal = ZERO
    taxable_item_type: str = ""


class ItemExtension(msgspec.Struct, frozen=True):
    itemized_taxes: tuple[ItemizedTax, ...] = ()


class OrderItem(msgspec.Struct, frozen=True):
    """A line of an order. row_total is left out on purpose: over REST it is not what it says (facts, 0.1)."""

    item_id: int = 0
    parent_item_id: int = 0
    product_id: int = 0
    product_type: str = ""
    name: str = ""
    sku: str = ""
    qty_ordered: Decimal = ZERO
    qty_invoiced: Decimal = ZERO
    qty_canceled: Decimal = ZERO
    price: Decimal = ZERO
    row_total_incl_tax: Decimal = ZERO
    tax_amount: Decimal = ZERO
    tax_percent: Decimal = ZERO
    tax_invoiced: Decimal = ZERO
    row_invoiced: Decimal = ZERO
    discount_amount: Decimal = ZERO
    discount_invoiced: Decimal = ZERO
    discount_tax_compensation_amount: Decimal = ZERO
    discount_tax_compensation_invoiced: Decimal = ZERO
    weee_tax_applied: str = ""
    weee_tax_applied_amount: Decimal = ZERO
    weee_tax_applied_row_amount: Decimal = ZERO
    extension_attributes: ItemExtension = ItemExtension()


class Address(msgspec.Struct, frozen=True):
    firstname: str = ""
    lastname: str = ""
    company: str = ""
    street: tuple[str, ...] = ()
    city: str = ""
    region: str = ""
    postcode: str = ""
    country_id: str = ""
    telephone: str = ""
    vat_id: str = ""
    email: str = ""


class Shipping(msgspec.Struct, frozen=True):
    address: Address | None = None
    method: str = ""


class ShippingAssignment(msgspec.Struct, frozen=True):
    shipping: Shipping = Shipping()


class KeyValue(msgspec.Struct, frozen=True):
    key: Any = None
    value: Any = None


class MeansFields(msgspec.Struct, frozen=True):
    """Adobe Commerce: what was paid by other means than money, and gift wrapping (facts, 5)."""

    gift_cards_amount: Decimal = ZERO
    customer_balance_amount: Decimal = ZERO
    reward_currency_amount: Decimal = ZERO
    #: Credit memos only: what went back as store credit instead of money.
    customer_bal_total_refunded: Decimal = ZERO
    gift_cards: Any = None
    gw_price: Decimal = ZERO
    gw_items_price: Decimal = ZERO
    gw_card_price: Decimal = ZERO
    gw_tax_amount: Decimal = ZERO
    gw_items_tax_amount: Decimal = ZERO
    gw_card_tax_amount: Decimal = ZERO


class OrderExtension(MeansFields, frozen=True):
    shipping_assignments: tuple[ShippingAssignment, ...] = ()
    payment_additional_info: tuple[KeyValue, ...] = ()
    applied_taxes: tuple[AppliedTax, ...] = ()
    item_applied_taxes: tuple[ItemTaxes, ...] = ()


class OrderPayment(msgspec.Struct, frozen=True):
    method: str = ""
    po_number: str = ""
    last_trans_id: str = ""
    base_amount_refunded_online: Decimal = ZERO


class Header(msgspec.Struct, frozen=True):
    """What orders, invoices and credit memos have in common."""

    entity_id: Id
    increment_id: str = ""
    store_id: int = 0
    state: Any = None
    created_at: str = ""
    base_currency_code: str = ""
    order_currency_code: str = ""
    grand_total: Decimal = ZERO
    tax_amount: Decimal = ZERO
    discount_amount: Decimal = ZERO
    shipping_amount: Decimal = ZERO
    shipping_tax_amount: Decimal = ZERO
    shipping_discount_tax_compensation_amount: Decimal = ZERO


class Order(Header, frozen=True):
    status: str = ""
    base_to_order_rate: Decimal = ZERO
    shipping_discount_amount: Decimal = ZERO
    shipping_canceled: Decimal = ZERO
    total_paid: Decimal = ZERO
    total_refunded: Decimal = ZERO
    total_due: Decimal = ZERO
    total_canceled: Decimal = ZERO
    total_invoiced: Decimal = ZERO
    total_online_refunded: Decimal = ZERO
    customer_id: int = 0
    customer_group_id: int | None = None
    customer_email: str = ""
    customer_firstname: str = ""
    customer_lastname: str = ""
    customer_taxvat: str = ""
    shipping_description: str = ""
    discount_description: str = ""
    coupon_code: str = ""
    relation_parent_id: str = ""
    original_increment_id: str = ""
    items: tuple[OrderItem, ...] = ()
    billing_address: Address = Address()
    payment: OrderPayment = OrderPayment()
    extension_attributes: OrderExtension = OrderExtension()


class DocumentItem(msgspec.Struct, frozen=True):
    """A line of an invoice or credit memo; row_total is None on lines that only repeat a parent."""

    order_item_id: int = 0
    name: str = ""
    sku: str = ""
    qty: Decimal = ZERO
    row_total: Decimal | None = None
    tax_amount: Decimal = ZERO
    discount_amount: Decimal = ZERO
    discount_tax_compensation_amount: Decimal = ZERO
    #: Credit memos only; invoices lack it.
    weee_tax_applied: str = ""


class Invoice(Header, frozen=True):
    order_id: int = 0
    transaction_id: str = ""
    items: tuple[DocumentItem, ...] = ()
    extension_attributes: MeansFields = MeansFields()


class CreditMemo(Header, frozen=True):
    order_id: int = 0
    invoice_id: int = 0
    transaction_id: str = ""
    adjustment_positive: Decimal = ZERO
    adjustment_negative: Decimal = ZERO
    items: tuple[DocumentItem, ...] = ()
    extension_attributes: MeansFields = MeansFields()


class Transaction(msgspec.Struct, frozen=True):
    transaction_id: Id
    order_id: int = 0
    txn_id: str = ""
    parent_txn_id: str = ""
    txn_type: str = ""
    created_at: str = ""


class CustomerRegion(msgspec.Struct, frozen=True):
    region: str = ""


class CustomerAddress(msgspec.Struct, frozen=True):
    """As Address, but the region is an object here."""

    firstname: str = ""
    lastname: str = ""
    company: str = ""
    street: tuple[str, ...] = ()
    city: str = ""
    region: CustomerRegion = CustomerRegion()
    postcode: str = ""
    country_id: str = ""
    telephone: str = ""
    vat_id: str = ""
    default_billing: bool = False
    default_shipping: bool = False


class Customer(msgspec.Struct, frozen=True):
    id: Id
    email: str = ""
    firstname: str = ""
    lastname: str = ""
    taxvat: str = ""
    group_id: int | None = None
    website_id: int = 0
    store_id: int = 0
    addresses: tuple[CustomerAddress, ...] = ()


class CustomAttribute(msgspec.Struct, frozen=True):
    attribute_code: str = ""
    value: Any = None


class Product(msgspec.Struct, frozen=True):
    id: Id
    sku: str = ""
    name: str = ""
    type_id: str = ""
    status: int = 1
    price: Decimal | None = None
    custom_attributes: tuple[CustomAttribute, ...] = ()


class Levy(msgspec.Struct, frozen=True):
    """An entry of `weee_tax_applied`, a JSON text inside the item: a fixed product tax. Amounts of the row."""

    title: str = ""
    row_amount: Decimal = ZERO
    row_amount_incl_tax: Decimal = ZERO


#: Twins whose name is not simply `base_` and the name.
_BASE_NAMES = {
    "shipping_discount_tax_compensation_amount": "base_shipping_discount_tax_compensation_amnt",
    "weee_tax_applied_row_amount": "base_weee_tax_applied_row_amnt",
    "gw_price": "gw_base_price",
    "gw_items_price": "gw_items_base_price",
    "gw_card_price": "gw_card_base_price",
    "gw_tax_amount": "gw_base_tax_amount",
    "gw_items_tax_amount": "gw_items_base_tax_amount",
    "gw_card_tax_amount": "gw_card_base_tax_amount",
}
#: Decimals that are not amounts.
_NO_TWIN = {
    "percent",
    "tax_percent",
    "qty",
    "qty_ordered",
    "qty_invoiced",
    "qty_canceled",
    "base_to_order_rate",
    "base_amount_refunded_online",
}

S = TypeVar("S", bound=msgspec.Struct)
_variants: dict[type, type] = {}


def base_variant(structure: type[S]) -> type[S]:
    """The same structure reading the figures in base currency; same field names, so the same code reads it."""
    if structure not in _variants:
        hints = get_type_hints(structure, include_extras=True)
        names: dict[str, str] = {}
        fields: list[tuple[str, Any, Any]] = []
        for field in msgspec.structs.fields(structure):
            amount = hints[field.name] in (Decimal, Decimal | None) and field.name not in _NO_TWIN
            if amount:
                names[field.name] = _BASE_NAMES.get(field.name, f"base_{field.name}")
            fields.append((field.name, _base_type(hints[field.name]), field.default))
        _variants[structure] = msgspec.defstruct(
            f"Base{structure.__name__}",
            [
                (name, kind) if default is msgspec.NODEFAULT else (name, kind, default)
                for name, kind, default in fields
            ],
            bases=(structure,),
            rename=names,
            frozen=True,
        )
    return cast(type[S], _variants[structure])


def _base_type(kind: Any) -> Any:
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return base_variant(kind)
    if get_origin(kind) is tuple:
        inner: Any = _base_type(get_args(kind)[0])
        return tuple.__class_getitem__((inner, ...))
    return kind
