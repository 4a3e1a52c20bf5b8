"""Money: exact, in one currency, rounded only by a named policy."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tieout.errors import NeedsOperator, RetryLater
from tieout.money import CurrencyMismatch, Money, Rounding, minor_units, round_decimal, round_parts, split, total

D = Decimal


def pounds(text: str) -> Money:
    return Money(D(text), "GBP")


@pytest.mark.parametrize("amount", [1.1, 1, "1.10", None])
def test_money_takes_decimals_and_nothing_else(amount: Any) -> None:
    with pytest.raises(TypeError):
        Money(amount, "GBP")


@pytest.mark.parametrize("text", ["NaN", "Infinity", "1e400", "10000000000000.01"])
def test_what_is_no_amount_of_money_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an amount"):
        Money.of(text, "GBP")


def test_amounts_of_two_currencies_do_not_mix() -> None:
    for mix in (
        lambda: pounds("1") + Money(D(1), "EUR"),
        lambda: pounds("1") - Money(D(1), "EUR"),
        lambda: pounds("1") < Money(D(1), "EUR"),
        lambda: total([Money(D(1), "EUR")], "GBP"),
    ):
        with pytest.raises(CurrencyMismatch):
            mix()


def test_money_is_not_multiplied_by_floats() -> None:
    with pytest.raises(TypeError):
        pounds("1") * 1.5  # type: ignore[operator]
    assert pounds("1.10") * D("1.5") == pounds("1.650")


@pytest.mark.parametrize(("currency", "places"), [("JPY", 0), ("GBP", 2), ("EUR", 2), ("KWD", 3), ("CLF", 4)])
def test_minor_units_follow_iso_4217(currency: str, places: int) -> None:
    assert minor_units(currency) == places
    assert Money.from_minor(12345, currency).to_minor() == 12345


def test_fractions_of_a_minor_unit_have_no_minor_units() -> None:
    with pytest.raises(ValueError, match="whole number of minor units"):
        pounds("0.005").to_minor()


@pytest.mark.parametrize(
    ("value", "half_up", "half_even"),
    [
        ("163.725", "163.73", "163.72"),
        ("2.165", "2.17", "2.16"),
        ("0.005", "0.01", "0.00"),
        ("-0.005", "-0.01", "0.00"),
        ("-2.165", "-2.17", "-2.16"),
        ("0.015", "0.02", "0.02"),
        ("1.2349", "1.23", "1.23"),
    ],
)
def test_c08_both_named_roundings_of_halves(value: str, half_up: str, half_even: str) -> None:
    assert round_decimal(D(value), 2, Rounding.HALF_UP) == D(half_up)
    assert round_decimal(D(value), 2, Rounding.HALF_EVEN) == D(half_even)


def test_money_rounds_to_its_own_currency() -> None:
    assert Money(D("98.5"), "JPY").rounded(Rounding.HALF_UP) == Money(D(99), "JPY")
    assert Money(D("1.2345"), "KWD").rounded(Rounding.HALF_UP) == Money(D("1.235"), "KWD")


@pytest.mark.parametrize(
    ("whole", "weights", "shares"),
    [
        ("10.00", ["1", "1", "1"], ["3.34", "3.33", "3.33"]),
        ("0.01", ["1", "3"], ["0.00", "0.01"]),
        ("-10.00", ["1", "1", "1"], ["-3.34", "-3.33", "-3.33"]),
        ("5.00", ["0", "0"], ["2.50", "2.50"]),
        ("7.00", ["2.5", "0"], ["7.00", "0.00"]),
    ],
)
def test_a_split_loses_nothing_and_ties_go_to_the_earlier(whole: str, weights: list[str], shares: list[str]) -> None:
    found = split(pounds(whole), [D(weight) for weight in weights])
    assert [str(share.amount) for share in found] == shares


def test_a_split_needs_weights_of_zero_or_more() -> None:
    for weights in ([], [D(-1), D(2)]):
        with pytest.raises(ValueError, match="weights"):
            split(pounds("1.00"), weights)


@pytest.mark.parametrize(
    ("parts", "whole", "rounded"),
    [
        (["0.333", "0.333", "0.334"], "1.00", ["0.33", "0.33", "0.34"]),
        (["0.005", "0.005"], "0.01", ["0.01", "0.00"]),
        (["1.00", "2.00"], "3.01", None),
        (["1.004", "2.00"], "3.01", ["1.01", "2.00"]),
        (["-0.335", "0.335"], "0.00", ["-0.33", "0.33"]),
        (["1.004"], "1.02", None),
    ],
)
def test_parts_are_rounded_by_largest_remainder_or_refused(
    parts: list[str], whole: str, rounded: list[str] | None
) -> None:
    found = round_parts([D(part) for part in parts], D(whole), 2)
    assert (None if found is None else [str(part) for part in found]) == rounded


def test_errors_carry_facts_and_not_only_words() -> None:
    later = RetryLater("the minute is used up", scope="minute", after_seconds=17)
    assert (later.scope, later.after_seconds, later.not_before) == ("minute", 17, None)
    needed = NeedsOperator("consent was withdrawn", code="xero_refused", scope="connection")
    assert (needed.code, needed.scope, str(needed)) == ("xero_refused", "connection", "consent was withdrawn")
