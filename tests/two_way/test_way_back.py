"""What is made or changed in Xero comes into the store once, and does not go back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from paper_crm import invoice_entry
from two_way_world import total

from tieout.documents.entries import CustomerEntry, EntryKind, InvoiceState, Person

if TYPE_CHECKING:
    from two_way_world import TwoWay

pytestmark = pytest.mark.django_db


def test_an_invoice_made_in_xero_comes_with_its_customer_once_and_does_not_go_back(world: TwoWay) -> None:
    world.begin()
    contact = world.contact_in_xero("Harbour Ltd", EmailAddress="books@harbour.example")
    world.invoice_in_xero("INV-100", contact, "100.00", "50.00")
    world.back()
    [customer] = world.crm.of(EntryKind.CUSTOMER)
    [invoice] = world.crm.of(EntryKind.INVOICE)
    assert customer.name == "Harbour Ltd"
    assert (invoice.number, total(invoice), invoice.tax.amount) == ("INV-100", 180, 30)
    sent = world.ledger_writes()
    for _ in range(3):
        world.both()
    assert world.ledger_writes() == sent
    assert world.writes() == 2
    assert len(world.invoices_in_xero()) == 1
    assert {row.state for row in world.brought() if row.kind != "tax_rate"} == {"synchronised"}


def test_a_payment_made_in_xero_comes_and_one_taken_back_goes(world: TwoWay) -> None:
    world.begin()
    contact = world.contact_in_xero("Harbour Ltd")
    world.invoice_in_xero("INV-100", contact, "100.00")
    world.person("pay", number="INV-100", account="601", amount="120.00", reference="bank 7")
    world.back()
    [payment] = world.crm.of(EntryKind.PAYMENT)
    assert (payment.amount.amount, payment.reference) == (120, "bank 7")
    sent = world.ledger_writes()
    world.both()
    assert world.ledger_writes() == sent
    world.person("unpay", number="INV-100")
    world.both()
    assert world.crm.of(EntryKind.PAYMENT) == []
    assert world.ledger_writes() == sent


def test_what_the_store_made_is_an_echo_when_xero_tells_of_it(world: TwoWay) -> None:
    world.begin()
    customer = world.crm.add(CustomerEntry("Mill Ltd", people=(Person("Ann", "Mill", "ann@mill.example"),)))
    world.crm.add(invoice_entry("7", customer, "80.00"))
    world.outward()
    assert len(world.invoices_in_xero()) == 1
    for _ in range(2):
        world.both()
    assert world.writes() == 0
    assert len(world.invoices_in_xero()) == 1


def test_a_field_changed_in_xero_comes_and_is_no_drift_any_more(world: TwoWay) -> None:
    world.begin()
    customer = world.crm.add(CustomerEntry("Mill Ltd", people=(Person("Ann", "Mill", "ann@mill.example"),)))
    key = world.crm.add(invoice_entry("7", customer, "80.00"))
    world.outward()
    world.back()
    [held] = world.invoices_in_xero()
    world.person("edit", number=held.number, changes={"DueDate": "2026-05-01"})
    world.sweep()
    world.back()
    assert str(world.crm.entry(EntryKind.INVOICE, key).due_date) == "2026-05-01"
    sent = world.ledger_writes()
    world.both()
    assert world.ledger_writes() == sent
    assert world.writes() == 1


def test_an_invoice_voided_in_xero_is_cancelled_in_the_store_by_default(world: TwoWay) -> None:
    world.begin()
    contact = world.contact_in_xero("Harbour Ltd")
    world.invoice_in_xero("INV-100", contact, "100.00")
    world.both()
    world.person("void", number="INV-100")
    sent = world.ledger_writes()
    world.both()
    [invoice] = world.crm.of(EntryKind.INVOICE)
    assert invoice.state is InvoiceState.CANCELLED
    assert world.ledger_writes() == sent
