"""Everything an organisation holds, in Xero's JSON."""

from typing import TYPE_CHECKING

from xerosim.organisation import Organisation
from xerosim.resources import (
    accounts,
    bank,
    batches,
    contacts,
    currency,
    documents_render,
    items,
    journals,
    offers,
    organisations,
    payments,
    tax_rates,
    tracking,
    transfers,
)
from xerosim.wire import Json

if TYPE_CHECKING:
    from xerosim.world import World


def ledger(world: "World", org: Organisation) -> Json:
    """All lists with full documents, unit amounts with four decimals."""
    ctx = world.context(org, app="", user="", method="GET", path="", query={"unitdp": "4"}, headers={}, body=None)
    render = documents_render.render
    return {
        "Organisation": organisations.render(org),
        "Accounts": [accounts.render(ctx, value) for value in org.accounts.values()],
        "TaxRates": [tax_rates.render(ctx, value) for value in org.tax_rates.values()],
        "Currencies": [currency.render(value) for value in org.currencies.values()],
        "Contacts": [contacts.render(ctx, value) for value in org.contacts.values()],
        "Items": [items.render(ctx, value) for value in org.items.values()],
        "Invoices": [render(ctx, value, full_contact=False) for value in org.invoices.values()],
        "CreditNotes": [render(ctx, value, full_contact=False) for value in org.credit_notes.values()],
        "Payments": [payments.render(ctx, value) for value in org.payments.values()],
        "Allocations": [
            {
                **documents_render.render_allocation(ctx, value),
                "Credit": {"Type": credit.type, "ID": credit.id, "Number": credit.number},
            }
            for value in org.allocations.values()
            for credit in (documents_render.credit_of(ctx, value),)
        ],
        "Overpayments": [bank.render_credit(ctx, value) for value in org.overpayments.values()],
        "Prepayments": [bank.render_credit(ctx, value) for value in org.prepayments.values()],
        "ManualJournals": [journals.render(ctx, value) for value in org.manual_journals.values()],
        "Quotes": [offers.render(ctx, value) for value in org.documents["Quotes"].values()],
        "PurchaseOrders": [offers.render(ctx, value) for value in org.documents["PurchaseOrders"].values()],
        "BatchPayments": [batches.render(ctx, value) for value in org.batches.values()],
        "BankTransfers": [transfers.render(ctx, value) for value in org.transfers.values()],
        "TrackingCategories": [tracking.render(value) for value in org.tracking.values()],
        "BankTransactions": [bank.render(ctx, value) for value in org.bank_transactions.values()],
    }
