"""Any cart a shop can sell: the ledger's figures are the shop's, or the document is held; never a silent cent."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any

import msgspec
import opencart_books
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from opencart_carts import NL, UK, Cart, Coupon, Item, Rate, Setup, Sold, body, sell

from tieout.accounting import CreditNote, Invoice
from tieout.documents import Dossier, LineKind
from tieout.rules.settings import UnknownTotalRule

#: What a cart may be held for: three decimals, and discounts beyond what there is to discount.
ACCEPTED = {"not_expressible", "total_mismatch", "tax_mismatch"}


def dossier_of(sold: Sold, **options: str) -> Dossier:
    found = opencart_books.translator(sold.context, **options).dossier(body(sold.document), ())
    assert isinstance(found, Dossier), found
    return found


def booked(sold: Sold) -> tuple[Dossier, Invoice | CreditNote | None, set[str]]:
    """The dossier, its sales document checked by an arithmetic of the tests' own, and codes it is held for."""
    dossier = dossier_of(sold)
    planned = opencart_books.plan(dossier)
    codes = {str(problem.code) for held in planned.held for problem in held.problems}
    return dossier, opencart_books.sale(planned, dossier), codes


def exact(cart: Cart) -> tuple[Dossier, Invoice | CreditNote]:
    """Posted with the very total, tax total and each tax that the shop shows."""
    sold = sell(cart)
    dossier, document, codes = booked(sold)
    assert document is not None, codes
    assert document.totals.total.amount == sold.total + sold.means
    tax = document.totals.total_tax.amount
    tax += sum((line.amount.amount for line in document.lines if line.counts_as_tax), D(0))
    assert tax == sum((amount for _, amount in sold.taxes), D(0))
    assert [(t.title, t.amount.amount) for t in dossier.order.taxes] == sold.taxes
    return dossier, document


def each_tax(cart: Cart) -> dict[tuple[str, ...], D]:
    dossier, document = exact(cart)
    return opencart_books.taxes_by_code(document, dossier)


prices = st.one_of(
    st.decimals(0, 2000, places=4, allow_nan=False),
    st.sampled_from([D("8.95"), D("12.9917"), D("6.6667"), D("3.3333"), D(10) / 3, D(200) / 7]),
)
items = st.builds(
    Item,
    price=prices,
    quantity=st.integers(1, 24),
    tax_class=st.sampled_from(["7", "7", "8", "9", "10", "11"]),
    points=st.sampled_from([0, 0, 100]),
    eligible=st.booleans(),
)
currencies = st.sampled_from(
    [("GBP", D(1), 2), ("EUR", D("1.164"), 2), ("USD", D("1.2585"), 2), ("JPY", D("190.12345678"), 0),
     ("KWD", D("0.38712345"), 3)]
)  # fmt: skip
coupons = st.one_of(
    st.none(),
    st.builds(
        Coupon,
        type=st.sampled_from(["P", "F"]),
        discount=st.sampled_from([D(0), D(3), D(10), D("12.5"), D(100)]),
        shipping=st.booleans(),
    ),
)


@st.composite
def carts(draw: Any) -> Cart:
    currency, rate, decimals = draw(currencies)
    return Cart(
        items=tuple(draw(st.lists(items, min_size=1, max_size=6))),
        setup=Setup(fixed_per_line=draw(st.booleans())),
        country=draw(st.sampled_from([UK, NL])),
        group=draw(st.sampled_from(["1", "1", "2"])),
        shipping=draw(st.sampled_from([None, D(0), D("3.95"), D("4.1666")])),
        shipping_class=draw(st.sampled_from(["7", "8", "9", "11"])),
        coupon=draw(coupons),
        reward_points=draw(st.sampled_from([0, 0, 50])),
        handling=draw(st.sampled_from([D(0), D("2.5")])),
        low_order_fee=draw(st.sampled_from([D(0), D("1.99")])),
        low_order_class=draw(st.sampled_from(["", "7", "8"])),
        fee_after_tax=draw(st.booleans()),
        coupon_after_tax=draw(st.booleans()),
        unknown=draw(st.sampled_from([(), (("gift_wrap", D("3.3333"), "7"),), (("gift_wrap", D("-2.2222"), ""),)])),
        vouchers_sold=draw(st.sampled_from([(), (D(25),)])),
        credit=draw(st.sampled_from([D(0), D(5)])),
        voucher=draw(st.sampled_from([D(0), D(10), D(5000)])),
        currency=currency,
        rate=rate,
        decimals=decimals,
        tax_shown=draw(st.booleans()),
    )


