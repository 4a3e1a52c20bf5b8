"""Splitting and rounding lose nothing."""

from __future__ import annotations

from decimal import Decimal

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tieout.money import Money, Rounding, round_decimal, round_parts, split, total

cents = st.integers(-(10**9), 10**9)
weights = st.lists(st.decimals(0, 10**6, places=4), min_size=1, max_size=20)
exact = st.decimals(-(10**6), 10**6, places=6)


@given(cents, weights, st.sampled_from(["GBP", "JPY", "KWD"]))
def test_shares_of_a_split_add_up_and_are_minor_unit_exact(units: int, by: list[Decimal], currency: str) -> None:
    whole = Money.from_minor(units, currency)
    shares = split(whole, by)
    assert total(shares, currency) == whole
    assert [Money.from_minor(share.to_minor(), currency) for share in shares] == shares


@given(cents, weights)
def test_no_share_is_more_than_a_unit_from_its_weight(units: int, by: list[Decimal]) -> None:
    base = sum(by, Decimal(0))
    for share, weight in zip(split(Money.from_minor(units, "GBP"), by), by, strict=True):
        ideal = Decimal(units) * weight / base if base else Decimal(units) / len(by)
        assert abs(share.to_minor() - ideal) < Decimal("1.000001")


@given(st.lists(exact, min_size=1, max_size=20), st.integers(-3, 3))
def test_parts_rounded_to_a_whole_add_up_or_are_refused(parts: list[Decimal], shift: int) -> None:
    whole = round_decimal(sum(parts, Decimal(0)), 2, Rounding.HALF_UP) + shift * Decimal("0.01")
    rounded = round_parts(parts, whole, 2)
    if rounded is None:
        assert shift != 0 or all(part == round_decimal(part, 2, Rounding.HALF_UP) for part in parts)
        return
    assert sum(rounded, Decimal(0)) == whole
    assert all(abs(new - old) < Decimal("0.01") for new, old in zip(rounded, parts, strict=True))


@given(st.lists(exact, min_size=1, max_size=20))
def test_parts_always_reach_the_rounded_sum(parts: list[Decimal]) -> None:
    whole = round_decimal(sum(parts, Decimal(0)), 2, Rounding.HALF_UP)
    assert round_parts(parts, whole, 2) is not None


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12))
def test_money_survives_its_codec_exactly(amount: Decimal) -> None:
    money = Money(amount, "GBP")
    again = msgspec.json.decode(msgspec.json.encode(money), type=Money)
    assert (again, str(again.amount)) == (money, str(amount))
