"""The tables of the CRM as data, written from what is known of versions 2.9.4 to 3.0.

Money is DECIMAL(15,2); dates and times have no zone: they are the CRM's own wall clock.
"""

from decimal import ROUND_HALF_UP, Decimal

_MONEY = "decimal(15,2)"
_TIME = "datetime"
_ADDRESS = (
    ("billing_street", "varchar(200)"), ("billing_city", "varchar(100)"), ("billing_state", "varchar(100)"),
    ("billing_zip", "varchar(100)"), ("billing_country", "int"), ("shipping_street", "varchar(200)"),
    ("shipping_city", "varchar(100)"), ("shipping_state", "varchar(100)"), ("shipping_zip", "varchar(100)"),
    ("shipping_country", "int"),
)  # fmt: skip
_FIGURES = (
    ("currency", "int"), ("subtotal", _MONEY), ("total_tax", _MONEY), ("total", _MONEY), ("adjustment", _MONEY),
    ("discount_percent", _MONEY), ("discount_total", _MONEY), ("discount_type", "varchar(30)"), ("status", "int"),
    ("clientnote", "text"), ("adminnote", "text"), ("terms", "text"),
)  # fmt: skip

#: table → (column, type) pairs; the first column is the key, given out by the table itself.
TABLES: dict[str, tuple[tuple[str, str], ...]] = {
    "clients": (
        ("userid", "int"), ("company", "varchar(191)"), ("vat", "varchar(50)"), ("phonenumber", "varchar(30)"),
        ("country", "int"), ("city", "varchar(100)"), ("zip", "varchar(15)"), ("state", "varchar(50)"),
        ("address", "varchar(191)"), ("website", "varchar(150)"), ("datecreated", _TIME), ("active", "int"),
        *_ADDRESS, ("default_language", "varchar(40)"), ("default_currency", "int"), ("stripe_id", "varchar(40)"),
        ("registration_confirmed", "int"),
    ),
    "contacts": (
        ("id", "int"), ("userid", "int"), ("is_primary", "int"), ("firstname", "varchar(191)"),
        ("lastname", "varchar(191)"), ("email", "varchar(100)"), ("phonenumber", "varchar(100)"),
        ("title", "varchar(100)"), ("active", "int"), ("invoice_emails", "int"), ("credit_note_emails", "int"),
        ("datecreated", _TIME),
    ),
    "invoices": (
        ("id", "int"), ("clientid", "int"), ("deleted_customer_name", "varchar(100)"), ("number", "int"),
        ("prefix", "varchar(50)"), ("number_format", "int"), ("datecreated", _TIME), ("date", "date"),
        ("duedate", "date"), *_FIGURES, ("sent", "int"), ("hash", "varchar(32)"), ("token", "text"),
        ("allowed_payment_modes", "text"), ("recurring", "int"), ("is_recurring_from", "int"), *_ADDRESS,
        ("include_shipping", "int"), ("show_quantity_as", "int"), ("project_id", "int"), ("subscription_id", "int"),
        ("sale_agent", "int"), ("addedfrom", "int"),
    ),
    "itemable": (
        ("id", "int"), ("rel_id", "int"), ("rel_type", "varchar(15)"), ("description", "text"),
        ("long_description", "text"), ("qty", _MONEY), ("rate", _MONEY), ("unit", "varchar(40)"),
        ("item_order", "int"),
    ),
    "item_tax": (
        ("id", "int"), ("itemid", "int"), ("rel_id", "int"), ("rel_type", "varchar(20)"), ("taxrate", _MONEY),
        ("taxname", "varchar(100)"),
    ),
    "taxes": (("id", "int"), ("name", "varchar(100)"), ("taxrate", _MONEY)),
    "invoicepaymentrecords": (
        ("id", "int"), ("invoiceid", "int"), ("amount", _MONEY), ("paymentmode", "varchar(40)"),
        ("paymentmethod", "varchar(191)"), ("date", "date"), ("daterecorded", _TIME), ("note", "text"),
        ("transactionid", "text"),
    ),
    "payment_modes": (
        ("id", "int"), ("name", "varchar(100)"), ("active", "int"), ("invoices_only", "int"),
        ("expenses_only", "int"), ("selected_by_default", "int"),
    ),
    "creditnotes": (
        ("id", "int"), ("clientid", "int"), ("deleted_customer_name", "varchar(100)"), ("number", "int"),
        ("prefix", "varchar(50)"), ("number_format", "int"), ("datecreated", _TIME), ("date", "date"),
        ("reference_no", "varchar(100)"), *_FIGURES, *_ADDRESS, ("include_shipping", "int"),
        ("show_quantity_as", "int"), ("project_id", "int"), ("addedfrom", "int"),
    ),
    "credits": (
        ("id", "int"), ("invoice_id", "int"), ("credit_id", "int"), ("staff_id", "int"), ("date", "date"),
        ("date_applied", _TIME), ("amount", _MONEY),
    ),
    "creditnote_refunds": (
        ("id", "int"), ("credit_note_id", "int"), ("staff_id", "int"), ("refunded_on", "date"),
        ("payment_mode", "varchar(40)"), ("note", "text"), ("amount", _MONEY), ("created_at", _TIME),
    ),
    "currencies": (
        ("id", "int"), ("name", "varchar(100)"), ("symbol", "varchar(10)"), ("decimal_separator", "varchar(5)"),
        ("thousand_separator", "varchar(5)"), ("placement", "varchar(10)"), ("isdefault", "int"),
    ),
    "countries": (("country_id", "int"), ("iso2", "char(2)"), ("short_name", "varchar(80)")),
    "expenses": (
        ("id", "int"), ("category", "int"), ("currency", "int"), ("amount", _MONEY), ("tax", "int"), ("tax2", "int"),
        ("reference_no", "varchar(100)"), ("expense_name", "varchar(191)"), ("note", "text"), ("clientid", "int"),
        ("project_id", "int"), ("billable", "int"), ("invoiceid", "int"), ("paymentmode", "varchar(50)"),
        ("date", "date"), ("dateadded", _TIME),
    ),
    "expenses_categories": (("id", "int"), ("name", "varchar(191)")),
    "items": (
        ("id", "int"), ("description", "text"), ("long_description", "text"), ("rate", _MONEY), ("tax", "int"),
        ("tax2", "int"), ("unit", "varchar(40)"), ("group_id", "int"),
    ),
    "items_groups": (("id", "int"), ("name", "varchar(50)")),
}  # fmt: skip

