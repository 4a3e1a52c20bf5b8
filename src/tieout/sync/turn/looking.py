"""Looking at what the ledger holds before something goes there, and what follows from it.

Two reasons: a restored database does not know what the lost one did (DESIGN.md section 2), and a document that a
person changed in Xero must not be overwritten silently. The hourly sweep finds such changes; this finds those that
were made since.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from tieout.accounting import Held, Payload, Role
from tieout.engine.actions import Action
from tieout.engine.states import PostingState
from tieout.ports.seeing import Difference, Update
from tieout.ports.turn import ReadyPosting, Sent, Settled, TurnRecords
from tieout.reconciling.drift import look_at
from tieout.sync.news import news_of
from tieout.sync.turn import freezing, results
from tieout.sync.turn.values import LookUpReady

if TYPE_CHECKING:
    from tieout.sync.turn.prepare import _Turn

#: Of these a person may have changed amounts, tax or status; contacts are only ever filled, payments never changed.
DOCUMENTS = (Role.INVOICE, Role.CREDIT_NOTE, Role.DIFFERENCE)
_OVERWRITING = (Action.UPDATE, Action.VOID, Action.DELETE)


def look_up_first(turn: _Turn, role: Role, ready: Sequence[ReadyPosting]) -> LookUpReady | None:
    """The look-up that has to come before these postings go; None when they may."""
    unchecked = [one for one in ready if one.must_check]
    chosen = unchecked or [one for one in ready if _is_unseen(turn, role, one)]
    if not chosen:
        return None
    chosen = chosen[: turn.ledger.lookup_size(role)]
    hints = {
        one.marker: turn.ledger.hint(freezing.outgoing(one, one.payload, turn.state.short_code)) for one in chosen
    }
    sent = tuple(freezing.as_sent(one) for one in chosen)
    return LookUpReady(turn.state.id, role, sent, hints, catching_up=bool(unchecked))


def _is_unseen(turn: _Turn, role: Role, one: ReadyPosting) -> bool:
    if role not in DOCUMENTS or one.action not in _OVERWRITING:
        return False
    return one.seen_at is None or turn.now - one.seen_at > turn.policy.look_age


def looked_at(records: TurnRecords, step: LookUpReady, found: Mapping[str, Held], now: datetime) -> None:
    """What the lost database did already is taken over, what a person changed is held, the rest may go."""
    sent = [one for one in records.sent_postings([one.id for one in step.sent]) if one.state is PostingState.QUEUED]
    done: list[Settled] = []
    if step.catching_up:
        done = [result for one in sent if (result := results.caught_up(one, found.get(one.marker))) is not None]
    settled = {one.id for one in done}
    done += _changed_by_people(records, step, [one for one in sent if one.id not in settled], found, now)
    records.settle(sent, done, organisation=step.organisation, call=None, duration_ms=None, now=now)
    records.checked([one.id for one in sent], now)


def _changed_by_people(
    records: TurnRecords, step: LookUpReady, sent: Sequence[Sent], found: Mapping[str, Held], now: datetime
) -> list[Settled]:
    """Postings that would overwrite what a person wrote; what was found is kept as drift, to be decided about."""
    if step.role not in DOCUMENTS:
        return []
    there = {held.remote_id: held for held in found.values()}
    waiting = {one.id: one for one in sent if one.action in _OVERWRITING}
    held_back: list[Settled] = []
    updates: list[Update] = []
    differences: list[Difference] = []
    for ours in records.posted_objects(step.organisation, list(there.values())):
        one, held = waiting.get(ours.id), there[ours.remote_id]
        if one is None:
            continue
        news = news_of(ours, held)
        if not news.blocks or _is_wanted(one, held):
            continue
        updates += [] if news.update is None else [news.update]
        differences += news.differences
        held_back.append(results.changed_by_person(one, held, news.differences))
    records.keep_seen(updates, differences, now)
    return held_back


def _is_wanted(one: Sent, held: Held) -> bool:
    """It is there as it is wanted already: made so by the lost database, or by a person."""
    return one.action == Action.UPDATE and _holds(one.payload, held)


def after_lost_change(
    records: TurnRecords, organisation: int, sent: Sequence[Sent], found: Mapping[str, Held]
) -> list[Settled]:
    """A change whose answer was lost: it arrived where the ledger holds its figures and not the earlier ones.

    Everything else goes back to the queue, and is looked at once more before it goes: it may be a person's by now.
    """
    before = {
        ours.id: ours.payload
        for ours in records.posted_objects(organisation, list(found.values()), also_sending=True)
    }
    settled: list[Settled] = []
    doubtful: list[int] = []
    for one in sent:
        held = found.get(one.marker)
        if held is not None and one.id in before and _holds(one.payload, held) and not _holds(before[one.id], held):
            settled.append(results.arrived(one, held))
        else:
            settled.append(results.returned(one))
            doubtful.append(one.id)
    records.doubt(doubtful)
    return settled


def _holds(payload: Payload | None, held: Held) -> bool:
    """Whether the ledger holds these amounts, taxes and this status."""
    return payload is not None and not any(change.blocks for change in look_at(payload, held).changes)
