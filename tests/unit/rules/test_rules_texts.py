"""CASES section 4: texts that were refused, cut or emptied elsewhere."""

from __future__ import annotations

import pytest

from tieout.rules.items import item_code
from tieout.rules.texts import cut, email, folded, line_text, name_text, url


@pytest.mark.parametrize(
    "text", ["50 % off & more \"quoted\" 'text'", "Ø 12 × 3 mm #4/5", "a\u00a0b – c … €", "100 °C; 3½″"]
)
def test_c44_c55_symbols_of_product_names_stay_as_they_are(text: str) -> None:
    assert line_text(text) == text


@pytest.mark.parametrize("text", ["Mug 😀", "Family 👨‍👩‍👧", "Flag 🇬🇧", "Heart ❤️"])
def test_c45_emoji_are_kept(text: str) -> None:
    assert line_text(text) == text
    assert name_text(text) == text


def test_c46_control_characters_are_stripped_and_line_breaks_kept() -> None:
    assert line_text("a\x02b\x1fc\x00\nd\r\ne\tf") == "abc\nd\ne\tf"
    assert name_text("a\x02\x1f b\nc") == "a b c"


def test_c46_lone_surrogates_and_non_characters_are_stripped() -> None:
    assert line_text("a\ud800b\ufffec\uffff") == "abc"


def test_bidirectional_overrides_are_stripped_but_marks_of_real_scripts_stay() -> None:
    assert name_text("abc\u202edcb") == "abcdcb"
    assert name_text("שלום\u200f 12") == "שלום\u200f 12"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("o\ufb01ce@example.com", "ofice@example.com"),
        ("  ann@example.co.uk ", "ann@example.co.uk"),
        ("a+b.c@sub.example.org", "a+b.c@sub.example.org"),
        ("müller@example.de", ""),
        ("ann@example", ""),
        ("ann@@example.com", ""),
        ("a b@example.com", ""),
        (".ann@example.com", ""),
        ("", ""),
        ("a" * 250 + "@example.com", ""),
    ],
)
def test_c47_odd_addresses_are_made_plain_or_dropped_and_never_hold_an_order(given: str, kept: str) -> None:
    assert email(given) == kept


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://shop.example/order?id=1&page=2", "https://shop.example/order?id=1&page=2"),
        ("http://shop.example", "http://shop.example"),
        ("https://shop.example:8443/order/1", ""),
        ("https://xero-shop.example/1", ""),
        ("ftp://shop.example/1", ""),
        ("javascript:alert(1)", ""),
        ("https://user:word@shop.example/", ""),
        ("https://shop.example/a b", ""),
        ("/order/1", ""),
        ("https://shop.example/" + "a" * 2000, ""),
    ],
)
def test_c48_links_that_xero_might_refuse_are_left_out(given: str, kept: str) -> None:
    assert url(given) == kept


@pytest.mark.parametrize("text", ["Café crème", "日本語の商品", "Молоток", "منتج", "Ελληνικά"])
def test_c49_letters_of_every_script_are_kept(text: str) -> None:
    assert line_text(text) == text
    assert name_text(text) == text


def test_c50_names_of_items_are_cut_on_whole_characters_and_lines_keep_all() -> None:
    long = "é" * 60
    assert name_text(long, 50) == "é" * 50
    assert line_text(long) == long


@pytest.mark.parametrize(
    ("text", "length", "kept"),
    [
        ("abcdef", 4, "abcd"),
        ("ab😀cd", 4, "ab😀"),
        ("ab😀cd", 3, "ab"),
        ("abe\u0301f", 3, "ab"),
        ("ab👨‍👩‍👧", 6, "ab"),
        ("ab❤️c", 3, "ab"),
        ("word word", 5, "word"),
        ("", 5, ""),
    ],
)
def test_c50_a_cut_never_splits_what_is_seen_as_one_character(text: str, length: int, kept: str) -> None:
    assert cut(text, length) == kept


def test_c51_names_longer_than_xeros_own_limit_are_cut_to_it() -> None:
    assert len(name_text("n" * 263)) == 255


def test_c52_angle_brackets_in_names_become_harmless_look_alikes() -> None:
    assert name_text("Ann <script> Lee") == "Ann ‹script› Lee"
    assert line_text("5 < 6") == "5 < 6"


def test_c53_line_breaks_in_names_become_spaces() -> None:
    assert name_text("Ann\r\nLee") == "Ann Lee"


def test_c54_names_are_compared_without_case_spaces_and_compatible_forms() -> None:
    assert folded("  Ann   LEE ") == folded("ann lee")
    assert folded("Straße") == folded("STRASSE")
    assert folded("ﬁne") == folded("fine")
    assert folded("Ann Lee") != folded("Anne Lee")


def test_skus_that_fit_are_item_codes_as_they_are() -> None:
    assert item_code("TW-DRILL 10/2") == "TW-DRILL 10/2"
    assert item_code("") == ""


def test_skus_that_do_not_fit_keep_their_start_and_never_share_a_code() -> None:
    first, second = "BUNDLE-A-B-" + "X" * 40 + "1", "BUNDLE-A-B-" + "X" * 40 + "2"
    assert len(item_code(first)) == 30
    assert item_code(first).startswith("BUNDLE-A-B-XXXXXXXXXX")
    assert item_code(first) != item_code(second)
    assert item_code(first) == item_code(first)


def test_skus_that_cleaning_would_change_never_collide_with_the_clean_one() -> None:
    assert item_code("A\x02B") != item_code("AB")
    assert item_code(" AB") != item_code("AB")


def test_an_empty_sku_after_cleaning_is_no_item() -> None:
    assert item_code("\x00\x01") == ""
