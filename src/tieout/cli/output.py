"""What commands print: one JSON object for machines, tables for people, progress only where a person watches."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import click
import msgspec
from rich.console import Console
from rich.table import Table

Command = TypeVar("Command", bound=Callable[..., Any])

_encode = msgspec.json.Encoder(decimal_format="string", order="deterministic").encode


def json_option(command: Command) -> Command:
    return click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout; amounts are texts.")(
        command
    )


def emit(value: object) -> None:
    """Write one JSON object and nothing else to stdout. Decimals become texts, times ISO 8601."""
    click.echo(msgspec.json.format(_encode(value), indent=2).decode())


def say(sentence: str) -> None:
    """A line for people on stderr, so that stdout stays parseable."""
    click.echo(sentence, err=True)


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, right: Iterable[int] = ()) -> None:
    """A table on stdout. right: numbers of columns whose cells are aligned right."""
    made = Table(title=title, title_justify="left", header_style="bold", show_edge=False, pad_edge=False)
    to_the_right = frozenset(right)
    for number, column in enumerate(columns):
        made.add_column(column, justify="right" if number in to_the_right else "left", overflow="fold")
    for row in rows:
        made.add_row(*("" if cell is None else str(cell) for cell in row))
    Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else 160).print(made)


class Progress:
    """One line on a terminal that is rewritten; nothing at all when nobody watches."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._shown = sys.stderr.isatty()
        self._console = Console(stderr=True, highlight=False, markup=False)

    def __enter__(self) -> Progress:
        if self._shown:
            self._status = self._console.status(self._what)
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            self._status.stop()

    def at(self, text: str) -> None:
        if self._shown:
            self._status.update(f"{self._what} {text}")
