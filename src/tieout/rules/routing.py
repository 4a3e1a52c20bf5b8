"""Which of several organisations a store's document goes to: rules as text, tried in order.

One rule a line; the first whose conditions all hold decides. Text after "#" is left out.

    currency EUR, CHF -> 2              # Example GmbH
    tax number DE* and country DE -> 2
    company "Meyer, Sons" -> 3
    store view wholesale_* -> 3
    country not GB -> hold
    otherwise -> 1

A condition names a field and the values that fit; "*" stands for any characters, case and outer spaces do not count,
"none" for a document that has none. "not" before the values turns it round. The target is an organisation by its
number or its whole name, or "hold". Without "otherwise" a document that no rule fits is held.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase

import msgspec

#: Rules and their text are bounded, so that a document's way is found in microseconds.
RULES_MAX = 200
TEXT_LENGTH_MAX = 20_000

#: Field as written → attribute of RouteFacts.
FIELDS: dict[str, str] = {
    "currency": "currency",
    "store view": "store_view",
    "country": "country",
    "company": "company",
    "tax number": "tax_number",
    "customer group": "customer_group",
}
_WORD = re.compile(r'"([^"]*)"|([^",]+)')


class RouteFacts(msgspec.Struct, frozen=True, gc=False):
    """What rules may look at. country: where the goods go, else the buyer's, ISO alpha-2."""

    currency: str = ""
    store_view: str = ""
    country: str = ""
    company: str = ""
    tax_number: str = ""
    customer_group: str = ""


class Condition(msgspec.Struct, frozen=True):
    """values: folded patterns, "" for a document that has none."""

    field: str
    values: tuple[str, ...]
    turned: bool = False

    def holds(self, facts: RouteFacts) -> bool:
        own = _fold(getattr(facts, FIELDS[self.field]))
        return any(fnmatchcase(own, value) if value else not own for value in self.values) is not self.turned


class Route(msgspec.Struct, frozen=True):
    """One rule. organisation None: documents that it fits are held. text: the rule as written, without target."""

    conditions: tuple[Condition, ...]
    organisation: int | None
    text: str


class RoutingWrong(ValueError):
    """A text that is no set of rules. line: counted from 1; the message is a sentence for the operator."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"Line {line}: {message}" if line else message)
        self.line = line


class Routed(msgspec.Struct, frozen=True, gc=False):
    """Where a document goes; organisation None: nowhere, it is held. why: the rule, for people."""

    organisation: int | None
    why: str


class Routing:
    """Compiled rules; treat it as a value. Answers are kept, since documents look alike."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self.routes = tuple(routes)
        self._cache: dict[RouteFacts, Routed] = {}
        self._keeps = not any(c.field in ("company", "tax number") for route in routes for c in route.conditions)

    def route(self, facts: RouteFacts) -> Routed:
        """The first rule that fits."""
        key = RouteFacts(facts.currency, facts.store_view, facts.country, "", "", facts.customer_group)
        if self._keeps and (known := self._cache.get(key)) is not None:
            return known
        found = self._find(facts)
        if self._keeps:
            self._cache[key] = found
        return found

    def _find(self, facts: RouteFacts) -> Routed:
        for route in self.routes:
            if all(condition.holds(facts) for condition in route.conditions):
                return Routed(route.organisation, route.text)
        return Routed(None, "no rule fits")


def compile_routing(text: str, organisations: Mapping[int, str]) -> Routing:
    """The rules of a text. organisations: those the store is assigned to, number → name. Raises RoutingWrong."""
    if len(text) > TEXT_LENGTH_MAX:
        raise RoutingWrong(0, f"The rules are longer than {TEXT_LENGTH_MAX} characters.")
    routes: list[Route] = []
    for number, line in enumerate(text.splitlines(), start=1):
        rule = _without_remark(line).strip()
        if not rule:
            continue
        if routes and not routes[-1].conditions:
            raise RoutingWrong(number, "No rule after “otherwise” is ever reached; move it up.")
        if len(routes) == RULES_MAX:
            raise RoutingWrong(number, f"More than {RULES_MAX} rules.")
        routes.append(_route(number, rule, organisations))
    return Routing(routes)


