"""Verb `tie-out`: compare store, our records and Xero; the month-end pack."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tieout.cli.output import Progress, emit, json_option, table
from tieout.config import start

if TYPE_CHECKING:
    from tieout.ports.administration import OrganisationEntry
    from tieout.sync.proof_results import TiedOut

_DIFFERENCES = ("kind", "number", "field", "store", "xero", "reason")


@click.command("tie-out", epilog="Example: tieout tie-out --month 2026-10 --pdf october.pdf --csv october.zip")
@click.option("--from", "dated_from", type=click.DateTime(["%Y-%m-%d"]), help="First day (default: everything).")
@click.option("--to", "dated_to", type=click.DateTime(["%Y-%m-%d"]), help="Last day.")
@click.option("--month", type=click.DateTime(["%Y-%m"]), help="A whole month, with its month-end pack.")
@click.option("--organisation", help="Only this one: its number or its name.")
@click.option(
    "--csv", "csv_file", type=click.Path(path_type=Path, dir_okay=False),
    help="Also write the differences; with --month the whole pack, as a zip of CSV files.",
)  # fmt: skip
@click.option(
    "--pdf", "pdf_file", type=click.Path(path_type=Path, dir_okay=False), help="With --month: write the pack as PDF.",
)  # fmt: skip
@json_option
def tie_out(
    dated_from: datetime | None, dated_to: datetime | None, month: datetime | None, organisation: str | None,
    csv_file: Path | None, pdf_file: Path | None, as_json: bool,
) -> int:  # fmt: skip
    """Compare store, our records and Xero. Exits 1 on any difference."""
    if month is not None and (dated_from or dated_to):
        raise click.UsageError("Say --month, or --from and --to.")
    if pdf_file is not None and month is None:
        raise click.UsageError("--pdf goes with --month.")
    start.begin()
    from tieout.config.proving import Proving
    from tieout.config.wiring import wiring
    from tieout.ports.proofs import Period
    from tieout.sync.month_end import month_period
    from tieout.sync.proof_results import merge

    proving = Proving(wiring())
    chosen = _chosen(proving.organisations(), organisation)
    if month is not None and (csv_file or pdf_file) and len(chosen) > 1:
        names = ", ".join(one.name for one in chosen)
        raise click.UsageError(f"A pack is of one organisation; choose with --organisation: {names}.")
    period = month_period(month.date()) if month is not None else Period(_day(dated_from), _day(dated_to))
    parts = []
    with Progress("Tying out:") as progress:
        for one in chosen:
            parts.append((one, proving.prove(one, period, by="terminal", watch=progress.at)))
    result = merge([part for _, part in parts])
    if month is None and csv_file:
        _write_differences(csv_file, result)
    elif month is not None and chosen:
        _write_pack(chosen[0], month.date(), csv_file, pdf_file)
    if as_json:
        emit(result.as_json())
    else:
        for one, part in parts:
            _print(one, part)
        click.echo(result.sentence())
    return 1 if result.differences else 0


def _chosen(known: Sequence[OrganisationEntry], wanted: str | None) -> list[OrganisationEntry]:
    if wanted is None:
        return list(known)
    found = [one for one in known if wanted == str(one.id) or wanted.casefold() == one.name.casefold()]
    if not found:
        names = ", ".join(f"{one.id} {one.name}" for one in known) or "none"
        raise click.UsageError(f"No store goes to an organisation {wanted}; there are: {names}.")
    return found


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None


def _write_differences(file: Path, result: TiedOut) -> None:
    from tieout.web import csv_export

    with file.open("w", newline="", encoding="utf-8") as stream:
        stream.writelines(csv_export.lines(_DIFFERENCES, result.rows()))


def _write_pack(organisation: OrganisationEntry, month: date, csv_file: Path | None, pdf_file: Path | None) -> None:
    if not (csv_file or pdf_file):
        return
    from tieout.config import month_ends
    from tieout.config.wiring import wiring
    from tieout.web.papers import csv_pack, month_end, pdf

    pack = month_ends.latest(wiring(), organisation, month)
    assert pack is not None, "the month was tied out just now"
    paper = month_end.paper(pack, wiring().clock.now())
    if csv_file:
        csv_file.write_bytes(csv_pack.archive(paper))
    if pdf_file:
        pdf_file.write_bytes(pdf.draw(paper))


def _print(organisation: OrganisationEntry, part: TiedOut) -> None:
    table(f"Tie-out of {organisation.name}", _DIFFERENCES, part.rows())
    controls: list[tuple[Any, ...]] = [
        (one.name, one.currency, one.documents, one.store, one.ledger, one.difference, one.explained)
        for one in part.controls
    ]
    table(
        "Control totals", ("control", "currency", "documents", "store", "Xero", "difference", "explained"), controls,
        right=range(2, 7),
    )  # fmt: skip
    if part.accounts:
        table(
            f"Accounts by Xero's trial balance, {part.base_currency}",
            ("account", "name", "kind", "opening", "in", "out", "others", "closing"),
            [
                (one.code, one.name, one.kind, one.opening, one.ours_in, one.ours_out, one.others, one.closing)
                for one in part.accounts
            ],
            right=range(3, 8),
        )
    for finding in part.findings:
        click.echo(f"Look: {finding.sentence}")
