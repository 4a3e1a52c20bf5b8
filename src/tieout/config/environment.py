"""Typed reading of environment variables; a wrong one stops the start with a sentence and an example."""

from __future__ import annotations

import os
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import TypeVar

from tieout.errors import ConfigurationWrong

Value = TypeVar("Value")

_TRUE = frozenset(("1", "true", "yes", "on"))
_FALSE = frozenset(("0", "false", "no", "off", ""))


def wrong(name: str, what: str, example: str) -> ConfigurationWrong:
    return ConfigurationWrong(name, f"{name} {what}. Example: {name}={example}")


def text(name: str, default: str | None = None, *, example: str) -> str:
    """The variable's text; without one, the content of the file that NAME_FILE names; else the default.

    Raises ConfigurationWrong when neither is set and there is no default, or when both are set.
    """
    value, path = os.environ.get(name), os.environ.get(f"{name}_FILE")
    if value is not None and path is not None:
        raise wrong(name, f"and {name}_FILE are both set; keep one", example)
    if path is not None:
        return _file(name, path)
    if value is not None:
        return value.strip()
    if default is None:
        raise wrong(name, "is not set", example)
    return default


def _file(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise wrong(f"{name}_FILE", f"names {path}, which cannot be read", f"/run/secrets/{name.lower()}") from error


def _parsed(name: str, default: Value, parse: Callable[[str], Value], what: str, example: str) -> Value:
    given = text(name, "", example=example)
    if not given:
        return default
    try:
        return parse(given)
    except ValueError as error:
        raise wrong(name, f"is {given!r}, which is not {what}", example) from error


def whole_number(name: str, default: int, *, at_least: int, at_most: int, example: str) -> int:
    def parse(given: str) -> int:
        number = int(given)
        if not at_least <= number <= at_most:
            raise ValueError(given)
        return number

    return _parsed(name, default, parse, f"a whole number from {at_least} to {at_most}", example)


def switch(name: str, default: bool, *, example: str = "on") -> bool:
    def parse(given: str) -> bool:
        folded = given.casefold()
        if folded in _TRUE:
            return True
        if folded in _FALSE:
            return False
        raise ValueError(given)

    return _parsed(name, default, parse, "on or off", example)


def words(name: str, default: tuple[str, ...], *, example: str) -> tuple[str, ...]:
    """Comma-separated words, without empty ones."""
    given = text(name, "", example=example)
    return tuple(word.strip() for word in given.split(",") if word.strip()) or default


def address(name: str, default: str, *, example: str) -> str:
    """An http or https address without a slash at its end."""

    def parse(given: str) -> str:
        scheme, mark, rest = given.partition("://")
        if scheme not in ("http", "https") or not mark or not rest.strip("/"):
            raise ValueError(given)
        return given.rstrip("/")

    return _parsed(name, default, parse, "an http or https address", example)


def networks(name: str, default: str, *, example: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Comma-separated addresses and networks."""

    def parse(given: str) -> tuple[IPv4Network | IPv6Network, ...]:
        return tuple(ip_network(word.strip()) for word in given.split(",") if word.strip())

    return _parsed(name, parse(default), parse, "a list of addresses and networks", example)


def host_and_port(name: str, default: str, *, example: str) -> tuple[str, int]:
    """Where a server listens, as (host, port)."""

    def parse(given: str) -> tuple[str, int]:
        host, mark, port = given.rpartition(":")
        if not mark or not host or not 0 <= int(port) <= 65535:
            raise ValueError(given)
        return host, int(port)

    return _parsed(name, parse(default), parse, "a host and a port", example)
