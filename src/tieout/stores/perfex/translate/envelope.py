"""The envelope of one raw document: identity, digest, and what grids show."""

from __future__ import annotations

import hashlib
from datetime import date

import msgspec

from tieout.documents import DocumentKey, DocumentKind, Envelope
from tieout.errors import Problem
from tieout.money import Money
from tieout.ports.store import RawDocument
from tieout.stores.decode import UNREADABLE, Reader, unreadable
from tieout.stores.perfex import wire
from tieout.stores.perfex.texts import plain
from tieout.stores.perfex.translate.crm import CrmFacts, day_of
from tieout.stores.perfex.translate.parties import client_customer
from tieout.stores.perfex.translate.sales import credit_note_state, invoice_state

_DIGEST_SIZE = 16
_encoder = msgspec.json.Encoder(decimal_format="string")


class EnvelopeReader:
    def __init__(self, crm: CrmFacts) -> None:
        self._crm = crm
        self._sales = Reader(wire.SaleDocument)
        self._clients = Reader(wire.ClientDocument)
        self._items = Reader(wire.ItemDocument)

    def read(self, raw: RawDocument) -> Envelope:
        subject = f"{raw.kind.value} {raw.key[:40]}"
        try:
            if raw.kind is DocumentKind.CUSTOMER:
                return self._client(raw, subject)
            if raw.kind is DocumentKind.PRODUCT:
                return self._item(raw, subject)
            return self._sale(raw, subject)
        except UNREADABLE as error:
            return _refused(raw, unreadable(subject, str(error)))

    def _sale(self, raw: RawDocument, subject: str) -> Envelope:
        document = self._sales.read(raw.body, subject)
        if isinstance(document, Problem):
            return _refused(raw, document)
        sale, crm = document.sale, self._crm
        is_invoice = raw.kind is DocumentKind.INVOICE
        problems: tuple[Problem, ...] = ()
        number, day, total = sale.id, None, None
        try:
            number = crm.number(sale)
            day = day_of(sale.date)
            total = Money(sale.total, crm.currency(document))
        except UNREADABLE as error:
            problems = (unreadable(subject, str(error)),)
        own = DocumentKey(raw.kind, sale.id)
        path = "invoices/list_invoices" if is_invoice else "credit_notes/list_credit_notes"
        return self._envelope(
            raw, own, number, _named(document),
            title=plain(document.client.company) or plain(sale.deleted_customer_name),
            state=invoice_state(document) if is_invoice else credit_note_state(document),
            day=day, total=total, url=crm.page(f"{path}/{sale.id}"), problems=problems,
        )  # fmt: skip

    def _client(self, raw: RawDocument, subject: str) -> Envelope:
        document = self._clients.read(raw.body, subject)
        if isinstance(document, Problem):
            return _refused(raw, document)
        customer = client_customer(document, self._crm)
        own = DocumentKey(DocumentKind.CUSTOMER, document.client.userid)
        return self._envelope(
            raw, own, document.client.userid, _encoder.encode(document),
            title=customer.company or f"{customer.first_name} {customer.last_name}".strip(),
            email=customer.email, state="active" if document.client.active == "1" else "inactive", url=customer.url,
        )  # fmt: skip

    def _item(self, raw: RawDocument, subject: str) -> Envelope:
        document = self._items.read(raw.body, subject)
        if isinstance(document, Problem):
            return _refused(raw, document)
        item, base = document.item, self._crm.context.base_currency
        own = DocumentKey(DocumentKind.PRODUCT, item.id)
        return self._envelope(
            raw, own, item_code(item), _encoder.encode(document), title=plain(item.description),
            total=Money(item.rate, base) if base else None, url=self._crm.page("invoice_items"),
        )  # fmt: skip

    def _envelope(
        self,
        raw: RawDocument,
        own: DocumentKey,
        number: str,
        content: bytes,
        *,
        title: str = "",
        email: str = "",
        state: str = "",
        day: date | None = None,
        total: Money | None = None,
        url: str = "",
        problems: tuple[Problem, ...] = (),
    ) -> Envelope:
        return Envelope(
            document=own,
            root=own,
            number=number,
            digest=_digest(content),
            updated_at=raw.updated_at,
            title=title,
            email=email,
            state=state,
            date=day,
            total=total,
            url=url,
            problems=problems,
        )


def item_code(item: wire.ItemRow) -> str:
    """The price list has no codes of its own."""
    return f"ITEM-{item.id}"


def _named(document: wire.SaleDocument) -> bytes:
    """What a change of counts: not the client's name, which only lists show, nor the note that bears our marker."""
    replace = msgspec.structs.replace
    sale = replace(document.sale, adminnote="", datecreated="")
    payments = tuple(replace(one, name="") for one in document.payments)
    client = replace(document.client, company="")
    return _encoder.encode(replace(document, sale=sale, payments=payments, client=client))


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=_DIGEST_SIZE).hexdigest()


def _refused(raw: RawDocument, problem: Problem) -> Envelope:
    """An envelope for data that cannot be read: it is kept, stands for itself, and is shown with the reason."""
    own = DocumentKey(raw.kind, raw.key)
    return Envelope(
        document=own,
        root=own,
        number=raw.key,
        digest=_digest(raw.body),
        updated_at=raw.updated_at,
        problems=(problem,),
    )
