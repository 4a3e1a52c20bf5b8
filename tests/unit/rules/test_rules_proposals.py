"""ACCOUNTING A1, A8, A9 and C3: what the “create missing …” buttons offer."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from dossiers import ACCOUNTS, NOW, RATES, account, book, line, order, organisation, payment, reference, rules, share
from tieout.accounting import LedgerReference, TaxRate
from tieout.documents import Address, Dossier
from tieout.rules.catalogue import ENTRIES, Code
from tieout.rules.proposals import (
    SeenMethod,
    propose_accounts,
    propose_currencies,
    with_accounts,
    with_money_seen,
)
from tieout.rules.seen import look_over
from tieout.rules.settings import AccountRoles, MethodRule, Rules, TaxRule, ZeroReason, ZeroRule
from tieout.rules.tax_proposals import (
    SeenPart,
    SeenTax,
    Step,
    TaxProposal,
    propose_taxes,
    propose_zero_rules,
    with_tax,
    with_zero_rules,
)

D = Decimal
EMPTY = Rules()


def seen(percent: str, country: str, *codes: str) -> SeenTax:
    names = codes or (f"{country} {percent}",)
    return SeenTax(tuple(SeenPart(code, code, D(percent) / len(names)) for code in names), country)


def ledger(country: str, version: str, rates: tuple[TaxRate, ...]) -> LedgerReference:
    return LedgerReference(organisation(country=country, version=version), ACCOUNTS, rates, ("GBP",), NOW)


def one(tax: SeenTax, of: LedgerReference) -> TaxProposal:
    (found,) = propose_taxes([tax], of, EMPTY)
    assert found.sentence
    return found


@pytest.mark.parametrize(("percent", "tax_type"), [("20", "OUTPUT2"), ("5", "RROUTPUT")])
def test_a01_c20_own_country_rates_are_mapped_to_xeros_own_and_never_made(percent: str, tax_type: str) -> None:
    found = one(seen(percent, "GB"), reference(tax_rates=RATES[:7]))
    assert (found.step, found.tax_type) == (Step.MAP, tax_type)


@pytest.mark.parametrize(
    ("country", "version", "percent", "rates", "tax_type"),
    [
        ("AU", "AU", "10", (TaxRate("OUTPUT", "GST on Income", D(10)), TaxRate("INPUT", "GST", D(10))), "OUTPUT"),
        ("NZ", "NZ", "15", (TaxRate("OUTPUT2", "15% GST", D(15)), TaxRate("TAX001", "mine", D(15))), "OUTPUT2"),
    ],
)
def test_a01_c28_the_country_of_the_organisation_decides_the_code(
    country: str, version: str, percent: str, rates: tuple[TaxRate, ...], tax_type: str
) -> None:
    assert one(seen(percent, country), ledger(country, version, rates)).tax_type == tax_type


def test_a01_an_own_country_rate_that_xero_lacks_is_left_to_a_person() -> None:
    found = one(seen("17.5", "GB"), reference(tax_rates=(*RATES[:7], TaxRate("TAX009", "made", D("17.5")))))
    assert (found.step, found.tax_type) == (Step.ASK, "")


def test_a01_a_foreign_twenty_percent_never_goes_to_the_own_countrys() -> None:
    found = one(seen("20", "FR"), reference(tax_rates=RATES[:7]))
    assert (found.step, found.name, found.report_type) == (Step.CREATE, "OSS France 20%", "MOSSSALES")
    assert "do not appear in the return" in found.sentence


def test_a01_a_foreign_rate_that_was_made_before_is_used_again() -> None:
    known = reference(tax_rates=(*RATES[:7], TaxRate("TAX011", "OSS France 20%", D(20))))
    assert one(seen("20", "FR"), known).tax_type == "TAX011"


def test_c21_purchase_and_archived_rates_are_never_offered() -> None:
    rates = (TaxRate("INPUT2", "20% in", D(20)), TaxRate("OUTPUT2", "20% out", D(20), status="DELETED"))
    assert one(seen("20", "GB"), reference(tax_rates=rates)).step is Step.ASK


def test_a08_several_taxes_on_a_line_become_one_composite_of_effective_percentages() -> None:
    quebec = SeenTax((SeenPart("GST", "Canada GST", D(5)), SeenPart("QST", "Quebec QST", D("10.4737"))), "CA")
    found = one(quebec, reference(tax_rates=RATES[:7]))
    assert found.components == (("Canada GST", "5", False), ("Quebec QST", "10.4737", False))
    assert sum(D(percent) for _, percent, _ in found.components) == found.percent
    assert found.codes == ("GST", "QST")


def test_a08_us_style_taxes_of_a_us_organisation_are_made_without_report_type() -> None:
    found = one(seen("8.25", "US", "TX 8.25"), ledger("US", "US", (TaxRate("NONE", "Tax Exempt", D(0)),)))
    assert (found.step, found.report_type) == (Step.CREATE, "")


def test_names_of_rates_fit_and_are_free() -> None:
    long = SeenTax(tuple(SeenPart(f"c{i}", f"County of somewhere {i}", D(1)) for i in range(5)), "US")
    first = one(long, reference(tax_rates=RATES[:7]))
    assert len(first.name) <= 50
    taken = reference(tax_rates=(*RATES[:7], TaxRate("TAX099", first.name, D(9))))
    second = one(long, taken)
    assert (second.step, second.name != first.name, len(second.name) <= 50) == (Step.CREATE, True, True)


def test_mapped_taxes_are_not_offered_again() -> None:
    mapped = msgspec.structs.replace(EMPTY, taxes=(TaxRule(("GB 20",), "OUTPUT2"),))
    assert propose_taxes([seen("20", "GB")], reference(), mapped) == ()


def test_a_proposal_taken_up_maps_the_tax() -> None:
    found = one(seen("20", "FR"), reference(tax_rates=RATES[:7]))
    assert with_tax(EMPTY, found, "TAX042").taxes == (TaxRule(("FR 20",), "TAX042"),)


@pytest.mark.parametrize(
    ("country", "version", "rates", "expected"),
    [
        ("GB", "UK", RATES, {"home": "ZERORATEDOUTPUT", "eu": "ZERORATEDOUTPUT", "world": "ZERORATEDOUTPUT"}),
        (
            "AU",
            "AU",
            (TaxRate("EXEMPTOUTPUT", "GST Free", D(0)), TaxRate("EXEMPTEXPORT", "Exports", D(0))),
            {"home": "EXEMPTOUTPUT", "eu": "EXEMPTEXPORT", "world": "EXEMPTEXPORT"},
        ),
        ("NZ", "NZ", (TaxRate("ZERORATED", "Zero", D(0)),), dict.fromkeys(("home", "eu", "world"), "ZERORATED")),
        ("US", "US", (TaxRate("NONE", "Tax Exempt", D(0)),), dict.fromkeys(("home", "eu", "world"), "NONE")),
        ("IE", "GLOBAL", (TaxRate("NONE", "None", D(0)),), dict.fromkeys(("home", "eu", "world"), "NONE")),
    ],
)
def test_a09_c27_zero_reasons_by_country_wait_for_a_confirmation(
    country: str, version: str, rates: tuple[TaxRate, ...], expected: dict[str, str]
) -> None:
    found = propose_zero_rules(ledger(country, version, rates), EMPTY)
    assert {one.rule.ship_to: one.rule.tax_type for one in found} == expected
    assert not any(one.rule.confirmed for one in found)
    assert all(one.rule.confirmed for one in [*map(_Rule, with_zero_rules(EMPTY, found, confirmed=True).zero_rules)])
    eu = next(one.rule.reason for one in found if one.rule.ship_to == "eu")
    assert eu is (ZeroReason.EU_BUSINESS if country == "IE" else ZeroReason.EXPORT)


class _Rule:
    def __init__(self, rule: ZeroRule) -> None:
        self.rule = rule


def test_a09_rules_that_exist_are_not_offered_again() -> None:
    known = msgspec.structs.replace(EMPTY, zero_rules=(ZeroRule(ZeroReason.EXPORT, "NONE", ship_to="world"),))
    assert [one.rule.ship_to for one in propose_zero_rules(reference(), known)] == ["home", "eu"]


def test_existing_accounts_are_chosen_before_new_ones_are_made() -> None:
    found = {one.role: one for one in propose_accounts(reference(), EMPTY) if one.role}
    assert (found["sales"].code, found["sales"].exists) == ("200", True)
    assert (found["rounding"].code, found["rounding"].exists) == ("860", True)
    assert found["shipping"].code == "260"
    assert found["gift_cards"].code == "825"
    assert found["cost_of_goods_sold"].code == "310"
    assert "discounts" not in found


def test_new_accounts_have_free_codes_and_names() -> None:
    bare = reference(
        accounts=(
            account("200", "Sales"),
            account("210", "Taken"),
            account("x", "Shipping charged to customers", status="ARCHIVED"),
        )
    )
    found = {one.role: one for one in propose_accounts(bare, EMPTY) if one.role}
    assert not found["shipping"].exists
    assert (found["shipping"].code, found["shipping"].name) == ("211", "Shipping charged to customers 2")
    assert found["gift_cards"].payments_enabled
    assert len({one.code for one in found.values()}) == len(found)


def test_c03_a_clearing_account_per_method_and_currency_of_type_bank_where_foreign() -> None:
    methods = [
        SeenMethod("klarna", "Klarna", "GBP"),
        SeenMethod("klarna", "Klarna", "EUR"),
        SeenMethod("klarna", "Klarna", "GBP"),
    ]
    found = [one for one in propose_accounts(reference(), EMPTY, methods) if one.method]
    assert [(one.method_currency, one.type, one.currency, one.payments_enabled) for one in found] == [
        ("GBP", "CURRENT", "", True),
        ("EUR", "BANK", "EUR", False),
    ]
    assert found[1].bank_number
    after = with_accounts(msgspec.structs.replace(EMPTY, methods=(MethodRule("klarna", offline=True),)), found)
    assert [(m.method, m.currency, m.offline, m.bank_confirmed) for m in after.methods] == [
        ("klarna", "GBP", True, True),
        ("klarna", "EUR", True, True),
    ]


def test_methods_with_rules_are_left_alone() -> None:
    known = msgspec.structs.replace(EMPTY, methods=(MethodRule("card", "091"), MethodRule("free", skip=True)))
    methods = [SeenMethod("card", "Card", "EUR"), SeenMethod("free", "", "GBP")]
    assert [one for one in propose_accounts(reference(), known, methods) if one.method] == []


def test_c01_money_seen_is_said_per_method() -> None:
    before = msgspec.structs.replace(
        EMPTY, methods=(MethodRule("checkmo", offline=True), MethodRule("cod", offline=True))
    )
    assert [m.money_seen for m in with_money_seen(before, ["checkmo"]).methods] == [True, False]


def test_c96_currencies_of_documents_that_are_not_switched_on_are_offered() -> None:
    found = propose_currencies(["CHF", "EUR", "GBP", "CHF"], reference())
    assert [one.currency for one in found] == ["CHF"]


def test_everything_a_mapping_must_cover_is_seen_once() -> None:
    both = (share("city", "1", "0.1"), share("transit", "1", "0.1"))
    dossier = Dossier(
        order(
            line("12.00", tax="2.00", code="UK20", percent="20", key="a"),
            line("10.20", tax="0.20", taxes=both, key="b"),
            line("12.00", tax="2.00", code="UK20", percent="20", key="c"),
            ship_to=Address(country="US"),
        ),
        payments=(payment("24.00", method_title="Card"),),
    )
    found = look_over([dossier, dossier])
    assert [tax.codes for tax in found.taxes] == [("UK20",), ("city", "transit")]
    assert [(m.method, m.title) for m in found.methods] == [("card", "Card")]
    assert found.currencies == ("GBP",)


def test_the_book_tells_the_gaps_of_its_rules() -> None:
    assert book().gaps() == ()
    bad = book(
        accounts=AccountRoles(sales="299"),
        taxes=(TaxRule(("UK20",), "GONE"), TaxRule(("in",), "INPUT2")),
        methods=(MethodRule("card", "090"),),
    ).gaps()
    assert {str(problem.code) for problem in bad} == {"mapping_invalid", "account_unmapped"}
    assert len(bad) == 5


def test_a01_a_rate_made_by_hand_for_the_own_country_is_a_gap() -> None:
    found = book(taxes=(TaxRule(("UK15",), "TAX005", country="GB"),)).gaps()
    assert "missing from the return" in found[0].reason


def test_prefixes_of_numbers_must_differ() -> None:
    same = rules().numbering.__class__(order="A-", invoice="A-", refund="A-")
    assert [problem.subject for problem in book(numbering=same).gaps()] == ["numbering"]


def test_every_code_of_the_catalogue_has_words_for_people() -> None:
    assert set(ENTRIES) == set(Code)
    for entry in ENTRIES.values():
        assert entry.title
        assert entry.help.endswith((".", "?"))
        assert entry.button
