"""The translator of a Perfex connection: implements `ports.store.StoreTranslator`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tieout.documents import Customer, DocumentKind, Dossier, Envelope, Product
from tieout.errors import Problem
from tieout.money import Money
from tieout.ports.store import RawDocument
from tieout.stores.decode import UNREADABLE, Reader, unreadable
from tieout.stores.perfex import wire
from tieout.stores.perfex.texts import plain
from tieout.stores.perfex.translate.crm import CrmFacts, read_context
from tieout.stores.perfex.translate.envelope import EnvelopeReader, item_code
from tieout.stores.perfex.translate.figures import read_figures
from tieout.stores.perfex.translate.parties import client_customer
from tieout.stores.perfex.translate.sales import credit_note_dossier, invoice_dossier


class PerfexTranslator:
    """context: the bytes of `PerfexReader.context`. options: of the connection."""

    def __init__(self, context: bytes, options: Mapping[str, str]) -> None:
        self._crm = CrmFacts(read_context(context), options)
        self._envelopes = EnvelopeReader(self._crm)
        self._sales = Reader(wire.SaleDocument)
        self._clients = Reader(wire.ClientDocument)
        self._items = Reader(wire.ItemDocument)

    def envelope(self, raw: RawDocument) -> Envelope:
        return self._envelopes.read(raw)

    def dossier(self, root: bytes, members: Sequence[tuple[DocumentKind, bytes]]) -> Dossier | tuple[Problem, ...]:
        """An invoice or a credit note tells everything about itself, so members are not looked at."""
        document = self._sales.read(root, "a document")
        if isinstance(document, Problem):
            return (document,)
        is_note = document.kind == "credit_note"
        subject = f"{'credit note' if is_note else 'invoice'} {document.sale.id[:40]}"
        try:
            figures = read_figures(document, self._crm)
            if isinstance(figures, Problem):
                return (figures,)
            make = credit_note_dossier if is_note else invoice_dossier
            return make(document, figures, self._crm)
        except UNREADABLE as error:
            return (unreadable(subject, str(error)),)

    def customer(self, body: bytes) -> Customer | tuple[Problem, ...]:
        document = self._clients.read(body, "a client")
        return (document,) if isinstance(document, Problem) else client_customer(document, self._crm)

    def product(self, body: bytes) -> Product | tuple[Problem, ...]:
        document = self._items.read(body, "an item")
        if isinstance(document, Problem):
            return (document,)
        item, base = document.item, self._crm.context.base_currency
        try:
            price = Money(item.rate, base) if base else None
        except UNREADABLE as error:
            return (unreadable(f"item {item.id[:40]}", str(error)),)
        return Product(
            key=item.id,
            sku=item_code(item),
            name=plain(item.description),
            description=plain(item.long_description),
            price=price,
            url=self._crm.page("invoice_items"),
        )
