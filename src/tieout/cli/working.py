"""Verbs that work: pull, plan, sync, undo."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import click

from tieout.cli.numbers import RECORD
from tieout.cli.output import Progress, emit, json_option, say, table
from tieout.cli.queue import TERMINAL
from tieout.config import start
from tieout.ports.records import StoreConnection


@click.command(epilog="Example: tieout pull --store 1")
@click.option("--store", "number", type=RECORD, help="Only this store.")
@click.option("--again", is_flag=True, help="Read everything from the beginning; what did not change stays as it is.")
@click.option("--deleted", is_flag=True, help="Also look what the store has no more, however much that is.")
@json_option
def pull(number: int | None, again: bool, deleted: bool, as_json: bool) -> int:
    """Read what changed in the stores. Exits 1 when a store could not be read to its end."""
    start.begin()
    from tieout.config.deletions import missing
    from tieout.config.wiring import wiring

    wired, results = wiring(), []
    for connection in _stores(number):
        if again:
            wired.administration.forget_watermarks(connection.id)
        with Progress(f"Reading {connection.name}:") as progress:
            pulled = wired.puller().pull(
                connection, wired.adapter(connection), wired.reader(connection),
                progress=lambda kind, count, shown=progress: shown.at(f"{count} {kind.value}s"),  # type: ignore[misc]
            )  # fmt: skip
        counts = {"new": pulled.new, "changed": pulled.changed, "same": pulled.same}
        if deleted and not pulled.failure:
            finder = missing(wired, wired.records.connection(connection.id))
            counts["deleted"] = finder.compare(however_many=True).removed if finder else 0
        results.append({"store": connection.name, **counts, "failure": pulled.failure})
    if as_json:
        emit({"stores": results})
    else:
        columns = ("store", "new", "changed", "same", *(["deleted"] if deleted else []), "failure")
        table("Read", columns, [tuple(one[name] for name in columns) for one in results], right=(1, 2, 3))
    return 1 if any(one["failure"] for one in results) else 0


@click.command(epilog="Example: tieout plan --json")
@click.option("--store", "number", type=RECORD, help="Only this store.")
@click.option("--all", "everything", is_flag=True, help="Also contacts, items and what is skipped.")
@json_option
def plan(number: int | None, everything: bool, as_json: bool) -> None:
    """What would happen in Xero, with totals and calls. Changes nothing there, and writes nothing here."""
    start.begin()
    from tieout.config.wiring import wiring
    from tieout.sync.preview import PlanLine, preview

    wired, calls = wiring(), Counter[str]()
    lines: list[PlanLine] = []
    for connection in _stores(number):
        planner = wired.planner(connection)
        if not planner.is_assigned:
            say(f"{connection.name} goes to no organisation yet; see: tieout doctor")
        shown = preview(wired.records, wired.administration, connection, planner)
        lines += shown.lines
        calls.update(shown.calls)
    if as_json:
        emit({"plan": lines, "calls": dict(calls), "calls_total": calls.total()})
        return
    chosen = [one for one in lines if everything or one.total or one.action == "held"]
    rows = [
        (o.kind, o.number, o.role, o.action, o.marker, o.currency, o.total, o.tax, o.rounding, o.reason)
        for o in chosen
    ]
    columns = ("kind", "number", "role", "action", "in Xero", "currency", "total", "tax", "rounding", "why")
    table("Plan", columns, rows, right=(6, 7, 8))
    actions = Counter(one.action for one in lines)
    told = ", ".join(f"{count} {action}" for action, count in sorted(actions.items()))
    click.echo(f"{told or 'Nothing to do'}; about {calls.total()} calls.")


@click.command(epilog="Example: tieout sync --wait 10")
@click.option("--store", "number", type=RECORD, help="Only plan this store.")
@click.option(
    "--wait", type=click.IntRange(0, 1440), default=5, show_default=True, help="Minutes to wait for a limit."
)
@json_option
def sync(number: int | None, wait: int, as_json: bool) -> int:
    """Plan what changed and work off the queue now. Exits 1 when something is held or has to wait longer."""
    start.begin()
    from tieout.config.wiring import wiring
    from tieout.rules.entities import Entity
    from tieout.sync.work import work_until_idle

    wired = wiring()
    wired.free_leases_of_the_dead()
    run = wired.administration.begin_run("sync", by="terminal", now=wired.clock.now())
    planned = 0
    for connection in _stores(number):
        with Progress(f"Planning {connection.name}:") as progress:
            totals = wired.planner(connection).plan_due(
                run=run,
                progress=lambda count, shown=progress: shown.at(f"{count} dossiers"),  # type: ignore[misc]
            )
        planned += totals.dossiers
        # The whole queue is meant: also what waits for its time or for a person.
        wired.records.release_entities(connection.id, tuple(Entity), wired.clock.now())
    with Progress("Syncing:") as progress:
        until = wired.clock.now() + timedelta(minutes=wait)
        worked = work_until_idle(
            wired.driver(), wired.administration, wired.clock, wired.wait, wait_until_max=until,
            progress=lambda calls: progress.at(f"{calls} calls"),
        )  # fmt: skip
    states = Counter[str]()
    for (_, state), count in wired.administration.postings_by_state().items():
        states[state] += count
    now = wired.clock.now()
    wired.administration.end_run(run, state="done", totals={"dossiers": planned, "calls": worked.calls}, now=now)
    if as_json:
        counts = {"planned": planned, "calls": worked.calls, "postings": dict(states)}
        emit({**counts, "waits_until": worked.waits_until, "run": run})
    else:
        click.echo(f"Run {run}: {planned} dossiers planned, {worked.calls} calls.")
        click.echo(", ".join(f"{count} {state}" for state, count in sorted(states.items())) or "Nothing to do.")
        if worked.waits_until is not None:
            click.echo(f"The rest waits until {worked.waits_until:%Y-%m-%d %H:%M:%S} UTC.")
    return 1 if states["held"] or worked.waits_until is not None else 0


@click.command(epilog="Example: tieout undo 12 --yes")
@click.argument("run", type=RECORD)
@click.option("--yes", is_flag=True, help="Do it; without this only the plan is shown.")
@json_option
def undo(run: int, yes: bool, as_json: bool) -> int:
    """Reverse a run: shows what would be deleted or voided and what cannot be, then does it with --yes."""
    start.begin()
    from tieout.config.wiring import wiring

    undoing = wiring().undoing()
    planned = undoing.plan(run)
    done = undoing.queue(planned, by=TERMINAL.user) if yes else 0
    if as_json:
        emit({"undo": planned, "queued": done})
    else:
        rows = [(one.role, one.marker, one.action, one.reason) for one in planned.steps]
        table(f"Undo of run {run}", ("what", "in Xero", "action", "why"), rows)
        click.echo(f"{done} queued; now: tieout sync" if yes else "Nothing was changed; do it with --yes.")
    return 1 if any(not one.possible for one in planned.steps) else 0


def _stores(number: int | None) -> Sequence[StoreConnection]:
    from tieout.config.wiring import wiring

    found = [one for one in wiring().administration.connections() if number in (None, one.id)]
    if number is not None and not found:
        raise click.UsageError(f"There is no store {number}; see: tieout store list")
    return found