@settings(max_examples=150, deadline=None)
@given(carts())
def test_any_cart_is_booked_to_the_cent_or_held_with_a_reason(cart: Cart) -> None:
    sold = sell(cart)
    dossier, document, codes = booked(sold)
    assert dossier.order.total.amount == sold.total + sold.means
    assert [(tax.title, tax.amount.amount) for tax in dossier.order.taxes] == sold.taxes
    for line in dossier.order.lines:
        assert line.net + line.tax == line.gross
    if document is None:
        assert codes
        assert codes <= ACCEPTED
        return
    assert document.totals.total.amount == sold.total + sold.means
    tax = document.totals.total_tax.amount
    tax += sum((line.amount.amount for line in document.lines if line.counts_as_tax), D(0))
    assert tax == sum((amount for _, amount in sold.taxes), D(0))


@settings(max_examples=150, deadline=None)
@given(carts())
def test_carts_without_points_in_two_decimals_are_never_held(cart: Cart) -> None:
    """Points beside a coupon may take off more than there is, and the shop then shows a total of its own.

    Baskets of goods below a pound are left out: where goods of half a tenth of a penny stand beside a fee, the
    shop's tax total alone does not tell which of them it belongs to, and the order is held.
    """
    assume(sum(item.price * item.quantity for item in cart.items) >= 1)
    plain = {"reward_points": 0, "currency": "GBP", "rate": D(1), "decimals": 2, "unknown": (), "coupon": None}
    exact(Cart(**{**{name: getattr(cart, name) for name in cart.__dataclass_fields__}, **plain}))


ONE = (Item(D(45)),)


@pytest.mark.parametrize(("currency", "rate", "decimals"), [("JPY", D("190.12345678"), 0), ("EUR", D("1.164"), 2)])
def test_the_total_is_the_stored_total_times_the_frozen_rate_rounded_half_up(
    currency: str, rate: D, decimals: int
) -> None:
    cart = Cart((Item(D("3.3333"), 3), Item(D("6.6667"), 7)), currency=currency, rate=rate, decimals=decimals)
    dossier, _ = exact(cart)
    assert dossier.order.rate == rate
    assert dossier.order.base_currency == "GBP"


def test_three_decimals_are_held_unless_the_last_is_zero() -> None:
    sold = sell(Cart((Item(D("1.2345")),), currency="KWD", rate=D("0.38712345"), decimals=3))
    _, document, codes = booked(sold)
    assert (document, codes) == (None, {"not_expressible"})


def test_a_rate_of_one_means_the_order_is_in_the_default_currency_of_its_time() -> None:
    sold = sell(Cart(ONE, currency="USD"))
    assert dossier_of(sold).order.base_currency == "USD"


def test_a_shop_that_shows_whole_units_of_a_currency_with_cents_rounds_for_everybody_to_see() -> None:
    sold = sell(Cart((Item(D("10.30"), tax_class="9"),), shipping=None, currency="CHF", decimals=0))
    dossier, document, _ = booked(sold)
    assert document is not None
    assert document.totals.total.amount == D(10)
    assert [line.kind for line in dossier.order.lines][-1] is LineKind.ROUNDING


def test_c36_shipping_tax_and_every_fee_arrive() -> None:
    """CASES C36, C39: the connector that merchants can buy sends neither VAT nor shipping."""
    cart = Cart(ONE, handling=D("2.5"), low_order_fee=D("1.99"), low_order_class="7")
    dossier, document = exact(cart)
    kinds = [line.kind.value for line in dossier.order.lines]
    assert kinds == ["product", "shipping", "fee", "fee"]
    assert [line.code for line in dossier.order.lines[2:]] == ["handling", "low_order_fee"]
    assert len(document.lines) == 4
    assert all(line.tax.amount for line in document.lines)


