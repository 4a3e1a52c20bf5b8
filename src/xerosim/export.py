"""Everything an organisation holds, in Xero's JSON."""

from typing import TYPE_CHECKING

from xerosim.organisation import Organisation
from xerosim.resources import (
    accounts,
    bank,
    contacts,
    currency,
    documents_render,
    items,
    organisations,
    payments,
    tax_rates,
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
        "BankTransactions": [bank.render(ctx, value) for value in org.bank_transactions.values()],
    }
