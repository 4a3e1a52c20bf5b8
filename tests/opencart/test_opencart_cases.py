"""Complaints of users of other connectors, each on an OpenCart order (cases C36 to C55, C72)."""

from __future__ import annotations

from typing import Any

import opencart_books
from opencart_carts import Cart, Item, body, sell
from opencart_carts import D as Decimal

from tieout.accounting import Contact, CreditNote, Invoice
from tieout.documents import DocumentKind, Dossier
from tieout.planning.contacts import plan_contact
from tieout.planning.items import shared_postings
from tieout.planning.results import DossierPlan
from tieout.ports.store import RawDocument
from tieout.rules.book import compile_rules

ITEM = Item(Decimal(45))


def dossier(*items: Item, options: dict[str, str] | None = None, **order: Any) -> Dossier:
    sold = sell(Cart(items or (ITEM,)), **order)
    found = opencart_books.translator(sold.context, **(options or {})).dossier(body(sold.document), ())
    assert isinstance(found, Dossier), found
    return found


def contact(of: Dossier) -> Contact:
    book = compile_rules(opencart_books.rules_for(of), opencart_books.reference_for(of))
    payload = plan_contact(of.order.customer, book).payload
    assert isinstance(payload, Contact)
    return payload


def document(of: Dossier) -> Invoice | CreditNote:
    found = opencart_books.sale(opencart_books.plan(of), of)
    assert found is not None
    return found


def test_c36_an_opencart_order_brings_its_shipping_and_its_vat() -> None:
    found = document(dossier())
    assert [line.description for line in found.lines] == ["Thing", "Flat Shipping Rate"]
    assert [str(line.tax.amount) for line in found.lines] == ["9.00", "0.79"]


def test_c37_an_opencart_buyer_arrives_with_full_name_and_company() -> None:
    assert contact(dossier(firstname="Mary Ann", lastname="Poole")).name == "Mary Ann Poole"
    company = contact(dossier(payment_company="Pugh &amp; Daughters"))
    assert (company.name, company.first_name, company.last_name) == ("Pugh & Daughters", "Mary", "Poole")
    assert company.is_company


def test_c37_a_payment_address_that_the_shop_does_not_ask_for_is_taken_from_shipping() -> None:
    empty = {"payment_firstname": "", "payment_lastname": "", "payment_address_1": "", "payment_country_id": "0"}
    found = dossier(**empty, shipping_firstname="Ann", shipping_address_1="2 Low Road", shipping_city="Bath")
    assert found.order.customer.billing.street == ("2 Low Road",)
    assert found.order.customer.billing.country == "GB"


def test_c41_option_values_stand_in_the_description_and_the_variant_keeps_its_code() -> None:
    item = Item(
        Decimal(45),
        options=(("Size", "XL"), ("Engraving", "For &quot;Ann&quot; &amp; Bob"), ("Extra", "A"), ("Extra", "B")),
    )
    line = document(dossier(item)).lines[0]
    assert line.description == 'Thing\nSize: XL\nEngraving: For "Ann" & Bob\nExtra: A\nExtra: B'
    assert line.item_code == "M-1"


def test_c44_symbols_in_an_opencart_description_are_sent_as_the_customer_typed_them() -> None:
    name = "50&quot; &lt;b&gt;Tube&lt;/b&gt; ½ &amp; ¾ €/m² – “best” ™"
    assert (
        document(dossier(Item(Decimal(45), name=name))).lines[0].description
        == '50" <b>Tube</b> ½ & ¾ €/m² – “best” ™'
    )


def test_c45_an_emoji_is_kept_and_one_that_the_shop_lost_is_shown_as_it_is() -> None:
    assert document(dossier(Item(Decimal(45), name="Mug 🫖👩‍🚀"))).lines[0].description == "Mug 🫖👩‍🚀"
    assert document(dossier(Item(Decimal(45), name="Mug ????"))).lines[0].description == "Mug ????"


def test_c46_control_characters_are_stripped_and_line_breaks_stay() -> None:
    assert document(dossier(Item(Decimal(45), name="Pot\x02\x1f\nlarge"))).lines[0].description == "Pot\nlarge"


def test_c47_a_ligature_in_an_address_is_unfolded_and_a_wrong_address_never_holds_the_order() -> None:
    assert contact(dossier(email="ofﬁce@example.test")).email == "office@example.test"
    wrong = dossier(email="not an address")
    assert contact(wrong).email == ""
    assert document(wrong).number == "SO-6001"
    assert dossier(email="MARY@Example.TEST").order.customer.key == dossier().order.customer.key.replace(".poole", "")


def test_c48_an_ampersand_in_an_address_and_a_port_in_the_shop_s_address_are_safe() -> None:
    options = {"url": "https://shop.example.test:8443", "admin_path": "admin"}
    found = dossier(options=options, payment_address_1="Smith &amp; Sons, 3 Quay")
    assert found.order.customer.billing.street == ("Smith & Sons, 3 Quay",)
    invoice = document(found)
    assert isinstance(invoice, Invoice)
    assert invoice.url == ""
    linked = document(dossier(options={**options, "url": "https://shop.example.test"}))
    assert isinstance(linked, Invoice)
    assert linked.url == "https://shop.example.test/admin/index.php?route=sale/order/info&order_id=6001"


