"""CASES sections 1, 3 and 4: awkward figures and awkward texts, read back from the simulated books."""

from __future__ import annotations

from decimal import Decimal

import pytest
from cases_world import Books, book_rules
from simulated import METER

from dossiers import customer, line, order, tax_rule
from tieout.accounting import Held, Role
from tieout.documents import Customer, Dossier, Line, LineKind

D = Decimal
#: (case, gross, quantity, percent): prices with tax inside that others send as 4 decimals without it.
AWKWARD = (
    ("c02", "9.95", "1", "10"),
    ("c03", "29.85", "3", "10"),
    ("c04", "99.00", "100", "20"),
    ("c05", "139.93", "7", "20"),
    ("c05 again", "59.88", "12", "15"),
    ("c06", "10.98", "1", "20"),
    ("c19", "6.65", "1.333", "20"),
)


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(D("0.01"), "ROUND_HALF_UP")


def taxed(gross: str, percent: str, *, quantity: str = "1", key: str = "1", **more: object) -> Line:
    tax = cents(D(gross) * D(percent) / (100 + D(percent)))
    return line(gross, tax=str(tax), code=f"T{percent}", percent=percent, quantity=quantity, key=key, **more)  # type: ignore[arg-type]


def dossiers(*orders: tuple[Line, ...], buyer: Customer | None = None) -> list[Dossier]:
    return [
        Dossier(order=order(*lines, key=f"{n}", number=f"{n:09}", customer=buyer or customer()))
        for n, lines in enumerate(orders, start=100)
    ]


def by_number(books: Books) -> dict[str, Held]:
    return {one.number: one for one in books.held(Role.INVOICE)}


@pytest.fixture
def rated(books: Books) -> Books:
    """With foreign rates of 10 and 15 % beside the British ones."""
    types = {percent: books.house.ledger.create_tax_rate(f"{percent}%", [("x", percent, False)], "MOSSSALES", METER)
             for percent in ("10", "15")}  # fmt: skip
    taxes = (*(tax_rule(f"T{p}", to=t) for p, t in types.items()), tax_rule("T20", to="OUTPUT2"))
    books.set_rules(book_rules(taxes=taxes, version=2))
    return books


@pytest.mark.parametrize("shows_gross", [True, False])
def test_c02_c03_c04_c05_c06_c19_the_books_show_what_the_shop_showed(rated: Books, shows_gross: bool) -> None:
    sales = dossiers(*[(taxed(gross, percent, quantity=quantity),) for _, gross, quantity, percent in AWKWARD])
    rated.sync(*[
        Dossier(order=order(*one.order.lines, key=one.order.key, number=one.order.number, shows_gross=shows_gross))
        for one in sales
    ])  # fmt: skip
    assert rated.reasons() == {}
    found = by_number(rated)
    for sale, (case, gross, _, _) in zip(sales, AWKWARD, strict=True):
        held = found[f"SO-{sale.order.number}"]
        assert held.total is not None
        assert held.total_tax is not None
        assert (held.total.amount, held.total_tax.amount) == (D(gross), sale.order.tax_total.amount), case


def test_c12_the_sum_of_a_mixed_document_is_the_orders_total(rated: Books) -> None:
    lines = (
        taxed("24.99", "20", key="a", quantity="3"),
        taxed("9.95", "10", key="b"),
        taxed("0.99", "15", key="c", quantity="7"),
        taxed("4.90", "20", key="shipping", kind=LineKind.SHIPPING),
        line("3.33", key="e"),
    )
    rated.sync(*dossiers(lines))
    held = rated.only(Role.INVOICE)
    assert held.total is not None
    assert held.total.amount == sum((one.gross.amount for one in lines), D(0)) == D("44.16")
    tax: dict[str, Decimal] = {}
    for one in held.lines:
        tax[one.tax_type] = tax.get(one.tax_type, D(0)) + one.tax.amount
    assert sum(tax.values()) == sum((one.tax.amount for one in lines), D(0))


