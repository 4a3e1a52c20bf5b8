"""Whatever a shop calculates, what is sent gives its figures in Xero, or is held with a reason."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import small_ledger
from dossiers import book, codes, line, money, only, order, plan
from tieout.documents import Dossier, Line, TaxTotal
from tieout.proof.quantities import express

D = Decimal
CENT = D("0.01")
BOOK = book()
RATES = {"UK20": D(20), "UK5": D(5), "T15": D(15), "T8.5": D("8.5"), "IE23": D(23)}


def half_up(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


@st.composite
def shops(draw: st.DrawFn) -> tuple[list[tuple[Decimal, Decimal, str]], str, bool]:
    """Lines (price, quantity, tax), the shop's way of rounding, and whether prices hold tax."""
    lines = draw(
        st.lists(
            st.tuples(
                st.decimals("0.01", "500", places=2),
                st.integers(1, 30).map(D),
                st.sampled_from(list(RATES)),
            ),
            min_size=1,
            max_size=8,
        )
    )
    return lines, draw(st.sampled_from(["unit", "row", "total"])), draw(st.booleans())


def sold(lines: list[tuple[Decimal, Decimal, str]], way: str, inclusive: bool) -> list[Line]:
    """Lines as such a shop calculates them: tax rounded per piece, per row, or carried along to the total."""
    made, carried = [], dict.fromkeys(RATES, D(0))
    for index, (price, quantity, code) in enumerate(lines):
        percent = RATES[code]
        divisor = 100 + percent if inclusive else D(100)
        exact = price * quantity * percent / divisor
        if way == "unit":
            tax = half_up(price * percent / divisor) * quantity
        elif way == "row":
            tax = half_up(exact)
        else:
            tax = half_up(exact + carried[code])
            carried[code] += exact - tax
        amount = price * quantity
        gross = amount if inclusive else amount + tax
        made.append(
            line(str(gross), tax=str(tax), code=code, percent=str(percent), quantity=str(quantity), key=str(index))
        )
    return made


@settings(max_examples=200, deadline=None)
@given(shops())
def test_c12_every_way_of_rounding_tax_arrives_to_the_cent(shop: tuple[Any, ...]) -> None:
    lines = sold(*shop)
    dossier = Dossier(order(*lines, shows_gross=shop[2]))
    planned = plan(dossier, BOOK)
    assert codes(planned) == []
    document = small_ledger.check(only(planned, "invoice").payload)
    assert document.totals.total == dossier.order.total
    assert document.totals.total_tax == dossier.order.tax_total
    listed = {tax.code: tax.amount.amount for tax in dossier.order.taxes}
    found = dict(document.totals.by_tax_type)
    homes = {"UK20": "OUTPUT2", "UK5": "RROUTPUT", "T15": "TAX005", "T8.5": "TAX007", "IE23": "TAX001"}
    assert all(found[homes[code]].amount == amount for code, amount in listed.items())
    quantities = {one.key: D(0) for one in document.lines}
    for one in document.lines:
        quantities[one.key] += one.quantity
    assert all(quantities[one.key] == one.quantity for one in lines)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.decimals(-50, 500, places=4), st.decimals(0, 20, places=4)), min_size=1, max_size=6),
    st.decimals(-1, 1, places=2),
    st.decimals(-1, 1, places=2),
    st.booleans(),
)
def test_arbitrary_figures_are_expressed_exactly_or_held(
    amounts: list[tuple[Decimal, Decimal]], off: Decimal, tax_off: Decimal, shows_gross: bool
) -> None:
    lines = [
        line(str(gross), tax=str(tax), code="UK20", percent="20", key=str(index), quantity="3")
        for index, (gross, tax) in enumerate(amounts)
    ]
    total = half_up(sum((one.gross.amount for one in lines), D(0))) + off
    tax = half_up(sum((one.tax.amount for one in lines), D(0))) + tax_off
    taxes = (TaxTotal("UK20", "UK20", D(20), money(tax)),)
    planned = plan(Dossier(order(*lines, total=str(total), tax=str(tax), taxes=taxes, shows_gross=shows_gross)), BOOK)
    if codes(planned):
        assert set(codes(planned)) <= {"total_mismatch", "tax_mismatch"}
        return
    document = small_ledger.check(planned.postings[0].payload)
    sign = -1 if total < 0 else 1
    assert document.totals.total.amount == sign * total
    assert document.totals.total_tax.amount == sign * tax
    overrides = [abs(one.tax.amount) for one in document.lines if one.override]
    assert len(overrides) <= 5
    certificate = planned.postings[0].certificate
    assert certificate is not None
    assert abs(certificate.rounding.amount) <= min(D("0.01") * len(lines), D("0.05"))


@settings(max_examples=300, deadline=None)
@given(st.integers(-(10**8), 10**8), st.decimals("0.0001", 10**7, places=4))
def test_quantity_times_price_is_the_amount_however_it_is_rounded(cents: int, quantity: Decimal) -> None:
    parts = express(cents, quantity)
    assert sum(part.amount for part in parts) == cents
    if not parts[0].folded:
        assert sum(part.quantity for part in parts) == quantity
    for part in parts:
        for way in small_ledger.WAYS:
            assert (part.quantity * part.unit_amount).quantize(CENT, way) * 100 == part.amount
        assert -part.unit_amount.as_tuple().exponent <= 4  # type: ignore[operator]


@given(st.decimals(allow_nan=False) | st.just(D("NaN")))
def test_no_quantity_makes_a_price_impossible(quantity: Decimal) -> None:
    assert sum(part.amount for part in express(12345, quantity)) == 12345
