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
    ORGANISATION_UNDECIDED = "organisation_undecided"
    ORGANISATION_CHANGED = "organisation_changed"
    STORE_TAX_UNMAPPED = "store_tax_unmapped"
    STORE_METHOD_UNMAPPED = "store_method_unmapped"
    STORE_CURRENCY_MISSING = "store_currency_missing"
    STORE_REFUSED = "store_refused"
    STORE_DELETED = "store_deleted"
    STORE_DIFFERS = "store_differs"
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
    PAYMENT_RECONCILED = "payment_reconciled"
    XERO_REFUSED = "xero_refused"
    XERO_ANSWER_DIFFERS = "xero_answer_differs"
    CONTRACT_BROKEN = "contract_broken"
    # skipped or waiting, by a rule
    STATE_WAITS = "state_waits"
    STATE_SKIPPED = "state_skipped"
    CANCELLED_UNSENT = "cancelled_unsent"
    STORE_BEING_WRITTEN = "store_being_written"
    BEFORE_START_DATE = "before_start_date"
    OTHER_STORE_VIEW = "other_store_view"
    OTHER_SALES_DOCUMENT = "other_sales_document"
    ZERO_PAYMENT = "zero_payment"
    METHOD_SKIPPED = "method_skipped"
    MONEY_NOT_SEEN = "money_not_seen"
    NEVER_SEND = "never_send"
    SWITCHED_OFF = "switched_off"


