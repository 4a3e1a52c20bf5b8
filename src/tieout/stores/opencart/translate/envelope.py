"""The envelope of one raw document: identity, place in a dossier, digest, and what grids show."""

from __future__ import annotations

import hashlib
from datetime import date

import msgspec

from tieout.documents import DocumentKey, DocumentKind, Envelope
from tieout.errors import Problem
from tieout.money import Money
from tieout.ports.store import RawDocument
from tieout.stores.decode import UNREADABLE, Reader, unreadable
from tieout.stores.opencart import wire
from tieout.stores.opencart.texts import fold_email, plain
from tieout.stores.opencart.translate.context import Shop
from tieout.stores.opencart.translate.lines import Converter, read_total
from tieout.stores.opencart.translate.order import order_url, state_of

_DIGEST_SIZE = 16

_encoder = msgspec.json.Encoder(decimal_format="string")


class EnvelopeReader:
    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._orders = Reader(wire.OrderDocument)
        self._customers = Reader(wire.CustomerDocument)
        self._products = Reader(wire.CatalogueDocument)

    def read(self, raw: RawDocument) -> Envelope:
        subject = f"{raw.kind.value} {raw.key[:40]}"
        try:
            if raw.kind is DocumentKind.ORDER:
                return self._order(raw, subject)
            if raw.kind is DocumentKind.CUSTOMER:
                return self._customer(raw, subject)
            return self._product(raw, subject)
        except UNREADABLE as error:
            return _refused(raw, unreadable(subject, str(error)))

    def _order(self, raw: RawDocument, subject: str) -> Envelope:
        document = self._orders.read(raw.body, subject)
        if isinstance(document, Problem):
            return _refused(raw, document)
        order, shop = document.order, self._shop
        problems: tuple[Problem, ...] = ()
        day: date | None = None
        total: Money | None = None
        try:
            day = shop.day(order.date_added)
            _, total = read_total(document, Converter(order, document.decimal_place))
        except UNREADABLE as error:
            problems = (unreadable(subject, str(error)),)
        own = DocumentKey(DocumentKind.ORDER, order.order_id)
        name = f"{plain(order.firstname)} {plain(order.lastname)}".strip()
        return Envelope(
            document=own,
            root=own,
            number=order.order_id,
            digest=_digest(_encoder.encode(_named(document))),
            updated_at=raw.updated_at,
            title=plain(order.payment_company).strip() or name,
            email=fold_email(plain(order.email)),
            state=state_of(document),
            store_view=order.store_id,
            date=day,
            total=total,
            url=order_url(document, shop),
            problems=problems,
        )

    def _customer(self, raw: RawDocument, subject: str) -> Envelope:
        document = self._customers.read(raw.body, subject)
        if isinstance(document, Problem):
            return _refused(raw, document)
        source = document.customer
        own = DocumentKey(DocumentKind.CUSTOMER, source.customer_id)
        return Envelope(
            document=own,
            root=own,
            number=source.customer_id,
            digest=_digest(_encoder.encode(document)),
            updated_at=raw.updated_at,
            title=f"{plain(source.firstname)} {plain(source.lastname)}".strip(),
            email=fold_email(plain(source.email)),
            state="enabled" if source.status == "1" else "disabled",
            store_view=source.store_id,
            url=self._shop.admin_url("customer/customer/form", "customer_id", source.customer_id),
        )

    def _product(self, raw: RawDocument, subject: str) -> Envelope:
        document = self._products.read(raw.body, subject)
        if isinstance(document, Problem):
            return _refused(raw, document)
        source = document.product
        own = DocumentKey(DocumentKind.PRODUCT, source.product_id)
        currency = self._shop.context.default_currency
        return Envelope(
            document=own,
            root=own,
            number=plain(source.sku or source.model).strip() or source.product_id,
            digest=_digest(_encoder.encode(msgspec.structs.replace(source, date_modified=""))),
            updated_at=raw.updated_at,
            title=plain(source.name),
            state="enabled" if source.status == "1" else "disabled",
            total=Money(source.price, currency) if currency else None,
            url=self._shop.admin_url("catalog/product/form", "product_id", source.product_id),
        )


def _named(document: wire.OrderDocument) -> wire.OrderDocument:
    """What a change of counts as a change of the order: not times of change, nor what the catalogue says today."""
    order = msgspec.structs.replace(document.order, date_modified="", invoice_no="", invoice_prefix="")
    return msgspec.structs.replace(document, order=order, hints=(), coupons=(), decimal_place="", default_currency="")


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