#: Columns that may be NULL; others have "" or 0 when nothing is said.
NULLABLE = frozenset((
    "duedate", "adjustment", "token", "is_recurring_from", "stripe_id", "default_language", "clientnote", "adminnote",
    "terms", "long_description", "deleted_customer_name", "unit", "item_order", "invoiceid", "paymentmethod", "note",
    "transactionid", "vat", "phonenumber", "city", "zip", "state", "address", "website", "reference_no", "tax2",
    "billing_street", "billing_city", "billing_state", "billing_zip", "billing_country", "shipping_street",
    "shipping_city", "shipping_state", "shipping_zip", "shipping_country", "allowed_payment_modes", "symbol",
    "payment_mode",
))  # fmt: skip

Value = int | str | Decimal | None
_CENT = Decimal("0.01")


def key_of(table: str) -> str:
    """Name of a table's key column."""
    return TABLES[table][0][0]


def types_of(table: str) -> dict[str, str]:
    """Column → type."""
    return dict(TABLES[table])


def stored(table_type: str, column: str, value: object) -> Value:
    """A value as the column keeps it: amounts rounded half away from zero to 2 decimals, texts cut.

    Raises ValueError for what the column cannot hold.
    """
    if value is None:
        if column in NULLABLE:
            return None
        return Decimal("0.00") if table_type == _MONEY else 0 if table_type == "int" else ""
    if table_type == _MONEY:
        number = Decimal(str(value) if value != "" else "0")
        if not number.is_finite() or abs(number) >= Decimal(10) ** 13:
            raise ValueError(f"{column} is out of range")
        return number.quantize(_CENT, ROUND_HALF_UP)
    if table_type == "int":
        return int(str(value)) if value != "" else 0
    text = str(value)
    if table_type.startswith(("varchar(", "char(")):
        return text[: int(table_type.partition("(")[2].rstrip(")"))]
    return text


def ddl(prefix: str) -> list[str]:
    """CREATE TABLE statements for MariaDB."""
    statements = []
    for table, columns in TABLES.items():
        parts = []
        for name, kind in columns:
            if name == columns[0][0]:
                parts.append(f"`{name}` INT NOT NULL AUTO_INCREMENT PRIMARY KEY")
            else:
                null = "NULL" if name in NULLABLE or kind == "text" else "NOT NULL"
                parts.append(f"`{name}` {kind.upper()} {null}")
        keys = [
            f"KEY `{name}` (`{name}`)"
            for name, _ in columns[1:]
            if name in ("clientid", "userid", "rel_id", "itemid", "invoiceid", "invoice_id", "credit_id", "rel_type")
        ]
        body = ", ".join([*parts, *keys])
        statements.append(f"CREATE TABLE `{prefix}{table}` ({body}) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4")
    return statements
