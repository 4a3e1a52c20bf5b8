"""What Magento's REST interface offers: one row per resource, with its routes and the right it needs.

Sources: the routes and rights of Magento Open Source 2.4 as published by its own schema, and the
recorded error answers.
"""

import msgspec


class Resource(msgspec.Struct, frozen=True):
    """One kind of document.

    name: file name in a recorded folder without its extension, and name in the control interface.
    key: the field that identifies a document.  list_path / single_path: routes below /V1; the key
    is appended to the single one.  right: the ACL resource named in a refusal.
    column_names: fields that filter and sort although a document omits them when they are empty.
    aliases: names a filter may use for another field.  missing: message for a document that does
    not exist, and the parameter's name where the message takes one.
    """

    name: str
    key: str
    list_path: str
    right: str
    single_path: str | None = None
    column_names: tuple[str, ...] = ()
    aliases: dict[str, str] = {}
    missing_field: str | None = None
    key_is_text: bool = False


_DOCUMENT_COLUMNS = (
    "billing_address_id",
    "discount_description",
    "email_sent",
    "shipping_address_id",
    "shipping_amount",
    "state",
    "transaction_id",
)

RESOURCES = (
    Resource(
        name="orders",
        key="entity_id",
        list_path="orders",
        single_path="orders",
        right="Magento_Sales::actions_view",
        column_names=(
            *_DOCUMENT_COLUMNS[:-1],
            "applied_rule_ids",
            "coupon_code",
            "customer_dob",
            "customer_email",
            "customer_firstname",
            "customer_group_id",
            "customer_id",
            "customer_is_guest",
            "customer_lastname",
            "customer_note",
            "customer_taxvat",
            "edit_increment",
            "ext_customer_id",
            "ext_order_id",
            "hold_before_state",
            "hold_before_status",
            "original_increment_id",
            "quote_id",
            "relation_child_id",
            "relation_parent_id",
            "remote_ip",
            "shipping_description",
            "status",
            "total_canceled",
            "total_invoiced",
            "total_offline_refunded",
            "total_online_refunded",
            "total_paid",
            "total_refunded",
            "x_forwarded_for",
        ),
    ),
    Resource(
        name="invoices",
        key="entity_id",
        list_path="invoices",
        single_path="invoices",
        right="Magento_Sales::sales_invoice",
        column_names=(*_DOCUMENT_COLUMNS, "is_used_for_refund", "base_total_refunded"),
    ),
    Resource(
        name="creditmemos",
        key="entity_id",
        list_path="creditmemos",
        single_path="creditmemo",
        right="Magento_Sales::sales_creditmemo",
        column_names=(
            *_DOCUMENT_COLUMNS,
            "adjustment_negative",
            "adjustment_positive",
            "creditmemo_status",
            "invoice_id",
        ),
    ),
    Resource(
        name="shipments",
        key="entity_id",
        list_path="shipments",
        single_path="shipment",
        right="Magento_Sales::shipment",
        column_names=("customer_id", "email_sent", "shipment_status", "total_weight"),
    ),
    Resource(
        name="transactions",
        key="transaction_id",
        list_path="transactions",
        single_path="transactions",
        right="Magento_Sales::transactions_fetch",
        column_names=("parent_id", "parent_txn_id"),
    ),
    Resource(
        name="order_items",
        key="item_id",
        list_path="orders/items",
        single_path="orders/items",
        right="Magento_Sales::actions_view",
        column_names=("parent_item_id", "weee_tax_applied"),
    ),
    Resource(
        name="customers",
        key="id",
        list_path="customers/search",
        single_path="customers",
        right="Magento_Customer::customer",
        aliases={"entity_id": "id"},
        missing_field="customerId",
        column_names=("default_billing", "default_shipping", "dob", "gender", "middlename", "taxvat"),
    ),
    Resource(
        name="products",
        key="sku",
        list_path="products",
        single_path="products",
        right="Magento_Catalog::products",
        aliases={"entity_id": "id"},
        key_is_text=True,
        column_names=("weight", "price"),
    ),
    Resource(
        name="tax_rates",
        key="id",
        list_path="taxRates/search",
        single_path="taxRates",
        right="Magento_Tax::manage_tax",
        aliases={"tax_calculation_rate_id": "id"},
        missing_field="taxRateId",
        column_names=("zip_is_range", "zip_from", "zip_to", "region_name"),
    ),
    Resource(
        name="tax_rules",
        key="id",
        list_path="taxRules/search",
        single_path="taxRules",
        right="Magento_Tax::manage_tax",
        aliases={"tax_calculation_rule_id": "id"},
        missing_field="taxRuleId",
    ),
    Resource(
        name="tax_classes",
        key="class_id",
        list_path="taxClasses/search",
        single_path="taxClasses",
        right="Magento_Tax::manage_tax",
        missing_field="class_id",
    ),
    Resource(
        name="customer_groups",
        key="id",
        list_path="customerGroups/search",
        single_path="customerGroups",
        right="Magento_Customer::group",
        aliases={"customer_group_id": "id", "customer_group_code": "code"},
        missing_field="id",
    ),
    Resource(
        name="coupons",
        key="coupon_id",
        list_path="coupons/search",
        single_path="coupons",
        right="Magento_SalesRule::quote",
        missing_field="coupon_id",
        column_names=("expiration_date",),
    ),
    Resource(
        name="sales_rules",
        key="rule_id",
        list_path="salesRules/search",
        single_path="salesRules",
        right="Magento_SalesRule::quote",
        missing_field="rule_id",
        column_names=("from_date", "to_date", "description"),
    ),
    Resource(
        name="sources",
        key="source_code",
        list_path="inventory/sources",
        right="Magento_InventoryApi::source",
        key_is_text=True,
    ),
    Resource(name="stocks", key="stock_id", list_path="inventory/stocks", right="Magento_InventoryApi::stock"),
    Resource(
        name="source_items",
        key="sku",
        list_path="inventory/source-items",
        right="Magento_InventoryApi::source",
        key_is_text=True,
    ),
)

BY_NAME = {resource.name: resource for resource in RESOURCES}
BY_LIST_PATH = {resource.list_path: resource for resource in RESOURCES}
BY_SINGLE_PATH = {resource.single_path: resource for resource in RESOURCES if resource.single_path}


class PlainRead(msgspec.Struct, frozen=True):
    """A read that always answers one whole value: file name, and the right or None for everybody."""

    name: str
    right: str | None


PLAIN_READS = {
    "store/storeConfigs": PlainRead("store_configs", "Magento_Backend::store"),
    "store/storeViews": PlainRead("store_views", "Magento_Backend::store"),
    "store/storeGroups": PlainRead("store_groups", "Magento_Backend::store"),
    "store/websites": PlainRead("websites", "Magento_Backend::store"),
    "directory/currency": PlainRead("currency", None),
    "modules": PlainRead("modules", "Magento_Backend::admin"),
    "categories": PlainRead("categories", "Magento_Catalog::categories"),
}

# Documents that only a single read returns; a recorded folder holds them as files of their own or
# inside its recorded exchanges.
SIDE_READS = {
    "products": "product_details",
    "stockItems": "stock_items",
    "directory/countries": "countries",
}
