"""The dossier: everything a store says about one order, planned together."""

from __future__ import annotations

from datetime import date

import msgspec

from tieout.documents.keys import DocumentKey
from tieout.documents.sales import Order, Refund, StoreInvoice
from tieout.errors import Problem
from tieout.money import Money


class StorePayment(msgspec.Struct, frozen=True, gc=False):
    """Money that the store says it received for an order.

    document: where it is told (a store invoice marked paid, a payment record); with `ordinal` the identity.
    date: capture transaction's date, else the paid invoice's (ACCOUNTING C2), store view's zone.
    amount: in the order's currency, > 0.  base_amount: what the gateway captured in base currency (C9).
    offline: the store's word "paid" does not prove money (ACCOUNTING C1).
    """

    document: DocumentKey
    order_key: str
    date: date
    amount: Money
    method: str
    method_title: str = ""
    invoice_key: str = ""
    ordinal: int = 0
    reference: str = ""
    base_amount: Money | None = None
    offline: bool = False


class Unreadable(msgspec.Struct, frozen=True, gc=False):
    """A member of the dossier that could not be translated; it is held, the others go on."""

    document: DocumentKey
    number: str
    problems: tuple[Problem, ...]


class Dossier(msgspec.Struct, frozen=True, gc=False):
    """An order with its store invoices, refunds and payments, each in the order of their dates.

    A store without orders (CRM) makes the order from its invoice.
    """

    order: Order
    invoices: tuple[StoreInvoice, ...] = ()
    refunds: tuple[Refund, ...] = ()
    payments: tuple[StorePayment, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
