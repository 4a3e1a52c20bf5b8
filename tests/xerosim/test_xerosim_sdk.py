"""Xero's own Python SDK as a client: what it parses, a program written for Xero can use."""

from collections.abc import Iterator
from decimal import Decimal as D

import pytest
from xero_python.accounting import models as m
from xero_python.exceptions import AccountingBadRequestException
from xerosim_sdk import DAY, Sdk, invoice, line

from xerosim.server import start_background
from xerosim.world import World

pytestmark = pytest.mark.filterwarnings("ignore:HTTPResponse.getheaders:DeprecationWarning")


@pytest.fixture(scope="module")
def sdk() -> Iterator[Sdk]:
    world = World()
    with start_background(world) as server:
        yield Sdk(world, server.url)


def test_connections_name_the_organisation(sdk: Sdk) -> None:
    (connection,) = sdk.identity.get_connections()
    assert str(connection.tenant_id) == sdk.tenant
    assert (connection.tenant_type, connection.tenant_name) == ("ORGANISATION", "Demo Company (UK)")


def test_settings_are_read(sdk: Sdk) -> None:
    organisation = sdk.api.get_organisations(sdk.tenant).organisations[0]
    assert (organisation.organisation_id, organisation.short_code[0]) == (sdk.tenant, "!")
    assert sdk.api.get_organisation_actions(sdk.tenant).actions
    accounts = sdk.api.get_accounts(sdk.tenant, where='Type=="BANK"').accounts
    assert [one.code for one in accounts] == ["090", "091"]
    assert accounts[0].updated_date_utc is not None
    assert {rate.tax_type for rate in sdk.api.get_tax_rates(sdk.tenant).tax_rates} >= {"OUTPUT2", "NONE"}
    assert sdk.api.get_branding_themes(sdk.tenant).branding_themes[0].sort_order == 0
    assert sdk.api.get_users(sdk.tenant).users[0].email_address == "ada@example.test"
    assert "CurrencyCode.GBP" in [str(c.code) for c in sdk.api.get_currencies(sdk.tenant).currencies]


def test_accounts_and_tax_rates_are_created(sdk: Sdk) -> None:
    account = sdk.api.create_account(
        sdk.tenant, m.Account(code="298", name="Gift", type=m.AccountType.REVENUE)
    ).accounts[0]
    renamed = sdk.api.update_account(sdk.tenant, account.account_id, m.Accounts(accounts=[m.Account(name="Gifts")]))
    assert renamed.accounts[0].name == "Gifts"
    component = m.TaxComponent(name="TVA", rate=20.0)
    rate = m.TaxRate(name="OSS FR", report_tax_type="MOSSSALES", tax_components=[component])
    assert sdk.api.create_tax_rates(sdk.tenant, m.TaxRates(tax_rates=[rate])).tax_rates[0].tax_type == "TAX001"
    assert sdk.api.create_currency(sdk.tenant, m.Currency(code=m.CurrencyCode.USD)).currencies[0].description


def test_contacts_are_created_found_and_grouped(sdk: Sdk) -> None:
    sent = m.Contact(name="Grace Hopper", contact_number="C-1", email_address="grace@example.test")
    contact = sdk.api.create_contacts(sdk.tenant, m.Contacts(contacts=[sent])).contacts[0]
    assert len(contact.phones) == 4
    found = sdk.api.get_contacts(sdk.tenant, where='EmailAddress=="GRACE@example.test"', page=1)
    assert [one.contact_id for one in found.contacts] == [contact.contact_id]
    assert found.pagination.item_count == 1
    assert sdk.api.get_contact_by_contact_number(sdk.tenant, "C-1").contacts[0].contact_id == contact.contact_id
    group = sdk.api.create_contact_group(sdk.tenant, m.ContactGroups(contact_groups=[m.ContactGroup(name="VIP")]))
    id = group.contact_groups[0].contact_group_id
    members = m.Contacts(contacts=[m.Contact(contact_id=contact.contact_id)])
    sdk.api.create_contact_group_contacts(sdk.tenant, id, members)
    assert sdk.api.get_contact_group(sdk.tenant, id).contact_groups[0].contacts[0].name == "Grace Hopper"
    history = m.HistoryRecords(history_records=[m.HistoryRecord(details="Called")])
    assert (
        sdk.api.create_contact_history(sdk.tenant, contact.contact_id, history).history_records[0].details == "Called"
    )


