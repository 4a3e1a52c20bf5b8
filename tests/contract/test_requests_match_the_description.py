"""Every request that the Xero client makes, judged by Xero's published OpenAPI description."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import yaml
from openapi_core import Config, OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "unit" / "xero"))

from xero_things import (
    CONTACT_ID,
    IDS,
    INVOICE,
    INVOICE_ID,
    NOTE,
    NOTE_ID,
    OVERPAID,
    TENANT,
    CountingMeter,
    Script,
    allocation,
    change,
    contact,
    create,
    credit_note,
    invoice,
    item,
    ledger,
    line,
    money,
    overpayment,
    payment,
    reply,
    uuid,
)

from tieout.accounting import ContactAddress, ContactEntry, Role
from tieout.http import Request
from tieout.ports import Operation, Outgoing

HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="module")
def document(request: pytest.FixtureRequest) -> dict[str, Any]:
    path = HERE / "openapi" / "xero_accounting.yaml"
    if not path.exists():
        path = request.getfixturevalue("shared") / "xero" / "openapi" / "xero_accounting.yaml"
    with path.open(encoding="utf-8") as file:
        read: dict[str, Any] = yaml.load(file, Loader=yaml.CSafeLoader)
    # Its scopes are those that Xero withdrew; what a token may do is not judged here.
    for operations in read["paths"].values():
        for operation in operations.values():
            if isinstance(operation, dict):
                operation.pop("security", None)
    return read


@pytest.fixture(scope="module")
def description(document: dict[str, Any]) -> OpenAPI:
    return OpenAPI.from_dict(document, config=Config(spec_validator_cls=None))


def judged(request: Request) -> MockRequest:
    """Our request in the form the validator takes. Authorisation is checked elsewhere, not here."""
    parts = urlsplit(request.url)
    headers = {name: value for name, value in request.headers.items() if name != "Content-Type"}
    if "If-Modified-Since" in headers:
        # The one exception: described as a date-time, documented and used without a zone.
        headers["If-Modified-Since"] += "Z"
    return MockRequest(
        f"{parts.scheme}://{parts.netloc}",
        request.method.lower(),
        parts.path,
        args=dict(parse_qsl(parts.query)),
        headers=headers,
        data=request.body or None,
        content_type=request.headers.get("Content-Type", "application/json"),
    )


FULL_INVOICE = invoice(lines=(line(override=True, item_code="MUG", tracking=(("Region", "North"),)), line()))
FULL_CONTACT = contact(
    first_name="Anna",
    last_name="Rua",
    phone="123",
    tax_number="GB1",
    account_number="A1",
    addresses=(ContactAddress("POBOX", ("1 High St",), "York", "", "YO1", "United Kingdom", "Anna"),),
)
BARE_CONTACT = ContactEntry(contact_id=CONTACT_ID, name="Anna Rua")
FULL_ITEM = item(description="A mug", purchase_account_code="310")

WRITES: dict[str, list[Outgoing]] = {
    "create invoices": [create("M-1", FULL_INVOICE), create("M-2", invoice("M-2"))],
    "update invoices": [change(Operation.UPDATE, "M-1", FULL_INVOICE, INVOICE_ID)],
    "void invoices": [change(Operation.VOID, "M-1", invoice(), INVOICE_ID)],
    "delete invoices": [change(Operation.DELETE, "M-1", invoice(), INVOICE_ID)],
    "create credit notes": [create("C-1", credit_note())],
    "update credit notes": [change(Operation.UPDATE, "C-1", credit_note(), NOTE_ID)],
    "void credit notes": [change(Operation.VOID, "C-1", credit_note(), NOTE_ID)],
    "create contacts": [create("100007", FULL_CONTACT)],
    "update contacts": [change(Operation.UPDATE, "100007", FULL_CONTACT, CONTACT_ID, known=BARE_CONTACT)],
    "archive contacts": [change(Operation.ARCHIVE, "100007", contact(), CONTACT_ID)],
    "create items": [create("MUG", FULL_ITEM)],
    "update items": [change(Operation.UPDATE, "MUG", FULL_ITEM, uuid(2))],
    "delete item": [change(Operation.DELETE, "MUG", item(), uuid(2))],
    "create payments": [create("p", payment(INVOICE, bank_amount=money("1.00", "GBP")), IDS)],
    "create refund payments": [create("p", payment(NOTE), IDS)],
    "create overpayment refunds": [create("p", payment(OVERPAID), IDS)],
    "delete payment": [change(Operation.DELETE, "p", payment(INVOICE), uuid(3), ids=IDS)],
    "create overpayment": [create("o", overpayment())],
    "allocate credit note": [create("a", allocation(), IDS)],
    "allocate overpayment": [create("a", allocation(OVERPAID), IDS)],
    "delete allocation": [change(Operation.DELETE, "a", allocation(), uuid(4), ids=IDS)],
    "delete overpayment allocation": [change(Operation.DELETE, "a", allocation(OVERPAID), uuid(4), ids=IDS)],
}


def written(outgoing: list[Outgoing]) -> Request:
    client, script = ledger(reply(200))
    client.send(client.freeze(outgoing), "key-1")
    return script.requests[0]


@pytest.mark.parametrize("name", WRITES)
def test_a_write_fits_the_description(description: OpenAPI, name: str) -> None:
    description.validate_request(judged(written(WRITES[name])))


def settings() -> Iterator[Request]:
    """Creation of accounts, rates and currencies; their answers do not matter here."""
    for action in (
        lambda client, meter: client.create_account(
            "601", "Clearing", "CURRENT", "NONE", meter, payments_enabled=True
        ),
        lambda client, meter: client.create_tax_rate("DE 19", [("VAT", "19", False)], "OUTPUT", meter),
        lambda client, meter: client.enable_currency("EUR", meter),
    ):
        client, script = ledger(reply(200, b'{"Accounts":[{"AccountID":"x"}],"TaxRates":[{"TaxType":"TAX001"}]}'))
        action(client, CountingMeter())
        yield script.requests[0]


def reads() -> Iterator[Request]:
    """One request of each kind of read and look-up."""
    hints = {"p": INVOICE_ID, "a": f"CreditNotes/{NOTE_ID}/{INVOICE_ID}", "b": f"Overpayments/{uuid(3)}/{INVOICE_ID}"}
    markers = {Role.ALLOCATION: ["a", "b"], Role.PAYMENT: ["p"]}
    for role in Role:
        script: Script
        if role is not Role.QUOTE:
            client, script = ledger(*[reply(404)] * 3)
            client.look_up(role, markers.get(role, ["x"]), hints, CountingMeter())
            yield from script.requests
        if role not in (Role.QUOTE, Role.DIFFERENCE):
            client, script = ledger(*[reply(304)] * 3)
            since = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
            list(client.read(role, CountingMeter(), since=since, dated_from=since.date()))
            yield from script.requests
    client, script = ledger(
        *[reply(200, b'{"Organisations":[{}],"Actions":[],"Accounts":[],"TaxRates":[],"Currencies":[]}')] * 6
    )
    client.reference(CountingMeter())
    yield from script.requests


OTHERS = {
    f"{one.method} {urlsplit(one.url).path} {number}": one for number, one in enumerate([*settings(), *reads()])
}


@pytest.mark.parametrize("name", OTHERS)
def test_a_read_or_a_setting_fits_the_description(description: OpenAPI, name: str) -> None:
    description.validate_request(judged(OTHERS[name]))


def test_the_validator_would_refuse_a_wrong_request(description: OpenAPI) -> None:
    good = written(WRITES["create invoices"])
    for old, new in ((b"Exclusive", b"NO_TAX"), (b'"Quantity":2', b'"Quantity":"two"')):
        bad = Request(good.method, good.url, good.headers, good.body.replace(old, new))
        with pytest.raises(OpenAPIError):
            description.validate_request(judged(bad))
    nowhere = Request("PATCH", good.url, good.headers, good.body)
    with pytest.raises(OpenAPIError):
        description.validate_request(judged(nowhere))


def known_parameters(document: dict[str, Any], path: str, method: str) -> set[str]:
    """Names of the query parameters that the description has for an operation, shared ones resolved."""
    found = set()
    shared_ones = document["components"]["parameters"]
    for one in [
        *document["paths"][path].get("parameters", []),
        *document["paths"][path][method].get("parameters", []),
    ]:
        resolved = shared_ones[one["$ref"].rpartition("/")[2]] if "$ref" in one else one
        if resolved["in"] == "query":
            found.add(resolved["name"])
    return found


def test_query_parameters_are_those_of_the_description(document: dict[str, Any]) -> None:
    for request in [*(written(one) for one in WRITES.values()), *OTHERS.values()]:
        parts = urlsplit(request.url)
        path = parts.path.removeprefix("/api.xro/2.0")
        used = {name for name, _ in parse_qsl(parts.query)}
        templates = [
            one
            for one in document["paths"]
            if matches(one, path) and request.method.lower() in document["paths"][one]
        ]
        assert templates, path
        known = set().union(*(known_parameters(document, one, request.method.lower()) for one in templates))
        assert used <= known, (request.method, path, used - known)


def matches(template: str, path: str) -> bool:
    ours, theirs = path.strip("/").split("/"), template.strip("/").split("/")
    return len(ours) == len(theirs) and all(b.startswith("{") or a == b for a, b in zip(ours, theirs, strict=True))


def test_every_request_names_the_tenant() -> None:
    for request in [*(written(one) for one in WRITES.values()), *OTHERS.values()]:
        assert request.headers["xero-tenant-id"] == TENANT
