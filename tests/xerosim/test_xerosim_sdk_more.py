"""Xero's own Python SDK on the resources beside the main path: journals, repeating and linked documents, credits."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal as D
from typing import Any

import pytest
from xero_python.accounting import models as m
from xero_python.exceptions import AccountingBadRequestException, HTTPStatusException
from xerosim_sdk import DAY, Sdk, invoice, line

from xerosim.server import start_background
from xerosim.world import World

pytestmark = pytest.mark.filterwarnings("ignore:HTTPResponse.getheaders:DeprecationWarning")
NOTE = m.HistoryRecords(history_records=[m.HistoryRecord(details="Seen")])
FROM_90 = m.Account(code="090")


@pytest.fixture
def more() -> Iterator[Sdk]:
    world = World()
    with start_background(world) as server:
        yield Sdk(world, server.url)


def made_invoice(sdk: Sdk, **members: Any) -> Any:
    return sdk.api.create_invoices(sdk.tenant, m.Invoices(invoices=[invoice(**members)])).invoices[0]


def made_bill(sdk: Sdk) -> Any:
    return made_invoice(sdk, type="ACCPAY", line_items=[line(account_code="400", tax_type="INPUT2")])


def banked(kind: str, **members: Any) -> m.BankTransactions:
    transaction = m.BankTransaction(
        type=kind, contact=m.Contact(name="Ada Byron"), bank_account=FROM_90, date=DAY, **members
    )
    return m.BankTransactions(bank_transactions=[transaction])


def made_prepayment(sdk: Sdk) -> Any:
    body = banked("RECEIVE-PREPAYMENT", line_items=[line(unit_amount=30.0, tax_type="NONE")])
    sdk.api.create_bank_transactions(sdk.tenant, body)
    return sdk.api.get_prepayments(sdk.tenant, page=1).prepayments[0]


def test_prepayments_are_read_allocated_and_released(more: Sdk) -> None:
    api, tenant = more.api, more.tenant
    owed = made_invoice(more)
    credit = made_prepayment(more)
    assert (credit.type, credit.total, credit.remaining_credit) == ("RECEIVE-PREPAYMENT", D("30"), D("30"))
    part = m.Allocation(amount=20.0, date=DAY, invoice=m.Invoice(invoice_id=owed.invoice_id))
    api.create_prepayment_allocations(tenant, credit.prepayment_id, m.Allocations(allocations=[part]))
    read = api.get_prepayment(tenant, credit.prepayment_id).prepayments[0]
    assert (read.remaining_credit, read.allocations[0].amount) == (D("10"), D("20"))
    assert api.get_invoice(tenant, owed.invoice_id).invoices[0].amount_credited == D("20")
    gone = api.delete_prepayment_allocations(tenant, credit.prepayment_id, read.allocations[0].allocation_id)
    assert gone.is_deleted is True
    assert api.get_prepayment(tenant, credit.prepayment_id).prepayments[0].remaining_credit == D("30")
    too_much = m.Allocation(amount=31.0, date=DAY, invoice=m.Invoice(invoice_id=owed.invoice_id))
    body = m.Allocations(allocations=[too_much])
    with pytest.raises(AccountingBadRequestException):
        api.create_prepayment_allocations(tenant, credit.prepayment_id, body)


def test_overpayments_are_read_and_released(more: Sdk) -> None:
    api, tenant = more.api, more.tenant
    owed = made_invoice(more)
    lines = [m.LineItem(description="too much", line_amount=10.0)]
    api.create_bank_transactions(
        tenant, banked("RECEIVE-OVERPAYMENT", line_items=lines, line_amount_types=m.LineAmountTypes.NOTAX)
    )
    credit = api.get_overpayments(tenant).overpayments[0]
    part = m.Allocation(amount=4.0, date=DAY, invoice=m.Invoice(invoice_id=owed.invoice_id))
    api.create_overpayment_allocations(tenant, credit.overpayment_id, m.Allocations(allocations=[part]))
    read = api.get_overpayment(tenant, credit.overpayment_id).overpayments[0]
    assert (read.remaining_credit, read.allocations[0].amount) == (D("6"), D("4"))
    gone = api.delete_overpayment_allocations(tenant, credit.overpayment_id, read.allocations[0].allocation_id)
    assert gone.is_deleted is True


def test_journals_balance_and_are_read_from_an_offset(more: Sdk) -> None:
    api, tenant = more.api, more.tenant
    more.world.set_tier("advanced")
    owed = made_invoice(more)
    payment = m.Payment(invoice=m.Invoice(invoice_id=owed.invoice_id), account=FROM_90, amount=120, date=DAY)
    api.create_payments(tenant, m.Payments(payments=[payment]))
    first, second = api.get_journals(tenant).journals
    assert (first.source_type, first.source_id, first.journal_date) == ("ACCREC", owed.invoice_id, DAY)
    assert second.source_type == "ACCRECPAYMENT"
    assert sum(one.net_amount for one in first.journal_lines) == 0
    assert {one.account_code for one in second.journal_lines} == {"090", "610"}
    after = api.get_journals(tenant, offset=first.journal_number).journals
    assert [one.journal_id for one in after] == [second.journal_id]
    assert api.get_journal(tenant, first.journal_id).journals[0].journal_number == first.journal_number
    assert api.get_journal_by_number(tenant, second.journal_number).journals[0].journal_id == second.journal_id
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    assert api.get_journals(tenant, if_modified_since=later).journals == []


def test_journals_need_the_advanced_tier_and_their_scope() -> None:
    world = World()
    with start_background(world) as server:
        starter = Sdk(world, server.url)
        with pytest.raises(HTTPStatusException) as below:
            starter.api.get_journals(starter.tenant)
        assert below.value.status == 401
        world.set_tier("advanced")
        assert starter.api.get_journals(starter.tenant).journals == []
        narrow = Sdk(world, server.url, frozenset({"openid", "accounting.transactions"}))
        with pytest.raises(HTTPStatusException) as unscoped:
            narrow.api.get_journals(narrow.tenant)
        assert unscoped.value.status == 401


def test_repeating_invoices_live(more: Sdk) -> None:
    api, tenant = more.api, more.tenant
    start = dt.date(2036, 10, 1)
    schedule = m.Schedule(period=1, unit="MONTHLY", due_date=10, due_date_type="OFFOLLOWINGMONTH", start_date=start)
    sent = m.RepeatingInvoice(
        type="ACCREC", contact=m.Contact(name="Ada Byron"), schedule=schedule, line_items=[line()], status="DRAFT"
    )
    body = m.RepeatingInvoices(repeating_invoices=[sent])
    made = api.create_repeating_invoices(tenant, body).repeating_invoices[0]
    assert (made.total, made.schedule.start_date, made.schedule.unit) == (D("120"), start, "MONTHLY")
    id = made.repeating_invoice_id
    change = m.RepeatingInvoices(repeating_invoices=[m.RepeatingInvoice(reference="rent", status="AUTHORISED")])
    changed = api.update_repeating_invoice(tenant, id, change).repeating_invoices[0]
    assert (changed.reference, changed.status, changed.total) == ("rent", "AUTHORISED", D("120"))
    api.update_or_create_repeating_invoices(tenant, body)
    assert len(api.get_repeating_invoices(tenant).repeating_invoices) == 2
    drafts = api.get_repeating_invoices(tenant, where='Status=="DRAFT"').repeating_invoices
    assert [one.status for one in drafts] == ["DRAFT"]
    assert api.get_repeating_invoice(tenant, id).repeating_invoices[0].schedule.next_scheduled_date == start
    api.create_repeating_invoice_history(tenant, id, NOTE)
    assert "Seen" in [one.details for one in api.get_repeating_invoice_history(tenant, id).history_records]
    api.create_repeating_invoice_attachment_by_file_name(tenant, id, "terms.txt", b"monthly")
    (attachment,) = api.get_repeating_invoice_attachments(tenant, id).attachments
    assert attachment.file_name == "terms.txt"
    assert api.get_repeating_invoice(tenant, id).repeating_invoices[0].has_attachments is True


def test_linked_transactions_live(more: Sdk) -> None:
    api, tenant = more.api, more.tenant
    bill, other, owed = made_bill(more), made_bill(more), made_invoice(more)
    links = [
        m.LinkedTransaction(source_transaction_id=one.invoice_id, source_line_item_id=one.line_items[0].line_item_id)
        for one in (bill, other)
    ]
    made = api.create_linked_transaction(tenant, links[0]).linked_transactions[0]
    api.create_linked_transaction(tenant, links[1])
    assert (made.status, made.type, made.source_transaction_type_code) == ("APPROVED", "BILLABLEEXPENSE", "ACCPAY")
    assert made.updated_date_utc is not None
    target = m.LinkedTransaction(
        contact_id=owed.contact.contact_id,
        target_transaction_id=owed.invoice_id,
        target_line_item_id=owed.line_items[0].line_item_id,
    )
    id = made.linked_transaction_id
    changed = api.update_linked_transaction(
        tenant, id, m.LinkedTransactions(linked_transactions=[target])
    ).linked_transactions[0]
    assert (changed.status, changed.target_transaction_id) == ("BILLED", owed.invoice_id)
    assert len(api.get_linked_transactions(tenant).linked_transactions) == 2
    for filter_ in (
        {"source_transaction_id": bill.invoice_id},
        {"target_transaction_id": owed.invoice_id},
        {"contact_id": owed.contact.contact_id},
        {"status": "BILLED"},
        {"linked_transaction_id": id},
    ):
        found = api.get_linked_transactions(tenant, page=1, **filter_).linked_transactions
        assert [one.linked_transaction_id for one in found] == [id], filter_
    assert api.get_linked_transaction(tenant, id).linked_transactions[0].status == "BILLED"
    api.delete_linked_transaction(tenant, id)
    assert len(api.get_linked_transactions(tenant).linked_transactions) == 1


def test_every_document_carries_history(more: Sdk) -> None:
    api, tenant = more.api, more.tenant
    owed = made_invoice(more)
    quote = m.Quote(contact=m.Contact(name="Ada Byron"), date=DAY, line_items=[line()])
    quoted = api.create_quotes(tenant, m.Quotes(quotes=[quote])).quotes[0]
    note = m.CreditNote(
        type="ACCRECCREDIT", contact=m.Contact(name="Ada Byron"), date=DAY, status="AUTHORISED", line_items=[line()]
    )
    credit = api.create_credit_notes(tenant, m.CreditNotes(credit_notes=[note])).credit_notes[0]
    item = api.create_items(tenant, m.Items(items=[m.Item(code="TEE", name="Tee")])).items[0]
    payment = m.Payment(invoice=m.Invoice(invoice_id=owed.invoice_id), account=FROM_90, amount=1, date=DAY)
    paid = api.create_payments(tenant, m.Payments(payments=[payment])).payments[0]
    prepaid = made_prepayment(more)
    for write, read, id in (
        (api.create_invoice_history, api.get_invoice_history, owed.invoice_id),
        (api.create_quote_history, api.get_quote_history, quoted.quote_id),
        (api.create_credit_note_history, api.get_credit_note_history, credit.credit_note_id),
        (api.create_item_history, api.get_item_history, item.item_id),
        (api.create_payment_history, api.get_payment_history, paid.payment_id),
        (api.create_prepayment_history, api.get_prepayment_history, prepaid.prepayment_id),
        (api.create_contact_history, api.get_contact_history, owed.contact.contact_id),
    ):
        assert write(tenant, id, NOTE).history_records[0].details == "Seen"
        assert "Seen" in [one.details for one in read(tenant, id).history_records]


def test_offers_change_and_print(more: Sdk) -> None:
    api, tenant = more.api, more.tenant
    quote = m.Quote(contact=m.Contact(name="Ada Byron"), date=DAY, line_items=[line()], title="Offer")
    made = api.create_quotes(tenant, m.Quotes(quotes=[quote])).quotes[0]
    change = m.Quote(contact=m.Contact(name="Ada Byron"), date=DAY, status=m.QuoteStatusCodes.SENT)
    sent = api.update_quote(tenant, made.quote_id, m.Quotes(quotes=[change])).quotes[0]
    assert sent.status == m.QuoteStatusCodes.SENT
    assert api.get_quote(tenant, made.quote_id).quotes[0].title == "Offer"
    assert [one.quote_id for one in api.get_quotes(tenant, status="SENT").quotes] == [made.quote_id]
    order = m.PurchaseOrder(
        contact=m.Contact(name="Ada Byron"), date=DAY, line_items=[line(account_code="400", tax_type="INPUT2")]
    )
    placed = api.create_purchase_orders(tenant, m.PurchaseOrders(purchase_orders=[order])).purchase_orders[0]
    approved = m.PurchaseOrders(purchase_orders=[m.PurchaseOrder(status="AUTHORISED")])
    answer = api.update_purchase_order(tenant, placed.purchase_order_id, approved).purchase_orders[0]
    assert answer.status == "AUTHORISED"
    assert api.get_purchase_order(tenant, placed.purchase_order_id).purchase_orders[0].total == D("120")
    assert api.get_purchase_orders(tenant, page=2).purchase_orders == []


def test_aged_reports_and_the_rest_are_read(more: Sdk) -> None:
    api, tenant = more.api, more.tenant
    contact = made_invoice(more).contact.contact_id
    bill = made_bill(more)
    aged = api.get_report_aged_receivables_by_contact(tenant, contact, date=dt.date(2026, 12, 31)).reports[0]
    values = [cell.value for section in aged.rows for row in section.rows or () for cell in row.cells]
    assert (aged.report_id, "120.00" in values) == ("AgedReceivablesByContact", True)
    owing = api.get_report_aged_payables_by_contact(tenant, bill.contact.contact_id, date=dt.date(2026, 12, 31))
    assert owing.reports[0].report_id == "AgedPayablesByContact"
    assert api.get_report_executive_summary(tenant).reports[0].rows
    assert api.get_reports_list(tenant).reports == []


def test_tracking_themes_users_and_accounts_are_read_one_by_one(more: Sdk) -> None:
    api, tenant = more.api, more.tenant
    category = api.create_tracking_category(tenant, m.TrackingCategory(name="Shop")).tracking_categories[0]
    key = category.tracking_category_id
    option = api.create_tracking_options(tenant, key, m.TrackingOption(name="Web")).options[0]
    renamed = api.update_tracking_options(tenant, key, option.tracking_option_id, m.TrackingOption(name="Online"))
    assert renamed.options[0].name == "Online"
    changed = api.update_tracking_category(tenant, key, m.TrackingCategory(name="Channel"))
    assert changed.tracking_categories[0].name == "Channel"
    assert api.get_tracking_category(tenant, key).tracking_categories[0].options[0].name == "Online"
    api.delete_tracking_options(tenant, key, option.tracking_option_id)
    api.delete_tracking_category(tenant, key)
    assert api.get_tracking_categories(tenant).tracking_categories == []
    theme = api.get_branding_themes(tenant).branding_themes[0]
    assert api.get_branding_theme(tenant, theme.branding_theme_id).branding_themes[0].name == theme.name
    user = api.get_users(tenant).users[0]
    assert api.get_user(tenant, user.user_id).users[0].email_address == user.email_address
    account = api.get_accounts(tenant).accounts[0]
    assert api.get_account(tenant, account.account_id).accounts[0].code == account.code
    assert api.get_tax_rate_by_tax_type(tenant, "OUTPUT2").tax_rates[0].effective_rate == D("20")


def test_money_movements_are_read_one_by_one(more: Sdk) -> None:
    api, tenant = more.api, more.tenant
    spent = api.create_bank_transactions(
        tenant, banked("SPEND", line_items=[line(account_code="404", tax_type="NONE")])
    ).bank_transactions[0]
    lines = [line(account_code="404", tax_type="NONE")]
    change = banked("SPEND", line_items=lines, reference="fee")
    api.update_bank_transaction(tenant, spent.bank_transaction_id, change)
    assert api.get_bank_transaction(tenant, spent.bank_transaction_id).bank_transactions[0].reference == "fee"
    api.create_bank_transaction_history_record(tenant, spent.bank_transaction_id, NOTE)
    transfer = m.BankTransfer(from_bank_account=FROM_90, to_bank_account=m.Account(code="091"), amount="3.00")
    moved = api.create_bank_transfer(tenant, m.BankTransfers(bank_transfers=[transfer])).bank_transfers[0]
    read = api.get_bank_transfer(tenant, moved.bank_transfer_id).bank_transfers[0]
    assert (read.amount, read.to_bank_account.code) == (D("3"), "091")
    api.create_bank_transfer_history_record(tenant, moved.bank_transfer_id, NOTE)
    owed = made_invoice(more)
    part = m.Payment(invoice=m.Invoice(invoice_id=owed.invoice_id), amount=120.0)
    batch = m.BatchPayment(account=FROM_90, date=DAY, payments=[part])
    made = api.create_batch_payment(tenant, m.BatchPayments(batch_payments=[batch])).batch_payments[0]
    assert api.get_batch_payment(tenant, made.batch_payment_id).batch_payments[0].total_amount == D("120")
    api.create_batch_payment_history_record(tenant, made.batch_payment_id, NOTE)
    lines = [
        m.ManualJournalLine(line_amount=5.0, account_code="404"),
        m.ManualJournalLine(line_amount=-5.0, account_code="429"),
    ]
    journal = m.ManualJournal(narration="Fees", date=DAY, status="POSTED", journal_lines=lines)
    booked = api.create_manual_journals(tenant, m.ManualJournals(manual_journals=[journal])).manual_journals[0]
    renamed = m.ManualJournals(manual_journals=[m.ManualJournal(narration="Card fees")])
    api.update_manual_journal(tenant, booked.manual_journal_id, renamed)
    assert api.get_manual_journal(tenant, booked.manual_journal_id).manual_journals[0].narration == "Card fees"
    api.create_manual_journal_history_record(tenant, booked.manual_journal_id, NOTE)
