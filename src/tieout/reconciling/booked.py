"""What our own records say about a dossier: what was sent, what is not due yet, what was passed over."""

from __future__ import annotations

import msgspec

from tieout.accounting import Payload, Ref
from tieout.documents import DocumentKey
from tieout.rules.catalogue import Code

#: Codes under which a store payment is knowingly not in the ledger.
PASSED_OVER = frozenset(
    (Code.MONEY_NOT_SEEN, Code.METHOD_SKIPPED, Code.BEFORE_START_DATE, Code.ZERO_PAYMENT, Code.SALE_MISSING)
)


class Sent(msgspec.Struct, frozen=True):
    """A posting wanted. payload None: it must not exist. due False: held or waiting, nothing is expected."""

    ref: Ref
    payload: Payload | None
    marker: str
    due: bool = True


class Booked(msgspec.Struct, frozen=True):
    """sales_documents: "orders" or "invoices". passed_over: documents skipped under one of `PASSED_OVER`.

    base_currency: the organisation's; exchange rates are compared where it is the store's too.
    """

    sent: tuple[Sent, ...]
    sales_documents: str = "orders"
    passed_over: frozenset[DocumentKey] = frozenset()
    base_currency: str = ""
