"""One journey through all of the Accounting API, told without a language: Xero's Python and Node SDKs both take it.

A step names an operation in snake case and its arguments. A body is ("Model", {members as on the wire}); a text that
begins with `$` stands for what an earlier step kept. `keep` and `expect` find values by their path in the answer,
given back in the names of the wire.
"""

from typing import Any

from xerosim_steps import ADA, BANK, COST, FREE, LEFT_OUT, SALE, Body, Step, document, files, history, step

from xerosim.people import DEEDS
from xerosim.world import World


def _settings() -> list[Step]:
    account: Body = ("Account", {"Code": "299", "Name": "Tips", "Type": "REVENUE"})
    tax = {"Name": "OSS France 20%", "ReportTaxType": "MOSSSALES", "TaxComponents": [{"Name": "TVA", "Rate": 20}]}
    service = {"PaymentServiceName": "PayUp", "PaymentServiceUrl": "https://pay.test", "PayNowText": "Pay"}
    services = {"PaymentServices": [{"PaymentServiceID": "$service"}]}
    return [
        step("get_organisations", expect={"Organisations.0.OrganisationID": "$tenant"}),
        step("get_organisation_actions", expect={"Actions.0.Status": "ALLOWED"}),
        step("get_organisation_cis_settings", organisation_id="$tenant",
             expect={"CISSettings.0.CISContractorEnabled": False}),
        step("get_users", keep={"user": "Users.0.UserID"}),
        step("get_user", user_id="$user", expect={"Users.0.EmailAddress": "ada@example.test"}),
        step("get_invoice_reminders", expect={"InvoiceReminders.0.Enabled": False}),
        step("get_budgets", expect={"Budgets.#": 0}),
        step("get_currencies", expect={"Currencies.0.Code": "GBP"}),
        step("create_currency", currency=("Currency", {"Code": "EUR"}), expect={"Currencies.0.Code": "EUR"}),
        step("create_account", account=account, keep={"account": "Accounts.0.AccountID"}),
        step("update_account", account_id="$account", accounts=("Accounts", {"Accounts": [{"Name": "Gratuities"}]})),
        step("get_account", account_id="$account", expect={"Accounts.0.Name": "Gratuities"}),
        *files("account"),
        step("get_accounts", where='Type=="BANK"', expect={"Accounts.0.Code": "090"}),
        step("delete_account", account_id="$account", expect={"Accounts.0.Status": "DELETED"}),
        step("create_tax_rates", tax_rates=("TaxRates", {"TaxRates": [tax]}),
             expect={"TaxRates.0.TaxType": "TAX001"}),
        step("get_tax_rate_by_tax_type", tax_type="TAX001", expect={"TaxRates.0.EffectiveRate": 20}),
        step("update_tax_rate",
             tax_rates=("TaxRates", {"TaxRates": [{**tax, "TaxType": "TAX001", "Status": "DELETED"}]})),
        step("get_tax_rates", where='TaxType=="TAX001"', expect={"TaxRates.0.Status": "DELETED"}),
        step("create_tracking_category", tracking_category=("TrackingCategory", {"Name": "Shop"}),
             keep={"category": "TrackingCategories.0.TrackingCategoryID"}),
        step("create_tracking_options", tracking_category_id="$category",
             tracking_option=("TrackingOption", {"Name": "Online"}), keep={"option": "Options.0.TrackingOptionID"}),
        step("update_tracking_options", tracking_category_id="$category", tracking_option_id="$option",
             tracking_option=("TrackingOption", {"Name": "Web"}), expect={"Options.0.Name": "Web"}),
        step("update_tracking_category", tracking_category_id="$category",
             tracking_category=("TrackingCategory", {"Name": "Channel"})),
        step("get_tracking_category", tracking_category_id="$category",
             expect={"TrackingCategories.0.Name": "Channel", "TrackingCategories.0.Options.0.Name": "Web"}),
        step("delete_tracking_options", tracking_category_id="$category", tracking_option_id="$option"),
        step("delete_tracking_category", tracking_category_id="$category"),
        step("get_tracking_categories", expect={"TrackingCategories.#": 0}),
        step("get_branding_themes", keep={"theme": "BrandingThemes.0.BrandingThemeID"}),
        step("get_branding_theme", branding_theme_id="$theme", expect={"BrandingThemes.0.SortOrder": 0}),
        step("create_payment_service", payment_services=("PaymentServices", {"PaymentServices": [service]}),
             keep={"service": "PaymentServices.0.PaymentServiceID"}),
        step("get_payment_services", expect={"PaymentServices.0.PaymentServiceName": "PayUp"}),
        step("create_branding_theme_payment_services", branding_theme_id="$theme",
             payment_services=("PaymentServices", services)),
        step("get_branding_theme_payment_services", branding_theme_id="$theme",
             expect={"PaymentServices.0.PaymentServiceID": "$service"}),
    ]  # fmt: skip


