"""From method and path to what is asked for."""

from typing import Literal
from urllib.parse import unquote

import msgspec

from storesim.magento2.errors import INVALID_REQUEST, NO_ROUTE, ShopError
from storesim.magento2.resources import (
    BY_LIST_PATH,
    BY_NAME,
    BY_SINGLE_PATH,
    PLAIN_READS,
    SIDE_READS,
    Resource,
)

Kind = Literal["list", "single", "plain", "side", "comments", "status", "save_order", "comment", "schema"]

_COMMENTED = ("orders", "invoices", "creditmemo", "shipment")
_SIDE_RIGHTS = {
    "product_details": "Magento_Catalog::products",
    "stock_items": "Magento_CatalogInventory::cataloginventory",
    "countries": None,
}


class Route(msgspec.Struct, frozen=True):
    """What a call asks for.

    name: resource or file name, for the journal.  key: the decoded last part of a single read.
    right: None when open to all.  view: store view code of the address, or None.
    """

    kind: Kind
    name: str
    right: str | None
    resource: Resource | None = None
    key: str = ""
    view: str | None = None


def find_route(method: str, path: str, view_codes: frozenset[str] | None) -> Route:
    """The route of a call.

    view_codes: codes that an address may name, or None when any may.
    Raises ShopError 404 when nothing matches, 400 for an unknown store view.
    """
    parts = [unquote(part) for part in path.strip("/").split("/")]
    if parts[:1] == ["rest"] and len(parts) > 1:
        view = None if parts[1] == "V1" else parts[1]
        rest = parts[2:] if view is None else parts[3:]
        if view is not None and not _is_known_view(view, view_codes):
            raise ShopError(400, INVALID_REQUEST)
        if view is not None and parts[2:] == ["schema"] and method == "GET":
            return Route(kind="schema", name="schema", right=None, view=view)
        if view is None or parts[2:3] == ["V1"]:
            route = _match(method, rest)
            if route is not None:
                return msgspec.structs.replace(route, view=view)
    raise ShopError(404, NO_ROUTE)


def _is_known_view(view: str, view_codes: frozenset[str] | None) -> bool:
    return view == "all" or (view != "admin" and (view_codes is None or view in view_codes))


def _match(method: str, parts: list[str]) -> Route | None:
    if method == "GET":
        return _match_read("/".join(parts), parts)
    if method == "POST" and parts == ["orders"]:
        return Route(
            kind="save_order",
            name="orders",
            right="Magento_Sales::create",
            resource=BY_NAME["orders"],
        )
    if method == "POST" and len(parts) == 3 and parts[0] == "orders" and parts[2] == "comments":
        return Route(
            kind="comment",
            name="comments",
            right="Magento_Sales::comment",
            resource=BY_NAME["orders"],
            key=parts[1],
        )
    return None


def _match_read(path: str, parts: list[str]) -> Route | None:
    resource = BY_LIST_PATH.get(path)
    if resource is not None:
        return Route(kind="list", name=resource.name, right=resource.right, resource=resource)
    plain = PLAIN_READS.get(path)
    if plain is not None:
        return Route(kind="plain", name=plain.name, right=plain.right)
    head, _, key = path.rpartition("/")
    resource = BY_SINGLE_PATH.get(head)
    if resource is not None:
        return Route(kind="single", name=resource.name, right=resource.right, resource=resource, key=key)
    side = SIDE_READS.get(head)
    if side is not None:
        return Route(kind="side", name=side, right=_SIDE_RIGHTS[side], key=key)
    if len(parts) == 3 and parts[0] in _COMMENTED:
        resource = BY_SINGLE_PATH[parts[0]]
        if parts[2] == "comments":
            return Route(kind="comments", name="comments", right=resource.right, resource=resource, key=parts[1])
        if parts[2] == "statuses" and parts[0] == "orders":
            return Route(kind="status", name="statuses", right=resource.right, resource=resource, key=parts[1])
    return None
