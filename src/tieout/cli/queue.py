"""Verb `queue`: what waits to be sent, and what people do about it."""

from __future__ import annotations

from datetime import date
from typing import Any

import click
import msgspec

from tieout.cli.numbers import RECORD
from tieout.cli.output import emit, json_option, say, table
from tieout.config import start
from tieout.ports.records import Selection

#: Rows shown at once.
_ROWS_MAX = 10_000


class Terminal(msgspec.Struct, frozen=True):
    """Who asks, for the audit trail: whoever may run commands on this machine."""

    user: str = "terminal"
    address: str = ""


TERMINAL = Terminal()
STATES = ("queued", "sending", "waiting", "held", "removed")


@click.group()
def queue() -> None:
    """What waits to be sent to Xero."""


@queue.command("list", epilog="Example: tieout queue list --state held")
@click.option("--state", type=click.Choice(STATES), help="Only this state.")
@click.option("--limit", type=click.IntRange(1, _ROWS_MAX), default=100, show_default=True)
@json_option
def list_queue(state: str | None, limit: int, as_json: bool) -> None:
    """What waits, since when, and why."""
    start.begin()
    from tieout.records.models import Posting

    rows = Posting.objects.filter(state__in=[state] if state else STATES).select_related(
        "document", "connection", "organisation"
    )
    entries = [_entry(row) for row in rows.order_by("queued_at", "id")[:limit]]
    if as_json:
        emit({"queue": entries})
        return
    shown = (
        "id",
        "entity",
        "number",
        "role",
        "action",
        "state",
        "why",
        "queued_at",
        "next_try",
        "attempts",
        "reason",
    )
    table("Queue", [name.replace("_", " ") for name in shown], [[entry[name] for name in shown] for entry in entries])


def _entry(row: Any) -> dict[str, object]:
    from tieout.web import words

    return {
        "id": row.pk,
        "entity": row.document.kind,
        "number": row.document.number or row.document.key,
        "role": row.role,
        "store": row.connection.name,
        "organisation": str(row.organisation),
        "action": row.action,
        "state": row.state,
        "why": row.why,
        "queued_at": row.queued_at,
        "next_try": row.not_before,
        "attempts": row.attempts,
        "code": row.code,
        "reason": row.reason or (words.why_parked(row.priority) if row.state == "queued" else ""),
    }


@queue.command("add", epilog="Example: tieout queue add order 000000012")
@click.argument("kind", type=click.Choice(("customer", "product", "order", "invoice", "refund", "payment", "all")))
@click.argument("numbers", nargs=-1)
@click.option("--from", "dated_from", type=click.DateTime(["%Y-%m-%d"]), help="Documents dated on or after.")
@click.option("--to", "dated_to", type=click.DateTime(["%Y-%m-%d"]), help="Documents dated on or before.")
@json_option
def add(kind: str, numbers: tuple[str, ...], dated_from: Any, dated_to: Any, as_json: bool) -> None:
    """Plan documents again and put what differs in the queue: named ones, a kind, a date range, or all."""
    start.begin()
    from tieout.config.wiring import wiring
    from tieout.documents import DocumentKind
    from tieout.records.models import Document

    kinds = [] if kind == "all" else [DocumentKind(kind)]
    count = 0
    for connection in wiring().administration.connections():
        named = Document.objects.filter(connection=connection.id, number__in=numbers)
        ids = list((named if kind == "all" else named.filter(kind=kind)).values_list("id", flat=True))
        if numbers and not ids:
            continue
        count += (
            wiring()
            .queue()
            .add_to_queue(
                connection.id, kinds, TERMINAL, dated_from=_day(dated_from), dated_to=_day(dated_to), documents=ids
            )
        )
    _answer(as_json, "planned again", count)


def _day(given: Any) -> date | None:
    return given.date() if given else None


@queue.command("remove", epilog="Example: tieout queue remove 17 18")
@click.argument("ids", nargs=-1, type=RECORD, required=True)
@json_option
def remove(ids: tuple[int, ...], as_json: bool) -> int:
    """Take entries out of the queue. A change in the store, or `queue retry`, brings them back."""
    start.begin()
    from tieout.config.wiring import wiring

    return _answer(as_json, "removed", wiring().queue().remove(Selection(postings=ids), TERMINAL), len(set(ids)))


@queue.command("retry", epilog="Example: tieout queue retry --held")
@click.argument("ids", nargs=-1, type=RECORD)
@click.option("--held", is_flag=True, help="Everything that is held.")
@json_option
def retry(ids: tuple[int, ...], held: bool, as_json: bool) -> int:
    """Plan entries again that are held, waiting or were removed."""
    if bool(ids) == held:
        raise click.UsageError("Name entries (see: tieout queue list) or say --held.")
    start.begin()
    from tieout.config.wiring import wiring

    chosen = Selection(states=("held",)) if held else Selection(postings=ids)
    return _answer(as_json, "planned again", wiring().queue().retry(chosen, TERMINAL), len(set(ids)))


def _answer(as_json: bool, what: str, count: int, named: int = 0) -> int:
    """Say how many it was; ends with 1 when an entry that was named is not among them."""
    if as_json:
        emit({"count": count})
    else:
        click.echo(f"{count} {'entry' if count == 1 else 'entries'} {what}.")
    if count >= named:
        return 0
    say(f"{named - count} of the entries that you named cannot be; see: tieout queue list")
    return 1
