"""From postings that are ready to one frozen call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tieout.accounting import Contact, ContactEntry, Payload, Ref, Role
from tieout.engine.actions import Action
from tieout.engine.batches import fits
from tieout.engine.choice import SCHEDULED_PRIORITY
from tieout.engine.states import PostingState
from tieout.ports.ledger import FrozenCall, Operation, Outgoing
from tieout.ports.turn import NewCall, ReadyPosting, Sent, Settled, StoredCall
from tieout.sync.turn import looking, matching
from tieout.sync.turn.values import LookUpReady

if TYPE_CHECKING:
    from tieout.sync.turn.prepare import _Turn

#: Actions that end something go alone or with their like; Xero's own bound decides (`Ledger.lane`).
_OPERATIONS = {
    Action.CREATE: Operation.CREATE,
    Action.UPDATE: Operation.UPDATE,
    Action.VOID: Operation.VOID,
    Action.DELETE: Operation.DELETE,
    Action.ARCHIVE: Operation.ARCHIVE,
}


def outgoing_of(sent: Sent, ids: Mapping[Ref, str], short_code: str) -> Outgoing | None:
    """What was sent for a posting, for looking it up."""
    if sent.payload is None:
        return None
    return Outgoing(
        marker=sent.marker,
        operation=Operation.CREATE,
        payload=sent.payload,
        ids=ids,
        remote_id=sent.remote_id,
        short_code=short_code,
        role=sent.ref.role,
    )


def freeze_batch(turn: _Turn, role: Role, size: int) -> tuple[StoredCall | LookUpReady | None, bool]:
    """Freeze the first batch of a role; without a call: whether postings were settled or put off instead.

    What may be in the ledger already (catch-up), or was changed there by a person, is looked at first.
    """
    ready = list(turn.records.take_ready(turn.state.id, role, size, turn.now))
    if (step := looking.look_up_first(turn, role, ready)) is not None:
        return step, True
    altered: dict[int, Payload] = {}
    known: Mapping[int, ContactEntry] = {}
    taken = len(ready)
    if ready and role is Role.CONTACT and ready[0].action == Action.CREATE:
        matched = matching.match(turn.records, turn.state.id, ready, turn.now)
        altered = dict(matched.altered)
        ready = list(matched.to_create)
    elif ready and role is Role.CONTACT and ready[0].action == Action.UPDATE:
        known = matching.gaps(turn.records, turn.state.id, ready, turn.now)
        ready = [one for one in ready if one.id in known]
    chosen = _same_lane(turn, ready, altered, known)
    frozen, held = None, 0
    while chosen and frozen is None:
        frozen, chosen, dropped = _within_bounds(turn, chosen)
        held += dropped
    if frozen is None:
        return None, held > 0 or len(ready) < taken
    return _write(turn, role, frozen, [one for one, _ in chosen], altered), True


def _write(
    turn: _Turn, role: Role, frozen: FrozenCall, ready: Sequence[ReadyPosting], altered: Mapping[int, Payload]
) -> StoredCall:
    if role is Role.CONTACT:
        matching.reserve(turn.records, turn.state.id, ready, altered)
    new = NewCall(
        organisation=turn.state.id,
        role=role,
        operation=frozen.operation.value,
        method=frozen.method,
        path=frozen.path,
        body=frozen.body,
        postings=tuple(one.id for one in ready),
        markers=frozen.markers,
        digests=tuple(one.digest for one in ready),
        priority=min((one.priority for one in ready), default=SCHEDULED_PRIORITY),
        altered={one.id: altered[one.id] for one in ready if one.id in altered},
    )
    return turn.records.freeze(new, turn.state.tenant_id, turn.nonce, turn.now)


_Chosen = list[tuple[ReadyPosting, Outgoing]]


def _same_lane(
    turn: _Turn, ready: Sequence[ReadyPosting], altered: Mapping[int, Payload], known: Mapping[int, ContactEntry]
) -> _Chosen:
    """Those that may share a call with the first. Two of one marker never do: answers are tied by it."""
    chosen: _Chosen = []
    lane = ""
    markers: set[str] = set()
    for one in ready:
        item = outgoing(one, altered.get(one.id, one.payload), turn.state.short_code, known.get(one.id))
        its_lane = turn.ledger.lane(item)
        if (lane and its_lane != lane) or item.marker in markers:
            continue
        lane = its_lane
        markers.add(item.marker)
        chosen.append((one, item))
    return chosen


def _within_bounds(turn: _Turn, chosen: _Chosen) -> tuple[FrozenCall | None, _Chosen, int]:
    """The request, of as many postings as a body bears. What no request can be made of is held."""
    try:
        frozen = turn.ledger.freeze([item for _, item in chosen])
    except (KeyError, ValueError):
        good = [(one, item) for one, item in chosen if not _held(turn, one, item)]
        assert len(good) < len(chosen), "postings that can be sent one by one cannot be sent together"
        return None, good, len(chosen) - len(good)
    count = fits(len(frozen.body.encode()), len(chosen))
    if count == len(chosen):
        return frozen, chosen, 0
    return None, chosen[:count], 0


def _held(turn: _Turn, one: ReadyPosting, item: Outgoing) -> bool:
    """Hold it when it cannot be sent: a plan at odds with itself, which is a bug of ours to show."""
    try:
        turn.ledger.freeze([item])
    except (KeyError, ValueError) as error:
        reason = f"Tieout cannot make a request of this ({type(error).__name__}: {error}). Please report it."
        hold(turn, one, "contract_broken", reason)
        return True
    return False


def outgoing(one: ReadyPosting, payload: Payload, short_code: str, known: ContactEntry | None = None) -> Outgoing:
    marker = payload.contact_number if isinstance(payload, Contact) and one.action == Action.CREATE else one.marker
    return Outgoing(
        marker=marker,
        operation=_OPERATIONS[Action(one.action)],
        payload=payload,
        ids=one.ids,
        remote_id="" if one.action == Action.CREATE else one.remote_id,
        short_code=short_code,
        role=one.ref.role,
        known=known,
    )


def hold(turn: _Turn, one: ReadyPosting, code: str, reason: str) -> None:
    """A posting that cannot be sent, before it was."""
    turn.records.settle(
        [as_sent(one)],
        [
            Settled(
                id=one.id,
                state=PostingState.HELD,
                action=one.action,
                posted_digest="",
                remote_id=one.remote_id,
                remote_status="",
                attempts=one.attempts + 1,
                code=code,
                reason=reason,
                event=("held", reason, ""),
            )
        ],
        organisation=turn.state.id,
        call=None,
        duration_ms=None,
        now=turn.now,
    )


def as_sent(one: ReadyPosting) -> Sent:
    """A ready posting as settling sees it."""
    return Sent(
        id=one.id,
        ref=one.ref,
        state=PostingState.QUEUED,
        payload=one.payload,
        wanted_digest=one.digest,
        sent_digest=one.digest,
        posted_digest="",
        state_after="",
        action=one.action,
        marker=one.marker,
        remote_id=one.remote_id,
        remote_status="",
        attempts=one.attempts,
        document=one.document,
        number=one.number,
        connection=one.connection,
        run=one.run,
    )
