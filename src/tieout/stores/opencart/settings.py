"""What an OpenCart connection asks for, and the rules it starts with."""

from __future__ import annotations

from tieout.rules.settings import Action, MethodRule, Rules, StatusRule
from tieout.stores.mysql import database_fields
from tieout.stores.opencart.database import SYSTEM
from tieout.stores.opencart.methods import FREE_METHOD, OFFLINE_METHODS, REMOVED, UNCONFIRMED
from tieout.stores.values import SettingField, SettingKind

KIND = "opencart"
TITLE = "OpenCart 3.0, 4.0, 4.1"

FIELDS = (
    SettingField(
        name="url",
        label="Address of the shop",
        help="As customers see it, with https:// and, if the shop lives in a folder, with that folder.",
        kind=SettingKind.URL,
        required=True,
        example="https://www.example.com/",
    ),
    SettingField(
        name="access",
        label="Way in",
        help="Our extension works on any host; a read-only database user suits a shop on the same machine.",
        kind=SettingKind.CHOICE,
        choices=(("extension", "Tieout extension in the shop"), ("database", "Database user")),
        default="extension",
        required=True,
    ),
    SettingField(
        name="extension_key",
        label="Key of the extension",
        help="Shown on the extension's page in the shop's admin. For the way in through the extension.",
        kind=SettingKind.TEXT,
        secret=True,
    ),
    *database_fields(SYSTEM),
    SettingField(
        name="admin_path",
        label="Admin path",
        help="The last part of your admin address; with it, documents link back to their admin page.",
        kind=SettingKind.TEXT,
        example="admin",
    ),
    SettingField(
        name="timezone",
        label="Time zone",
        help="Only for shops before 3.0.4, which do not keep theirs in their settings.",
        kind=SettingKind.TEXT,
        example="Europe/London",
    ),
    SettingField(
        name="paid_statuses",
        label="Order statuses that mean paid",
        help="Ids; the date of the first such status is the date of the payment.",
        kind=SettingKind.TEXT,
        default="2, 3, 5, 15",
    ),
    SettingField(
        name="refund_statuses",
        label="Order statuses that mean given back whole",
        help="Ids. Whether such refunds are booked is said by the status rules for refunds.",
        kind=SettingKind.TEXT,
        default="11",
    ),
    SettingField(
        name="refund_return_actions",
        label="Return actions that mean money given back",
        help="Ids, which differ by version. The returned pieces are credited at the price they were sold for.",
        kind=SettingKind.TEXT,
        example="1",
    ),
    SettingField(
        name="refund_amount_word",
        label="Word before a refunded amount in comments",
        help="When staff write “Refunded: 12.50” in the order's history, enter “Refunded”.",
        kind=SettingKind.TEXT,
        example="Refunded",
    ),
    SettingField(
        name="tax_number_fields",
        label="Custom fields that hold a VAT number",
        help="Ids of the custom fields; the first one filled in counts.",
        kind=SettingKind.TEXT,
        example="1",
    ),
    SettingField(
        name="customers",
        label="Customers",
        help="Which customers are read; those of orders are always known.",
        kind=SettingKind.CHOICE,
        choices=(("all", "All"), ("enabled", "Enabled ones only")),
        default="all",
    ),
)

_STATUSES = (
    ("order", UNCONFIRMED, Action.SKIP),
    ("order", "1", Action.WAIT),
    *(("order", status, Action.AUTHORISED) for status in ("2", "3", "5", "15")),
    *(("order", status, Action.UNDO) for status in ("7", "8", "10", "14", "16")),
    *(("order", status, Action.ASK) for status in ("9", "11", "12", "13")),
    # Shops are tidied up: an order that was deleted there says nothing about the books.
    ("order", REMOVED, Action.SKIP),
    ("refund", "11", Action.ASK),
    ("refund", "return", Action.AUTHORISED),
    ("refund", "amount", Action.AUTHORISED),
)


def default_rules() -> Rules:
    """Status rules of ACCOUNTING B2; offline methods post no payment until money was seen (C1)."""
    return Rules(
        statuses=tuple(StatusRule(kind=kind, state=state, action=action) for kind, state, action in _STATUSES),
        methods=(
            *(MethodRule(method=method, offline=True) for method in sorted(OFFLINE_METHODS)),
            MethodRule(method=FREE_METHOD, skip=True),
        ),
    )
