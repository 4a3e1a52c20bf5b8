"""How things stand: calls left, what waits, the forecast; problems by cause; the token itself."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from django.utils import timezone

from tieout.ports.records import Selection
from tieout.records.models import Connection, Organisation
from tieout.web import overview, problems
from tieout.web.access import Right
from tieout.web.api.endpoints import Call, Endpoint
from tieout.web.api.values import Changed, Moment
from tieout.web.use_cases import use_cases

CAUSES_MAX = 500


class Waiting(msgspec.Struct, frozen=True):
    """Counts of the queue. waiting: those that go by themselves."""

    waiting: int
    sending: int
    held: int


class ForecastEntry(msgspec.Struct, frozen=True):
    """calls: what waits will cost. done_at: when it will be in Xero, null when nothing waits."""

    calls: int
    done_at: Moment | None


class OrganisationStatus(msgspec.Struct, frozen=True):
    """An organisation of Xero. calls_left: of today, as Xero told last. waits_until: nothing is sent before."""

    id: int
    name: str
    state: str
    reason: str
    calls_left: int | None
    day_limit: int
    day_reserve: int
    waits_until: Moment | None
    is_catching_up: bool


class StoreStatus(msgspec.Struct, frozen=True):
    """A store. state: new, working, failing, paused, refused."""

    id: int
    name: str
    kind: str
    state: str
    reason: str
    last_read_at: Moment | None
    next_try_at: Moment | None


class Status(msgspec.Struct, frozen=True):
    """How things stand at `at`."""

    at: Moment
    queue: Waiting
    forecast: ForecastEntry
    organisations: list[OrganisationStatus]
    stores: list[StoreStatus]


class CauseEntry(msgspec.Struct, frozen=True):
    """What is held for one reason. code and subject together name it. count: of postings."""

    code: str
    subject: str
    count: int
    title: str
    help: str
    reason: str


class LeftOutEntry(msgspec.Struct, frozen=True):
    """Documents that a rule leaves out: no failure."""

    code: str
    count: int
    title: str
    help: str


class Problems(msgspec.Struct, frozen=True):
    held: list[CauseEntry]
    left_out: list[LeftOutEntry]


class Cause(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A cause as `GET problems` names it."""

    code: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    subject: Annotated[str, msgspec.Meta(max_length=200)] = ""


class TokenEntry(msgspec.Struct, frozen=True):
    """The token that asks. rights: of token and user together."""

    name: str
    user: str
    role: str
    rights: list[Right]
    expires_at: Moment | None


def status(call: Call) -> Status:
    now = timezone.now()
    live = overview.live(now)
    organisations = Organisation.objects.filter(removed_at=None).order_by("id").defer("reference")
    stores = Connection.objects.filter(removed_at=None).order_by("id").defer("context", "secrets", "webhook_secret")
    return Status(
        at=now,
        queue=Waiting(live.waiting, live.sending, live.held),
        forecast=ForecastEntry(live.forecast.calls, live.forecast.done_at),
        organisations=[_organisation(row, now) for row in organisations],
        stores=[
            StoreStatus(row.pk, row.name, row.kind, row.status, row.status_reason, row.last_read_at, row.not_before)
            for row in stores
        ],
    )


def _organisation(row: Organisation, now: datetime) -> OrganisationStatus:
    waits = row.hold_until if row.hold_until and row.hold_until > now else None
    return OrganisationStatus(
        id=row.pk,
        name=str(row),
        state=row.status,
        reason=row.status_reason or (row.hold_reason if waits else ""),
        calls_left=row.day_remaining,
        day_limit=row.day_limit,
        day_reserve=row.day_reserve,
        waits_until=waits,
        is_catching_up=row.catch_up,
    )


def list_problems(call: Call) -> Problems:
    return Problems(
        held=[
            CauseEntry(one.code, one.subject, one.count, str(one.title), str(one.help), one.reason)
            for one in problems.causes(CAUSES_MAX)
        ],
        left_out=[LeftOutEntry(one.code, one.count, str(one.title), str(one.help)) for one in problems.left_out()],
    )


def retry_cause(call: Call) -> Changed:
    asked: Cause = call.body
    chosen = Selection(states=("held",), code=asked.code, subject=asked.subject)
    return Changed(use_cases().retry(chosen, call.actor))


def own_token(call: Call) -> TokenEntry:
    token = call.bearer.token
    rights = [right for right in Right if right in call.bearer.rights]
    return TokenEntry(token.name, call.bearer.user.username, token.role, rights, token.expires_at)


ENDPOINTS = (
    Endpoint("GET", "status", "readStatus", "Calls left, what waits, the forecast, stores and organisations",
             Right.READ, status, Status),
    Endpoint("GET", "problems", "listProblems", "What is held and what is left out, by cause", Right.READ,
             list_problems, Problems),
    Endpoint("POST", "problems/retry", "retryCause", "Everything held for one cause is tried again", Right.SYNC,
             retry_cause, Changed, body=Cause),
    Endpoint("GET", "token", "readToken", "The token that asks, and what it may do", Right.READ, own_token,
             TokenEntry),
)  # fmt: skip