def _people_and_things() -> list[Step]:
    grace = {"Name": "Grace Hopper", "ContactNumber": "C-1", "EmailAddress": "grace@example.test"}
    tee = {"Code": "TEE", "Name": "Tee", "SalesDetails": {"UnitPrice": 19.99, "AccountCode": "200"}}
    group: Body = ("ContactGroups", {"ContactGroups": [{"Name": "VIP"}]})
    members: Body = ("Contacts", {"Contacts": [{"ContactID": "$contact"}]})
    again: Body = ("Contacts", {"Contacts": [{"Name": "Grace Hopper", "FirstName": "Grace"}]})
    return [
        step("create_contacts", contacts=("Contacts", {"Contacts": [grace]}),
             keep={"contact": "Contacts.0.ContactID"}, expect={"Contacts.0.Phones.#": 4}),
        step("update_or_create_contacts", contacts=again, expect={"Contacts.0.ContactID": "$contact"}),
        step("update_contact", contact_id="$contact", contacts=("Contacts", {"Contacts": [{"LastName": "Hopper"}]})),
        step("get_contact", contact_id="$contact", expect={"Contacts.0.LastName": "Hopper"}),
        step("get_contact_by_contact_number", contact_number="C-1", expect={"Contacts.0.FirstName": "Grace"}),
        step("get_contact_cis_settings", contact_id="$contact", expect={"CISSettings.0.CISEnabled": False}),
        step("get_contacts", search_term="hopper", page=1, expect={"Contacts.#": 1, "pagination.itemCount": 1}),
        step("get_contacts", page=9, expect={"Contacts.#": 0}),
        step("create_contact_group", contact_groups=group, keep={"group": "ContactGroups.0.ContactGroupID"}),
        step("create_contact_group_contacts", contact_group_id="$group", contacts=members),
        step("get_contact_group", contact_group_id="$group", expect={"ContactGroups.0.Contacts.#": 1}),
        step("delete_contact_group_contact", contact_group_id="$group", contact_id="$contact"),
        step("create_contact_group_contacts", contact_group_id="$group", contacts=members),
        step("delete_contact_group_contacts", contact_group_id="$group"),
        step("get_contact_group", contact_group_id="$group", expect={"ContactGroups.0.Contacts.#": 0}),
        step("update_contact_group", contact_group_id="$group",
             contact_groups=("ContactGroups", {"ContactGroups": [{"Name": "Friends"}]})),
        step("get_contact_groups", expect={"ContactGroups.0.Name": "Friends"}),
        *history("contact", "contact_id", create="create_contact_history", read="get_contact_history"),
        *files("contact"),
        step("create_items", items=("Items", {"Items": [tee]}), keep={"item": "Items.0.ItemID"}),
        step("update_or_create_items", items=("Items", {"Items": [{"Code": "TEE", "Name": "Shirt"}]}),
             expect={"Items.0.ItemID": "$item", "Items.0.SalesDetails.UnitPrice": 19.99}),
        step("update_item", item_id="$item", items=("Items", {"Items": [{"Code": "TEE", "Description": "Blue"}]})),
        step("get_item", item_id="$item", expect={"Items.0.Name": "Shirt", "Items.0.Description": "Blue"}),
        *history("item", "item_id", create="create_item_history", read="get_item_history"),
        step("delete_item", item_id="$item"),
        step("get_items", expect={"Items.#": 0}),
    ]  # fmt: skip


