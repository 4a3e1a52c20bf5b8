"""Secrets never reach an error, a log or kept evidence."""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.http import Redactor
from tieout.http.redaction import HIDDEN, TEXT_LENGTH_MAX

SECRET = "s3cr/t+tok=en"


@pytest.mark.parametrize("form", [SECRET, quote(SECRET, safe=""), b64encode(SECRET.encode()).decode()])
def test_a_known_secret_is_hidden_in_every_form(form: str) -> None:
    text = Redactor([SECRET]).text(f"before {form} after")
    assert form.rstrip("=") not in text
    assert text.startswith("before")
    assert text.endswith("after")


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer abcdef123456",
        "authorization: OAuth oauth_token=\"abcdef123456\", oauth_signature='x'",
        '{"access_token": "abcdef123456"}',
        '{"refresh_token":"abcdef123456","x":1}',
        "client_secret=abcdef123456&grant_type=x",
        "https://user:abcdef123456@shop.example/",
        "Set-Cookie: session=abcdef123456",
        "sent Bearer abcdef123456.",
        'oauth_signature="abcdef123456%3D"',
        "Basic YWJjZGVmMTIzNDU2",
        "password=abcdef123456",
    ],
)
def test_what_looks_like_a_secret_is_hidden_though_unknown(text: str) -> None:
    found = Redactor().text(text)
    assert "abcdef123456" not in found
    assert "YWJjZGVmMTIzNDU2" not in found
    assert HIDDEN in found


@pytest.mark.parametrize(
    "text", ["The order 000000012 has a token of thanks.", "Basic kit, 3 pieces", "a bearer of news"]
)
def test_ordinary_words_stay(text: str) -> None:
    assert Redactor().text(text).split()[0] == text.split()[0]
    assert "order" not in text or "000000012" in Redactor().text(text)


def test_a_secret_that_contains_another_leaves_no_rest() -> None:
    text = Redactor(["abcdef", "abcdefghij"]).text("x abcdefghij y")
    assert text == f"x {HIDDEN} y"


def test_short_values_are_no_secrets() -> None:
    assert Redactor(["a", "", "12345"]).text("a 12345 b") == "a 12345 b"


def test_bodies_are_cut_and_read_leniently() -> None:
    text = Redactor([SECRET]).body(b"\xff" + SECRET.encode() + b"x" * 100_000)
    assert len(text) <= TEXT_LENGTH_MAX
    assert SECRET not in text


def test_a_secret_at_the_edge_of_the_cut_is_still_hidden() -> None:
    for shift in range(len(SECRET) + 2):
        text = Redactor([SECRET]).text("x" * (TEXT_LENGTH_MAX - shift) + SECRET)
        assert SECRET[:6] not in text


@given(st.text(max_size=300), st.text(min_size=6, max_size=40), st.text(max_size=300))
def test_no_text_around_a_secret_lets_it_through(before: str, secret: str, after: str) -> None:
    found = Redactor([secret]).text(before + secret + after)
    assert secret not in found or secret in HIDDEN or secret in before + HIDDEN + after
