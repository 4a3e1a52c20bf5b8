"""Every answer of a walk through all resources, judged by Xero's published OpenAPI description."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_core import Config, OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse
from xerosim_tools import Caller
from xerosim_tour import tour

from xerosim.wire import Response
from xerosim.world import World

DESCRIPTION = Path(__file__).resolve().parents[1] / "contract" / "openapi" / "xero_accounting.yaml"
BASE = "https://api.xero.com"

# Paths that are not in the file, or whose answers it describes otherwise than Xero sends them.
EXCEPTIONS = {
    "Contacts/C-7": "reading a contact by its number shares a template with reading by id; only the id is a GUID",
    "Invoices/T-1": "reading an invoice by its number is documented on the pages, not in the file",
    "InvoiceReminders/Settings": "the file wants a list named InvoiceReminders with one member, given here too",
}
# What the file says more narrowly than the wire: (part of the schema path, reason).
LOOSENED = {
    "maxLength": "lengths in answers are narrower than live data",
    "enum": "its enumerations lack TAX001, newer tax types and organisation classes",
    "format": "money is not a double; the wire carries exact decimals",
}


def _loosen(node: Any) -> None:
    if isinstance(node, dict):
        for name in LOOSENED:
            if not isinstance(node.get(name), dict):
                node.pop(name, None)
        node.pop("security", None)
        if "properties" in node:
            # An unknown member would pass; the file is complete enough to forbid them, save for the newer ones.
            node.setdefault("additionalProperties", True)
        for value in node.values():
            _loosen(value)
    elif isinstance(node, list):
        for value in node:
            _loosen(value)


@pytest.fixture(scope="module")
def description() -> OpenAPI:
    with DESCRIPTION.open(encoding="utf-8") as file:
        read: dict[str, Any] = yaml.load(file, Loader=yaml.CSafeLoader)
    _loosen(read)
    return OpenAPI.from_dict(read, config=Config(spec_validator_cls=None))


class Recorder(Caller):
    """Remembers every exchange."""

    def __init__(self, world: World, tenant: str) -> None:
        super().__init__(world, tenant)
        self.exchanges: list[tuple[str, str, object, Response]] = []

    def send(self, method: str, path: str, body: object = None, **headers: str) -> Response:
        response = super().send(method, path, body, **headers)
        self.exchanges.append((method, path, body, response))
        return response


@pytest.mark.parametrize("region", ["uk", "nz"])
def test_every_answer_validates_against_the_published_description(
    world: World, description: OpenAPI, region: str
) -> None:
    call = Recorder(world, world.add_organisation(region).id)
    tour(call)
    problems = []
    for method, path, body, response in call.exchanges:
        bare, _, query = path.partition("?")
        if bare in EXCEPTIONS or not response.body:
            continue
        query_args = dict(part.split("=", 1) for part in query.split("&") if part)
        request = MockRequest(
            BASE,
            method.lower(),
            f"/api.xro/2.0/{bare}",
            args=query_args,
            headers={"xero-tenant-id": call.tenant},
            data=body if isinstance(body, bytes) else json.dumps(body).encode(),
            content_type="application/json",
        )
        answer = MockResponse(response.body, response.status, content_type="application/json")
        try:
            description.validate_response(request, answer)
        except OpenAPIError as error:
            cause = error.__cause__
            details = [f"{list(e.path)}: {e.message}" for e in getattr(cause, "schema_errors", [])]
            problems.append(f"{method} {path}: {error} {details[:3] or cause}")
    assert not problems, "\n".join(problems)
    assert len(call.exchanges) > 100