def _sales() -> list[Step]:
    update: Body = ("Invoices", {"Invoices": [{"Reference": "changed"}]})
    renumbered: Body = ("Invoices", {"Invoices": [document(InvoiceNumber="J-1", Reference="again")]})
    note = document(Type="ACCRECCREDIT", CreditNoteNumber="N-1")
    part: Body = ("Allocations", {"Allocations": [
        {"Amount": 20, "Date": "2026-09-02", "Invoice": {"InvoiceID": "$invoice"}}]})  # fmt: skip
    schedule = {"Period": 1, "Unit": "MONTHLY", "DueDate": 10, "DueDateType": "OFFOLLOWINGMONTH",
                "StartDate": "2036-10-01"}  # fmt: skip
    monthly = {"Type": "ACCREC", "Contact": ADA, "Schedule": schedule, "LineItems": [SALE], "Status": "DRAFT"}
    repeating: Body = ("RepeatingInvoices", {"RepeatingInvoices": [monthly]})
    change: Body = ("RepeatingInvoices", {"RepeatingInvoices": [{"Reference": "rent", "Status": "AUTHORISED"}]})
    return [
        step("create_invoices", invoices=("Invoices", {"Invoices": [document(InvoiceNumber="J-1")]}),
             keep={"invoice": "Invoices.0.InvoiceID", "buyer": "Invoices.0.Contact.ContactID"},
             expect={"Invoices.0.Total": 120, "Invoices.0.AmountDue": 120, "Invoices.0.Status": "AUTHORISED"}),
        step("update_invoice", invoice_id="$invoice", invoices=update, expect={"Invoices.0.Reference": "changed"}),
        step("update_or_create_invoices", invoices=renumbered, expect={"Invoices.0.InvoiceID": "$invoice"}),
        step("get_invoice", invoice_id="$invoice", keep={"line": "Invoices.0.LineItems.0.LineItemID"},
             expect={"Invoices.0.Reference": "again"}),
        step("get_invoices", invoice_numbers=["J-1"], page=1, expect={"Invoices.#": 1, "pagination.itemCount": 1}),
        step("get_invoices", page=9, expect={"Invoices.#": 0}),
        step("get_online_invoice", invoice_id="$invoice", expect={"OnlineInvoices.#": 1}),
        step("get_invoice_as_pdf", invoice_id="$invoice", expect={"bytes": "%PDF-1.4"}),
        step("email_invoice", invoice_id="$invoice", request_empty=("RequestEmpty", {})),
        *history("invoice", "invoice_id", create="create_invoice_history", read="get_invoice_history"),
        *files("invoice"),
        step("create_credit_notes", credit_notes=("CreditNotes", {"CreditNotes": [note]}),
             keep={"credit_note": "CreditNotes.0.CreditNoteID"}, expect={"CreditNotes.0.RemainingCredit": 120}),
        step("update_credit_note", credit_note_id="$credit_note",
             credit_notes=("CreditNotes", {"CreditNotes": [{"Reference": "back"}]})),
        step("update_or_create_credit_notes", credit_notes=("CreditNotes", {"CreditNotes": [note]}),
             expect={"CreditNotes.0.CreditNoteID": "$credit_note", "CreditNotes.0.Reference": "back"}),
        step("create_credit_note_allocation", credit_note_id="$credit_note", allocations=part),
        step("get_credit_note", credit_note_id="$credit_note",
             keep={"allocation": "CreditNotes.0.Allocations.0.AllocationID"},
             expect={"CreditNotes.0.RemainingCredit": 100, "CreditNotes.0.Allocations.0.Amount": 20}),
        step("delete_credit_note_allocations", credit_note_id="$credit_note", allocation_id="$allocation"),
        step("get_credit_notes", page=1, expect={"CreditNotes.0.RemainingCredit": 120}),
        step("get_credit_note_as_pdf", credit_note_id="$credit_note", expect={"bytes": "%PDF-1.4"}),
        *history("credit_note", "credit_note_id", create="create_credit_note_history",
                  read="get_credit_note_history"),
        *files("credit_note"),
        step("create_repeating_invoices", repeating_invoices=repeating,
             keep={"repeating_invoice": "RepeatingInvoices.0.RepeatingInvoiceID"}),
        step("update_repeating_invoice", repeating_invoice_id="$repeating_invoice", repeating_invoices=change),
        step("get_repeating_invoice", repeating_invoice_id="$repeating_invoice",
             expect={"RepeatingInvoices.0.Reference": "rent", "RepeatingInvoices.0.Status": "AUTHORISED"}),
        step("update_or_create_repeating_invoices", repeating_invoices=repeating),
        step("get_repeating_invoices", expect={"RepeatingInvoices.#": 2}),
        *history("repeating_invoice", "repeating_invoice_id", create="create_repeating_invoice_history",
                  read="get_repeating_invoice_history"),
        *files("repeating_invoice"),
    ]  # fmt: skip