#: What people read about each code.
ENTRIES: dict[Code, Entry] = {
    Code.TAX_UNMAPPED: Entry(
        "A tax of the store has no tax rate in Xero",
        "The store charged a tax that is not mapped. Choose Xero's own rate for taxes of your country; "
        "rates for other countries can be made on request. Documents that wait for it go by themselves.",
        "Taxes",
    ),
    Code.ZERO_TAX_UNDECIDED: Entry(
        "No tax, and no rule says why",
        "Zero-rated, exempt, export, sold to an EU business and out of scope look alike in the store but "
        "not in the return. Confirm the rule once.",
        "Taxes",
    ),
    Code.ACCOUNT_UNMAPPED: Entry(
        "No account is chosen",
        "A line needs an account for its role (sales, shipping, rounding …). Choose one or press “Create "
        "missing accounts”.",
        "Accounts",
    ),
    Code.METHOD_UNMAPPED: Entry(
        "A payment method has no account",
        "Choose the clearing account of this payment method and currency. Payments wait for it; invoices go on.",
        "Payment methods",
    ),
    Code.CURRENCY_NOT_ENABLED: Entry(
        "The currency is not switched on in Xero",
        "Switch it on in Xero (the plan must allow several currencies) or press “Enable currency”.",
        "Accounts",
    ),
    Code.TOTAL_UNKNOWN: Entry(
        "A total of an unknown kind",
        "An extension of the store added a total. Say once whether it is a fee, a discount or a means of "
        "payment, with its account and tax.",
        "Mapping",
    ),
    Code.STATE_UNKNOWN: Entry(
        "A store state without a rule",
        "Say what this state means: wait, skip, draft, post or undo.",
        "Order statuses",
    ),
    Code.STATE_ASKS: Entry(
        "A state that needs a decision",
        "This state (a chargeback, a failed or reversed payment) is decided by hand for each document.",
        "Document",
    ),
    Code.MAPPING_INVALID: Entry(
        "A mapping does not fit Xero",
        "An account or tax rate is archived, of the wrong kind, or cannot be used together. Choose another.",
        "Mapping",
    ),
    Code.ORGANISATION_UNDECIDED: Entry(
        "No organisation for this document",
        "The store goes to several organisations, and no rule says which of them takes this document. Write a "
        "rule for it, or say it for this document; then it goes by itself.",
        "Organisations",
    ),
    Code.ORGANISATION_CHANGED: Entry(
        "The rules name another organisation now",
        "It is in the books of one organisation, and the rules would send it to another one. Nothing is booked "
        "twice: keep it where it is, or move it (it is taken out there first, then booked in the other).",
        "Organisations",
    ),
    Code.STORE_TAX_UNMAPPED: Entry(
        "A tax rate of Xero has no tax in the store",
        "Something made in Xero carries a tax rate for which no tax of the store is known. Map the store's tax to "
        "it on the Taxes screen, or make the tax in the store under the same name and percent; then press “Sync "
        "again”.",
        "From Xero",
    ),
    Code.STORE_METHOD_UNMAPPED: Entry(
        "An account of Xero has no payment method in the store",
        "A payment made in Xero went to an account that no payment method of the store, or several of them, are "
        "mapped to. Say which method its payments are entered with.",
        "From Xero",
    ),
    Code.STORE_CURRENCY_MISSING: Entry(
        "The store does not have this currency",
        "Something made in Xero is in a currency that the store does not know. Add it in the store, then press "
        "“Sync again”.",
        "From Xero",
    ),
    Code.STORE_REFUSED: Entry(
        "The store refused it",
        "The store's own words are below. Mend the cause there or in Xero, then press “Sync again”.",
        "From Xero",
    ),
    Code.STORE_DELETED: Entry(
        "Deleted in the store by a person",
        "It came from Xero, or went there, and was deleted in the store; it is never made again by itself. Press "
        "“Sync again” if it should be.",
        "From Xero",
    ),
    Code.STORE_DIFFERS: Entry(
        "The store shows another amount than Xero",
        "The store calculated something else from the same lines. Nothing more is written for this document until "
        "a person has looked.",
        "From Xero",
    ),
    Code.EU_BUSINESS_WITHOUT_NUMBER: Entry(
        "EU business without a VAT number",
        "A sale without tax to a business in another EU country needs the buyer's VAT number. Add it in "
        "the store, or correct the rule.",
        "Document",
    ),
    Code.TOTAL_MISMATCH: Entry(
        "The lines do not make the store's total",
        "Lines and total differ by more than rounding. Look at the store's document; extensions often "
        "leave a total out.",
        "Document",
    ),
    Code.TAX_MISMATCH: Entry(
        "The tax does not fit Xero's arithmetic",
        "The store's tax differs from rate × amount by more than rounding. Is the right tax rate mapped? "
        "Does the store tax the price before the discount?",
        "Document",
    ),
    Code.NOT_EXPRESSIBLE: Entry(
        "More decimals than Xero keeps",
        "Xero keeps 2 decimals of every currency. Allow rounding for this currency, or book the document by hand.",
        "Sync settings",
    ),
    Code.REFUND_EXCEEDS_SALE: Entry(
        "More refunded than sold",
        "The refunds of this order exceed what was invoiced. Check the store's credit memos.",
        "Document",
    ),
    Code.PAYMENT_EXCEEDS_SALE: Entry(
        "More paid than sold",
        "The payments exceed the sale and the excess cannot be kept as an overpayment. Check the store, "
        "or choose an account of type BANK in this currency.",
        "Document",
    ),
    Code.BANK_AMOUNT_MISSING: Entry(
        "The amount in the account's currency is missing",
        "The account is kept in another currency, and the store does not say what arrived. Choose an "
        "account in the document's currency.",
        "Payment methods",
    ),
    Code.RATE_IMPLAUSIBLE: Entry(
        "An implausible exchange rate",
        "Xero's rate is more than twice or less than half the store's. Check the currency and the rate in Xero.",
        "Document",
    ),
    Code.DATA_UNREADABLE: Entry(
        "The store's document cannot be read",
        "A figure or date is missing or is none. The document is held; others go on.",
        "Document",
    ),
    Code.DATA_CONTRADICTORY: Entry(
        "The store's document contradicts itself",
        "Its parts cannot all be true. Look at it in the store.",
        "Document",
    ),
    Code.PERIOD_LOCKED: Entry(
        "The period is closed",
        "The date lies before a lock date of Xero or your own. Open the period, or allow moving to the "
        "first open day.",
        "Sync settings",
    ),
    Code.NUMBER_TAKEN: Entry(
        "The number is taken in Xero",
        "Another document of Xero has this number. Change the prefix, or link that document.",
        "Numbering",
    ),
    Code.CONTACT_AMBIGUOUS: Entry(
        "Several contacts fit",
        "More than one contact of Xero could be this buyer. Choose one; it is remembered.",
        "Document",
    ),
    Code.ACCOUNT_NOT_BANK: Entry(
        "An overpayment needs a bank account",
        "Xero keeps money beyond the invoice only in an account of type BANK. Choose such a clearing "
        "account for the method.",
        "Payment methods",
    ),
    Code.SALE_MISSING: Entry(
        "The sale is not in Xero",
        "Money or a refund without its sale. It goes when the sale goes, or is booked by hand.",
        "Document",
    ),
    Code.SALE_HELD: Entry(
        "The sale is held",
        "It waits for its sale, which is held for a reason of its own.",
        "Document",
    ),
    Code.DELETED_BY_PERSON: Entry(
        "Deleted in Xero by a person",
        "It is never made again by itself. Press “Sync now” if it should be.",
        "Document",
    ),
    Code.CHANGED_BY_PERSON: Entry(
        "Changed in Xero by a person",
        "Amounts, tax, contact or status differ from what was sent. Accept the change or restore the "
        "document; then payments and refunds go on.",
        "Drift",
    ),
    Code.PAYMENT_RECONCILED: Entry(
        "Reversed in the store, but reconciled in Xero",
        "The payment stands beside a bank line in Xero, so it cannot be taken back from outside. Undo the "
        "reconciliation in Xero, then press “Retry”.",
        "Document",
    ),
    Code.XERO_REFUSED: Entry(
        "Xero refused it",
        "Xero's own words are below. Mend the cause and press “Retry”.",
        "Document",
    ),
    Code.XERO_ANSWER_DIFFERS: Entry(
        "Xero calculated something else",
        "Xero's answer differs from what was proved before sending. Nothing more is sent for this "
        "document until a person has looked.",
        "Document",
    ),
    Code.CONTRACT_BROKEN: Entry(
        "An answer that does not fit the description",
        "Xero or the store answered in a form that is not published. The evidence is kept.",
        "Log",
    ),
    Code.STATE_WAITS: Entry(
        "Not a sale yet",
        "The store's state says so. It goes by itself when the state moves on.",
        "Order statuses",
    ),
    Code.STATE_SKIPPED: Entry(
        "Not sent, by a rule",
        "A status rule says that documents in this state are not sent.",
        "Order statuses",
    ),
    Code.CANCELLED_UNSENT: Entry(
        "Cancelled before it was sent",
        "Nothing was booked, so there is nothing to undo.",
        "Document",
    ),
    Code.STORE_BEING_WRITTEN: Entry(
        "Something is being written into the store",
        "A record from Xero is on its way into this store. What is new there is planned when that is settled, so "
        "that nothing from Xero goes back as new.",
        "From Xero",
    ),
    Code.BEFORE_START_DATE: Entry(
        "Before the start date",
        "Documents dated earlier are not sent. Move the start date to include them.",
        "Sync settings",
    ),
    Code.OTHER_STORE_VIEW: Entry(
        "Another store view",
        "Its store view is not assigned to this organisation.",
        "Stores",
    ),
    Code.OTHER_SALES_DOCUMENT: Entry(
        "Not the sales document",
        "A shop books its orders or its store invoices as revenue, never both.",
        "Sync settings",
    ),
    Code.ZERO_PAYMENT: Entry(
        "A payment of zero",
        "Xero takes no payment of zero; nothing is owed either.",
        "Document",
    ),
    Code.METHOD_SKIPPED: Entry(
        "Payments of this method are not sent",
        "A rule says so, for example because a bank feed brings them.",
        "Payment methods",
    ),
    Code.MONEY_NOT_SEEN: Entry(
        "Paid in the store, but no money seen",
        "For cheques, bank transfers and the like “paid” is only the store's word. Say for the method "
        "that it means money, or press “Money seen” for this payment.",
        "Payment methods",
    ),
    Code.NEVER_SEND: Entry(
        "Never send",
        "A person chose so, with the reason given.",
        "Document",
    ),
    Code.SWITCHED_OFF: Entry(
        "Its kind is switched off",
        "The Sync settings say that documents of this kind are not sent. Switch them on, and everything that "
        "waits is planned.",
        "Sync settings",
    ),
}
