"""The translator of a Magento connection: implements `ports.store.StoreTranslator`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tieout.documents import Customer, DocumentKind, Dossier, Envelope, Product
from tieout.errors import Problem
from tieout.ports.store import RawDocument
from tieout.stores.magento2 import wire
from tieout.stores.magento2.decode import UNREADABLE, Reader, unreadable
from tieout.stores.magento2.translate.context import Shop, read_context
from tieout.stores.magento2.translate.dossier import DossierReader
from tieout.stores.magento2.translate.envelope import EnvelopeReader
from tieout.stores.magento2.translate.parties import registered_customer
from tieout.stores.magento2.translate.product import translate_product


class MagentoTranslator:
    """context: the bytes of `MagentoReader.context`. options: see `translate.context.Shop`."""

    def __init__(self, context: bytes, options: Mapping[str, str]) -> None:
        shop = Shop(read_context(context), options)
        self._shop = shop
        self._envelopes = EnvelopeReader(shop)
        self._dossiers = DossierReader(shop)
        self._customers = Reader(wire.Customer)
        self._products = Reader(wire.Product)

    def zones(self) -> Sequence[tuple[str, str]]:
        return [(view.code, view.zone.key) for view in self._shop.views.values()]

    def envelope(self, raw: RawDocument) -> Envelope:
        return self._envelopes.read(raw)

    def dossier(self, root: bytes, members: Sequence[tuple[DocumentKind, bytes]]) -> Dossier | tuple[Problem, ...]:
        return self._dossiers.read(root, members)

    def customer(self, body: bytes) -> Customer | tuple[Problem, ...]:
        source = self._customers.read(body, "a customer")
        if isinstance(source, Problem):
            return (source,)
        return registered_customer(source, self._shop)

    def product(self, body: bytes) -> Product | tuple[Problem, ...]:
        source = self._products.read(body, "a product")
        if isinstance(source, Problem):
            return (source,)
        try:
            return translate_product(source, self._shop)
        except UNREADABLE as error:
            return (unreadable(f"product {source.sku[:40]}", str(error)),)
