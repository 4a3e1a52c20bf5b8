"""The closed list of problem codes: what happened, why, what to press. Shown on screens and in the docs."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Entry(msgspec.Struct, frozen=True):
    """title: what happened. help: why, and what to do. button: where it is mended (a screen's name)."""

    title: str
    help: str
    button: str


class Code(StrEnum):
    """Codes of held and skipped documents and of refused postings. Values never change once released."""

    # held: mapping
    TAX_UNMAPPED = "tax_unmapped"
    ZERO_TAX_UNDECIDED = "zero_tax_undecided"
    ACCOUNT_UNMAPPED = "account_unmapped"
    METHOD_UNMAPPED = "method_unmapped"
    CURRENCY_NOT_ENABLED = "currency_not_enabled"
    TOTAL_UNKNOWN = "total_unknown"
    STATE_UNKNOWN = "state_unknown"
    STATE_ASKS = "state_asks"
    MAPPING_INVALID = "mapping_invalid"
    EU_BUSINESS_WITHOUT_NUMBER = "eu_business_without_number"
    # held: figures
    TOTAL_MISMATCH = "total_mismatch"
    TAX_MISMATCH = "tax_mismatch"
    NOT_EXPRESSIBLE = "not_expressible"
    REFUND_EXCEEDS_SALE = "refund_exceeds_sale"
    PAYMENT_EXCEEDS_SALE = "payment_exceeds_sale"
    BANK_AMOUNT_MISSING = "bank_amount_missing"
    RATE_IMPLAUSIBLE = "rate_implausible"
    DATA_UNREADABLE = "data_unreadable"
    DATA_CONTRADICTORY = "data_contradictory"
    # held: ledger
    PERIOD_LOCKED = "period_locked"
    NUMBER_TAKEN = "number_taken"
    CONTACT_AMBIGUOUS = "contact_ambiguous"
    ACCOUNT_NOT_BANK = "account_not_bank"
    SALE_MISSING = "sale_missing"
    SALE_HELD = "sale_held"
    DELETED_BY_PERSON = "deleted_by_person"
    CHANGED_BY_PERSON = "changed_by_person"
    XERO_REFUSED = "xero_refused"
    XERO_ANSWER_DIFFERS = "xero_answer_differs"
    CONTRACT_BROKEN = "contract_broken"
    # skipped or waiting, by a rule
    STATE_WAITS = "state_waits"
    STATE_SKIPPED = "state_skipped"
    CANCELLED_UNSENT = "cancelled_unsent"
    BEFORE_START_DATE = "before_start_date"
    OTHER_STORE_VIEW = "other_store_view"
    OTHER_SALES_DOCUMENT = "other_sales_document"
    ZERO_PAYMENT = "zero_payment"
    METHOD_SKIPPED = "method_skipped"
    MONEY_NOT_SEEN = "money_not_seen"
    NEVER_SEND = "never_send"
