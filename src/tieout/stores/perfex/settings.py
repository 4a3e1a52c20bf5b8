"""What a Perfex connection asks for, and the rules it starts with."""

from __future__ import annotations

from tieout.rules.settings import Action, Numbering, Rules, SalesDocuments, StatusRule
from tieout.stores.mysql import database_fields
from tieout.stores.perfex.database import SYSTEM
from tieout.stores.values import SettingField, SettingKind

KIND = "perfex"
TITLE = "Perfex CRM"

#: The CRM's invoice statuses in words; rules know them by these.
INVOICE_STATES = {
    "1": "unpaid", "2": "paid", "3": "partially_paid", "4": "overdue", "5": "cancelled", "6": "draft",
}  # fmt: skip
CREDIT_NOTE_STATES = {"1": "open", "2": "closed", "3": "void"}
#: State of a document that the CRM has no more.
REMOVED = "removed"

FIELDS = (
    SettingField(
        name="url",
        label="Address of the CRM",
        help="As you open it, with https:// and, if it lives in a folder, with that folder.",
        kind=SettingKind.URL,
        required=True,
        example="https://crm.example.com/",
    ),
    SettingField(
        name="access",
        label="Read by",
        help="The database gives the taxes of every line and cheap changes; the REST module works on any host.",
        kind=SettingKind.CHOICE,
        choices=(("rest", "REST API module"), ("database", "Database user")),
        default="rest",
        required=True,
    ),
    SettingField(
        name="token",
        label="API token",
        help="Of the REST API module, under Setup › API. Needed to read by it, and to write into the CRM at all.",
        kind=SettingKind.TEXT,
        secret=True,
    ),
    SettingField(
        name="timezone",
        label="Time zone of the CRM",
        help="As under Setup › Settings › Localization; its dates carry none.",
        kind=SettingKind.TEXT,
        default="UTC",
        required=True,
        example="Europe/London",
    ),
    SettingField(
        name="base_currency",
        label="Base currency",
        help="Only for reading by the REST module, which does not tell it.",
        kind=SettingKind.TEXT,
        example="GBP",
    ),
    SettingField(
        name="number_padding",
        label="Digits of document numbers",
        help="As under Setup › Settings › Finance: 6 makes INV-000001.",
        kind=SettingKind.NUMBER,
        default="6",
    ),
    SettingField(
        name="countries",
        label="Country numbers",
        help="Only where neither database nor custom table shows them: the CRM's number and the ISO code.",
        kind=SettingKind.TEXT,
        example="235=GB, 82=DE",
    ),
    SettingField(
        name="page_size",
        label="Rows per page",
        help="Empty reads each list at once, which the module does in one go anyway; 100 where that is too large.",
        kind=SettingKind.NUMBER,
    ),
    *database_fields(SYSTEM),
)

_STATUSES = (
    *(("invoice", state, Action.AUTHORISED) for state in ("unpaid", "partially_paid", "paid", "overdue")),
    ("invoice", "draft", Action.WAIT),
    ("invoice", "cancelled", Action.UNDO),
    ("invoice", REMOVED, Action.UNDO),
    ("refund", "open", Action.AUTHORISED),
    ("refund", "closed", Action.AUTHORISED),
    ("refund", "void", Action.UNDO),
    ("refund", REMOVED, Action.UNDO),
)


def default_rules() -> Rules:
    """Invoices are the sales documents and keep their numbers, which carry prefixes of their own in the CRM.

    A payment record is money that a person or a gateway entered, so its word is taken (ACCOUNTING C1).
    """
    return Rules(
        sales_documents=SalesDocuments.INVOICES,
        statuses=tuple(StatusRule(kind=kind, state=state, action=action) for kind, state, action in _STATUSES),
        numbering=Numbering(order="", invoice="", refund=""),
    )