def _payments() -> list[Step]:
    owed = {"InvoiceID": "$invoice"}
    payment = {"Invoice": owed, "Account": BANK, "Date": "2026-09-02", "Amount": 20}
    batch = {"Account": BANK, "Date": "2026-09-02", "Payments": [{"Invoice": owed, "Amount": 20}]}
    batches: Body = ("BatchPayments", {"BatchPayments": [batch]})
    kept = {"batch_payment": "BatchPayments.0.BatchPaymentID"}
    gone: Body = ("BatchPaymentDelete", {"BatchPaymentID": "$batch_payment", "Status": "DELETED"})
    return [
        step("create_payments", payments=("Payments", {"Payments": [payment]}),
             keep={"payment": "Payments.0.PaymentID"}, expect={"Payments.0.Invoice.AmountDue": 100}),
        step("create_payment", payment=("Payment", payment), expect={"Payments.0.Invoice.AmountDue": 80}),
        step("get_payment", payment_id="$payment", expect={"Payments.0.Amount": 20}),
        *history("payment", "payment_id", create="create_payment_history", read="get_payment_history"),
        step("delete_payment", payment_id="$payment", payment_delete=("PaymentDelete", {"Status": "DELETED"})),
        step("get_payments", where='Status=="DELETED"', expect={"Payments.0.PaymentID": "$payment"}),
        step("create_batch_payment", batch_payments=batches, keep=kept),
        step("get_batch_payment", batch_payment_id="$batch_payment", expect={"BatchPayments.0.TotalAmount": 20}),
        *history("batch_payment", "batch_payment_id", create="create_batch_payment_history_record",
                  read="get_batch_payment_history"),
        step("delete_batch_payment", batch_payment_delete=gone, expect={"BatchPayments.0.Status": "DELETED"}),
        step("create_batch_payment", batch_payments=batches, keep=kept),
        step("delete_batch_payment_by_url_param", batch_payment_id="$batch_payment",
             batch_payment_delete_by_url_param=("BatchPaymentDeleteByUrlParam", {"Status": "DELETED"})),
        step("get_batch_payments", expect={"BatchPayments.#": 2}),
    ]  # fmt: skip


def _money() -> list[Step]:
    def banked(kind: str, **members: Any) -> Body:
        made = {"Type": kind, "Contact": ADA, "BankAccount": BANK, "Date": "2026-09-01", "LineItems": [FREE]}
        return ("BankTransactions", {"BankTransactions": [{**made, **members}]})

    spent = {"LineItems": [{**FREE, "AccountCode": "404"}]}
    transfer = {"FromBankAccount": BANK, "ToBankAccount": {"Code": "091"}, "Amount": 3}
    transfers: Body = ("BankTransfers", {"BankTransfers": [transfer]})
    kept = {"bank_transfer": "BankTransfers.0.BankTransferID"}
    doomed: Body = (
        "BankTransfersDelete",
        {"BankTransfers": [{"BankTransferID": "$bank_transfer", "Status": "DELETED"}]},
    )
    over = {"LineItems": [{"Description": "too much", "LineAmount": 10}], "LineAmountTypes": "NoTax"}
    steps = [
        step("create_bank_transactions", bank_transactions=banked("SPEND", **spent),
             keep={"bank_transaction": "BankTransactions.0.BankTransactionID"}),
        step("update_bank_transaction", bank_transaction_id="$bank_transaction",
             bank_transactions=banked("SPEND", **spent, Reference="fee")),
        step("get_bank_transaction", bank_transaction_id="$bank_transaction",
             expect={"BankTransactions.0.Reference": "fee", "BankTransactions.0.Total": 30}),
        step("update_or_create_bank_transactions", bank_transactions=banked("RECEIVE-PREPAYMENT")),
        step("update_or_create_bank_transactions", bank_transactions=banked("RECEIVE-OVERPAYMENT", **over)),
        step("get_bank_transactions", page=1, expect={"BankTransactions.#": 3}),
        *history("bank_transaction", "bank_transaction_id", create="create_bank_transaction_history_record",
                  read="get_bank_transactions_history"),
        *files("bank_transaction"),
        step("create_bank_transfer", bank_transfers=transfers, keep=kept),
        step("get_bank_transfer", bank_transfer_id="$bank_transfer", expect={"BankTransfers.0.Amount": 3}),
        *history("bank_transfer", "bank_transfer_id", create="create_bank_transfer_history_record",
                  read="get_bank_transfer_history"),
        *files("bank_transfer"),
        step("delete_bank_transfers", bank_transfers_delete=doomed),
        step("create_bank_transfer", bank_transfers=transfers, keep=kept),
        step("delete_bank_transfer", bank_transfer_id="$bank_transfer",
             bank_transfer_delete_by_url_param=("BankTransferDeleteByUrlParam", {"Status": "DELETED"})),
        step("get_bank_transfers", expect={"BankTransfers.#": 0}),
        step("get_bank_transfers", include_deleted=True, expect={"BankTransfers.#": 2}),
    ]  # fmt: skip
    for noun, plural in (("prepayment", "Prepayments"), ("overpayment", "Overpayments")):
        of, id = {f"{noun}_id": f"${noun}"}, f"{plural}.0.{plural[:-1]}ID"
        part: Body = ("Allocations", {"Allocations": [
            {"Amount": 5, "Date": "2026-09-02", "Invoice": {"InvoiceID": "$invoice"}}]})  # fmt: skip
        steps += [
            step(f"get_{noun}s", page=1, keep={noun: id}, expect={f"{plural}.#": 1}),
            step(f"create_{noun}_allocations", **of, allocations=part, expect={"Allocations.0.Amount": 5}),
            step(f"get_{noun}", **of, keep={"allocation": f"{plural}.0.Allocations.0.AllocationID"}),
            step(f"delete_{noun}_allocations", **of, allocation_id="$allocation"),
            *history(noun, f"{noun}_id", create=f"create_{noun}_history", read=f"get_{noun}_history"),
        ]
    return steps