def test_items_are_upserted(sdk: Sdk) -> None:
    item = m.Item(code="TEE", name="Tee", sales_details=m.Purchase(unit_price=19.99, account_code="200"))
    made = sdk.api.create_items(sdk.tenant, m.Items(items=[item])).items[0]
    again = sdk.api.update_or_create_items(sdk.tenant, m.Items(items=[m.Item(code="TEE", name="Shirt")])).items[0]
    assert (again.item_id, again.name, again.sales_details.unit_price) == (made.item_id, "Shirt", D("19.99"))
    sdk.api.delete_item(sdk.tenant, made.item_id)
    assert sdk.api.get_items(sdk.tenant).items == []


def test_an_invoice_lives(sdk: Sdk) -> None:
    made = sdk.api.create_invoices(sdk.tenant, m.Invoices(invoices=[invoice(invoice_number="S-1")])).invoices[0]
    assert (made.total, made.amount_due, made.status) == (D("120"), D("120"), "AUTHORISED")
    payment = m.Payment(
        invoice=m.Invoice(invoice_id=made.invoice_id), account=m.Account(code="090"), amount=120, date=DAY
    )
    paid = sdk.api.create_payments(sdk.tenant, m.Payments(payments=[payment])).payments[0]
    read = sdk.api.get_invoices(sdk.tenant, invoice_numbers=["S-1"], page=1).invoices[0]
    assert (read.status, read.fully_paid_on_date, read.payments[0].payment_id) == ("PAID", DAY, paid.payment_id)
    deleted = sdk.api.delete_payment(sdk.tenant, paid.payment_id, m.PaymentDelete(status="DELETED")).payments[0]
    assert deleted.status == "DELETED"
    voided = sdk.api.update_invoice(sdk.tenant, made.invoice_id, m.Invoices(invoices=[m.Invoice(status="VOIDED")]))
    assert voided.invoices[0].status == "VOIDED"


def test_a_batch_of_invoices_answers_per_element(sdk: Sdk) -> None:
    batch = m.Invoices(invoices=[invoice(), invoice(due_date=None)])
    answer = sdk.api.create_invoices(sdk.tenant, batch, summarize_errors=False).invoices
    assert [one.status_attribute_string for one in answer] == ["OK", "ERROR"]
    assert answer[1].validation_errors[0].message == "Due date cannot be empty."


def test_a_refused_invoice_raises_with_xeros_words(sdk: Sdk) -> None:
    with pytest.raises(AccountingBadRequestException) as raised:
        sdk.api.create_invoices(sdk.tenant, m.Invoices(invoices=[invoice(due_date=None)]))
    assert raised.value.reason == "Due date cannot be empty."


def test_credit_notes_are_allocated_and_refunded(sdk: Sdk) -> None:
    owed = sdk.api.create_invoices(sdk.tenant, m.Invoices(invoices=[invoice()])).invoices[0]
    note = m.CreditNote(
        type="ACCRECCREDIT", contact=m.Contact(name="Ada Byron"), date=DAY, status="AUTHORISED", line_items=[line()]
    )
    credit = sdk.api.create_credit_notes(sdk.tenant, m.CreditNotes(credit_notes=[note])).credit_notes[0]
    part = m.Allocation(amount=20.0, date=DAY, invoice=m.Invoice(invoice_id=owed.invoice_id))
    sdk.api.create_credit_note_allocation(sdk.tenant, credit.credit_note_id, m.Allocations(allocations=[part]))
    refund = m.Payment(
        credit_note=m.CreditNote(credit_note_id=credit.credit_note_id),
        account=m.Account(code="090"),
        amount=100,
        date=DAY,
    )
    sdk.api.create_payment(sdk.tenant, refund)
    read = sdk.api.get_credit_note(sdk.tenant, credit.credit_note_id).credit_notes[0]
    assert (read.status, read.remaining_credit, read.allocations[0].amount) == ("PAID", D("0"), D("20"))
    gone = sdk.api.delete_credit_note_allocations(
        sdk.tenant, credit.credit_note_id, read.allocations[0].allocation_id
    )
    assert gone.is_deleted is True


