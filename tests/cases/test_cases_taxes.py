"""CASES section 2: taxes that end up under the wrong code elsewhere."""

from __future__ import annotations

from decimal import Decimal

import pytest
from cases_world import Books, book_rules
from simulated import METER

from dossiers import (
    ACCOUNTS,
    account,
    book,
    codes,
    customer,
    line,
    only,
    order,
    organisation,
    plan,
    reference,
    tax_rule,
)
from tieout.accounting import Invoice, LedgerReference, Role, TaxRate
from tieout.documents import Address, Dossier, LineKind
from tieout.rules.settings import ZeroReason, ZeroRule

D = Decimal


def australia() -> LedgerReference:
    rates = (
        TaxRate("OUTPUT", "GST on Income", D(10)),
        TaxRate("EXEMPTOUTPUT", "GST Free Income", D(0)),
        TaxRate("EXEMPTEXPENSES", "GST Free Expenses", D(0), for_revenue=False, for_expenses=True),
        TaxRate("BASEXCLUDED", "BAS Excluded", D(0), for_assets=True, for_expenses=True, for_liabilities=True),
    )
    facts = organisation(country="AU", version="AU", base_currency="AUD")
    chart = (*ACCOUNTS, account("425", "Freight", "OVERHEADS"))
    return reference(organisation=facts, tax_rates=rates, currencies=("AUD",), accounts=chart)


def free_shipping(tax_type: str, shipping: str) -> tuple[list[str], Invoice | None]:
    roles = book().rules.accounts.__class__(sales="200", shipping=shipping)
    zero = (ZeroRule(ZeroReason.ZERO_RATED, tax_type, ship_to="home", confirmed=True),)
    rule_book = book(australia(), accounts=roles, zero_rules=zero, taxes=(tax_rule("GST", to="OUTPUT"),))
    sale = order(
        line("11.00", tax="1.00", code="GST", percent="10", currency="AUD"),
        line("8.00", key="shipping", kind=LineKind.SHIPPING, currency="AUD"),
        currency="AUD",
        base_currency="AUD",
        customer=customer(billing=Address(country="AU")),
    )
    planned = plan(Dossier(order=sale), rule_book)
    if codes(planned):
        return codes(planned), None
    document = only(planned, "invoice").payload
    assert isinstance(document, Invoice)
    return [], document


@pytest.mark.parametrize(
    ("tax_type", "account_code", "held"),
    [
        ("EXEMPTOUTPUT", "260", False),
        ("EXEMPTEXPENSES", "260", True),
        ("EXEMPTEXPENSES", "425", False),
        ("EXEMPTOUTPUT", "425", True),
    ],
)
def test_c30_the_type_of_the_account_decides_which_free_code_shipping_may_have(
    tax_type: str, account_code: str, held: bool
) -> None:
    found, document = free_shipping(tax_type, account_code)
    assert found == (["mapping_invalid"] if held else [])
    assert held or (document is not None and document.lines[-1].tax_type == tax_type)


def test_c32_a_pair_that_xero_refuses_is_a_gap_before_any_order_meets_it() -> None:
    [gap] = book(taxes=(tax_rule("UK20", to="INPUT2"),)).gaps()
    assert gap.code == "mapping_invalid"
    assert "INPUT2" in gap.reason
    assert "account 200" in gap.reason


def test_c20_no_tax_rate_is_ever_made_by_sending_orders(books: Books) -> None:
    before = {rate.tax_type for rate in books.house.ledger.reference(METER).tax_rates}
    books.set_rules(book_rules(taxes=(tax_rule("VAT (20.00%)", to="OUTPUT2"),)))
    mapped = order(line("12.00", tax="2.00", code="VAT (20.00%)", percent="20"))
    unknown = order(line("11.50", tax="1.50", code="VAT (15.00%)", percent="15"), key="17", number="000000017")
    books.sync(Dossier(order=mapped), Dossier(order=unknown))
    assert [one.lines[0].tax_type for one in books.held(Role.INVOICE)] == ["OUTPUT2"]
    assert list(books.reasons()) == ["tax_unmapped"]
    assert {rate.tax_type for rate in books.house.ledger.reference(METER).tax_rates} == before