def test_a_percent_coupon_lowers_each_rate_by_its_own_share() -> None:
    found = each_tax(Cart((Item(D(45)), Item(D("8.95"), 2, "8")), coupon=Coupon("P", D(5))))
    assert found == {("UK VAT (20%)",): D("9.34"), ("UK VAT reduced (5%)",): D("0.85")}


def test_a_coupon_for_some_goods_only_is_found_from_the_tax_rows() -> None:
    cart = Cart((Item(D(45)), Item(D("8.95"), 2, "8", eligible=False)), coupon=Coupon("P", D(50)))
    dossier, _ = exact(cart)
    assert [line.discount is not None for line in dossier.order.lines][:2] == [True, False]


def test_a_coupon_that_pays_the_shipping_takes_it_off_the_shipping() -> None:
    dossier, _ = exact(Cart(ONE, coupon=Coupon("F", D(0), shipping=True)))
    shipping = next(line for line in dossier.order.lines if line.kind is LineKind.SHIPPING)
    assert shipping.gross.amount == 0
    assert dossier.order.discount_text == "Coupon (SAVE)"


def test_a6_a_coupon_worked_out_after_the_tax_is_a_line_out_of_scope() -> None:
    dossier, document = exact(Cart(ONE, coupon=Coupon("F", D(5)), coupon_after_tax=True))
    discount = next(line for line in dossier.order.lines if line.kind is LineKind.DISCOUNT)
    assert (discount.net.amount, discount.tax.amount, discount.discount_taxed) == (D(-5), D(0), False)
    assert {line.tax_type for line in document.lines if line.amount.amount < 0} == {"NONE"}


def test_c06_reward_points_are_a_discount_that_lowers_the_tax() -> None:
    dossier, _ = exact(Cart((Item(D(45), points=100), Item(D(20))), reward_points=50))
    assert dossier.order.means == ()
    assert sum((line.discount.amount for line in dossier.order.lines if line.discount), D(0)) == D("27.00")


def test_a_fee_sorted_after_the_tax_has_a_class_and_yet_no_tax() -> None:
    dossier, _ = exact(Cart(ONE, handling=D("2.5"), fee_after_tax=True))
    assert next(line for line in dossier.order.lines if line.kind is LineKind.FEE).taxes == ()


def test_a_customer_group_without_rates_is_charged_none() -> None:
    dossier, document = exact(Cart(ONE, group="2"))
    assert dossier.order.taxes == ()
    assert dossier.order.customer.group == "Wholesale"
    assert document.totals.total_tax.amount == 0


@pytest.mark.parametrize(("per_line", "shown"), [(False, D("2.25")), (True, D("0.75"))])
def test_a7_a_fixed_amount_is_a_line_of_its_own_per_piece_or_once_a_line(per_line: bool, shown: D) -> None:
    cart = Cart((Item(D(20), 3, "11"),), shipping=None, setup=Setup(fixed_per_line=per_line))
    dossier, document = exact(cart)
    fixed = [share for share in dossier.order.lines[0].taxes if share.fixed]
    assert [share.amount.amount for share in fixed] == [shown]
    assert [line.amount.amount for line in document.lines if line.counts_as_tax] == [shown]


def test_a_fixed_amount_alone_on_a_line_is_no_percentage_without_a_name() -> None:
    setup = Setup(classes=(("11", ("56",)),))
    _, document = exact(Cart((Item(D(20), 1, "11"),), shipping=None, setup=setup))
    assert document.totals.total_tax.amount == 0


def test_two_taxes_on_a_line_are_told_apart_by_title() -> None:
    assert each_tax(Cart((Item(D(100), 1, "10"),), shipping=None)) == {("Levy 3.5%", "UK VAT (20%)"): D("23.50")}


def test_the_same_title_for_two_rates_is_told_apart_by_percentage() -> None:
    setup = Setup(rates=(Rate("1", "VAT", D(20)), Rate("2", "VAT", D(5))), classes=(("7", ("1",)), ("8", ("2",))))
    found = each_tax(Cart((Item(D(45)), Item(D(10), 1, "8")), setup=setup))
    assert found == {("VAT 20%",): D("9.79"), ("VAT 5%",): D("0.50")}