def _offers() -> list[Step]:
    quote = {"Contact": ADA, "Date": "2026-09-01", "LineItems": [SALE], "Title": "Offer", "QuoteNumber": "Q-1"}
    sent = {"Contact": ADA, "Date": "2026-09-01", "Status": "SENT"}
    order = {"Contact": ADA, "Date": "2026-09-01", "LineItems": [COST], "PurchaseOrderNumber": "P-1"}
    approved: Body = ("PurchaseOrders", {"PurchaseOrders": [{"Status": "AUTHORISED"}]})
    known: Body = ("PurchaseOrders", {"PurchaseOrders": [{"PurchaseOrderID": "$purchase_order", "Reference": "x"}]})
    return [
        step("create_quotes", quotes=("Quotes", {"Quotes": [quote]}), keep={"quote": "Quotes.0.QuoteID"},
             expect={"Quotes.0.Total": 120}),
        step("update_quote", quote_id="$quote", quotes=("Quotes", {"Quotes": [sent]})),
        step("update_or_create_quotes", quotes=("Quotes", {"Quotes": [{**sent, "QuoteID": "$quote"}]})),
        step("get_quote", quote_id="$quote", expect={"Quotes.0.Status": "SENT", "Quotes.0.Title": "Offer"}),
        step("get_quotes", quote_number="Q-1", expect={"Quotes.#": 1}),
        step("get_quote_as_pdf", quote_id="$quote", expect={"bytes": "%PDF-1.4"}),
        *history("quote", "quote_id", create="create_quote_history", read="get_quote_history"),
        *files("quote"),
        step("create_purchase_orders", purchase_orders=("PurchaseOrders", {"PurchaseOrders": [order]}),
             keep={"purchase_order": "PurchaseOrders.0.PurchaseOrderID"}, expect={"PurchaseOrders.0.Total": 120}),
        step("update_or_create_purchase_orders", purchase_orders=known),
        step("update_purchase_order", purchase_order_id="$purchase_order", purchase_orders=approved),
        step("get_purchase_order", purchase_order_id="$purchase_order",
             expect={"PurchaseOrders.0.Status": "AUTHORISED", "PurchaseOrders.0.Reference": "x"}),
        step("get_purchase_order_by_number", purchase_order_number="P-1", expect={"PurchaseOrders.#": 1}),
        step("get_purchase_orders", status="AUTHORISED", page=1, expect={"PurchaseOrders.#": 1}),
        step("get_purchase_order_as_pdf", purchase_order_id="$purchase_order", expect={"bytes": "%PDF-1.4"}),
        *history("purchase_order", "purchase_order_id", create="create_purchase_order_history",
                  read="get_purchase_order_history"),
        *files("purchase_order"),
    ]  # fmt: skip