def test_c49_every_script_is_kept() -> None:
    found = document(dossier(Item(Decimal(45), name="Café crème"), Item(Decimal(5), name="煎茶 やかん")))
    assert [line.description for line in found.lines][:2] == ["Café crème", "煎茶 やかん"]
    assert contact(dossier(firstname="Noëlle", lastname="Ó Briain")).name == "Noëlle Ó Briain"


def test_c50_a_long_name_is_cut_for_the_item_only() -> None:
    name = "Kettle " + "é" * 60
    of = dossier(Item(Decimal(45), name=name))
    book = compile_rules(opencart_books.rules_for(of), opencart_books.reference_for(of))
    plan: DossierPlan = opencart_books.plan(of)
    item = next(p.payload for p in shared_postings(of, plan, book) if p.ref.document.kind is DocumentKind.PRODUCT)
    assert len(item.name) == 50  # type: ignore[union-attr]
    assert document(of).lines[0].description == name


def test_c52_an_angle_bracket_in_a_first_name_harms_nobody() -> None:
    found = contact(dossier(firstname="Mary &lt;3", lastname="Poole"))
    assert "<" not in found.name
    assert found.name.startswith("Mary")
    assert dossier(firstname="Mary &lt;3").order.customer.first_name == "Mary <3"


def test_c53_line_breaks_and_times_that_are_none_are_told_not_guessed() -> None:
    assert document(dossier(Item(Decimal(45), name="Pot\r\nlarge"))).lines[0].description == "Pot\nlarge"
    sold = sell(Cart((ITEM,)), date_added="0000-00-00 00:00:00")
    translator = opencart_books.translator(sold.context)
    problems = translator.dossier(body(sold.document), ())
    assert not isinstance(problems, Dossier)
    assert problems[0].code == "data_unreadable"
    raw = RawDocument(DocumentKind.ORDER, "6001", opencart_books.dossiers.NOW, body(sold.document))
    assert translator.envelope(raw).problems


def test_c54_spaces_around_names_make_no_second_contact() -> None:
    assert contact(dossier(firstname="  Mary ", lastname=" Poole  ")).name == "Mary Poole"


def test_c55_symbols_in_a_model_make_an_item_code_of_legal_length() -> None:
    sold = sell(Cart((ITEM,)))
    sold.document["products"][0]["model"] = "Ø 12 &quot;long&quot; / №7 – with a model longer than thirty"
    of = opencart_books.translator(sold.context).dossier(body(sold.document), ())
    assert isinstance(of, Dossier)
    assert of.order.lines[0].sku.startswith('Ø 12 "long" / №7')
    assert 0 < len(document(of).lines[0].item_code) <= 30


def test_c72_orders_without_an_e_mail_never_share_a_guest() -> None:
    one, other = dossier(email=""), dossier(email=" ", order_id="6002")
    assert one.order.customer.key == "guest-of-order:6001"
    assert other.order.customer.key == "guest-of-order:6002"
    assert contact(one).contact_number != contact(other).contact_number


def test_entities_are_undone_once_so_that_typed_entities_stay() -> None:
    assert document(dossier(Item(Decimal(45), name="&amp;lt;b&amp;gt; &amp;amp; AT&T"))).lines[0].description == (
        "&lt;b&gt; &amp; AT&T"
    )


def test_a_custom_field_that_the_operator_names_is_the_tax_number() -> None:
    options = {"tax_number_fields": "3, 7"}
    assert dossier(options=options, custom_field='{"7":"GB123"}').order.customer.tax_number == "GB123"
    nested = '{"address":{"3":" NL99 "}}'
    assert dossier(options=options, payment_custom_field=nested).order.customer.tax_number == "NL99"
    for odd in ("", "[]", "{", '{"3":["a"]}', "null"):
        assert dossier(options=options, custom_field=odd).order.customer.tax_number == ""
    assert dossier(custom_field='{"7":"GB123"}').order.customer.tax_number == ""


def test_the_payment_method_is_read_from_a_column_and_from_json_alike() -> None:
    three = dossier(payment_method="Cash On Delivery", payment_code="cod")
    four = dossier(payment_method='{"code":"cod.cod","name":"Cash On Delivery"}', payment_code="")
    for found in (three, four):
        assert (found.order.payment_method, found.order.payment_title) == ("cod", "Cash On Delivery")
        assert found.payments[0].offline


def test_an_amount_behind_the_operator_s_word_is_a_refund_of_that_amount() -> None:
    sold = sell(Cart((ITEM,)))
    sold.document["history"].append(
        {"order_history_id": "3", "order_status_id": "5", "comment": "Refunded: £12.50 for the dent",
         "date_added": "2026-08-09 10:00:00"}
    )  # fmt: skip
    for word, amounts in (("Refunded", ["12.50 GBP"]), ("Given back", []), ("", [])):
        translator = opencart_books.translator(sold.context, refund_amount_word=word)
        found = translator.dossier(body(sold.document), ())
        assert isinstance(found, Dossier)
        assert [str(refund.total) for refund in found.refunds] == amounts


def test_a_sub_shop_has_its_own_tax_display_and_store_view() -> None:
    sold = sell(Cart((ITEM,)), store_id="2")
    sold.context["stores"].append({"store_id": "2", "name": "Trade", "tax": "0"})
    found = opencart_books.translator(sold.context).dossier(body(sold.document), ())
    assert isinstance(found, Dossier)
    assert (found.order.store_view, found.order.shows_gross) == ("2", False)
    assert document(found).line_amount_types.value == "Exclusive"
