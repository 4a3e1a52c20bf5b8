"""The envelope of one raw document: identity, place in a dossier, digest, and what grids show."""

from __future__ import annotations

import hashlib
from datetime import date
from decimal import Decimal

import msgspec

from tieout.documents import DocumentKey, DocumentKind, Envelope
from tieout.errors import Problem
from tieout.money import Money, Rounding
from tieout.ports.store import RawDocument
from tieout.stores.magento2 import wire
from tieout.stores.magento2.decode import UNREADABLE, Reader, refused, unreadable
from tieout.stores.magento2.translate.billing import INVOICE_STATES, REFUND_STATES, state_word
from tieout.stores.magento2.translate.context import Shop, local_date, utc_time
from tieout.stores.magento2.translate.means import means_of_payment, means_total
from tieout.stores.magento2.translate.order import currency_of
from tieout.stores.magento2.translate.parties import customer_url, fold_email

_NAMES = {
    DocumentKind.ORDER: "order",
    DocumentKind.INVOICE: "invoice",
    DocumentKind.REFUND: "credit memo",
    DocumentKind.PAYMENT: "transaction",
    DocumentKind.CUSTOMER: "customer",
    DocumentKind.PRODUCT: "product",
}
#: Bytes of the digest: collisions are out of reach for any shop.
_DIGEST_SIZE = 16

_encoder = msgspec.json.Encoder(decimal_format="string")