@pytest.mark.parametrize("cent", ["0.01", "-0.01"])
def test_c13_c15_a_cent_goes_to_the_rounding_account_in_either_direction_and_not_into_tax(
    books: Books, cent: str
) -> None:
    one = line("12.00", tax="2.00", code="UK20", percent="20")
    books.sync(Dossier(order=order(one, total=str(D("12.00") + D(cent)))))
    held = books.only(Role.INVOICE)
    assert held.total is not None
    assert held.total_tax is not None
    assert (held.total.amount, held.total_tax.amount) == (D("12.00") + D(cent), D("2.00"))
    assert [(x.account_code, x.amount.amount) for x in held.lines][-1] == ("860", D(cent))


def test_c14_c16_what_cannot_be_explained_is_never_sent(books: Books) -> None:
    one = line("12.00", tax="2.00", code="UK20", percent="20")
    calls = books.calls("PUT")
    books.sync(Dossier(order=order(one, total="15.00")))
    assert books.calls("PUT") == calls
    assert len(books.reasons()) == 1
    assert books.held(Role.INVOICE) == []


def test_c40_c43_lines_arrive_in_the_shops_order(books: Books) -> None:
    lines = tuple(taxed("1.20", "20", key=key) for key in ("c", "a", "d", "b"))
    books.set_rules(book_rules(taxes=(tax_rule("T20", to="OUTPUT2"),), version=2))
    books.sync(*dossiers(lines))
    assert [one.description for one in books.only(Role.INVOICE).lines] == [f"Thing {key}" for key in "cadb"]


TEXTS = (
    "Café crème & Öl – 1 200 €",
    "抹茶セット",
    "Mug 🍵 <b>blue</b>",
    'Size 3/4" “large”',
    "a\x02b\x1fc",
    "line one\nline two",
    "x" * 5_000,
    "  spaces   everywhere  ",
)


def test_c44_c45_c46_c48_c49_c50_c53_c55_no_text_of_a_product_stops_an_order(books: Books) -> None:
    sold = [(line("5.00", key=f"{place}", name=text, sku=f"S{place}"),) for place, text in enumerate(TEXTS)]
    books.sync(*dossiers(*sold))
    assert books.reasons() == {}
    texts = [one.lines[0].description for _, one in sorted(by_number(books).items())]
    assert len(texts) == len(TEXTS)
    assert texts[:4] == list(TEXTS[:4])
    assert texts[4] == "abc"
    assert texts[5] == TEXTS[5]
    assert set(texts[6]) == {"x"}
    assert texts[7].strip() == texts[7] or texts[7] == TEXTS[7]


def test_c37_c47_c51_c52_c54_one_odd_buyer_spoils_nobody_elses_order(books: Books) -> None:
    odd = (
        {"first_name": "<script>", "last_name": "O'Neill & Söhne"},
        {"first_name": "Ann", "last_name": "B" * 400},
        {"first_name": " Ann ", "last_name": "  Bell "},
        {"first_name": "Ann", "last_name": "Bell"},
        {"first_name": "Fi", "last_name": "Na", "email": "\ufb01na@example.net"},
        {"first_name": "No", "last_name": "Mail", "email": "not an address"},
        {"first_name": "", "last_name": "", "email": ""},
    )
    sales = []
    for place, about in enumerate(odd, start=100):
        facts = {"email": f"buyer{place}@example.net", **about}
        buyer = customer(key=f"{place}", number=f"{place}", **facts)
        sales.append(Dossier(order=order(line("5.00"), key=f"{place}", number=f"{place:09}", customer=buyer)))
    books.sync(*sales)
    assert books.reasons() == {}
    assert len(by_number(books)) == len(odd)
    people = [one for page in books.house.ledger.contacts(None, METER) for one in page]
    assert len({one.contact_id for one in people}) == len(odd)
    assert len({one.name.casefold() for one in people}) == len(odd)
    assert "fina@example.net" in {one.email for one in people}
    assert "not an address" not in {one.email for one in people}