def test_a_renamed_tax_is_read_from_the_lines_own_figures() -> None:
    sold = sell(Cart(ONE))
    for row in sold.document["totals"]:
        row["title"] = row["title"].replace("UK VAT (20%)", "VAT as it was called")
    dossier, document, codes = booked(sold)
    assert document is not None, codes
    assert [(tax.code, tax.percent) for tax in dossier.order.taxes] == [("VAT as it was called", D(20))]


def test_a_deleted_product_and_an_emptied_tax_set_up_leave_the_order_readable() -> None:
    """CASES C133: the order is self-contained."""
    sold = sell(Cart((Item(D(45)), Item(D("8.95"), 2, "8")), coupon=Coupon("P", D(5))))
    sold.document["hints"] = []
    sold.context |= {"tax_rates": [], "tax_rules": [], "zones": [], "settings": {}}
    dossier, document, codes = booked(sold)
    assert document is not None, codes
    assert [tax.percent for tax in dossier.order.taxes] == [20, 5]


def test_e03_a_total_of_an_unknown_extension_is_held_until_it_is_named() -> None:
    cart = Cart(ONE, unknown=(("surcharge", D("3.3333"), "7"),))
    dossier = dossier_of(sell(cart))
    held = opencart_books.plan(dossier)
    assert {str(p.code) for h in held.held for p in h.problems} == {"total_unknown"}
    named = opencart_books.plan(dossier, unknown_totals=(UnknownTotalRule("surcharge", "fee", "261"),))
    assert opencart_books.sale(named, dossier) is not None


def test_e03_an_unknown_total_that_is_a_means_of_payment_leaves_the_sale_whole() -> None:
    cart = Cart(ONE, unknown=(("loyalty", D("-5"), ""),))
    dossier = dossier_of(sell(cart))
    rules = (UnknownTotalRule("loyalty", "means", "826"),)
    document = opencart_books.sale(opencart_books.plan(dossier, unknown_totals=rules), dossier)
    assert document is not None
    assert document.totals.total.amount == D("58.74")


def test_c06_a_voucher_sold_is_a_liability_and_no_supply() -> None:
    dossier, document = exact(Cart(ONE, vouchers_sold=(D(25),)))
    sold = next(line for line in dossier.order.lines if line.kind is LineKind.VOUCHER_SALE)
    assert (sold.net.amount, sold.taxes) == (D(25), ())
    line = next(line for line in document.lines if line.amount.amount == D(25))
    assert (line.tax_type, line.account_code) == ("NONE", "825")


def test_an_order_paid_wholly_by_voucher_still_carries_its_tax() -> None:
    dossier, document = exact(Cart(ONE, voucher=D(5000)))
    assert document.totals.total.amount == D("58.74")
    assert dossier.payments == ()
    assert [str(m.amount) for m in dossier.order.means] == ["58.74 GBP"]


def test_free_goods_make_a_document_of_zero() -> None:
    _, document = exact(Cart((Item(D(0)),), shipping=None))
    assert document.totals.total.amount == 0


def test_a_shop_that_shows_net_prices_books_exclusive_lines() -> None:
    _, document = exact(Cart((Item(D("3.3333"), 3),), tax_shown=False))
    assert document.line_amount_types.value == "Exclusive"


@pytest.mark.parametrize("figure", ["NaN", "Infinity", "1e400", "", "twelve"])
@pytest.mark.parametrize("place", ["order.total", "order.currency_value", "totals.value", "products.total"])
def test_figures_that_are_none_hold_the_order_and_never_raise(figure: str, place: str) -> None:
    sold = sell(Cart(ONE))
    table, column = place.split(".")
    row = sold.document[table] if table == "order" else sold.document[table][-1 if table == "products" else 1]
    row[column] = figure
    translator = opencart_books.translator(sold.context)
    found = translator.dossier(body(sold.document), ())
    assert not isinstance(found, Dossier) or not opencart_books.plan(found).postings
    assert msgspec.json.encode(sold.document)


def test_many_lines_and_fees_are_solved_in_time() -> None:
    fees = tuple((f"fee_{n}", D("1.1111"), "7") for n in range(8))
    cart = Cart(tuple(Item(D("3.3333"), 3, "7") for _ in range(300)), unknown=fees)
    dossier = dossier_of(sell(cart))
    assert len(dossier.order.lines) == 309