class EnvelopeReader:
    """Reads envelopes. The digest is made of the figures in the order's currency, whatever is posted."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._readers: dict[DocumentKind, Reader[wire.Order] | Reader[wire.Invoice] | Reader[wire.CreditMemo]] = {
            DocumentKind.ORDER: Reader(wire.Order),
            DocumentKind.INVOICE: Reader(wire.Invoice),
            DocumentKind.REFUND: Reader(wire.CreditMemo),
        }
        self._base_readers = (
            {
                DocumentKind.ORDER: Reader(wire.Order, base=True),
                DocumentKind.INVOICE: Reader(wire.Invoice, base=True),
                DocumentKind.REFUND: Reader(wire.CreditMemo, base=True),
            }
            if shop.base_amounts
            else None
        )
        self._transactions = Reader(wire.Transaction)
        self._customers = Reader(wire.Customer)
        self._products = Reader(wire.Product)

    def read(self, raw: RawDocument) -> Envelope:
        subject = f"{_NAMES[raw.kind]} {raw.key[:40]}"
        try:
            if raw.kind is DocumentKind.PAYMENT:
                return self._transaction(raw, subject)
            if raw.kind is DocumentKind.CUSTOMER:
                return self._customer(raw, subject)
            if raw.kind is DocumentKind.PRODUCT:
                return self._product(raw, subject)
            return self._sales(raw, subject)
        except UNREADABLE as error:
            return _refused(raw, unreadable(subject, str(error)))

    def _sales(self, raw: RawDocument, subject: str) -> Envelope:
        document = self._readers[raw.kind].read(raw.body, subject)
        if isinstance(document, Problem):
            return _refused(raw, document)
        shop = self._shop
        view = shop.view(document.store_id)
        problems: tuple[Problem, ...] = ()
        day: date | None = None
        total: Money | None = None
        try:
            day = local_date(utc_time(document.created_at), view)
            total = self._total(raw, document)
        except UNREADABLE as error:
            problems = (refused(subject, document, error),)
        key = str(document.entity_id)
        own = DocumentKey(raw.kind, key)
        title = email = ""
        root = own
        if isinstance(document, wire.Order):
            state = str(document.state or "")
            title, email = _buyer(document)
            url = shop.admin_url("sales/order/view/order_id", document.entity_id)
        elif isinstance(document, wire.Invoice):
            state = state_word(INVOICE_STATES, document.state)
            root = DocumentKey(DocumentKind.ORDER, str(document.order_id))
            url = shop.admin_url("sales/order_invoice/view/invoice_id", document.entity_id)
        else:
            state = state_word(REFUND_STATES, document.state)
            root = DocumentKey(DocumentKind.ORDER, str(document.order_id))
            url = shop.admin_url("sales/order_creditmemo/view/creditmemo_id", document.entity_id)
        return Envelope(
            document=own,
            root=root,
            number=document.increment_id or key,
            digest=_digest(_encoder.encode(document)),
            updated_at=raw.updated_at,
            title=title,
            email=email,
            state=state,
            store_view=view.code,
            date=day,
            total=total,
            url=url,
            problems=problems,
        )

    def _total(self, raw: RawDocument, document: wire.Order | wire.Invoice | wire.CreditMemo) -> Money:
        if self._base_readers is not None:
            document = self._base_readers[raw.kind].read(raw.body, raw.key)  # type: ignore[attr-defined]
            if isinstance(document, Problem):
                raise ValueError(document.reason)
        currency = currency_of(document, self._shop)
        means = means_total(means_of_payment(document.extension_attributes, currency))
        exact: Decimal = document.grand_total + means
        return Money(exact, currency).rounded(Rounding.HALF_UP)

    def _transaction(self, raw: RawDocument, subject: str) -> Envelope:
        source = self._transactions.read(raw.body, subject)
        if isinstance(source, Problem):
            return _refused(raw, source)
        return Envelope(
            document=DocumentKey(DocumentKind.PAYMENT, str(source.transaction_id)),
            root=DocumentKey(DocumentKind.ORDER, str(source.order_id)),
            number=source.txn_id or str(source.transaction_id),
            digest=_digest(_encoder.encode(source)),
            updated_at=raw.updated_at,
            state=source.txn_type,
            date=utc_time(source.created_at).date(),
        )

    def _customer(self, raw: RawDocument, subject: str) -> Envelope:
        source = self._customers.read(raw.body, subject)
        if isinstance(source, Problem):
            return _refused(raw, source)
        own = DocumentKey(DocumentKind.CUSTOMER, str(source.id))
        view = self._shop.views.get(source.store_id)
        return Envelope(
            document=own,
            root=own,
            number=str(source.id),
            digest=_digest(_encoder.encode(source)),
            updated_at=raw.updated_at,
            title=f"{source.firstname} {source.lastname}".strip(),
            email=fold_email(source.email),
            store_view=view.code if view else "",
            url=customer_url(self._shop, source.id),
        )

    def _product(self, raw: RawDocument, subject: str) -> Envelope:
        source = self._products.read(raw.body, subject)
        if isinstance(source, Problem):
            return _refused(raw, source)
        # By SKU, as Magento's own interface names products and as lines of orders do.
        own = DocumentKey(DocumentKind.PRODUCT, f"sku:{source.sku}")
        named = msgspec.structs.replace(source, custom_attributes=named_attributes(source))
        return Envelope(
            document=own,
            root=own,
            number=source.sku,
            digest=_digest(_encoder.encode(named)),
            updated_at=raw.updated_at,
            title=source.name,
            state="enabled" if source.status == 1 else "disabled",
            total=_price(source, self._shop),
            url=self._shop.admin_url("catalog/product/edit/id", source.id),
        )


#: The attributes of a product that are read; all others (views, image labels, search weights) may change freely.
PRODUCT_ATTRIBUTES = ("short_description", "description", "tax_class_id")


def named_attributes(source: wire.Product) -> tuple[wire.CustomAttribute, ...]:
    return tuple(entry for entry in source.custom_attributes if entry.attribute_code in PRODUCT_ATTRIBUTES)


def _price(source: wire.Product, shop: Shop) -> Money | None:
    if source.price is None or not shop.catalogue_currency:
        return None
    return Money(source.price, shop.catalogue_currency)


def _buyer(order: wire.Order) -> tuple[str, str]:
    billing = order.billing_address
    first = order.customer_firstname or billing.firstname
    last = order.customer_lastname or billing.lastname
    name = billing.company or f"{first} {last}".strip()
    return name, fold_email(order.customer_email or billing.email)


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=_DIGEST_SIZE).hexdigest()


class _Numbered(msgspec.Struct, frozen=True):
    increment_id: str = ""


_numbered = msgspec.json.Decoder(_Numbered)


def _number(raw: RawDocument) -> str:
    """What people call an unreadable document, if at least that can be read."""
    try:
        return _numbered.decode(raw.body).increment_id or raw.key
    except UNREADABLE:
        return raw.key


def _refused(raw: RawDocument, problem: Problem) -> Envelope:
    """An envelope for data that cannot be read: it is kept, stands for itself, and is shown with the reason."""
    own = DocumentKey(raw.kind, raw.key)
    return Envelope(
        document=own,
        root=own,
        number=_number(raw),
        digest=_digest(raw.body),
        updated_at=raw.updated_at,
        problems=(problem,),
    )
