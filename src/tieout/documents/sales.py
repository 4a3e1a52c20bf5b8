"""Orders, store invoices and refunds."""

from __future__ import annotations

import datetime as dt
from datetime import date, datetime
from decimal import Decimal

import msgspec

from tieout.documents.keys import DocumentKey
from tieout.documents.lines import Line, TaxTotal
from tieout.documents.parties import Address, Customer
from tieout.money import Money


class MeansOfPayment(msgspec.Struct, frozen=True, gc=False):
    """Gift card, store credit or reward points that paid a part of an order (ACCOUNTING C6). amount > 0."""

    method: str
    title: str
    amount: Money
    code: str = ""


class Cancellation(msgspec.Struct, frozen=True, gc=False):
    """What was cancelled of an order after a part of it had been invoiced (ACCOUNTING B4).

    lines: the cancelled quantities and the shipping share, amounts positive, keys as in the order.
    total: gross of it, as the store shows it.  date: when first seen cancelled, the store view's zone.
    """

    lines: tuple[Line, ...]
    total: Money
    tax_total: Money
    date: date


class Order(msgspec.Struct, frozen=True, gc=False):
    """A sale as agreed. Amounts in the currency the customer saw, or in base currency when so chosen.

    state: the store's own fixed state word, the key of the status rules (ACCOUNTING B2).
    status: the merchant's label, shown only.
    total, tax_total: as shown to the customer, minor-unit exact; means of payment are not subtracted.
    exact_total: as the store calculated it.  taxes: each tax as shown.
    rate: order currency per base currency, None when they are the same.
    shows_gross: whether the shop shows prices with tax inside in this view (ACCOUNTING A12), None unknown.
    discount_text: the labels of rules and coupon, for line texts.
    """

    key: str
    number: str
    state: str
    status: str
    store_view: str
    placed_at: datetime
    date: date
    currency: str
    base_currency: str
    customer: Customer
    lines: tuple[Line, ...]
    taxes: tuple[TaxTotal, ...]
    total: Money
    tax_total: Money
    exact_total: Money
    payment_method: str
    payment_title: str = ""
    rate: Decimal | None = None
    ship_to: Address | None = None
    shows_gross: bool | None = None
    means: tuple[MeansOfPayment, ...] = ()
    discount_text: str = ""
    cancellation: Cancellation | None = None
    #: What the store itself says is paid, refunded and open, for tie-out (ACCOUNTING C4, E1).
    paid: Money | None = None
    refunded: Money | None = None
    open: Money | None = None
    purchase_order: str = ""
    replaces: str = ""
    url: str = ""


class StoreInvoice(msgspec.Struct, frozen=True, gc=False):
    """The store's bill for an order or a part of it: only its own lines, quantities and shipping share.

    state: the store's own word ("open", "paid", "cancelled" for Magento's 1, 2, 3).
    due_date: as the store's invoice says, None where it says none.
    """

    key: str
    number: str
    order_key: str
    state: str
    created_at: datetime
    date: date
    lines: tuple[Line, ...]
    taxes: tuple[TaxTotal, ...]
    total: Money
    tax_total: Money
    exact_total: Money
    means: tuple[MeansOfPayment, ...] = ()
    url: str = ""
    due_date: dt.date | None = None


class AppliedCredit(msgspec.Struct, frozen=True, gc=False):
    """What a credit note standing on its own gave to an invoice of the store. key: a number, unique and lasting.

    invoice_date, invoice_state: of that invoice, which may belong to another dossier; None and "" unknown.
    """

    key: str
    invoice: DocumentKey
    amount: Money
    date: date
    invoice_date: dt.date | None = None
    invoice_state: str = ""


class MoneyBack(msgspec.Struct, frozen=True, gc=False):
    """Money that went back for a credit note that stands on its own. key: a number, unique and lasting."""

    key: str
    amount: Money
    date: date
    method: str
    method_title: str = ""
    reference: str = ""


class Refund(msgspec.Struct, frozen=True, gc=False):
    """A credit memo or refund. Amounts positive for what the customer gets back.

    invoice_key: when made from one store invoice; "" for an order-level refund.
    method: where the money went back (ACCOUNTING C5), the store's method code.
    money_moved: the store knows that money went back (gateway refund); False for offline methods, where the
    method's rule decides; means: parts given back as store credit or gift card.
    applied: not None for a credit note that stands on its own: the store itself says which invoices it settled and
    (given_back) what went back as money; what is left is open credit.
    """

    key: str
    number: str
    order_key: str
    state: str
    created_at: datetime
    date: date
    lines: tuple[Line, ...]
    taxes: tuple[TaxTotal, ...]
    total: Money
    tax_total: Money
    exact_total: Money
    method: str
    invoice_key: str = ""
    money_moved: bool = False
    base_total: Money | None = None
    means: tuple[MeansOfPayment, ...] = ()
    reference: str = ""
    url: str = ""
    applied: tuple[AppliedCredit, ...] | None = None
    given_back: tuple[MoneyBack, ...] = ()
