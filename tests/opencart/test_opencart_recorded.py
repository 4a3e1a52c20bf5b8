"""Both recorded shops, order by order: what the shop shows is what the ledger will hold."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import msgspec
import opencart_books
import pytest
from opencart_shops import OPENCART, VERSIONS, Shops, expected, read_all

from tieout.documents import DocumentKind, Dossier
from tieout.rules.settings import Action
from tieout.stores.opencart.reader import OpenCartReader

#: Orders that are not posted, and why: the only reasons that were looked at and accepted.
NOT_POSTED = {"5009": "state_waits", "5011": "cancelled_unsent", "5012": "state_asks", "5013": "state_skipped"}
NEVER_POSTED = {"5011": "cancelled_unsent", "5013": "state_skipped"}


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def reader(shops: Shops, version: str) -> OpenCartReader:
    return shops.recorded(version).reader()


def dossiers_of(reader: OpenCartReader, **options: str) -> dict[str, Dossier]:
    translator = OPENCART.translator(reader.context(), options)
    found = {}
    for key, raw in read_all(reader)[0].items():
        dossier = translator.dossier(raw.body, ())
        assert isinstance(dossier, Dossier), dossier
        assert not translator.envelope(raw).problems
        found[key] = dossier
    return found


def _plan(dossier: Dossier, *, everything: bool):  # type: ignore[no-untyped-def]
    statuses = opencart_books.rules_for(dossier).statuses
    if everything:
        statuses = tuple(
            msgspec.structs.replace(rule, action=Action.AUTHORISED)
            if rule.action in (Action.WAIT, Action.ASK)
            else rule
            for rule in statuses
        )
    return opencart_books.plan(dossier, statuses=statuses)


def test_every_order_shows_the_total_and_each_tax_that_the_shop_shows(reader: OpenCartReader, version: str) -> None:
    shown = expected(version)
    found = dossiers_of(reader)
    assert found.keys() == shown.keys()
    for key, dossier in found.items():
        rows = shown[key]
        means = -sum((D(r["amount_shown"]) for r in rows if r["code"] in ("credit", "voucher")), D(0))
        order = dossier.order
        assert order.total.amount == D(rows[0]["order_total_shown"]) + means
        assert order.tax_total.amount == D(rows[0]["order_tax_shown"])
        taxes = [(r["label"], D(r["amount_shown"])) for r in rows if r["code"] == "tax"]
        assert [(tax.title, tax.amount.amount) for tax in order.taxes] == taxes
        assert order.currency == rows[0]["currency"]
        assert order.date == date.fromisoformat(rows[0]["date_added"][:10])


@pytest.mark.parametrize("everything", [False, True])
def test_the_ledger_holds_exactly_what_the_shop_shows(reader: OpenCartReader, version: str, everything: bool) -> None:
    shown = expected(version)
    reasons: dict[str, str] = {}
    for key, dossier in dossiers_of(reader).items():
        planned = _plan(dossier, everything=everything)
        document = opencart_books.sale(planned, dossier)
        if document is None:
            held = [str(p.code) for h in planned.held for p in h.problems if h.document.kind is DocumentKind.ORDER]
            skipped = [str(s.code) for s in planned.skipped if s.document.kind is DocumentKind.ORDER]
            reasons[key] = (held + skipped)[0]
            continue
        assert document.number == f"SO-{key}"
        assert document.totals.total.amount == dossier.order.total.amount
        taxes = sorted(D(r["amount_shown"]) for r in shown[key] if r["code"] == "tax")
        assert sorted(opencart_books.taxes_by_code(document, dossier).values()) == taxes
    assert reasons == (NEVER_POSTED if everything else NOT_POSTED)


def test_no_recorded_order_needs_a_rounding_line_or_more_than_a_cent_of_tax_override(reader: OpenCartReader) -> None:
    for dossier in dossiers_of(reader).values():
        document = opencart_books.sale(_plan(dossier, everything=True), dossier)
        if document is not None:
            assert not [line for line in document.lines if line.key == "rounding"]
            assert sum(line.override for line in document.lines) <= 1


def test_c06_store_credit_and_a_voucher_pay_a_part_and_the_gateway_the_rest(shops: Shops) -> None:
    found = dossiers_of(shops.recorded("3.0.5.1").reader())
    credit, voucher = found["5003"], found["5014"]
    assert [(m.method, m.amount.amount) for m in credit.order.means] == [("store_credit", D("20.00"))]
    assert [(m.method, m.amount.amount) for m in voucher.order.means] == [("gift_voucher", D("10.00"))]
    assert credit.payments[0].amount.amount == D("47.51")
    assert voucher.payments[0].amount.amount == D("48.74")


def test_c02_a_payment_is_dated_by_the_first_paid_status_and_never_by_pending(reader: OpenCartReader) -> None:
    found = dossiers_of(reader)
    assert found["5009"].payments == ()
    assert found["5007"].payments[0].date == date(2026, 9, 6)
    assert {p.offline for dossier in found.values() for p in dossier.payments} == {True}


def test_an_option_stands_in_the_line_and_html_entities_are_undone_once(reader: OpenCartReader) -> None:
    found = dossiers_of(reader)
    assert found["5004"].order.lines[0].options == ("Ribbon: Gold",)
    assert "Tea strainer & stand" in {line.name for line in found["5003"].order.lines}
    assert found["5002"].order.customer.company == "Pugh & Daughters"
    assert found["5002"].order.customer.first_name == "Gareth"


def test_export_orders_have_no_tax_and_the_country_that_the_zero_rate_rules_need(reader: OpenCartReader) -> None:
    order = dossiers_of(reader)["5008"].order
    assert order.taxes == ()
    assert order.ship_to is not None
    assert order.ship_to.country == "US"
    assert order.rate == D("1.25850000")
    assert order.base_currency == "GBP"


def test_two_foreign_taxes_keep_their_lines_apart(reader: OpenCartReader) -> None:
    order = dossiers_of(reader)["5007"].order
    by_name = {line.name: [share.code for share in line.taxes] for line in order.lines}
    assert by_name == {
        "Cast iron teapot": ["BTW 21%"],
        "Earl Grey 250g": ["BTW 9%"],
        "Flat Shipping Rate": ["BTW 21%"],
    }
    assert {share.country for line in order.lines for share in line.taxes} == {"NL"}


def test_a_refunded_status_gives_the_whole_order_back_when_the_operator_says_so(reader: OpenCartReader) -> None:
    dossier = dossiers_of(reader)["5012"]
    refund = dossier.refunds[0]
    assert (refund.number, refund.state, refund.total) == ("5012", "11", dossier.order.total)
    assert refund.date == date(2026, 10, 30)
    planned = _plan(dossier, everything=True)
    notes = [p for p in planned.postings if p.ref.document.kind is DocumentKind.REFUND and p.payload is not None]
    assert notes[0].marker == "CM-5012"
    assert [str(p.code) for h in _plan(dossier, everything=False).held for p in h.problems].count("state_asks") == 2


def test_the_version_is_detected_and_the_connection_test_counts(shops: Shops) -> None:
    three, four = (shops.recorded(version).reader().test() for version in VERSIONS)
    assert (three.version, four.version) == ("3.0", "4.1.0.1 or later")
    assert four.name == "Fjord Tea House"
    assert dict(four.counts) == {"customers": 2, "products": 6, "orders": 14}
    assert four.rights_missing == ()
    assert any("settings" in warning for warning in four.warnings)


def test_customers_and_products_are_read_with_names_addresses_and_skus(reader: OpenCartReader) -> None:
    translator = OPENCART.translator(reader.context(), {})
    customers = read_all(reader, DocumentKind.CUSTOMER)[0]
    gareth = translator.customer(customers["2"].body)
    assert (gareth.first_name, gareth.last_name, gareth.company) == ("Gareth", "Pugh", "Pugh & Daughters")
    assert gareth.billing.country == "GB"
    products = read_all(reader, DocumentKind.PRODUCT)[0]
    teapot = translator.product(products["201"].body)
    assert (teapot.name, teapot.tax_class, teapot.enabled) == ("Cast iron teapot", "Taxable goods", True)
    assert teapot.price is not None
    assert teapot.price.amount == D("45")
    assert translator.envelope(products["201"]).state == "enabled"
