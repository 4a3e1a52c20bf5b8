"""The traps of Magento's REST interface, one test each, and the ways in which items carry money."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import magento_samples as samples
import msgspec
import pytest

from tieout.documents import DocumentKind, Dossier, Line, LineKind
from tieout.money import Money
from tieout.stores.magento2.translate import MagentoTranslator

D = Decimal


def line(lines: tuple[Line, ...], key: str) -> Line:
    return next(entry for entry in lines if entry.key == key)


def amounts(entry: Line) -> tuple[Decimal, Decimal, Decimal]:
    return entry.net.amount, entry.tax.amount, entry.gross.amount


@pytest.mark.parametrize("row_total", ["0", "19.54", "999"])
def test_trap_1_the_row_total_of_an_order_line_is_never_used(row_total: str) -> None:
    order = samples.order(2)
    for item in order["items"]:
        item["row_total"] = item["base_row_total"] = D(row_total)
    assert samples.translate(order).order.lines == samples.dossier(2).order.lines


def test_trap_2_totals_with_four_decimals_are_kept_and_shown_rounded() -> None:
    order = samples.dossier(22).order
    assert order.exact_total == Money(D("36.4425"), "USD")
    assert order.total == Money(D("36.44"), "USD")
    assert samples.dossier(23).order.total == Money(D("11.68"), "EUR")


def test_trap_3_hidden_tax_of_a_discount_is_in_the_line() -> None:
    clamp = line(samples.dossier(2).order.lines, "3")
    assert amounts(clamp) == (D("25.28"), D("5.06"), D("30.34"))
    assert clamp.discount == Money(D("5.36"), "GBP")
    assert clamp.discount_taxed


def test_trap_6_a_part_cancelled_order_owes_nothing_more() -> None:
    order = samples.dossier(24).order
    assert order.state == "complete"
    assert order.open == Money(D("0.00"), "USD")


def test_trap_7_adjustments_are_read_in_the_documents_currency() -> None:
    memo = next(entry for entry in samples.documents("creditmemos") if entry["entity_id"] == 10)
    changed = dict(memo, adjustment_positive=D("5.87"), base_adjustment_positive=D("5.00"))
    changed |= {"grand_total": D("8.40"), "base_grand_total": D("7.20")}
    members = [(DocumentKind.REFUND, samples.body(changed))]
    refund = samples.translate(samples.order(23), members).refunds[0]
    assert line(refund.lines, "adjustment").net == Money(D("5.87"), "EUR")
    in_base = samples.translate(samples.order(23), members, amounts="base_currency").refunds[0]
    assert line(in_base.lines, "adjustment").net == Money(D("5.00"), "GBP")


def test_trap_10_a_write_back_does_not_change_the_digest() -> None:
    translator = samples.translator()
    before = samples.order(5)
    after = dict(before, ext_order_id="INV-1", updated_at="2026-12-24 10:00:00")
    first = translator.envelope(samples.raw(DocumentKind.ORDER, before))
    second = translator.envelope(samples.raw(DocumentKind.ORDER, after))
    assert first.digest == second.digest
    changed = dict(before, state="complete")
    assert translator.envelope(samples.raw(DocumentKind.ORDER, changed)).digest != first.digest


def test_numbers_repeat_across_kinds_and_are_told_apart_by_kind() -> None:
    translator = samples.translator()
    documents = (
        (DocumentKind.ORDER, samples.documents("orders")[4]),
        (DocumentKind.INVOICE, samples.documents("invoices")[4]),
        (DocumentKind.REFUND, next(m for m in samples.documents("creditmemos") if m["increment_id"] == "000000005")),
    )
    envelopes = [translator.envelope(samples.raw(kind, document)) for kind, document in documents]
    assert {entry.number for entry in envelopes} == {"000000005"}
    assert len({entry.document for entry in envelopes}) == 3


def test_b03_accounting_dates_are_those_of_the_website_not_of_utc() -> None:
    assert samples.dossier(1).order.date == date(2026, 4, 1)  # 31 March 23:45 UTC in London
    assert samples.dossier(12).order.date == date(2026, 6, 30)  # 1 July 04:15 UTC in Chicago


def test_c22_several_taxes_on_one_line_are_kept_apart() -> None:
    hammer = line(samples.dossier(12).order.lines, "22")
    assert [(tax.code, tax.percent, tax.amount.amount) for tax in hammer.taxes] == [
        ("Austin city 1", D(1), D("0.6")),
        ("Capital Metro 1", D(1), D("0.6")),
    ]
    assert hammer.tax_percent == 2
    assert {tax.country for tax in hammer.taxes} == {"US"}


def test_compound_tax_has_its_effective_percent() -> None:
    quebec = {tax.code: tax.percent for tax in samples.dossier(26).order.taxes}
    assert quebec == {"Canada GST 5": D(5), "Quebec QST 9.975": D("10.4737")}


def test_a09_a_line_without_tax_entry_keeps_the_shops_percentage() -> None:
    free = samples.dossier(7).order.lines[0]
    assert amounts(free) == (0, 0, 0)
    assert free.taxes == ()
    assert free.tax_percent == 20
    assert free.discount == Money(D("23.45"), "GBP")


def test_c17_a_fully_discounted_order_keeps_its_shipping_line() -> None:
    order = samples.dossier(7).order
    assert [entry.kind for entry in order.lines] == [LineKind.PRODUCT, LineKind.SHIPPING]
    assert order.total == Money(D("0.00"), "GBP")


def test_a07_fixed_product_tax_is_a_levy_line_with_the_tax_it_bears() -> None:
    lines = samples.dossier(25).order.lines
    drill, levy = line(lines, "44"), line(lines, "44-levy")
    assert amounts(drill) == (D("189.12"), D("37.83"), D("226.95"))
    assert amounts(levy) == (D("2.25"), D("0.45"), D("2.70"))
    assert (levy.kind, levy.name, levy.code) == (LineKind.LEVY, "Recycling charge", "weee")
    assert [tax.code for tax in levy.taxes] == ["UK VAT 20"]


def test_levies_of_invoices_and_refunds_follow_the_quantity() -> None:
    dossier = samples.dossier(25)
    assert amounts(line(dossier.invoices[0].lines, "44-levy")) == (D("2.25"), D("0.45"), D("2.70"))
    assert amounts(line(dossier.refunds[0].lines, "44-levy")) == (D("0.75"), D("0.15"), D("0.90"))


def test_a_levy_told_in_an_old_form_still_counts() -> None:
    order = samples.order(25)
    order["items"][0]["weee_tax_applied"] = 'a:1:{i:0;a:1:{s:5:"title";s:1:"x";}}'
    levy = line(samples.translate(order).order.lines, "44-levy")
    assert levy.net == Money(D("2.25"), "GBP")


def test_dynamic_bundle_is_billed_by_its_parts() -> None:
    lines = samples.dossier(4).order.lines
    assert [entry.sku for entry in lines] == ["TW-HAMMER", "TW-GLUE", ""]
    assert lines[0].options == ("Starter kit (dynamic)",)
    assert lines[1].quantity == 2


def test_fixed_bundle_is_billed_by_the_parent() -> None:
    lines = samples.dossier(5).order.lines
    assert [entry.kind for entry in lines] == [LineKind.PRODUCT, LineKind.SHIPPING]
    assert lines[0].options


def test_c41_configurable_product_names_the_variant_and_its_product() -> None:
    clamp = line(samples.dossier(2).order.lines, "3")
    assert (clamp.name, clamp.sku, clamp.product_key) == ("Clamp", "TW-CLAMP-20", "7")
    assert clamp.options == ("Clamp 20 cm",)


def test_grouped_products_are_lines_of_their_own() -> None:
    order = samples.order(20)
    for item in order["items"]:
        item["product_type"] = "grouped"
    assert len(samples.translate(order).order.lines) == 3


def test_c40_a_part_invoice_has_only_its_own_lines_and_shipping() -> None:
    first, second = samples.dossier(20).invoices
    assert [(entry.key, entry.quantity) for entry in first.lines] == [("35", 1), ("shipping", 1)]
    assert [(entry.key, entry.quantity) for entry in second.lines] == [("35", 1), ("36", 1)]


def test_a10_lines_have_the_same_key_in_order_invoice_and_refund() -> None:
    dossier = samples.dossier(2)
    orders = {entry.key for entry in dossier.order.lines}
    assert {entry.key for entry in dossier.invoices[0].lines} <= orders
    assert {entry.key for entry in dossier.refunds[0].lines} <= orders


def test_a11_adjustments_of_a_refund_are_untaxed_lines_with_their_sign() -> None:
    lines = next(entry for entry in samples.dossier(10).refunds).lines
    assert amounts(line(lines, "adjustment")) == (D("2.5"), 0, D("2.5"))
    assert amounts(line(lines, "adjustment-fee")) == (D("-0.75"), 0, D("-0.75"))
    assert {line(lines, key).kind for key in ("adjustment", "adjustment-fee")} == {LineKind.ADJUSTMENT}


def test_c31_goodwill_refund_has_one_line_and_no_tax() -> None:
    refund = samples.dossier(16).refunds[0]
    assert [entry.key for entry in refund.lines] == ["adjustment"]
    assert refund.taxes == ()


def test_a_refund_that_repeats_items_with_quantity_zero_has_no_lines_for_them() -> None:
    memo = dict(next(entry for entry in samples.documents("creditmemos") if entry["entity_id"] == 6))
    item_id = samples.order(16)["items"][0]["item_id"]
    memo["items"] = [{"order_item_id": item_id, "qty": 0, "row_total": 0, "sku": "TW-HAMMER", "name": "x"}]
    refund = samples.translate(samples.order(16), [(DocumentKind.REFUND, samples.body(memo))]).refunds[0]
    assert [entry.key for entry in refund.lines] == ["adjustment"]


def test_imported_order_without_lists_and_details_adds_up() -> None:
    order = samples.dossier(28).order
    assert [amounts(entry) for entry in order.lines] == [(D("46.9"), 0, D("46.9")), (D("5.15"), 0, D("5.15"))]
    assert order.customer.group == ""


def imported(**changes: Any) -> dict[str, Any]:
    order = samples.order(28)
    order["items"][0] |= changes.pop("item", {})
    return order | changes


def test_imported_order_with_tax_in_the_header_only_gets_it_by_percentage() -> None:
    order = imported(item={"tax_percent": 20}, tax_amount=D("9.38"), grand_total=D("61.43"))
    lines = samples.translate(order).order.lines
    assert amounts(lines[0]) == (D("46.9"), D("9.38"), D("56.28"))
    assert [(tax.code, tax.percent) for tax in lines[0].taxes] == [("20%", D(20))]


def test_imported_order_has_the_rest_of_its_tax_on_shipping() -> None:
    order = imported(
        item={"tax_percent": 20, "tax_amount": D("9.38"), "row_total_incl_tax": D("56.28")},
        tax_amount=D("10.41"),
        grand_total=D("62.46"),
    )
    translated = samples.translate(order).order
    shipping = line(translated.lines, "shipping")
    assert amounts(shipping) == (D("5.15"), D("1.03"), D("6.18"))
    assert [tax.code for tax in shipping.taxes] == ["20%"]
    assert [(tax.code, tax.amount.amount) for tax in translated.taxes] == [("20%", D("10.41"))]


def test_a12_prices_with_tax_inside_everywhere_but_in_the_united_states_and_canada() -> None:
    views = {samples.dossier(key).order.store_view: samples.dossier(key).order.shows_gross for key in (1, 11, 12)}
    assert views == {"default": True, "ie_eur": True, "usa_en": False}


def test_c97_currency_is_the_orders_with_the_shops_rate() -> None:
    order = samples.dossier(11).order
    assert (order.currency, order.base_currency, order.rate) == ("EUR", "GBP", D("1.1475"))
    assert samples.dossier(1).order.rate is None
    assert samples.dossier(11, amounts="base_currency").order.rate is None


def test_lists_of_taxes_from_the_items_serve_when_the_order_has_none() -> None:
    order = samples.order(12)
    del order["extension_attributes"]["item_applied_taxes"]
    hammer = line(samples.translate(order).order.lines, "22")
    assert hammer == line(samples.dossier(12).order.lines, "22")


def test_the_orders_own_taxes_serve_when_no_line_has_a_list() -> None:
    order = samples.order(12)
    del order["extension_attributes"]["item_applied_taxes"]
    for item in order["items"]:
        item["extension_attributes"] = []
    taxes = line(samples.translate(order).order.lines, "23").taxes
    assert [(tax.code, tax.amount.amount) for tax in taxes] == [
        ("Austin city 1", D("0.02")),
        ("Capital Metro 1", D("0.02")),
    ]


def test_shares_are_moved_until_each_tax_is_the_shown_one() -> None:
    order = samples.order(12)
    first, second = order["extension_attributes"]["applied_taxes"]
    first["amount"], second["amount"] = D("0.74"), D("0.68")
    translated = samples.translate(order).order
    sums = {code: sum(t.amount.amount for entry in translated.lines for t in entry.taxes if t.code == code)
            for code in ("Austin city 1", "Capital Metro 1")}  # fmt: skip
    assert sums == {"Austin city 1": D("0.74"), "Capital Metro 1": D("0.68")}
    assert all(sum(t.amount.amount for t in entry.taxes) == entry.tax.amount for entry in translated.lines)


def test_a_taxed_line_that_nothing_explains_has_a_code_to_map() -> None:
    order = imported(
        item={"tax_amount": D("3.00"), "row_total_incl_tax": D("49.90")}, tax_amount=3, grand_total=D("55.05")
    )
    assert [tax.code for tax in samples.translate(order).order.lines[0].taxes] == ["unlisted"]


def test_the_only_tax_of_an_order_serves_a_line_without_percentage() -> None:
    order = imported(
        item={"tax_amount": D("3.00"), "row_total_incl_tax": D("49.90")}, tax_amount=3, grand_total=D("55.05")
    )
    tax = {"code": "TX", "title": "Texas", "percent": D("6.25"), "amount": 3}
    order["extension_attributes"] = {"applied_taxes": [tax]}
    assert [tax.code for tax in samples.translate(order).order.lines[0].taxes] == ["TX"]


def test_a_header_tax_that_no_line_explains_is_left_to_the_proof() -> None:
    order = imported(tax_amount=3, grand_total=D("55.05"), shipping_amount=0)
    translated = samples.translate(order).order
    assert translated.tax_total == Money(D("3"), "USD")
    assert sum(entry.tax.amount for entry in translated.lines) == 0


def test_a_zone_that_does_not_exist_is_read_as_utc() -> None:
    context = samples.context().replace(b"Europe/London", b"Mars/Olympus").replace(b"America/Chicago", b"../etc")
    translator = MagentoTranslator(context, {})
    for key, day in ((1, date(2026, 3, 31)), (12, date(2026, 7, 1))):
        found = translator.dossier(samples.body(samples.order(key)), ())
        assert isinstance(found, Dossier)
        assert found.order.date == day


def test_the_same_sku_twice_stays_two_lines() -> None:
    order = samples.order(20)
    order["items"][1]["sku"] = order["items"][0]["sku"]
    assert [entry.key for entry in samples.translate(order).order.lines] == ["35", "36", "shipping"]


def test_c43_lines_keep_the_order_of_the_shop() -> None:
    order = samples.order(20)
    order["items"].reverse()
    assert [entry.key for entry in samples.translate(order).order.lines] == ["36", "35", "shipping"]


def test_c19_fractions_of_a_quantity_are_kept() -> None:
    assert line(samples.dossier(3).order.lines, "6").quantity == D("3.4")


def test_c49_texts_are_not_cleaned_on_reading() -> None:
    assert line(samples.dossier(1).order.lines, "1").name == "Claw hammer 16oz – “Pro”"


def test_e03_an_extensions_total_is_found_by_its_amount() -> None:
    order = samples.order(20)
    order["extension_attributes"]["payment_fee"] = D("2.50")
    order |= {"grand_total": D("58.89")}
    fee = samples.translate(order).order.lines[-1]
    assert (fee.kind, fee.code, fee.gross) == (LineKind.UNKNOWN, "payment_fee", Money(D("2.50"), "GBP"))


def test_e03_an_unexplained_difference_stays_visible_to_the_proof() -> None:
    order = samples.order(20) | {"grand_total": D("60.00")}
    translated = samples.translate(order).order
    assert [entry.kind for entry in translated.lines] == [LineKind.PRODUCT, LineKind.PRODUCT, LineKind.SHIPPING]
    assert translated.total != Money(sum(entry.gross.amount for entry in translated.lines), "GBP")


def test_links_need_the_admin_path() -> None:
    assert samples.dossier(1).order.url == ""
    dossier = samples.dossier(2, admin_path="/backend/")
    assert dossier.order.url == "https://tidewater.example/backend/sales/order/view/order_id/2/"
    assert dossier.invoices[0].url.endswith("/backend/sales/order_invoice/view/invoice_id/2/")
    assert dossier.refunds[0].url.endswith("/backend/sales/order_creditmemo/view/creditmemo_id/1/")
    assert dossier.order.customer.url.endswith("/backend/customer/index/edit/id/1/")


def test_an_edited_order_names_the_one_it_replaces() -> None:
    order = samples.order(1) | {"relation_parent_id": 77, "original_increment_id": "000000099"}
    assert samples.translate(order).order.replaces == "77"


def test_payment_title_and_purchase_order_are_read() -> None:
    order = samples.dossier(13).order
    assert order.payment_method == "purchaseorder"
    assert order.purchase_order
    assert order.payment_title


def test_a_document_of_a_deleted_store_view_is_read_in_the_first_views_zone() -> None:
    order = samples.order(1)
    del order["store_id"]
    translated = samples.translate(order).order
    assert (translated.store_view, translated.date, translated.shows_gross) == ("", date(2026, 4, 1), None)


def test_amounts_survive_a_round_trip_through_the_codec() -> None:
    dossier = samples.dossier(25)
    assert msgspec.json.decode(msgspec.json.encode(dossier), type=type(dossier)) == dossier
