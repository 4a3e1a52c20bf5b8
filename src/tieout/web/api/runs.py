"""Runs and tie-outs."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import msgspec

from tieout.ports.proofs import Period
from tieout.records.codec import unpack
from tieout.records.models import Organisation, Proof, Run
from tieout.sync import proof_results
from tieout.web.access import Right
from tieout.web.api.endpoints import Call, Endpoint, Id
from tieout.web.api.refusals import ApiCode, Refused
from tieout.web.api.values import PAGE_SIZE, Cursor, Limit, Moment, Next, Order, Text, page_of
from tieout.web.lookups import Lookups, lookups
from tieout.web.use_cases import use_cases

#: Differences that one answer lists; the screen and the CSV have them all.
DIFFERENCES_MAX = 1_000


class RunsQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """kind: sync, backfill, pull, undo, tie_out. state: asked, running, paused, done, failed, undone."""

    kind: Text = ""
    state: Text = ""
    order: Order = "newest"
    limit: Limit = PAGE_SIZE
    after: Cursor = ""


class RunEntry(msgspec.Struct, frozen=True):
    """A piece of work with a beginning and an end. scope: what was asked for; totals: what came of it."""

    id: int
    kind: str
    state: str
    started_at: Moment
    ended_at: Moment | None
    started_by: str
    store: int | None
    store_name: str
    organisation: int | None
    organisation_name: str
    undoes: int | None
    scope: dict[str, str]
    totals: dict[str, str]


class RunsPage(msgspec.Struct, frozen=True):
    items: list[RunEntry]
    next: Next


class TieOutAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A period of accounting dates, both included; leave both out for everything. It costs calls to Xero."""

    organisation: Id
    dated_from: date | None = None
    dated_to: date | None = None


class Started(msgspec.Struct, frozen=True):
    """run: its number; see GET tie-outs/{run}."""

    run: int


class Difference(msgspec.Struct, frozen=True):
    """A figure that is not equal in the store and in Xero. explained: a setting of the owner explains it."""

    kind: str
    number: str
    field: str
    store: str
    xero: str
    reason: str
    explained: bool


class TieOutResult(msgspec.Struct, frozen=True):
    """A tie-out. state: asked, running, done, failed. progress: a sentence while it runs, the reason of a failure.

    ties_out: true when it is done and nothing differs. more_differences: how many are not listed here.
    """

    run: int
    state: str
    progress: str
    organisation: int
    organisation_name: str
    dated_from: date | None
    dated_to: date | None
    started_at: Moment
    ended_at: Moment | None
    ties_out: bool
    documents: int
    differences: list[Difference]
    more_differences: int
    calls: int


def list_runs(call: Call) -> RunsPage:
    asked: RunsQuery = call.query
    found = Run.objects.all()
    if asked.kind:
        found = found.filter(kind=asked.kind)
    if asked.state:
        found = found.filter(state=asked.state)
    rows = page_of(found, "started_at", order=asked.order, limit=asked.limit, after=asked.after)
    names = lookups()
    return RunsPage([_entry(row, names) for row in rows.rows], rows.after)


def one_run(call: Call) -> RunEntry:
    row = Run.objects.filter(pk=call.ids["run"]).first()
    if row is None:
        raise Refused(ApiCode.NOT_FOUND)
    return _entry(row, lookups())


def _entry(row: Run, names: Lookups) -> RunEntry:
    return RunEntry(
        id=row.pk,
        kind=row.kind,
        state=row.state,
        started_at=row.started_at,
        ended_at=row.ended_at,
        started_by=row.started_by,
        store=row.connection_id,
        store_name=names.store(row.connection_id),
        organisation=row.organisation_id,
        organisation_name=names.organisation(row.organisation_id),
        undoes=row.undoes_id,
        scope=_texts(row.scope),
        totals=_texts(row.totals),
    )


def _texts(text: str) -> dict[str, str]:
    """A run's JSON as plain texts; {} for what another version wrote in another form."""
    try:
        found: Any = json.loads(text or "{}")
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def start_tie_out(call: Call) -> Started:
    asked: TieOutAsked = call.body
    if asked.dated_from and asked.dated_to and asked.dated_from > asked.dated_to:
        raise Refused(ApiCode.BODY_WRONG, "The period ends before it begins.")
    if not Organisation.objects.filter(pk=asked.organisation, removed_at=None).exists():
        raise Refused(ApiCode.NOT_FOUND, f"There is no organisation {asked.organisation}.")
    period = Period(asked.dated_from, asked.dated_to)
    return Started(use_cases().ask_tie_out(asked.organisation, period, call.actor))


def read_tie_out(call: Call) -> TieOutResult:
    row = Proof.objects.select_related("run").filter(pk=call.ids["run"]).first()
    if row is None:
        raise Refused(ApiCode.NOT_FOUND)
    found = proof_results.decode(unpack(row.body)) if row.body else None
    rows = (*found.differences, *found.chosen) if found else ()
    listed = [
        Difference(one.kind, one.number, one.field, one.store, one.xero, one.reason, one.chosen)
        for one in rows[:DIFFERENCES_MAX]
    ]
    return TieOutResult(
        run=row.pk,
        state=row.run.state,
        progress=row.progress,
        organisation=row.organisation_id,
        organisation_name=lookups().organisation(row.organisation_id),
        dated_from=row.dated_from,
        dated_to=row.dated_to,
        started_at=row.run.started_at,
        ended_at=row.run.ended_at,
        ties_out=row.run.state == "done" and row.differences == 0,
        documents=row.documents,
        differences=listed,
        more_differences=len(rows) - len(listed),
        calls=row.calls,
    )


ENDPOINTS = (
    Endpoint("GET", "runs", "listRuns", "Syncs, back-fills, undos and tie-outs", Right.READ, list_runs, RunsPage,
             query=RunsQuery, refusals=(ApiCode.CURSOR_WRONG,)),
    Endpoint("GET", "runs/{run}", "readRun", "One run", Right.READ, one_run, RunEntry,
             refusals=(ApiCode.NOT_FOUND,)),
    Endpoint("POST", "tie-outs", "startTieOut", "Compare the stores with an organisation; a worker does it",
             Right.APPROVE, start_tie_out, Started, body=TieOutAsked, status=202, refusals=(ApiCode.NOT_FOUND,)),
    Endpoint("GET", "tie-outs/{run}", "readTieOut", "How far a tie-out is, and what it found", Right.READ,
             read_tie_out, TieOutResult, refusals=(ApiCode.NOT_FOUND,)),
)  # fmt: skip
