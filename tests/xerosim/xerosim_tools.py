"""A small client around a world, as the tests of the simulator use it."""

import json
from decimal import Decimal
from typing import Any

from xerosim.wire import Request, Response
from xerosim.world import World


class Caller:
    """Calls a world's accounting API with a good token; answers are parsed with exact decimals."""

    def __init__(self, world: World, tenant: str, scopes: frozenset[str] | None = None) -> None:
        self.world = world
        self.tenant = tenant
        self.headers = {
            "authorization": f"Bearer {world.token(scopes=scopes)['access_token']}",
            "xero-tenant-id": tenant,
            "accept": "application/json",
            "content-type": "application/json",
        }

    def send(self, method: str, path: str, body: object = None, **headers: str) -> Response:
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.world.handle(Request(method, f"/api.xro/2.0/{path}", {**self.headers, **named}, content))

    def __call__(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        """The parsed answer, which must be a success."""
        response = self.send(method, path, body, **headers)
        assert response.status == 200, response.body
        return json.loads(response.body, parse_float=Decimal)

    def refused(self, method: str, path: str, body: object = None) -> list[str]:
        """The messages of a write that must be refused as validation error."""
        response = self.send(method, path, body)
        assert response.status == 400, response.body
        answer = json.loads(response.body)
        assert (answer["ErrorNumber"], answer["Type"]) == (10, "ValidationException"), answer
        return [error["Message"] for element in answer["Elements"] for error in element["ValidationErrors"]]

    def invoice(self, **members: object) -> Any:
        """Write one approved invoice."""
        return self("PUT", "Invoices", invoice(**members))["Invoices"][0]

    def balances(self) -> dict[str, int]:
        """Balances in cents by account code; they must sum to zero."""
        org = self.world.organisations[self.tenant]
        assert sum(org.balances.values()) == 0
        return {org.accounts[id].code: cents for id, cents in org.balances.items() if cents}


def invoice(**members: object) -> dict[str, object]:
    """An invoice that Xero accepts, with changes."""
    made: dict[str, object] = {
        "Type": "ACCREC",
        "Contact": {"Name": "Ada Byron"},
        "Date": "2026-09-01",
        "DueDate": "2026-09-30",
        "Status": "AUTHORISED",
        "LineAmountTypes": "Exclusive",
        "LineItems": [line()],
    }
    made.update(members)
    return {key: value for key, value in made.items() if value is not None}


def line(**members: object) -> dict[str, object]:
    """A line that Xero accepts, with changes."""
    made: dict[str, object] = {
        "Description": "Engine part",
        "Quantity": 1,
        "UnitAmount": "100.00",
        "AccountCode": "200",
        "TaxType": "OUTPUT2",
    }
    made.update(members)
    return {key: value for key, value in made.items() if value is not None}
