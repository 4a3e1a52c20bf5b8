"""The dossier: an order with its invoices, credit memos and transactions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import msgspec

from tieout.documents import DocumentKey, DocumentKind, Dossier, Refund, StoreInvoice, StorePayment, Unreadable
from tieout.errors import Problem
from tieout.stores.magento2 import wire
from tieout.stores.magento2.decode import UNREADABLE, Reader, refused
from tieout.stores.magento2.translate.billing import (
    captures_of,
    refunds_of,
    translate_invoice,
    translate_payment,
    translate_refund,
)
from tieout.stores.magento2.translate.context import Shop, utc_time
from tieout.stores.magento2.translate.lines import CENT, OrderFacts
from tieout.stores.magento2.translate.order import read_facts, translate_order
from tieout.stores.magento2.wire import ZERO


class BaseTotal(msgspec.Struct, frozen=True):
    """The one figure that is read in base currency beside the others."""

    base_grand_total: Decimal = ZERO


class ItemChange(msgspec.Struct, frozen=True):
    qty_canceled: Decimal = ZERO
    updated_at: str = ""


class Changes(msgspec.Struct, frozen=True):
    """Times that are no part of the named fields (they move by themselves)."""

    updated_at: str = ""
    items: tuple[ItemChange, ...] = ()


class DossierReader:
    """Readers of all documents of an order, in one of the two currencies."""

    def __init__(self, shop: Shop) -> None:
        base = shop.base_amounts
        self._shop = shop
        self._orders = Reader(wire.Order, base=base)
        self._invoices = Reader(wire.Invoice, base=base)
        self._memos = Reader(wire.CreditMemo, base=base)
        self._transactions = Reader(wire.Transaction)
        self._base_totals = Reader(BaseTotal)
        self._changes = Reader(Changes)

    def read(self, root: bytes, members: Sequence[tuple[DocumentKind, bytes]]) -> Dossier | tuple[Problem, ...]:
        """Members that cannot be read are told in the dossier; an unreadable order leaves only problems."""
        order = self._orders.read(root, "an order")
        if isinstance(order, Problem):
            return (order,)
        subject = f"order {order.increment_id[:40] or order.entity_id}"
        try:
            facts = read_facts(order, self._shop)
            translated = translate_order(facts, self._shop, root, self._cancelled_at(order, root))
        except UNREADABLE as error:
            return (refused(subject, order, error),)
        work = _Members(self, self._shop, facts, translated.payment_title)
        work.read(members)
        return Dossier(
            order=translated,
            invoices=tuple(sorted(work.invoices, key=lambda entry: (entry.date, entry.created_at, entry.key))),
            refunds=tuple(sorted(work.refunds, key=lambda entry: (entry.date, entry.created_at, entry.key))),
            payments=tuple(sorted(work.payments, key=lambda entry: (entry.date, entry.document.key))),
            unreadable=tuple(work.unreadable),
        )

    def _cancelled_at(self, order: wire.Order, root: bytes) -> datetime | None:
        """When a part was cancelled: the earliest last change of a line with a cancelled quantity.

        The order itself changes again with each refund; a line that was cancelled whole never does.
        """
        if not order.total_canceled:
            return None
        changes = self._changes.read(root, "")
        if isinstance(changes, Problem):
            return None
        times = [item.updated_at for item in changes.items if item.qty_canceled > 0 and item.updated_at]
        text = min(times) if times else changes.updated_at
        try:
            return utc_time(text)
        except ValueError:
            return None

    def invoice(self, body: bytes) -> wire.Invoice | Problem:
        return self._invoices.read(body, "an invoice")

    def memo(self, body: bytes) -> wire.CreditMemo | Problem:
        return self._memos.read(body, "a credit memo")

    def transaction(self, body: bytes) -> wire.Transaction | Problem:
        return self._transactions.read(body, "a transaction")

    def base_total(self, body: bytes) -> Decimal:
        found = self._base_totals.read(body, "")
        return ZERO if isinstance(found, Problem) else found.base_grand_total


class _Members:
    """Reads the members of one dossier; one bad member never stops another."""

    def __init__(self, reader: DossierReader, shop: Shop, facts: OrderFacts, title: str) -> None:
        self._reader = reader
        self._shop = shop
        self._facts = facts
        self._title = title
        self.invoices: list[StoreInvoice] = []
        self.refunds: list[Refund] = []
        self.payments: list[StorePayment] = []
        self.unreadable: list[Unreadable] = []

    def read(self, members: Sequence[tuple[DocumentKind, bytes]]) -> None:
        transactions = [
            entry
            for kind, body in members
            if kind is DocumentKind.PAYMENT
            and not isinstance(entry := self._reader.transaction(body), Problem)
            and entry.order_id == self._facts.order.entity_id
        ]
        captures = captures_of(transactions)
        refunded = refunds_of(transactions)
        memos: list[tuple[wire.CreditMemo, bytes]] = []
        for kind, body in members:
            if kind is DocumentKind.INVOICE:
                self._invoice(body, captures)
            elif kind is DocumentKind.REFUND:
                memo = self._reader.memo(body)
                if isinstance(memo, Problem):
                    self._refuse(DocumentKind.REFUND, body, memo)
                else:
                    memos.append((memo, body))
        online = _online(self._facts.order, [memo for memo, _ in memos], refunded)
        for memo, body in memos:
            self._refund(memo, body, memo.entity_id in online)

    def _invoice(self, body: bytes, captures: dict[str, wire.Transaction]) -> None:
        invoice = self._reader.invoice(body)
        if isinstance(invoice, Problem):
            self._refuse(DocumentKind.INVOICE, body, invoice)
            return
        number = invoice.increment_id or str(invoice.entity_id)
        try:
            translated = translate_invoice(self._facts, invoice, body, self._shop)
            payment = translate_payment(
                self._facts, invoice, translated, captures, self._reader.base_total(body), self._title
            )
        except UNREADABLE as error:
            key = DocumentKey(DocumentKind.INVOICE, str(invoice.entity_id))
            self.unreadable.append(Unreadable(key, number, (refused(f"invoice {number[:40]}", invoice, error),)))
            return
        self.invoices.append(translated)
        if payment is not None:
            self.payments.append(payment)

    def _refund(self, memo: wire.CreditMemo, body: bytes, money_moved: bool) -> None:
        number = memo.increment_id or str(memo.entity_id)
        try:
            base_total = self._reader.base_total(body)
            self.refunds.append(
                translate_refund(self._facts, memo, body, self._shop, money_moved=money_moved, base_total=base_total)
            )
        except UNREADABLE as error:
            key = DocumentKey(DocumentKind.REFUND, str(memo.entity_id))
            self.unreadable.append(Unreadable(key, number, (refused(f"credit memo {number[:40]}", memo, error),)))

    def _refuse(self, kind: DocumentKind, body: bytes, problem: Problem) -> None:
        key = identity(body)
        self.unreadable.append(Unreadable(DocumentKey(kind, key), key, (problem,)))


class _Identity(msgspec.Struct, frozen=True):
    entity_id: int | str = ""


_identities = msgspec.json.Decoder(_Identity)


def identity(body: bytes) -> str:
    """The key of a document that is otherwise unreadable, "" when not even that can be read."""
    try:
        return str(_identities.decode(body).entity_id)[:40]
    except UNREADABLE:
        return ""


def _online(order: wire.Order, memos: Sequence[wire.CreditMemo], refunded: set[str]) -> set[int]:
    """Credit memos whose money went back through the gateway: by their transaction, else by the order's sum.

    Only a sum that equals all memos without a transaction says so; a part of it says nothing about any one.
    """
    found = {memo.entity_id for memo in memos if memo.transaction_id}
    if not all(figure.is_finite() for figure in (order.total_online_refunded, *(m.grand_total for m in memos))):
        return found
    others = [memo for memo in memos if not memo.transaction_id and memo.grand_total > 0]
    if not others or order.total_online_refunded <= 0:
        return found
    told = sum((memo.grand_total for memo in memos if memo.transaction_id), ZERO)
    if abs(order.total_online_refunded - told - sum((memo.grand_total for memo in others), ZERO)) < CENT:
        found.update(memo.entity_id for memo in others)
    elif len(others) == 1 and len(refunded) > len(found):
        found.add(others[0].entity_id)
    return found
