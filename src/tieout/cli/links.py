"""Verb `links`: which organisation a store's documents are in; take over, reset, and bring back from Xero."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from tieout.cli.files import text_of
from tieout.cli.numbers import RECORD
from tieout.cli.output import emit, json_option, say, table
from tieout.config import start
from tieout.errors import ConfigurationWrong
from tieout.web.cases.actor import Actor

_ME = Actor("terminal", "")

_store = click.option("--store", "store", type=RECORD, required=True, help="Number of the store.")
_organisation = click.option("--organisation", type=RECORD, required=True, help="Number of the organisation.")
_since = click.option(
    "--from", "since", type=click.DateTime(["%Y-%m-%d"]), help="Only what is dated (or changed) since this day."
)


def _day(since: datetime | None) -> date | None:
    return None if since is None else since.date()


@click.group()
def links() -> None:
    """Links between stores and organisations of Xero."""


@links.command(epilog="Example: tieout links plan --store 1 --organisation 2 --from 2025-01-01")
@_store
@_organisation
@_since
@json_option
def plan(store: int, organisation: int, since: datetime | None, as_json: bool) -> None:
    """What of a store is in an organisation already, by number, reference and amount. Changes nothing."""
    start.begin()
    from tieout.config.cases.exchange import Exchange

    found = Exchange().plan_links(store, organisation, _day(since))
    if as_json:
        emit({"documents": found.lines, "counts": found.counts})
        return
    columns = ("number", "found", "by", "theirs", "ours_total", "theirs_total", "payments")
    table("Links", columns, [tuple(getattr(line, name) for name in columns) for line in found.lines])
    say(", ".join(f"{count} {name.replace('_', ' ')}" for name, count in sorted(found.counts.items())))


@links.command(epilog="Example: tieout links migrate --store 1 --organisation 2 --from-organisation 1 --yes")
@_store
@_organisation
@_since
@click.option("--from-organisation", type=RECORD, help="Forget the links of what is taken over in this organisation.")
@click.option("--yes", is_flag=True, help="Do it; without this only the plan is counted.")
@json_option
def migrate(
    store: int, organisation: int, since: datetime | None, from_organisation: int | None, yes: bool, as_json: bool
) -> None:
    """Take over what an organisation holds of a store already, so that it is not booked again."""
    start.begin()
    from tieout.config.cases.exchange import Exchange

    cases = Exchange()
    if not yes:
        counts = cases.plan_links(store, organisation, _day(since)).counts
        if as_json:
            emit({"counts": counts, "done": False})
        else:
            say(f"{counts.get('adopt', 0)} documents would be taken over. Add --yes to do it.")
        return
    done = cases.migrate_links(store, organisation, _day(since), from_organisation, _ME)
    if as_json:
        emit({"documents": done.documents, "links": done.links, "forgotten": done.forgotten, "done": True})
    else:
        say(f"{done.documents} documents taken over with {done.links} links; {done.forgotten} links forgotten.")


@links.command(epilog="Example: tieout links reset --store 1 --organisation 1")
@_store
@_organisation
@click.option("--yes", is_flag=True, help="Do it; without this the links are only counted.")
@json_option
def reset(store: int, organisation: int, yes: bool, as_json: bool) -> None:
    """Forget the links of a store into an organisation. Nothing in Xero is touched; before anything is made there
    again, it is looked up."""
    start.begin()
    from tieout.config.cases.exchange import Exchange

    cases = Exchange()
    if not yes:
        counts = dict(cases.link_counts(store, organisation).by_role)
        emit({"links": counts, "done": False}) if as_json else say(
            f"{sum(counts.values())} links would be forgotten. Add --yes to do it."
        )
        return
    forgotten = cases.reset_links(store, organisation, _ME)
    emit({"forgotten": forgotten, "done": True}) if as_json else say(f"{forgotten} links forgotten.")


@links.command(epilog="Example: tieout links route --store 1")
@_store
@click.option("--file", "path", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="New rules.")
def route(store: int, path: Path | None) -> None:
    """Show or set the rules that send a store's documents to one of several organisations."""
    start.begin()
    from tieout.config.cases.exchange import Exchange
    from tieout.rules.routing import RoutingWrong

    cases = Exchange()
    if path is not None:
        try:
            cases.save_routing(store, text_of(path), _ME)
        except RoutingWrong as error:
            raise ConfigurationWrong("rules", str(error)) from error
    say(cases.routing(store).rstrip() or "No rules; with several organisations documents go by their store view.")


@links.command(epilog="Example: tieout links bring --store 1 --organisation 2 --from 2026-01-01")
@_store
@_organisation
@_since
@json_option
def bring(store: int, organisation: int, since: datetime | None, as_json: bool) -> None:
    """Sync from Xero into a store that can be written to: everything, or what changed since a day."""
    start.begin()
    from tieout.config.cases.exchange import Exchange

    words = Exchange().sync_from_xero(store, organisation, _day(since), _ME)
    emit({"result": words}) if as_json else say(words)
