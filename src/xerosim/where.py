"""Xero's `where` and `order`: a small LINQ-like grammar, read into a predicate over stored values.

expression := and (("OR" | "||") and)*          and := not (("AND" | "&&") not)*
not        := ["!" | "NOT"] (comparison | "(" expression ")")
comparison := operand [("==" | "=" | "!=" | "<>" | ">" | ">=" | "<" | "<=") operand]
operand    := field ["." method "(" operand ")"] | "text" | number | true | false | null
              | DateTime(y, m, d [, h, mi, s]) | DateTime.Parse("…") | Guid("…")
"""

import datetime
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

import msgspec

from xerosim import dates
from xerosim.errors import QueryParse

Getter = Callable[[Any, Any], Any]
LONGEST = 8_000

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:\\.|[^"\\])*")|(?P<char>'(?:\\.|[^'\\])*')|(?P<number>\d+(?:\.\d+)?[mMdDfF]?)
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<operator>==|!=|<>|>=|<=|&&|\|\||[=<>!().,+-]))""",
    re.VERBOSE,
)
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
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


class _Parser:
    def __init__(self, text: str, fields: Fields, type_name: str) -> None:
        self.text = text
        self.fields = fields
        self.type_name = type_name
        self.tokens: list[tuple[str, str, int]] = []
        self.at = 0
        position = 0
        while position < len(text):
            if text[position:].isspace():
                break
            match = _TOKEN.match(text, position)
            if match is None:
                raise QueryParse(f"Syntax error '{text[position]}' (at index {position})")
            kind = match.lastgroup or ""
            value = match[kind]
            if kind == "char":
                raise QueryParse(
                    f"Character literal must contain exactly one character (at index {match.start(kind)})"
                )
            self.tokens.append((kind, value, match.start(kind)))
            position = match.end()
        self.tokens.append(("end", "", len(text)))

    def peek(self) -> tuple[str, str, int]:
        return self.tokens[self.at]

    def take(self) -> tuple[str, str, int]:
        token = self.tokens[self.at]
        self.at += 1
        return token

    def accept(self, *values: str) -> bool:
        kind, value, _ = self.peek()
        if kind != "text" and value.upper() in values and value:
            self.at += 1
            return True
        return False

    def expect(self, value: str) -> None:
        if not self.accept(value):
            raise QueryParse(f"'{value}' expected (at index {self.peek()[2]})")

    def expression(self, depth: int = 0) -> Filter:
        if depth > 40:
            raise QueryParse("Expression is too deep")
        parts = [self._and(depth)]
        while self.accept("OR", "||"):
            parts.append(self._and(depth))
        if len(parts) == 1:
            return parts[0]
        predicates = [part.matches for part in parts]
        index = parts[0].index
        keys: list[object] = []
        if index and all(part.index == index for part in parts):
            keys = [key for part in parts for key in part.keys]
        else:
            index = ""
        return Filter(lambda o, v: any(p(o, v) for p in predicates), index, keys)

    def _and(self, depth: int) -> Filter:
        parts = [self._not(depth)]
        while self.accept("AND", "&&"):
            parts.append(self._not(depth))
        if len(parts) == 1:
            return parts[0]
        predicates = [part.matches for part in parts]
        best = next((part for part in parts if part.index), parts[0])
        return Filter(lambda o, v: all(p(o, v) for p in predicates), best.index, best.keys)

    def _not(self, depth: int) -> Filter:
        if self.accept("!", "NOT"):
            inner = self._not(depth + 1) if depth < 40 else self._comparison()
            return Filter(lambda o, v: not inner.matches(o, v))
        if self.peek()[1] == "(":
            self.take()
            inner = self.expression(depth + 1)
            self.expect(")")
            return inner
        return self._comparison()

    def _comparison(self) -> Filter:
        left = self._operand()
        kind, value, position = self.peek()
        if kind == "operator" and value in _COMPARE:
            self.take()
            return _compare(left, value, self._operand(), position)
        if left.kind != "bool":
            raise QueryParse(f"Expression of type 'Boolean' expected (at index {position})")
        get = left.get
        return Filter(lambda o, v: bool(get(o, v)))

    def _operand(self) -> Node:
        kind, value, position = self.take()
        if kind == "text":
            text = re.sub(r"\\(.)", r"\1", value[1:-1])
            return _constant("text", text)
        if kind == "number":
            return _constant("number", Decimal(value.rstrip("mMdDfF")))
        if value == "-":
            inner = self._operand()
            if inner.kind != "number" or not inner.is_constant:
                raise QueryParse(f"Expression expected (at index {position})")
            assert isinstance(inner.constant, Decimal), "number constants are decimals"
            return _constant("number", -inner.constant)
        if kind != "name":
            raise QueryParse(f"Expression expected (at index {position})")
        lower = value.lower()
        if lower in ("true", "false"):
            return _constant("bool", lower == "true")
        if lower == "null":
            return _constant("null", None)
        if lower == "guid":
            return _constant("guid", self._argument().lower())
        if lower == "datetime":
            return self._datetime(position)
        return self._field(value, position)

    def _argument(self) -> str:
        self.expect("(")
        kind, value, position = self.take()
        if kind != "text":
            raise QueryParse(f"Expression expected (at index {position})")
        self.expect(")")
        return value[1:-1]

    def _datetime(self, position: int) -> Node:
        if self.accept("."):
            if not self.accept("PARSE"):
                raise QueryParse(f"Syntax error (at index {position})")
            try:
                return _constant("date", dates.moment_of(self._argument()))
            except dates.NotADate as error:
                raise QueryParse(f"String was not recognized as a valid DateTime. (at index {position})") from error
        self.expect("(")
        parts: list[int] = []
        while not self.accept(")"):
            kind, value, at = self.take()
            if kind != "number" or "." in value:
                raise QueryParse(f"Expression expected (at index {at})")
            parts.append(int(value.rstrip("mMdDfF")))
            self.accept(",")
        try:
            moment = datetime.datetime(*parts, tzinfo=datetime.UTC)  # type: ignore[arg-type,misc]
        except (TypeError, ValueError, OverflowError) as error:
            raise QueryParse(f"No applicable constructor exists in type 'DateTime' (at index {position})") from error
        return _constant("date", int(moment.timestamp() * 1000))

    def _field(self, name: str, position: int) -> Node:
        path = name
        while self.peek()[1] == ".":
            following = self.tokens[self.at + 1]
            if following[1].lower() in _METHODS and path.lower() in self.fields:
                break
            self.take()
            path += "." + self.take()[1]
        field = self.fields.get(path.lower())
        if field is None:
            last = path.split(".")[-1] if "." in path and path.split(".")[0].lower() in _NESTED else name
            raise QueryParse(f"No property or field '{last}' exists in type '{self.type_name}' (at index {position})")
        node = Node(field.kind, field.get, field)
        while self.peek()[1] == ".":
            self.take()
            node = self._method(node)
        return node

    def _method(self, node: Node) -> Node:
        name = self.take()[1].lower()
        get = node.get
        if name in ("value", "date"):
            return node
        if name == "hasvalue":
            return Node("bool", lambda o, v: get(o, v) is not None)
        self.expect("(")
        if name in ("tolower", "toupper", "tostring", "trim"):
            self.expect(")")
            changes: dict[str, Callable[[str], str]] = {"tolower": str.lower, "toupper": str.upper, "trim": str.strip}
            change = changes.get(name, str)
            return Node("text", lambda o, v: change(str(get(o, v) or "")))
        argument = self._operand()
        self.expect(")")
        if not isinstance(argument.constant, str):
            raise QueryParse("No applicable method exists in type 'String'")
        wanted = argument.constant.casefold()
        tests: dict[str, Callable[[str], bool]] = {
            "contains": lambda text: wanted in text,
            "startswith": lambda text: text.startswith(wanted),
            "endswith": lambda text: text.endswith(wanted),
            "equals": lambda text: text == wanted,
        }
        test = tests.get(name)
        if test is None:
            raise QueryParse(f"No applicable method '{name}' exists in type 'String'")
        return Node("bool", lambda o, v: test(str(get(o, v) or "").casefold()))


_METHODS = frozenset(
    {
        "contains",
        "startswith",
        "endswith",
        "equals",
        "tolower",
        "toupper",
        "tostring",
        "trim",
        "hasvalue",
        "value",
        "date",
    }
)
_NESTED = frozenset({"contact", "invoice", "account", "creditnote", "bankaccount", "overpayment", "prepayment"})


def _constant(kind: str, value: object) -> Node:
    return Node(kind, lambda o, v: value, None, value, True)


def _folded(value: object) -> object:
    from xerosim.organisation import folded

    return folded(value) if isinstance(value, str) else value


def _compare(left: Node, symbol: str, right: Node, position: int) -> Filter:
    compare = _COMPARE[symbol]
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
            if field.field is not None and field.field.index and constant.is_constant and compare is operator.eq:
                key = constant.constant
                index, keys = field.field.index, [key.casefold() if isinstance(key, str) else key]
        if left.kind == "null" or right.kind == "null":
            return Filter(lambda o, v: compare(a(o, v) or None, b(o, v) or None))
        return Filter(lambda o, v: compare(a(o, v), b(o, v)), index, keys)

    def ordered(o: Any, v: Any) -> bool:
        x, y = a(o, v), b(o, v)
        return x is not None and y is not None and bool(compare(x, y))

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
        return _constant("date", dates.moment_of(str(node.constant)))
    except dates.NotADate as error:
        raise QueryParse(f"Operator '==' incompatible with operand types (at index {position})") from error


def parse_where(text: str, fields: Fields, type_name: str) -> Filter:
    """Read a `where` expression. Raises QueryParse (ErrorNumber 16)."""
    if len(text) > LONGEST:
        raise QueryParse("Expression is too long")
    parser = _Parser(text, fields, type_name)
    result = parser.expression()
    if parser.peek()[0] != "end":
        raise QueryParse(f"Syntax error (at index {parser.peek()[2]})")
    return result


@lru_cache(maxsize=256)
def _order_parts(text: str) -> tuple[tuple[str, bool], ...]:
    parts = []
    for part in text.split(","):
        words = part.split()
        if (
            not words
            or len(words) > 2
            or (len(words) == 2 and words[1].upper() not in ("ASC", "DESC", "ASCENDING", "DESCENDING"))
        ):
            raise QueryParse(f"Syntax error in order '{text}' (at index 0)")
        parts.append((words[0], len(words) == 2 and words[1].upper().startswith("DESC")))
    return tuple(parts)


def sort_by(text: str, fields: Fields, type_name: str, org: object, values: Iterable[Any]) -> list[Any]:
    """Sort values by an `order` expression (`Date DESC, UpdatedDateUTC`). Raises QueryParse."""
    result = list(values)
    for name, descending in reversed(_order_parts(text)):
        field = fields.get(name.lower())
        if field is None:
            raise QueryParse(f"No property or field '{name}' exists in type '{type_name}' (at index 0)")
        get = field.get
        result.sort(key=lambda value: ((key := get(org, value)) is not None, key), reverse=descending)
    return result
