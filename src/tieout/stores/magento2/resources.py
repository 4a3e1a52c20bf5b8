"""Which list and which single call belongs to which kind of document."""

from __future__ import annotations

import msgspec

from tieout.documents import DocumentKind


class Resource(msgspec.Struct, frozen=True):
    """path: of the list.  one: path of a single document with {key}, "" when it is read by a filter on the list.

    key: the field that identifies a document in its JSON; filter_key: the same in filters.
    changed: the field that moves with each change.  right: the access right that reading needs.
    """

    kind: DocumentKind
    title: str
    path: str
    one: str
    right: str
    key: str = "entity_id"
    filter_key: str = "entity_id"
    changed: str = "updated_at"


#: In the order in which they are read: what documents refer to comes first.
RESOURCES = (
    Resource(
        kind=DocumentKind.CUSTOMER,
        title="customers",
        path="customers/search",
        one="customers/{key}",
        right="Magento_Customer::customer",
        key="id",
    ),
    Resource(
        kind=DocumentKind.PRODUCT,
        title="products",
        path="products",
        # A SKU with a slash breaks the single call at many web servers (facts, section 2).
        one="",
        right="Magento_Catalog::products",
        key="id",
    ),
    Resource(
        kind=DocumentKind.ORDER,
        title="orders",
        path="orders",
        one="orders/{key}",
        right="Magento_Sales::actions_view",
    ),
    Resource(
        kind=DocumentKind.INVOICE,
        title="invoices",
        path="invoices",
        one="invoices/{key}",
        right="Magento_Sales::sales_invoice",
    ),
    Resource(
        kind=DocumentKind.REFUND,
        title="credit memos",
        path="creditmemos",
        one="creditmemo/{key}",
        right="Magento_Sales::sales_creditmemo",
    ),
    Resource(
        kind=DocumentKind.PAYMENT,
        title="transactions",
        path="transactions",
        one="transactions/{key}",
        right="Magento_Sales::transactions_fetch",
        key="transaction_id",
        filter_key="transaction_id",
        # Transactions have no time of change; what may change in them is not read.
        changed="created_at",
    ),
)

BY_KIND = {resource.kind: resource for resource in RESOURCES}
