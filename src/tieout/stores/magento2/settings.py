"""What a Magento connection asks for, and the rules it starts with."""

from __future__ import annotations

from tieout.rules.settings import Action, MethodRule, Rules, StatusRule
from tieout.stores.magento2.methods import FREE_METHOD, OFFLINE_METHODS
from tieout.stores.values import SettingField, SettingKind

KIND = "magento2"
TITLE = "Magento 2, Mage-OS, Adobe Commerce"

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
        help=(
            "Signed requests work with every shop. A bearer token works in Magento 2.4.4 and later only when the "
            "shop allows it: Stores > Configuration > Services > OAuth > Consumer Settings."
        ),
        kind=SettingKind.CHOICE,
        choices=(("oauth", "Signed requests (OAuth 1.0a)"), ("bearer", "Access token as bearer token")),
        default="oauth",
        required=True,
    ),
    SettingField(
        name="access_token",
        label="Access token",
        help="Of the integration made for Tieout under System > Extensions > Integrations.",
        kind=SettingKind.TEXT,
        secret=True,
        required=True,
    ),
    SettingField(
        name="access_token_secret",
        label="Access token secret",
        help="Needed for signed requests.",
        kind=SettingKind.TEXT,
        secret=True,
    ),
    SettingField(
        name="consumer_key",
        label="Consumer key",
        help="Needed for signed requests.",
        kind=SettingKind.TEXT,
        secret=True,
    ),
    SettingField(
        name="consumer_secret",
        label="Consumer secret",
        help="Needed for signed requests.",
        kind=SettingKind.TEXT,
        secret=True,
    ),
    SettingField(
        name="admin_path",
        label="Admin path",
        help="The last part of your admin address; with it, documents link back to their admin page.",
        kind=SettingKind.TEXT,
        example="admin_1a2b3c",
    ),
    SettingField(
        name="amounts",
        label="Figures to book",
        help="The currency customers order in, or the base currency of the website.",
        kind=SettingKind.CHOICE,
        choices=(("order_currency", "Order currency"), ("base_currency", "Base currency")),
        default="order_currency",
    ),
    SettingField(
        name="page_size",
        label="Documents per request",
        help="50 to 100 suits most shops; less if the shop answers too slowly.",
        kind=SettingKind.NUMBER,
        default="100",
    ),
)

_STATUSES = (
    ("order", "new", Action.WAIT),
    ("order", "pending_payment", Action.WAIT),
    ("order", "payment_review", Action.WAIT),
    ("order", "holded", Action.WAIT),
    ("order", "processing", Action.AUTHORISED),
    ("order", "complete", Action.AUTHORISED),
    ("order", "closed", Action.AUTHORISED),
    ("order", "canceled", Action.UNDO),
    ("invoice", "open", Action.AUTHORISED),
    ("invoice", "paid", Action.AUTHORISED),
    ("invoice", "cancelled", Action.UNDO),
)


def default_rules() -> Rules:
    """Status rules of ACCOUNTING B2; offline methods post no payment until money was seen (C1).

    "free" is the method of orders of zero total: there is nothing to post.
    """
    return Rules(
        statuses=tuple(StatusRule(kind=kind, state=state, action=action) for kind, state, action in _STATUSES),
        methods=(
            *(MethodRule(method=method, offline=True) for method in sorted(OFFLINE_METHODS)),
            MethodRule(method=FREE_METHOD, skip=True),
        ),
    )