def _books() -> list[Step]:
    lines = [{"LineAmount": 5, "AccountCode": "404"}, {"LineAmount": -5, "AccountCode": "429"}]
    journal = {"Narration": "Fees", "Date": "2026-09-01", "Status": "POSTED", "JournalLines": lines}
    again: Body = (
        "ManualJournals",
        {"ManualJournals": [{"ManualJournalID": "$manual_journal", "Narration": "Card"}]},
    )
    change: Body = ("ManualJournals", {"ManualJournals": [{"Narration": "Card fees"}]})
    bill = document(Type="ACCPAY", LineItems=[COST])
    source = {"SourceTransactionID": "$bill", "SourceLineItemID": "$bill_line"}
    billed = {"ContactID": "$buyer", "TargetTransactionID": "$invoice", "TargetLineItemID": "$line"}
    link: Body = ("LinkedTransactions", {"LinkedTransactions": [billed]})
    to = {"date": "2026-12-31"}
    return [
        step("create_manual_journals", manual_journals=("ManualJournals", {"ManualJournals": [journal]}),
             keep={"manual_journal": "ManualJournals.0.ManualJournalID"}),
        step("update_or_create_manual_journals", manual_journals=again),
        step("update_manual_journal", manual_journal_id="$manual_journal", manual_journals=change),
        step("get_manual_journal", manual_journal_id="$manual_journal",
             expect={"ManualJournals.0.Narration": "Card fees", "ManualJournals.0.JournalLines.#": 2}),
        step("get_manual_journals", page=1, expect={"ManualJournals.#": 1}),
        *history("manual_journal", "manual_journal_id", create="create_manual_journal_history_record",
                  read="get_manual_journals_history"),
        *files("manual_journal"),
        step("get_journals", offset=0, keep={"journal": "Journals.0.JournalID"},
             expect={"Journals.0.JournalNumber": 1}),
        step("get_journal", journal_id="$journal", expect={"Journals.0.JournalNumber": 1}),
        step("get_journal_by_number", journal_number=1, expect={"Journals.0.JournalID": "$journal"}),
        step("create_invoices", invoices=("Invoices", {"Invoices": [bill]}),
             keep={"bill": "Invoices.0.InvoiceID", "bill_line": "Invoices.0.LineItems.0.LineItemID"}),
        step("create_linked_transaction", linked_transaction=("LinkedTransaction", source),
             keep={"linked": "LinkedTransactions.0.LinkedTransactionID"},
             expect={"LinkedTransactions.0.Type": "BILLABLEEXPENSE"}),
        step("update_linked_transaction", linked_transaction_id="$linked", linked_transactions=link),
        step("get_linked_transaction", linked_transaction_id="$linked",
             expect={"LinkedTransactions.0.TargetTransactionID": "$invoice"}),
        step("get_linked_transactions", source_transaction_id="$bill", expect={"LinkedTransactions.#": 1}),
        step("delete_linked_transaction", linked_transaction_id="$linked"),
        step("get_report_trial_balance", **to, expect={"Reports.0.ReportName": "Trial Balance"}),
        step("get_report_profit_and_loss", expect={"Reports.#": 1}),
        step("get_report_balance_sheet", **to, expect={"Reports.#": 1}),
        step("get_report_bank_summary", expect={"Reports.#": 1}),
        step("get_report_executive_summary", **to, expect={"Reports.#": 1}),
        step("get_report_budget_summary", **to, expect={"Reports.#": 1}),
        step("get_report_aged_receivables_by_contact", contact_id="$buyer", **to, expect={"Reports.#": 1}),
        step("get_report_aged_payables_by_contact", contact_id="$buyer", **to, expect={"Reports.#": 1}),
        step("get_reports_list", keep={"report": "Reports.0.ReportID"},
             expect={"Reports.0.ReportType": "VATReturn"}),
        step("get_report_from_id", report_id="$report", expect={"Reports.0.ReportName": "VAT Return"}),
    ]  # fmt: skip


def journey() -> list[Step]:
    """All steps, in an order in which each finds what it needs. tenant must be kept beforehand."""
    return [*_settings(), *_people_and_things(), *_sales(), *_payments(), *_money(), *_offers(), *_books()]


def untouched(operations: set[str]) -> set[str]:
    """Operations (snake case) that neither the journey does nor a reason leaves out."""
    excused = {name for names in LEFT_OUT.values() for name in names}
    done = {one["do"] for one in journey()}
    assert not done & excused, done & excused
    return operations - done - excused


def prepare(world: World, tenant: str) -> None:
    """What the journey cannot do by the API: let the organisation send mail, publish a tax return."""
    org = world.organisations[tenant]
    world.person(tenant, lambda ctx: org.change_settings(demo=False))
    world.person(tenant, lambda ctx: DEEDS["publish tax return"](ctx, {"from": "2026-07-01", "to": "2026-09-30"}))
