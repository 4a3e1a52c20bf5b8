"""The command line itself: help, wrong use, exit codes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import click
import pytest

from tieout.cli import main, output
from tieout.cli.files import text_of
from tieout.errors import ConfigurationWrong, RetryLater
from tieout.web.csv_export import guarded


def _commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from _commands(inner, (*path, name))
    else:
        yield path, command


ALL = dict(_commands(main.cli))


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_verb_explains_itself_with_one_example(
    path: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.run([*path, "--help"]) == 0
    told = capsys.readouterr().out
    assert told.count("Example: tieout ") == 1
    assert f"Example: tieout {' '.join(path)}" in told


def test_the_verbs_of_the_product_page_are_there() -> None:
    wanted = {
        "demo", "serve", "worker", "connect", "pull", "plan", "sync", "log", "report", "tie-out", "undo", "doctor",
        "init", "upgrade", "backup", "restore",
    }  # fmt: skip
    assert {path[0] for path in ALL} >= wanted | {"store", "organisation", "queue", "user", "key", "bench"}
    assert {path[1] for path in ALL if path[0] == "queue"} >= {"list", "add", "remove", "retry"}
    assert {path[1] for path in ALL if path[0] == "bench"} >= {"calls", "planning", "pipeline"}


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["bogus"], "bogus"),
        (["demo", "--bogus"], "--bogus"),
        (["demo", "--json"], "--once"),
        (["demo", "--store", "woocommerce"], "woocommerce"),
        (["demo", "--once", "--orders", "0"], "--orders"),
        (["demo", "--once", "--orders", "5", "--data", "."], "--data"),
        (["demo", "--once", "--until", "plan"], "--state"),
        (["queue", "retry"], "--held"),
        (["bench", "calls", "--customers", "strange"], "--customers"),
        (["undo", "twelve"], "twelve"),
    ],
)
def test_wrong_use_ends_with_two_and_one_sentence(
    arguments: list[str], word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.run(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert word in captured.err
    assert captured.err.count("\n") == 1


@pytest.mark.parametrize(
    ("error", "code"),
    [(ConfigurationWrong("X", "X is wrong."), 2), (RetryLater("Later.", scope="day"), 1)],
)
def test_what_goes_wrong_becomes_a_sentence_and_an_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception, code: int
) -> None:
    @click.command(epilog="Example: tieout fails")
    def fails() -> None:
        raise error

    monkeypatch.setitem(main.VERBS, "fails", "tieout.cli.main:fails")
    monkeypatch.setattr(main, "fails", fails, raising=False)
    assert main.run(["fails"]) == code
    assert capsys.readouterr().err.count("\n") == 1


def test_money_leaves_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    output.emit({"total": Decimal("0.10"), "lines": [{"tax": Decimal("1E+2")}]})
    assert json.loads(capsys.readouterr().out)["total"] == "0.10"


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-A1", "@SUM(A1)", "\t=1"])
def test_a_cell_that_a_spreadsheet_would_run_is_made_text(cell: str) -> None:
    assert guarded(cell) == f"'{cell}"


def test_progress_is_silent_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    with output.Progress("Reading") as progress:
        progress.at("7 orders")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("words", [["undo"], ["store", "test"], ["queue", "remove"], ["plan", "--store"]])
@pytest.mark.parametrize("number", ["99999999999999999999999", "-1"])
def test_a_number_that_no_record_can_have_is_wrong_use(
    words: list[str], number: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.run([*words, "--", number] if words[-1] != "--store" else [*words, number]) == 2
    assert "is not the number of any record" in capsys.readouterr().err


def test_a_wrong_use_is_told_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["queue", "add"]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert told.endswith("all. See: tieout queue add --help\n")
    assert main.run(["queue"]) == 2
    assert "\n  retry " in capsys.readouterr().err


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"\xff\x94")
    with pytest.raises(click.UsageError, match="is not text"):
        text_of(tmp_path / "secret")
