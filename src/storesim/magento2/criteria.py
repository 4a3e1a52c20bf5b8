"""Reading `searchCriteria[…]` and `fields=` from a query string, with PHP's and Magento's habits."""

import re
from urllib.parse import unquote, unquote_plus

import msgspec

from storesim.magento2.errors import ShopError

Tree = dict[str, "str | Tree"]

_CAMEL = re.compile(r"(?<=[a-z0-9])([A-Z])")
_INTEGER = re.compile(r"\s*[+-]?\d+\s*")


class Filter(msgspec.Struct, frozen=True):
    """One comparison: field, value as text, condition such as "gteq"."""

    field: str
    value: str
    condition: str


class SortOrder(msgspec.Struct, frozen=True):
    """One sort key."""

    field: str
    descending: bool


class SearchCriteria(msgspec.Struct, frozen=True):
    """What a list call asks for: groups are joined by AND, filters inside a group by OR."""

    groups: tuple[tuple[Filter, ...], ...] = ()
    sort_orders: tuple[SortOrder, ...] = ()
    page_size: int | None = None
    current_page: int | None = None

    def echo(self) -> dict[str, object]:
        """The `search_criteria` member of an answer."""
        answer: dict[str, object] = {
            "filter_groups": [
                {
                    "filters": [
                        {"field": part.field, "value": part.value, "condition_type": part.condition} for part in group
                    ]
                }
                for group in self.groups
            ]
        }
        if self.sort_orders:
            answer["sort_orders"] = [
                {"field": order.field, "direction": "DESC" if order.descending else "ASC"}
                for order in self.sort_orders
            ]
        if self.page_size is not None:
            answer["page_size"] = self.page_size
        if self.current_page is not None:
            answer["current_page"] = self.current_page
        return answer


def query_tree(query: str) -> Tree:
    """Nested arrays of a query string as PHP builds them: `a[b][0]=c` becomes {"a": {"b": {"0": "c"}}}."""
    tree: Tree = {}
    for part in query.split("&"):
        name, _, value = part.partition("=")
        if name:
            _put(tree, _path(unquote_plus(name)), unquote_plus(value))
    return tree


def raw_parameters(query: str) -> list[tuple[str, str]]:
    """Decoded pairs for a signature: a "+" stays a plus sign here, unlike in `query_tree`."""
    pairs = (part.partition("=") for part in query.split("&") if part)
    return [(unquote(name), unquote(value)) for name, _, value in pairs]


def parse_criteria(tree: Tree) -> SearchCriteria:
    """The search criteria of a list call.

    Raises ShopError 400 when they are missing, a number is not one, or a sort direction is unknown.
    """
    given = tree.get("searchCriteria", tree.get("search_criteria"))
    if given is None:
        raise ShopError(400, '"%fieldName" is required. Enter and try again.', {"fieldName": "searchCriteria"})
    if isinstance(given, str):
        return SearchCriteria()
    members = {_snake(name): (name, value) for name, value in given.items()}
    groups = tuple(
        tuple(_filter(part) for part in _members(_child(group, "filters")))
        for group in _members(members.get("filter_groups", ("", {}))[1])
    )
    return SearchCriteria(
        groups=groups,
        sort_orders=tuple(_sort_order(part) for part in _members(members.get("sort_orders", ("", {}))[1])),
        page_size=_integer(members.get("page_size")),
        current_page=_integer(members.get("current_page")),
    )


def _path(name: str) -> list[str]:
    head, bracket, rest = name.partition("[")
    if not bracket:
        return [head]
    return [head, *rest.rstrip("]").split("][")]


def _put(tree: Tree, path: list[str], value: str) -> None:
    for step in path[:-1]:
        child = tree.get(step)
        if not isinstance(child, dict):
            child = {}
            tree[step] = child
        tree = child
    last = path[-1] or str(len(tree))
    tree[last] = value


def _snake(name: str) -> str:
    return _CAMEL.sub(lambda match: "_" + match[1].lower(), name)


def _members(value: "str | Tree") -> list["str | Tree"]:
    return list(value.values()) if isinstance(value, dict) else []


def _child(value: "str | Tree", name: str) -> "str | Tree":
    return value.get(name, {}) if isinstance(value, dict) else {}


def _texts(value: "str | Tree") -> dict[str, str]:
    if isinstance(value, str):
        return {}
    return {_snake(name): part for name, part in value.items() if isinstance(part, str)}


def _filter(value: "str | Tree") -> Filter:
    members = _texts(value)
    return Filter(
        field=members.get("field", ""),
        value=members.get("value", ""),
        condition=members.get("condition_type") or "eq",
    )


def _sort_order(value: "str | Tree") -> SortOrder:
    members = _texts(value)
    direction = members.get("direction", "ASC").upper()
    if direction not in ("ASC", "DESC"):
        raise ShopError(
            400,
            "The sort order has to be specified as %1 for ascending order or %2 for descending order.",
            ["ASC", "DESC"],
        )
    return SortOrder(field=members.get("field", ""), descending=direction == "DESC")


def _integer(member: "tuple[str, str | Tree] | None") -> int | None:
    if member is None:
        return None
    name, value = member
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        return int(value)
    shown = value if isinstance(value, str) else "array"
    raise ShopError(
        400,
        f'Error occurred during "{name}" processing. The "{shown}" value\'s type is invalid. '
        'The "int" type was expected. Verify and try again.',
    )
