"""The rules of one connection into one organisation, as a versioned value.

Everything here is set on the Mapping, Accounts and Sync settings screens and can be exported as one text.
Defaults are those of ACCOUNTING.md; a rule that is missing holds the documents that need it.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum

import msgspec

from tieout.accounting.postings import LineAmountTypes
from tieout.rules.inward import InwardRules


class SalesDocuments(StrEnum):
    """Which of the store's documents are revenue; never both (ACCOUNTING B1)."""

    ORDERS = "orders"
    INVOICES = "invoices"


class Amounts(StrEnum):
    """Which of the store's two sets of figures is posted."""

    ORDER_CURRENCY = "order_currency"
    BASE_CURRENCY = "base_currency"


class Action(StrEnum):
    """What a store state does to a sales document (ACCOUNTING B2)."""

    SKIP = "skip"
    WAIT = "wait"
    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    AUTHORISED = "AUTHORISED"
    UNDO = "undo"
    ASK = "ask"


class LockedPeriod(StrEnum):
    """What happens to a document dated in a closed period (ACCOUNTING B6)."""

    HOLD = "hold"
    REDATE = "redate"


class ZeroReason(StrEnum):
    """Why a line has no tax (ACCOUNTING A9)."""

    ZERO_RATED = "zero_rated"
    EXEMPT = "exempt"
    EU_BUSINESS = "eu_business"
    EXPORT = "export"
    OSS = "oss"
    MARKETPLACE = "marketplace"
    OUT_OF_SCOPE = "out_of_scope"


class StatusRule(msgspec.Struct, frozen=True):
    """kind: "order" or "invoice"; state: the store's own word."""

    kind: str
    state: str
    action: Action


class AccountRoles(msgspec.Struct, frozen=True):
    """Account codes by role; "" means not mapped. bank is the default for payment methods without a rule.

    inventory and cost_of_goods_sold only fill the purchase side of items (ACCOUNTING D1).
    """

    sales: str = ""
    bank: str = ""
    inventory: str = ""
    cost_of_goods_sold: str = ""
    shipping: str = ""
    discounts: str = ""
    fees: str = ""
    levies: str = ""
    rounding: str = ""
    refund_adjustments: str = ""
    gift_cards: str = ""
    store_credit: str = ""
    tips: str = ""
    tax_liability: str = ""


class AccountRule(msgspec.Struct, frozen=True):
    """A finer choice than the roles: all fields that are not "" must match; the most specific rule wins."""

    account_code: str
    role: str = "sales"
    store_view: str = ""
    sku: str = ""
    tax_class: str = ""
    code: str = ""


class TaxRule(msgspec.Struct, frozen=True):
    """The store's tax (or several taxes on one line, sorted) → one tax type.

    codes: the store's rate identifiers. country, percent: further conditions, "" / None for any.
    valid_from: by the document's date (rates change: CASES C23).
    """

    codes: tuple[str, ...]
    tax_type: str
    country: str = ""
    percent: Decimal | None = None
    valid_from: date | None = None


class ZeroRule(msgspec.Struct, frozen=True):
    """Lines without a tax entry (ACCOUNTING A9): conditions "" match anything, has_tax_number None any.

    ship_to: ISO country, or "home", "eu", "world" (outside home and EU). confirmed: by the operator.
    """

    reason: ZeroReason
    tax_type: str
    store_view: str = ""
    ship_to: str = ""
    tax_class: str = ""
    customer_group: str = ""
    has_tax_number: bool | None = None
    line_kind: str = ""
    confirmed: bool = False


class MethodRule(msgspec.Struct, frozen=True):
    """A payment method of the store.

    account_code: clearing account (per currency where given; "" currency for all).
    offline: the store's "paid" does not prove money; money_seen: the operator said it does (C1).
    due_days: added to the document date for the due date (B3).
    bank_confirmed: the operator confirmed an ordinary bank account (C3).
    """

    method: str
    account_code: str = ""
    currency: str = ""
    offline: bool = False
    money_seen: bool = False
    due_days: int = 0
    bank_confirmed: bool = False
    skip: bool = False


class UnknownTotalRule(msgspec.Struct, frozen=True):
    """A store total of unknown kind, named by the operator (ACCOUNTING E3). meaning: fee, discount, means."""

    code: str
    meaning: str
    account_code: str
    tax_type: str = ""


class StoreViewRule(msgspec.Struct, frozen=True):
    """Per store view: assigned to this organisation or not, and its line mode (ACCOUNTING A12)."""

    store_view: str
    assigned: bool = True
    line_mode: LineAmountTypes | None = None
    tracking: tuple[tuple[str, str], ...] = ()


class Numbering(msgspec.Struct, frozen=True):
    """Prefixes by kind; the store's own number follows (ACCOUNTING B8)."""

    order: str = "SO-"
    invoice: str = "SI-"
    refund: str = "CM-"


class ContactRules(msgspec.Struct, frozen=True):
    """match: order in which a contact is looked for (D3). single_contact: a ContactID for all web customers.

    number_prefix: before the store's customer number in Xero's contact number, so that two shops of one
    organisation, or numbers of another program, never name the same contact.
    """

    match: tuple[str, ...] = ("contact_number", "account_number", "email")
    fill_empty_only: bool = True
    single_contact: str = ""
    number_prefix: str = "C-"


class Rules(msgspec.Struct, frozen=True, omit_defaults=True):
    """All rules of a connection into an organisation. version counts up with every change."""

    version: int = 1
    sales_documents: SalesDocuments = SalesDocuments.ORDERS
    amounts: Amounts = Amounts.ORDER_CURRENCY
    statuses: tuple[StatusRule, ...] = ()
    accounts: AccountRoles = AccountRoles()
    account_rules: tuple[AccountRule, ...] = ()
    taxes: tuple[TaxRule, ...] = ()
    zero_rules: tuple[ZeroRule, ...] = ()
    methods: tuple[MethodRule, ...] = ()
    unknown_totals: tuple[UnknownTotalRule, ...] = ()
    store_views: tuple[StoreViewRule, ...] = ()
    numbering: Numbering = Numbering()
    contacts: ContactRules = ContactRules()
    send_items: bool = True
    #: Tax as a liability line per group of jurisdictions (ACCOUNTING A8), US organisations only.
    tax_as_liability: bool = False
    #: Adjustments of refunds carry the order's single rate (ACCOUNTING A11).
    adjustments_taxed: bool = False
    rounding_limit: Decimal = Decimal("0.05")
    #: Rounding of a month and currency above which a person is asked to look (ACCOUNTING E1).
    rounding_month_limit: Decimal = Decimal("1.00")
    start_date: date | None = None
    books_closed_until: date | None = None
    locked_period: LockedPeriod = LockedPeriod.HOLD
    #: Send the shop's exchange rate (ACCOUNTING C9); only if the shop's base is the organisation's.
    send_shop_rate: bool = False
    allow_inexact_currency: bool = False
    #: The way back, for stores that can be written to.
    inward: InwardRules = InwardRules()
