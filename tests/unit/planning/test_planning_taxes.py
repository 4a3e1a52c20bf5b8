"""ACCOUNTING section A and CASES section 2: which account and tax type a line goes to."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

import small_ledger
from dossiers import (
    ACCOUNTS,
    RATES,
    ROLES,
    account,
    book,
    cancellation,
    codes,
    customer,
    line,
    money,
    only,
    order,
    organisation,
    payment,
    plan,
    post,
    reference,
    refund,
    rules,
    share,
    tax_rule,
)
from tieout.accounting import CreditNote, Invoice, LedgerLine, LineAmountTypes, TaxRate
from tieout.documents import Address, Dossier, Line, LineKind, TaxTotal
from tieout.rules.book import RuleBook
from tieout.rules.settings import (
    AccountRule,
    StoreViewRule,
    TaxRule,
    UnknownTotalRule,
    ZeroReason,
    ZeroRule,
)

D = Decimal
VAT = {"code": "UK20", "percent": "20"}


def sold(*lines: Line, rule_book: RuleBook | None = None, **facts: object) -> Invoice:
    planned = plan(Dossier(order(*lines, **facts)), rule_book)  # type: ignore[arg-type]
    assert codes(planned) == []
    rates = rule_book.reference.tax_rates if rule_book else RATES
    document = small_ledger.check(only(planned, "invoice").payload, {r.tax_type: r.rate for r in rates})
    assert isinstance(document, Invoice)
    return document


def why_held(*lines: Line, rule_book: RuleBook | None = None, **facts: object) -> list[str]:
    return codes(plan(Dossier(order(*lines, **facts)), rule_book))  # type: ignore[arg-type]


def by_key(document: Invoice | CreditNote, key: str) -> LedgerLine:
    return next(one for one in document.lines if one.key == key)


def abroad(country: str, **more: object) -> dict[str, object]:
    return {"ship_to": Address(country=country), "customer": customer(**more)}


def test_a02_rounding_and_adjustments_are_out_of_scope_and_not_zero_rated() -> None:
    document = sold(line("10.00"), line("0.01", key="r", kind=LineKind.ROUNDING))
    assert by_key(document, "r").tax_type == "NONE"


def test_a02_in_australia_out_of_scope_is_called_basexcluded() -> None:
    rates = (
        TaxRate("OUTPUT", "GST on Income", D(10)),
        TaxRate("BASEXCLUDED", "BAS Excluded", D(0), for_expenses=True),
    )
    australian = reference(
        organisation=organisation(country="AU", version="AU", base_currency="AUD"),
        tax_rates=rates,
        currencies=("AUD",),
    )
    rule_book = book(australian, taxes=(tax_rule("GST", to="OUTPUT"),))
    document = sold(
        line("11.00", tax="1.00", code="GST", percent="10", currency="AUD"),
        line("0.01", key="r", kind=LineKind.ROUNDING, currency="AUD"),
        rule_book=rule_book,
        currency="AUD",
    )
    assert by_key(document, "r").tax_type == "BASEXCLUDED"


def test_a06_a_discount_taken_after_tax_is_its_own_line_out_of_scope_with_a_note() -> None:
    before = line("119.00", tax="19.00", code="T15", percent="19", discount=money("10.00"), discount_taxed=False)
    rates = (*RATES, TaxRate("TAX019", "19%", D(19)))
    rule_book = book(reference(tax_rates=rates), taxes=(tax_rule("T15", to="TAX019"),))
    planned = plan(
        Dossier(order(before, line("-10.00", key="d", kind=LineKind.DISCOUNT), total="109.00", tax="19.00")),
        rule_book,
    )
    assert codes(planned) == []
    posting = only(planned, "invoice")
    document = small_ledger.check(posting.payload, {r.tax_type: r.rate for r in rates})
    assert by_key(document, "d").tax_type == "NONE"
    assert document.totals.total_tax.amount == D("19.00")
    assert any("before the discount" in note for note in posting.notes)


def test_a07_levies_are_charge_lines_of_their_own_taxed_as_the_store_taxed_them() -> None:
    document = sold(
        line("106.80", tax="17.80", **VAT),
        line("0.90", tax="0.15", key="weee", kind=LineKind.LEVY, **VAT),
        rule_book=book(accounts=levy_on_revenue()),
    )
    levy = by_key(document, "weee")
    assert (levy.account_code, levy.tax_type, levy.counts_as_tax) == ("261", "OUTPUT2", False)


def levy_on_revenue() -> object:
    import msgspec

    return msgspec.structs.replace(ROLES, levies="261")


def test_a07_a_fixed_amount_that_the_shop_calls_a_tax_is_a_line_that_counts_as_tax() -> None:
    taxes = (share("UK20", "20", "2.00"), share("eco", "0", "0.50", fixed=True))
    document = sold(line("12.50", tax="2.50", taxes=taxes, percent="20"))
    eco = by_key(document, "1:eco")
    assert (eco.amount.amount, eco.account_code, eco.tax_type, eco.counts_as_tax) == (D("0.50"), "262", "NONE", True)
    assert document.totals.total_tax.amount == D("2.00")
    assert document.totals.total.amount == D("12.50")


def test_a08_c22_two_taxes_on_a_line_go_to_one_composite_rate() -> None:
    both = (share("GST", "5", "2.90", "USD"), share("QST", "10.4737", "6.08", "USD"))
    document = sold(
        line("67.07", tax="8.98", taxes=both, currency="USD", percent="15.4737"), currency="USD", shows_gross=False
    )
    assert [one.tax_type for one in document.lines] == ["TAX004"]
    assert document.totals.total_tax.amount == D("8.98")


def test_a08_us_organisations_may_book_each_tax_as_a_liability_line() -> None:
    american = reference(
        organisation=organisation(country="US", version="US", base_currency="USD"), currencies=("USD",)
    )
    rule_book = book(american, tax_as_liability=True)
    both = (share("city", "1", "0.73", "USD"), share("transit", "1", "0.69", "USD"))
    document = sold(
        line("74.54", tax="1.42", taxes=both, currency="USD", percent="2"), rule_book=rule_book, currency="USD"
    )
    assert document.totals.total_tax.amount == 0
    counted = [one for one in document.lines if one.counts_as_tax]
    assert [(one.account_code, one.amount.amount) for one in counted] == [("827", D("0.73")), ("827", D("0.69"))]
    assert document.totals.total.amount == D("74.54")


def test_a09_a_line_of_zero_never_holds_a_document() -> None:
    nothing_decided = book(zero_rules=())
    assert why_held(line("0"), line("12.00", tax="2.00", key="b", **VAT), rule_book=nothing_decided) == []


def test_a09_a_line_without_tax_is_held_until_its_rule_is_confirmed() -> None:
    rule = ZeroRule(ZeroReason.ZERO_RATED, "ZERORATEDOUTPUT", ship_to="home")
    assert why_held(line("10.00"), rule_book=book(zero_rules=())) == ["zero_tax_undecided"]
    assert why_held(line("10.00"), rule_book=book(zero_rules=(rule,))) == ["zero_tax_undecided"]


@pytest.mark.parametrize(
    ("country", "number", "tax_type"),
    [("GB", "", "ZERORATEDOUTPUT"), ("NO", "", "ZERORATEDOUTPUT"), ("DE", "DE123456789", "ECZROUTPUT")],
)
def test_a09_c24_reasons_for_no_tax_are_told_apart(country: str, number: str, tax_type: str) -> None:
    document = sold(line("10.00"), **abroad(country, tax_number=number))
    assert document.lines[0].tax_type == tax_type


def test_a09_an_eu_business_without_vat_number_is_held() -> None:
    assert why_held(line("10.00"), **abroad("DE")) == ["eu_business_without_number"]


def test_a09_c26_c27_the_most_specific_confirmed_rule_decides() -> None:
    zero = (
        *rules().zero_rules,
        ZeroRule(ZeroReason.EXEMPT, "EXEMPTOUTPUT", ship_to="home", tax_class="insurance", confirmed=True),
        ZeroRule(
            ZeroReason.MARKETPLACE, "ZERORATEDOUTPUT", ship_to="DE", customer_group="marketplace", confirmed=True
        ),
        ZeroRule(ZeroReason.EXPORT, "NONE", ship_to="NO", confirmed=True),
    )
    rule_book = book(zero_rules=zero)
    assert sold(line("5.00", tax_class="insurance"), rule_book=rule_book).lines[0].tax_type == "EXEMPTOUTPUT"
    assert sold(line("5.00"), rule_book=rule_book).lines[0].tax_type == "ZERORATEDOUTPUT"
    assert sold(line("5.00"), rule_book=rule_book, **abroad("NO")).lines[0].tax_type == "NONE"
    marketplace = sold(line("5.00"), rule_book=rule_book, **abroad("DE", group="marketplace"))
    assert marketplace.lines[0].tax_type == "ZERORATEDOUTPUT"


def test_a09_a_cheap_line_whose_tax_rounds_to_nothing_keeps_the_rate_of_its_document() -> None:
    document = sold(
        line("0.02", key="nail", tax_percent=D(20)), line("12.00", tax="2.00", key="b", **VAT), total="12.02"
    )
    assert by_key(document, "nail").tax_type == "OUTPUT2"


def test_a10_c31_c81_c42_a_credit_note_copies_account_and_type_from_the_posted_line() -> None:
    dossier = Dossier(order(line("10.00", key="a"), line("12.00", tax="2.00", key="b", **VAT)))
    posted = post(plan(dossier))
    changed = book(
        accounts=ROLES.__class__(sales="201", shipping="260"),
        taxes=(tax_rule("UK20", to="TAX005"),),
        zero_rules=(ZeroRule(ZeroReason.EXEMPT, "EXEMPTOUTPUT", confirmed=True),),
    )
    back = refund(line("5.00", key="a"), line("12.00", tax="2.00", key="b", **VAT))
    planned = plan(Dossier(dossier.order, refunds=(back,)), changed, posted=posted)
    note = small_ledger.check(only(planned, "credit_note").payload)
    assert [(one.account_code, one.tax_type) for one in note.lines] == [
        ("200", "ZERORATEDOUTPUT"),
        ("200", "OUTPUT2"),
    ]


def test_a11_adjustments_are_out_of_scope_in_their_own_account_and_listed() -> None:
    back = refund(
        line("12.00", tax="2.00", key="1", **VAT),
        line("2.50", key="adjustment", kind=LineKind.ADJUSTMENT),
        line("-0.75", key="adjustment-fee", kind=LineKind.ADJUSTMENT),
    )
    planned = plan(Dossier(order(line("24.00", tax="4.00", **VAT)), refunds=(back,)))
    posting = only(planned, "credit_note")
    note = small_ledger.check(posting.payload)
    for key, amount in (("adjustment", "2.50"), ("adjustment-fee", "-0.75")):
        adjusted = by_key(note, key)
        assert (adjusted.account_code, adjusted.tax_type, adjusted.amount.amount) == ("280", "NONE", D(amount))
    assert any("month-end" in text for text in posting.notes)


def test_a11_by_setting_an_adjustment_carries_the_orders_single_rate_inside() -> None:
    back = refund(line("1.20", key="adjustment", kind=LineKind.ADJUSTMENT))
    dossier = Dossier(order(line("24.00", tax="4.00", **VAT)), refunds=(back,))
    note = small_ledger.check(only(plan(dossier, book(adjustments_taxed=True)), "credit_note").payload)
    assert (note.totals.total.amount, note.totals.total_tax.amount) == (D("1.20"), D("0.20"))
    assert note.lines[0].tax_type == "OUTPUT2"


@pytest.mark.parametrize(
    ("shows_gross", "country", "mode"),
    [(True, "GB", "Inclusive"), (False, "GB", "Exclusive"), (None, "GB", "Exclusive"), (True, "US", "Exclusive")],
)
def test_a12_c35_the_line_mode_follows_what_the_shop_shows(shows_gross: bool | None, country: str, mode: str) -> None:
    ledger = reference(organisation=organisation(country=country, version="UK" if country == "GB" else country))
    document = sold(line("12.00", tax="2.00", **VAT), rule_book=book(ledger), shows_gross=shows_gross)
    assert document.line_amount_types.value == mode


def test_a12_a_store_views_own_line_mode_wins() -> None:
    rule_book = book(store_views=(StoreViewRule("default", line_mode=LineAmountTypes.EXCLUSIVE),))
    document = sold(line("12.00", tax="2.00", **VAT), rule_book=rule_book, shows_gross=True)
    assert document.line_amount_types is LineAmountTypes.EXCLUSIVE


def test_a12_discounts_stay_inside_the_price_and_the_text_names_them() -> None:
    document = sold(
        line("10.20", tax="1.70", discount=money("1.80"), **VAT), discount_text="Spring 15%", shows_gross=True
    )
    assert len(document.lines) == 1
    assert "1.80" in document.lines[0].description
    assert "Spring 15%" in document.lines[0].description


@pytest.mark.parametrize("shows_gross", [True, False])
def test_a12_with_a_discount_account_there_is_one_negative_line_per_tax_type(shows_gross: bool) -> None:
    import msgspec

    rule_book = book(accounts=msgspec.structs.replace(ROLES, discounts="270"))
    document = sold(
        line("10.20", tax="1.70", discount=money("1.80"), key="a", **VAT),
        line("5.10", tax="0.85", discount=money("0.90"), key="b", **VAT),
        line("9.45", tax="0.45", discount=money("1.05"), key="c", code="UK5", percent="5"),
        rule_book=rule_book,
        shows_gross=shows_gross,
    )
    discounts = [one for one in document.lines if one.account_code == "270"]
    assert [one.tax_type for one in discounts] == ["OUTPUT2", "RROUTPUT"]
    assert all(one.amount.amount < 0 for one in discounts)
    assert document.totals.total.amount == D("24.75")


def test_c21_c28_a_tax_is_never_mapped_by_a_likely_name_or_percentage() -> None:
    unknown = line("12.00", tax="2.00", code="VAT (20.0%)", percent="20")
    assert why_held(unknown) == ["tax_unmapped"]


def test_c23_an_old_order_keeps_the_rate_it_was_sold_at() -> None:
    taxes = (
        TaxRule(("VAT",), "TAX005", valid_from=date(2026, 4, 1)),
        TaxRule(("VAT",), "OUTPUT2"),
    )
    rule_book = book(taxes=taxes)
    old = sold(line("12.00", tax="2.00", code="VAT", percent="20"), rule_book=rule_book)
    new = sold(line("11.50", tax="1.50", code="VAT", percent="15"), rule_book=rule_book, date=date(2026, 4, 1))
    assert (old.lines[0].tax_type, new.lines[0].tax_type) == ("OUTPUT2", "TAX005")


def test_a_mapping_to_a_rate_of_another_percentage_is_held() -> None:
    wrong = book(taxes=(tax_rule("UK20", to="RROUTPUT"),))
    assert why_held(line("12.00", tax="2.00", **VAT), rule_book=wrong) == ["mapping_invalid"]


def test_c25_c30_c32_a_purchase_side_type_on_a_sales_account_is_held() -> None:
    wrong = book(taxes=(tax_rule("UK20", to="INPUT2"),))
    assert why_held(line("12.00", tax="2.00", **VAT), rule_book=wrong) == ["mapping_invalid"]


def test_c29_shipping_tax_goes_where_the_mapping_says() -> None:
    document = sold(line("3.60", tax="0.60", key="shipping", kind=LineKind.SHIPPING, **VAT))
    assert (document.lines[0].account_code, document.lines[0].tax_type) == ("260", "OUTPUT2")


def test_c33_an_archived_tax_rate_is_found_before_sending() -> None:
    rates = tuple(
        TaxRate("OUTPUT2", "20%", D(20), status="DELETED") if rate.tax_type == "OUTPUT2" else rate for rate in RATES
    )
    assert why_held(line("12.00", tax="2.00", **VAT), rule_book=book(reference(tax_rates=rates))) == [
        "mapping_invalid"
    ]


def test_c34_where_tax_is_due_is_the_shops_fact() -> None:
    document = sold(line("12.00", tax="2.00", **VAT), **abroad("FR"))
    assert document.lines[0].tax_type == "OUTPUT2"


def test_c36_c39_every_part_of_an_order_has_a_line_or_the_plan_is_refused() -> None:
    document = sold(
        line("12.00", tax="2.00", key="a", **VAT),
        line("3.60", tax="0.60", key="shipping", kind=LineKind.SHIPPING, **VAT),
        line("1.20", tax="0.20", key="fee", kind=LineKind.FEE, **VAT),
    )
    assert [one.account_code for one in document.lines] == ["200", "260", "261"]
    assert why_held(line("12.00", tax="2.00", **VAT), total="13.20", tax="2.20") == ["tax_mismatch"]


def test_c38_shipping_is_never_left_out_for_want_of_an_account() -> None:
    without = book(accounts=ROLES.__class__(sales="200"))
    assert why_held(line("3.60", key="shipping", kind=LineKind.SHIPPING), rule_book=without) == ["account_unmapped"]


def test_c41_options_are_in_the_text() -> None:
    document = sold(line("5.00", options=("Colour: red", "Size: L")))
    assert document.lines[0].description == "Thing 1\nColour: red\nSize: L"


def test_c43_lines_keep_the_stores_order() -> None:
    keys = ["c", "a", "b"]
    assert [one.key for one in sold(*[line("1.00", key=key) for key in keys]).lines] == keys


def test_e03_a_total_of_unknown_kind_is_held_once_and_flows_when_it_is_named() -> None:
    extra = line("2.40", key="unknown:gift", kind=LineKind.UNKNOWN, total_code="gift_wrap", name="Gift wrap")
    sale = (line("12.00", tax="2.00", **VAT), extra)
    assert why_held(*sale) == ["total_unknown"]
    named = book(unknown_totals=(UnknownTotalRule("gift_wrap", "fee", "261", "ZERORATEDOUTPUT"),))
    document = sold(*sale, rule_book=named)
    assert by_key(document, "unknown:gift").account_code == "261"


def test_e03_a_total_named_a_means_of_payment_is_paid_from_its_account() -> None:
    points = line("-10.00", key="unknown:points", kind=LineKind.UNKNOWN, total_code="points")
    named = book(unknown_totals=(UnknownTotalRule("points", "means", "826"),))
    dossier = Dossier(order(line("12.00", tax="2.00", **VAT), points), payments=(payment("2.00"),))
    planned = plan(dossier, named)
    assert codes(planned) == []
    assert only(planned, "invoice").payload.totals.total.amount == D("12.00")  # type: ignore[union-attr]
    paid = {p.payload.account_code: p.payload.amount.amount for p in planned.postings if p.ref.role == "payment"}  # type: ignore[union-attr]
    assert paid == {"826": D("10.00"), "091": D("2.00")}


def test_account_rules_choose_by_sku_class_and_view_before_the_role() -> None:
    own = (
        AccountRule("201", tax_class="books"),
        AccountRule("261", sku="SKU-2"),
    )
    document = sold(
        line("1.00", key="1"),
        line("1.00", key="2", tax_class="books"),
        line("1.00", key="3", tax_class="books"),
        rule_book=book(account_rules=own),
    )
    assert [one.account_code for one in document.lines] == ["200", "261", "201"]


def test_archived_system_and_bank_accounts_are_refused_for_lines() -> None:
    for code in ("299", "610", "090", "nothing"):
        assert why_held(line("1.00"), rule_book=book(accounts=ROLES.__class__(sales=code))) == ["mapping_invalid"]


def test_tax_lists_that_contradict_the_tax_total_are_held() -> None:
    listed = (TaxTotal("UK20", "UK VAT 20", D(20), money("2.50")),)
    assert why_held(line("12.00", tax="2.00", **VAT), taxes=listed) == ["tax_mismatch"]


def test_imported_orders_without_a_list_of_taxes_are_fitted_from_their_lines() -> None:
    document = sold(line("12.00", tax="2.00", **VAT), taxes=())
    assert document.totals.total_tax.amount == D("2.00")


def test_a_tax_without_a_name_is_held() -> None:
    assert why_held(line("12.00", tax="2.00", percent="20"), taxes=()) == ["tax_unmapped"]


def test_tracking_of_the_store_view_is_on_every_line() -> None:
    rule_book = book(store_views=(StoreViewRule("default", tracking=(("Channel", "Web"),)),))
    document = sold(line("1.00"), rule_book=rule_book)
    assert document.lines[0].tracking == (("Channel", "Web"),)


def test_the_rounding_account_of_xero_is_found_by_what_it_is_and_not_by_its_number() -> None:
    chart = (
        *(a for a in ACCOUNTS if a.code != "860"),
        account("777", "Rounding", "EXPENSE", system_account="ROUNDING"),
    )
    document = sold(line("1.00"), rule_book=book(reference(accounts=chart)), total="1.01")
    assert document.lines[-1].account_code == "777"


def test_b04_the_cancelled_part_has_the_tax_types_of_its_invoice() -> None:
    dossier = Dossier(
        order(
            line("24.00", tax="4.00", quantity="2", **VAT),
            cancellation=cancellation(line("12.00", tax="2.00", **VAT)),
        )
    )
    note = small_ledger.check(only(plan(dossier), "difference").payload)
    assert [(one.account_code, one.tax_type) for one in note.lines] == [("200", "OUTPUT2")]