def canonical(text: str, organisations: Mapping[int, str]) -> str:
    """The same rules with each organisation by its number and its name as a remark, so that a company that takes
    another name keeps its documents. Raises RoutingWrong."""
    lines: list[str] = []
    for line in text.splitlines():
        rule = _without_remark(line).strip()
        if not rule:
            lines.append(line.rstrip())
            continue
        route = compile_routing(rule, organisations).routes[0]
        target = "hold" if route.organisation is None else str(route.organisation)
        name = "" if route.organisation is None else f"  # {organisations[route.organisation]}"
        lines.append(f"{route.text} -> {target}{name}")
    return "\n".join(lines).strip() + "\n" if any(lines) else ""


def _without_remark(line: str) -> str:
    quoted = False
    for place, character in enumerate(line):
        if character == '"':
            quoted = not quoted
        elif character == "#" and not quoted:
            return line[:place]
    return line


def _route(number: int, rule: str, organisations: Mapping[int, str]) -> Route:
    left, arrow, right = rule.rpartition("->")
    if not arrow:
        raise RoutingWrong(number, "An arrow is missing: conditions -> organisation.")
    left, target = left.strip(), _target(number, right.strip(), organisations)
    if _fold(left) == "otherwise":
        return Route((), target, left)
    if not left:
        raise RoutingWrong(number, "Conditions are missing before the arrow; “otherwise” fits every document.")
    parts = _split_and(left)
    return Route(tuple(_condition(number, part) for part in parts), target, left)


def _target(number: int, text: str, organisations: Mapping[int, str]) -> int | None:
    text = text.strip().strip('"').strip()
    if _fold(text) == "hold":
        return None
    if text.isascii() and text.isdigit() and int(text) in organisations:
        return int(text)
    named = [identity for identity, name in organisations.items() if _fold(name) == _fold(text)]
    if len(named) == 1:
        return named[0]
    known = ", ".join(f"{identity} ({name})" for identity, name in sorted(organisations.items())) or "none"
    if named:
        raise RoutingWrong(number, f"Several organisations are named {text}; give its number: {known}.")
    raise RoutingWrong(number, f"This store goes to no organisation {text or '(none named)'}; it goes to {known}.")


def _split_and(text: str) -> list[str]:
    parts: list[str] = [""]
    quoted = False
    for piece in re.split(r'("|\band\b)', text):
        if piece == '"':
            quoted = not quoted
        if piece == "and" and not quoted:
            parts.append("")
        else:
            parts[-1] += piece
    return [part.strip() for part in parts]


def _condition(number: int, text: str) -> Condition:
    folded = _fold(text)
    field = next((name for name in FIELDS if folded == name or folded.startswith(f"{name} ")), None)
    if field is None:
        raise RoutingWrong(number, f"“{text}” names no field; fields are {', '.join(FIELDS)}.")
    rest = " ".join(text.split())[len(field) :].strip()
    turned = _fold(rest) == "not" or _fold(rest).startswith("not ")
    if turned:
        rest = rest[3:].strip()
    values: list[str] = []
    for quoted, plain in _WORD.findall(rest):
        value = _fold(plain if plain.strip() else quoted)
        if value:
            values.append("" if value == "none" and not quoted else _pattern(value))
    if not values:
        raise RoutingWrong(number, f"The values after “{field}” are missing.")
    return Condition(field, tuple(values), turned)


def _pattern(value: str) -> str:
    """Only "*" stands for others."""
    return value.replace("[", "[[]").replace("?", "[?]")


def _fold(text: str) -> str:
    return " ".join(text.split()).casefold()


#: Answers for a document's facts; used where no rules were written.
Chooser = Callable[[RouteFacts], Routed]


def by_store_view(assigned: Mapping[int, Callable[[str], bool]]) -> Chooser:
    """Without rules: the one organisation that the document's store view is assigned to. Several: held, so that
    nothing is booked in two companies. None of them: the first, which says that the view is not its own."""

    def choose(facts: RouteFacts) -> Routed:
        fitting = [organisation for organisation, takes in assigned.items() if takes(facts.store_view)]
        if len(fitting) == 1:
            return Routed(fitting[0], f"store view {facts.store_view}")
        if fitting:
            return Routed(None, "several organisations, and no rule says which")
        return Routed(next(iter(assigned)), "no organisation takes this store view")

    return choose
