"""ACCOUNTING B8: numbers in Xero."""

from __future__ import annotations

import re

import pytest

from tieout.rules.numbering import document_number, own_suffix


@pytest.mark.parametrize("prefix", ["SO-", "", "INV", "2026-", "A1", "7"])
@pytest.mark.parametrize("number", ["000000012", "2000000001", "A-17"])
def test_b08_a_number_ends_with_the_stores_own_after_no_digit(prefix: str, number: str) -> None:
    found = document_number(prefix, number)
    assert re.search(r"(^|\D)" + re.escape(number) + "$", found)


def test_b08_c61_markers_of_burnt_numbers_count_up_in_the_prefix() -> None:
    burnt: set[str] = set()
    numbers = []
    for _ in range(4):
        numbers.append(document_number("SO-", "17", burnt))
        burnt.add(numbers[-1])
    assert numbers == ["SO-17", "SO-R-17", "SO-R2-17", "SO-R3-17"]


def test_b08_a_number_voided_too_often_is_refused() -> None:
    burnt = {"SO-17", "SO-R-17", *(f"SO-R{again}-17" for again in range(2, 100))}
    with pytest.raises(ValueError, match="too often"):
        document_number("SO-", "17", burnt)


@pytest.mark.parametrize(
    ("ordinal", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (27, "AB"), (701, "ZZ"), (702, "AAA")]
)
def test_b08_own_documents_end_in_letters(ordinal: int, letters: str) -> None:
    assert own_suffix(ordinal) == letters
