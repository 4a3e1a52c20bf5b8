"""Every environment setting that the code reads, found in its syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

SOURCES = Path(__file__).resolve().parents[2] / "src" / "tieout"

#: Function of tieout.config.environment → type as the page says it ("" any).
READERS = {
    "text": "",
    "address": "address",
    "host_and_port": "host:port",
    "networks": "addresses, comma between",
    "switch": "switch",
    "whole_number": "whole number",
    "words": "words, comma between",
}


class Setting(NamedTuple):
    """One reading of a setting. default: None when it is no constant."""

    name: str
    type: str
    default: object
    example: str


@lru_cache
def settings() -> list[Setting]:
    return [found for file in sorted(SOURCES.rglob("*.py")) for found in _in_file(file)]


def _in_file(file: Path) -> Iterator[Setting]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    constants = {
        target.id: node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }

    def value(node: ast.expr | None) -> object:
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name):
            return constants.get(node.id)
        return () if isinstance(node, ast.Tuple) and not node.elts else None

    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        of = node.func.value
        if not (isinstance(of, ast.Name) and of.id == "environment" and node.func.attr in READERS):
            continue
        name = value(node.args[0])
        assert isinstance(name, str), f"{file}: the name of a setting must be a constant"
        example = value(next((word.value for word in node.keywords if word.arg == "example"), None))
        default = value(node.args[1]) if len(node.args) > 1 else None
        yield Setting(name, READERS[node.func.attr], default, str(example or "on"))