def test_overpayments_and_transfers_move_money(sdk: Sdk) -> None:
    owed = sdk.api.create_invoices(sdk.tenant, m.Invoices(invoices=[invoice()])).invoices[0]
    over = m.BankTransaction(
        type="RECEIVE-OVERPAYMENT",
        contact=m.Contact(name="Ada Byron"),
        bank_account=m.Account(code="090"),
        line_amount_types=m.LineAmountTypes.NOTAX,
        line_items=[m.LineItem(description="too much", line_amount=10.0)],
    )
    sdk.api.create_bank_transactions(sdk.tenant, m.BankTransactions(bank_transactions=[over]))
    credit = sdk.api.get_overpayments(sdk.tenant, page=1).overpayments[0]
    part = m.Allocation(amount=10.0, date=DAY, invoice=m.Invoice(invoice_id=owed.invoice_id))
    sdk.api.create_overpayment_allocations(sdk.tenant, credit.overpayment_id, m.Allocations(allocations=[part]))
    assert sdk.api.get_invoice(sdk.tenant, owed.invoice_id).invoices[0].amount_credited == D("10")
    transfer = m.BankTransfer(
        from_bank_account=m.Account(code="090"), to_bank_account=m.Account(code="091"), amount="3.00"
    )
    sdk.api.create_bank_transfer(sdk.tenant, m.BankTransfers(bank_transfers=[transfer]))
    assert sdk.api.get_bank_transfers(sdk.tenant).bank_transfers[0].amount == D("3")


def test_batch_payments_are_made_and_deleted(sdk: Sdk) -> None:
    owed = sdk.api.create_invoices(sdk.tenant, m.Invoices(invoices=[invoice()])).invoices[0]
    part = m.Payment(invoice=m.Invoice(invoice_id=owed.invoice_id), amount=120.0)
    batch = m.BatchPayment(account=m.Account(code="090"), date=DAY, payments=[part])
    made = sdk.api.create_batch_payment(sdk.tenant, m.BatchPayments(batch_payments=[batch])).batch_payments[0]
    gone = m.BatchPaymentDelete(batch_payment_id=made.batch_payment_id, status="DELETED")
    assert sdk.api.delete_batch_payment(sdk.tenant, gone).batch_payments[0].status == "DELETED"


def test_manual_journals_and_reports_agree(sdk: Sdk) -> None:
    lines = [
        m.ManualJournalLine(line_amount=5.0, account_code="404"),
        m.ManualJournalLine(line_amount=-5.0, account_code="429"),
    ]
    journal = m.ManualJournal(narration="Fees", date=DAY, status="POSTED", journal_lines=lines)
    sdk.api.create_manual_journals(sdk.tenant, m.ManualJournals(manual_journals=[journal]))
    assert sdk.api.get_manual_journals(sdk.tenant, page=1).manual_journals[0].narration == "Fees"
    rows = sdk.api.get_report_trial_balance(sdk.tenant, date="2026-12-31").reports[0].rows
    total = rows[-1].rows[0].cells
    assert total[1].value == total[2].value != "0.00"
    for read in (
        sdk.api.get_report_bank_summary,
        sdk.api.get_report_profit_and_loss,
        sdk.api.get_report_balance_sheet,
    ):
        assert read(sdk.tenant).reports[0].rows


def test_quotes_orders_and_tracking(sdk: Sdk) -> None:
    quote = m.Quote(contact=m.Contact(name="Ada Byron"), date=DAY, line_items=[line()])
    assert sdk.api.create_quotes(sdk.tenant, m.Quotes(quotes=[quote])).quotes[0].total == D("120")
    order = m.PurchaseOrder(
        contact=m.Contact(name="Ada Byron"), date=DAY, line_items=[line(account_code="400", tax_type="INPUT2")]
    )
    made = sdk.api.create_purchase_orders(sdk.tenant, m.PurchaseOrders(purchase_orders=[order])).purchase_orders[0]
    assert sdk.api.get_purchase_order_by_number(sdk.tenant, made.purchase_order_number).purchase_orders
    category = sdk.api.create_tracking_category(sdk.tenant, m.TrackingCategory(name="Shop")).tracking_categories[0]
    option = sdk.api.create_tracking_options(sdk.tenant, category.tracking_category_id, m.TrackingOption(name="Web"))
    assert option.options[0].name == "Web"


def test_attachments_come_back_as_sent(sdk: Sdk) -> None:
    made = sdk.api.create_invoices(sdk.tenant, m.Invoices(invoices=[invoice()])).invoices[0]
    sdk.api.create_invoice_attachment_by_file_name(sdk.tenant, made.invoice_id, "note.txt", b"hello")
    attachment = sdk.api.get_invoice_attachments(sdk.tenant, made.invoice_id).attachments[0]
    assert (attachment.file_name, attachment.content_length) == ("note.txt", 5)
