"""What the expressions of `where` are made of: fields, literals, comparisons, predicates."""

import operator
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from xerosim import dates
from xerosim.errors import QueryParse
from xerosim.organisation import folded

Getter = Callable[[Any, Any], Any]
COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq, "=": operator.eq, "!=": operator.ne, "<>": operator.ne, ">": operator.gt, ">=": operator.ge,
    "<": operator.lt, "<=": operator.le,
}  # fmt: skip


class Field(msgspec.Struct, frozen=True):
    """A member a filter can name. kind: text, folded, guid, number, date or bool.

    Dates compare as milliseconds, numbers as decimals, folded texts without case and accents.
    """

    kind: str
    get: Getter
    index: str = ""


Fields = Mapping[str, Field]


class Node(msgspec.Struct):
    """A parsed operand: its kind, how to get its value, and what it is when it is a plain field or constant."""

    kind: str
    get: Getter
    field: Field | None = None
    constant: object = None
    is_constant: bool = False


class Filter(msgspec.Struct):
    """A predicate, and where the grammar shows it the index keys that contain every match."""

    matches: Getter
    index: str = ""
    keys: list[object] = []


def constant(kind: str, value: object) -> Node:
    """A literal of an expression."""
    return Node(kind, lambda o, v: value, None, value, True)


def _folded(value: object) -> object:
    return folded(value) if isinstance(value, str) else value


def compare(left: Node, symbol: str, right: Node, position: int) -> Filter:
    """A comparison as a predicate. Raises QueryParse where the kinds do not go together."""
    operate = COMPARE[symbol]
    kinds = {left.kind, right.kind} - {"null"}
    if left.kind == "guid" or right.kind == "guid":
        left, right = _as_guid(left), _as_guid(right)
    elif "folded" in kinds:
        left, right = _as_folded(left), _as_folded(right)
    elif "date" in kinds and "text" in kinds:
        left, right = _as_moment(left, position), _as_moment(right, position)
    elif len(kinds) == 2:
        names = {"text": "String", "number": "Decimal", "date": "DateTime", "bool": "Boolean"}
        raise QueryParse(
            f"Operator '{symbol}' incompatible with operand types '{names.get(left.kind, left.kind)}' and "
            f"'{names.get(right.kind, right.kind)}' (at index {position})"
        )
    a, b = left.get, right.get
    if symbol in ("==", "=", "!=", "<>"):
        index, keys = "", []
        for field, constant in ((left, right), (right, left)):
            if field.field is not None and field.field.index and constant.is_constant and operate is operator.eq:
                key = constant.constant
                index, keys = field.field.index, [key.casefold() if isinstance(key, str) else key]
        if left.kind == "null" or right.kind == "null":
            return Filter(lambda o, v: operate(a(o, v) or None, b(o, v) or None))
        return Filter(lambda o, v: operate(a(o, v), b(o, v)), index, keys)

    def ordered(o: Any, v: Any) -> bool:
        x, y = a(o, v), b(o, v)
        return x is not None and y is not None and bool(operate(x, y))

    return Filter(ordered)


def _as_folded(node: Node) -> Node:
    get = node.get
    return Node("text", lambda o, v: _folded(get(o, v)), node.field, _folded(node.constant), node.is_constant)


def _as_guid(node: Node) -> Node:
    get = node.get
    constant = node.constant.lower() if isinstance(node.constant, str) else node.constant
    return Node("guid", lambda o, v: str(get(o, v) or "").lower(), node.field, constant, node.is_constant)


def _as_moment(node: Node, position: int) -> Node:
    if node.kind == "date":
        return node
    try:
        return constant("date", dates.moment_of(str(node.constant)))
    except dates.NotADate as error:
        raise QueryParse(f"Operator '==' incompatible with operand types (at index {position})") from error
