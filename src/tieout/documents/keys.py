"""Which document of a store: its kind, its key, and what lists need to know of it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec

from tieout.errors import Problem
from tieout.money import Money


class DocumentKind(StrEnum):
    CUSTOMER = "customer"
    PRODUCT = "product"
    ORDER = "order"
    INVOICE = "invoice"
    REFUND = "refund"
    #: A gateway's event (Magento transaction) or a payment record (Perfex).
    PAYMENT = "payment"


#: Kinds that lead a dossier: a shop's order; in a CRM an invoice, or a credit note that stands on its own.
LEADING = (DocumentKind.ORDER, DocumentKind.INVOICE, DocumentKind.REFUND)


class DocumentKey(msgspec.Struct, frozen=True, gc=False, array_like=True, order=True):
    """A document within one store connection.

    key: the store's own id as text ("16"), unique per kind; for things the store has no id for, one of our
    own: "guest:<e-mail, folded>", "guest-of-order:<order id>", "sku:<SKU>".
    """

    kind: DocumentKind
    key: str

    def __str__(self) -> str:
        return f"{self.kind.value} {self.key}"


class Envelope(msgspec.Struct, frozen=True, gc=False):
    """What grids, filters and the grouping into dossiers need of one raw document.

    root: key of the order (or, in a CRM, the invoice) that leads the dossier; for customers and products the
    document itself.  number: what people read.  date: accounting date, None for customers and products.
    digest: hex digest over the named fields only, so that a write-back or a view counter changes nothing.
    problems: when not empty the raw document could not be read whole; it is held with these reasons.
    """

    document: DocumentKey
    root: DocumentKey
    number: str
    digest: str
    updated_at: datetime
    title: str = ""
    email: str = ""
    state: str = ""
    store_view: str = ""
    date: date | None = None
    total: Money | None = None
    url: str = ""
    problems: tuple[Problem, ...] = ()
