"""The codec: exact numbers, dates in every form of Xero's."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.xero.codec import date_in, date_out, decode_loose, encode, moment_in, number


def test_decimals_are_written_as_numbers_with_their_own_digits() -> None:
    assert encode({"a": Decimal("10.50"), "b": Decimal("-0.0001")}) == '{"a":10.50,"b":-0.0001}'


def test_an_exponent_never_reaches_the_wire() -> None:
    assert encode(number(Decimal("1E+2"))) == "100"
    assert encode(number(Decimal("0E-8"))) == "0"
    assert encode(number(Decimal("0.000001"))) == "0.000001"


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**10), max_value=10**10))
def test_a_decimal_survives_the_way_out_and_in_digit_by_digit(value: Decimal) -> None:
    text = encode([number(value)])
    (back,) = decode_loose(text.encode())
    assert not isinstance(back, float)
    assert Decimal(back) == value
    assert "e" not in text.lower()


@pytest.mark.parametrize(
    ("text", "twin", "expected"),
    [
        ("/Date(1563753600000+0000)/", None, dt.date(2019, 7, 22)),
        ("/Date(1563753600000)/", None, dt.date(2019, 7, 22)),
        ("/Date(1563710400000+1200)/", None, dt.date(2019, 7, 22)),
        ("/Date(1563753600000+0000)/", "2019-07-21T00:00:00", dt.date(2019, 7, 21)),
        ("2011-02-16T00:00:00", None, dt.date(2011, 2, 16)),
        ("2011-02-16", None, dt.date(2011, 2, 16)),
        ("/Date(-62135596800000+0000)/", None, dt.date(1, 1, 1)),
        ("/Date(999999999999999999999)/", None, None),
        ("nonsense", None, None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_dates_are_read_in_every_form(text: str | None, twin: str | None, expected: dt.date | None) -> None:
    assert date_in(text, twin) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/Date(1789378199100+0000)/", dt.datetime(2026, 9, 14, 9, 29, 59, 100000, tzinfo=dt.UTC)),
        ("/Date(1789378199100+1300)/", dt.datetime(2026, 9, 14, 9, 29, 59, 100000, tzinfo=dt.UTC)),
        ("2026-09-14T09:29:59Z", dt.datetime(2026, 9, 14, 9, 29, 59, tzinfo=dt.UTC)),
        ("2019-07-09T23:40:30.1833130", dt.datetime(2019, 7, 9, 23, 40, 30, 183313, tzinfo=dt.UTC)),
        ("2019-07-09T23:40:30.18+02:00", dt.datetime(2019, 7, 9, 21, 40, 30, 180000, tzinfo=dt.UTC)),
        ("/Date(x)/", None),
        ("yesterday", None),
        (None, None),
    ],
)
def test_moments_are_read_in_every_form(text: str | None, expected: dt.datetime | None) -> None:
    assert moment_in(text) == expected


def test_dates_go_out_as_year_month_day() -> None:
    assert date_out(dt.date(2026, 1, 2)) == "2026-01-02"
