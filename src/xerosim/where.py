"""Xero's `where` and `order`: a small LINQ-like grammar, read into a predicate over stored values.

expression := and (("OR" | "||") and)*          and := not (("AND" | "&&") not)*
not        := ["!" | "NOT"] (comparison | "(" expression ")")
comparison := operand [("==" | "=" | "!=" | "<>" | ">" | ">=" | "<" | "<=") operand]
operand    := field ["." method "(" operand ")"] | "text" | number | true | false | null
              | DateTime(y, m, d [, h, mi, s]) | DateTime.Parse("…") | Guid("…")
"""

import datetime
import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Any

from xerosim import dates
from xerosim.errors import QueryParse
from xerosim.where_values import COMPARE, Fields, Filter, Node, compare, constant

LONGEST = 8_000

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:\\.|[^"\\])*")|(?P<char>'(?:\\.|[^'\\])*')|(?P<number>\d+(?:\.\d+)?[mMdDfF]?)
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<operator>==|!=|<>|>=|<=|&&|\|\||[=<>!().,+-]))""",
    re.VERBOSE,
)


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
        if kind == "operator" and value in COMPARE:
            self.take()
            return compare(left, value, self._operand(), position)
        if left.kind != "bool":
            raise QueryParse(f"Expression of type 'Boolean' expected (at index {position})")
        get = left.get
        return Filter(lambda o, v: bool(get(o, v)))

    def _operand(self) -> Node:
        kind, value, position = self.take()
        if kind == "text":
            text = re.sub(r"\\(.)", r"\1", value[1:-1])
            return constant("text", text)
        if kind == "number":
            return constant("number", Decimal(value.rstrip("mMdDfF")))
        if value == "-":
            inner = self._operand()
            if inner.kind != "number" or not inner.is_constant:
                raise QueryParse(f"Expression expected (at index {position})")
            assert isinstance(inner.constant, Decimal), "number constants are decimals"
            return constant("number", -inner.constant)
        if kind != "name":
            raise QueryParse(f"Expression expected (at index {position})")
        lower = value.lower()
        if lower in ("true", "false"):
            return constant("bool", lower == "true")
        if lower == "null":
            return constant("null", None)
        if lower == "guid":
            return constant("guid", self._argument().lower())
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
                return constant("date", dates.moment_of(self._argument()))
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
        return constant("date", int(moment.timestamp() * 1000))

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
