"""Folders and callers that the tests of the simulated shop share."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from storesim.magento2.shop import Shop
from storesim.wire import Request, Response, decode, encode

PROJECT = Path(__file__).resolve().parents[2]
SAMPLES = PROJECT / "sample_data" / "magento2"
SHARED = Path(os.environ.get("TIEOUT_SHARED", PROJECT.parent / "shared")) / "stores" / "magento2" / "samples"


class Caller:
    """Asks a shop with its bearer token, searchCriteria given in short form."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def get(self, path: str, parameters: dict[str, str] | None = None, **headers: str) -> Response:
        return self.send("GET", path, query=urlencode(parameters or {}), **headers)

    def send(self, method: str, path: str, *, query: str = "", body: Any = None, **headers: str) -> Response:
        token = self.shop.credentials.access_token
        return self.shop.handle(
            Request(
                method=method,
                path=path,
                query=query,
                headers={"authorization": f"Bearer {token}", "accept": "application/json", **headers},
                body=b"" if body is None else encode(body),
            )
        )

    def search(self, path: str, *groups: Any, **options: Any) -> dict[str, Any]:
        """Items and total of a list call; each group is one (field, condition, value) or several."""
        answer = self.get(f"/rest/V1/{path}", criteria(*groups, **options))
        assert answer.status == 200, answer.body
        value = decode(answer.body)
        assert isinstance(value, dict)
        return value

    def ids(self, path: str, *groups: Any, key: str = "entity_id", **options: Any) -> list[Any]:
        return [item[key] for item in self.search(path, *groups, **options)["items"]]


def criteria(*groups: Any, **options: Any) -> dict[str, str]:
    """Query parameters of search criteria; options: page_size, current_page, sort, fields."""
    parameters = {"searchCriteria[pageSize]": str(options.get("page_size", 100))}
    if "current_page" in options:
        parameters["searchCriteria[currentPage]"] = str(options["current_page"])
    for number, group in enumerate(groups):
        for place, (field, condition, value) in enumerate(group if isinstance(group, list) else [group]):
            head = f"searchCriteria[filter_groups][{number}][filters][{place}]"
            parameters[f"{head}[field]"] = field
            parameters[f"{head}[condition_type]"] = condition
            parameters[f"{head}[value]"] = str(value)
    for number, (field, direction) in enumerate(options.get("sort", [])):
        parameters[f"searchCriteria[sortOrders][{number}][field]"] = field
        parameters[f"searchCriteria[sortOrders][{number}][direction]"] = direction
    if "fields" in options:
        parameters["fields"] = options["fields"]
    return parameters
