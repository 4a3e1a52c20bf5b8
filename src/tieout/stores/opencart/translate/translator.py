"""The translator of an OpenCart connection: implements `ports.store.StoreTranslator`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tieout.documents import Customer, DocumentKind, Dossier, Envelope, Product
from tieout.errors import Problem
from tieout.money import Money
from tieout.ports.store import RawDocument
from tieout.stores.decode import UNREADABLE, Reader, unreadable
from tieout.stores.opencart import wire
from tieout.stores.opencart.texts import plain
from tieout.stores.opencart.translate.context import Shop, read_context
from tieout.stores.opencart.translate.envelope import EnvelopeReader
from tieout.stores.opencart.translate.lines import read_figures
from tieout.stores.opencart.translate.order import translate_order, translate_payment
from tieout.stores.opencart.translate.parties import registered_customer
from tieout.stores.opencart.translate.refunds import translate_refunds


class OpenCartTranslator:
    """context: the bytes of `OpenCartReader.context`. options: see `translate.context.Shop`."""

    def __init__(self, context: bytes, options: Mapping[str, str]) -> None:
        shop = Shop(read_context(context), options)
        self._shop = shop
        self._envelopes = EnvelopeReader(shop)
        self._orders = Reader(wire.OrderDocument)
        self._customers = Reader(wire.CustomerDocument)
        self._products = Reader(wire.CatalogueDocument)

    def zones(self) -> Sequence[tuple[str, str]]:
        return [("", str(self._shop.zone))]

    def envelope(self, raw: RawDocument) -> Envelope:
        return self._envelopes.read(raw)

    def dossier(self, root: bytes, members: Sequence[tuple[DocumentKind, bytes]]) -> Dossier | tuple[Problem, ...]:
        """An order tells everything about itself, so members are not looked at."""
        document = self._orders.read(root, "an order")
        if isinstance(document, Problem):
            return (document,)
        try:
            figures = read_figures(document, self._shop)
            order = translate_order(document, figures, self._shop)
            payment = translate_payment(document, figures, self._shop)
            refunds = translate_refunds(document, figures, self._shop)
        except UNREADABLE as error:
            return (unreadable(f"order {document.order.order_id[:40]}", str(error)),)
        return Dossier(order=order, refunds=refunds, payments=() if payment is None else (payment,))

    def customer(self, body: bytes) -> Customer | tuple[Problem, ...]:
        document = self._customers.read(body, "a customer")
        if isinstance(document, Problem):
            return (document,)
        return registered_customer(document, self._shop)

    def product(self, body: bytes) -> Product | tuple[Problem, ...]:
        document = self._products.read(body, "a product")
        if isinstance(document, Problem):
            return (document,)
        source, shop = document.product, self._shop
        currency = shop.context.default_currency
        try:
            price = Money(source.price, currency) if currency else None
        except UNREADABLE as error:
            return (unreadable(f"product {source.product_id[:40]}", str(error)),)
        return Product(
            key=source.product_id,
            sku=plain(source.sku or source.model).strip(),
            name=plain(source.name),
            description=plain(source.description),
            price=price,
            tax_class=shop.tax_classes.get(source.tax_class_id, ""),
            enabled=source.status == "1",
            url=shop.admin_url("catalog/product/form", "product_id", source.product_id),
        )
