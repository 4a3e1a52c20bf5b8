"""Requests made up from the API's own description: no server error, and every answer is as described."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from api_tools import token_for
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tieout.config.wiring import Wiring
from tieout.web.api.description import description
from web_records import Shop

#: Made-up requests per operation and way (right ones, wrong ones).
EXAMPLES = int(os.environ.get("TIEOUT_API_EXAMPLES", "6"))
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture
def kept_connection() -> Iterator[None]:
    """As Django's own test client does: the end of a request must not end the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("kept_connection")
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_made_up_requests_are_answered_as_described(shop: Shop, wired: Wiring) -> None:
    from django.conf import settings as django_settings
    from django.core.handlers.wsgi import WSGIHandler

    django_settings.ALLOWED_HOSTS.append("localhost")
    schema = schemathesis.openapi.from_dict(description())
    schema.app = WSGIHandler()
    token = token_for(shop.users["owner"])
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
    seen: dict[int, int] = {}
    for result in schema.get_all_operations():
        operation = result.ok()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

            @settings(
                max_examples=EXAMPLES,
                deadline=None,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(operation.as_strategy(generation_mode=mode))
            def once(case: Any) -> None:
                answer = case.call(headers=headers)
                seen[answer.status_code] = seen.get(answer.status_code, 0) + 1
                case.validate_response(answer, checks=CHECKS)

            once()
    assert sum(seen.values()) > 150
    assert seen[200] > 30, seen
    assert seen[400] > 20, seen
