"""Every command line that the documentation, the deployment files and the readme show."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import NamedTuple

import click
from reference_pages import DOCS, PROJECT

from tieout.cli.main import VERBS, cli

_FENCE = re.compile(r"^ *```(\w*)[^\n]*\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`(tieout [a-z][^`]*)`")
_WITHIN = re.compile(rf"[\s/]tieout ((?:{'|'.join(VERBS)})(?: .*)?)$")
_ENDS = re.compile(r"\s(?:[>|&;#]|\d>)")


class Shown(NamedTuple):
    """One command line and where it stands."""

    page: str
    line: str


def blocks() -> Iterator[Shown]:
    """Lines of code blocks that call tieout, in pages' order."""
    for page in sorted([PROJECT / "README.md", *DOCS.rglob("*.md")]):
        for language, text in _FENCE.findall(page.read_text(encoding="utf-8")):
            if language in ("sh", ""):
                yield from (one for one in _calls(str(page.relative_to(PROJECT)), text) if "<" not in one.line)


def inline() -> Iterator[Shown]:
    """Commands within sentences."""
    for page in sorted([PROJECT / "README.md", *DOCS.rglob("*.md")]):
        for line in _INLINE.findall(page.read_text(encoding="utf-8")):
            if "…" not in line and "<" not in line:
                yield Shown(str(page.relative_to(PROJECT)), " ".join(line.split()))


def deployed() -> Iterator[Shown]:
    """Commands in the files of deploy/."""
    for file in sorted((PROJECT / "deploy").rglob("*")):
        if file.is_file():
            text = file.read_text(encoding="utf-8")
            for line in re.findall(r"/opt/tieout/bin/(tieout [^\n']+)", text):
                yield Shown(str(file.relative_to(PROJECT)), line)
            for words in re.findall(r"(?:command:|CMD) \[(\"tieout\".*?)\]", text):
                yield Shown(str(file.relative_to(PROJECT)), words.replace('"', "").replace(",", ""))


def _calls(page: str, text: str) -> Iterator[Shown]:
    """A line that begins with tieout, or in which another program runs one of its verbs."""
    for line in text.splitlines():
        words = _ENDS.split(line.strip())[0].rstrip()
        if words.startswith("tieout "):
            yield Shown(page, words)
        elif found := _WITHIN.search(words):
            yield Shown(page, f"tieout {found.group(1)}")


def find(line: str) -> tuple[str, click.Command, list[str]]:
    """The verb's name, its command and what follows it; for `tieout --version` the whole. Raises UsageError."""
    arguments = shlex.split(line)[1:]
    context = click.Context(cli, info_name="tieout")
    command: click.Command = cli
    name: list[str] = []
    while isinstance(command, click.Group) and not (arguments and arguments[0].startswith("--")):
        word = arguments.pop(0) if arguments else ""
        found = command.get_command(context, word)
        if found is None:
            raise click.UsageError(f"there is no command {' '.join([*name, word])}")
        name.append(word)
        command = found
    return " ".join(name), command, arguments


def parse(line: str) -> None:
    """Take the line apart as click does before it runs. Raises UsageError as click does."""
    name, command, arguments = find(line)
    if arguments not in (["--help"], ["--version"]):
        command.make_context(name, arguments)
