"""Numbers that a browser sends: what no database holds names nothing."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from tieout.web.given import is_number
from tieout.web.middleware import PreferencesMiddleware


@pytest.mark.parametrize("text", ["", "-1", "1.0", "²", "٣", "9" * 19, "x"])
def test_only_plain_digits_that_a_database_holds_are_a_number(text: str) -> None:
    assert not is_number(text)
    assert is_number("42")


def test_an_address_with_a_number_that_is_too_large_leads_nowhere() -> None:
    middleware = PreferencesMiddleware(lambda request: pytest.fail("not asked"))
    answer = middleware.process_exception(RequestFactory().get("/"), OverflowError("too large"))
    assert answer is not None
    assert answer.status_code == 404
    assert middleware.process_exception(RequestFactory().get("/"), ValueError()) is None
