"""The states of postings, calls and documents, and every way from one to another, in one table.

A posting that differs from what was posted is queued; nothing else makes work. Every state has a way out; a test
follows them. `docs` draw their pictures from these tables.
"""

from __future__ import annotations

from enum import StrEnum


class PostingState(StrEnum):
    #: Differs from what the ledger holds; goes with the next batch when its dependencies are met.
    QUEUED = "queued"
    #: A rule makes it wait (approval in Xero, a payment's sale, …); no failure.
    WAITING = "waiting"
    #: Needs a person or a mapping; `code` and `reason` say what.
    HELD = "held"
    #: In a frozen call whose outcome is not settled.
    SENDING = "sending"
    #: The ledger holds it as wanted.
    POSTED = "posted"
    #: Not wanted and not in the ledger.
    GONE = "gone"
    #: A person took it from the queue; a change of the document or "retry" brings it back.
    REMOVED = "removed"


class PostingEvent(StrEnum):
    PLANNED_DIFFERENT = "planned_different"
    PLANNED_EQUAL = "planned_equal"
    PLANNED_WAITING = "planned_waiting"
    PLANNED_HELD = "planned_held"
    PLANNED_NOTHING = "planned_nothing"
    FROZEN = "frozen"
    CONFIRMED = "confirmed"
    CONFIRMED_GONE = "confirmed_gone"
    EDITED_MEANWHILE = "edited_meanwhile"
    REFUSED = "refused"
    ANSWER_DIFFERS = "answer_differs"
    NOT_THERE = "not_there"
    SET_ASIDE = "set_aside"
    ADOPTED = "adopted"
    REMOVED = "removed"
    RETRIED = "retried"


_S, _E = PostingState, PostingEvent

_AT_REST = (_S.QUEUED, _S.WAITING, _S.HELD, _S.POSTED, _S.GONE, _S.REMOVED)

#: (state, event) → state. Planning never touches the state of what is being sent: the edit is kept aside
#: (`state_after`) and taken when the call settled (EDITED_MEANWHILE).
POSTING_TRANSITIONS: dict[tuple[PostingState, PostingEvent], PostingState] = {
    **{(state, _E.PLANNED_DIFFERENT): _S.QUEUED for state in _AT_REST},
    **{(state, _E.PLANNED_EQUAL): _S.POSTED for state in _AT_REST},
    **{(state, _E.PLANNED_WAITING): _S.WAITING for state in _AT_REST},
    **{(state, _E.PLANNED_HELD): _S.HELD for state in _AT_REST},
    **{(state, _E.PLANNED_NOTHING): _S.GONE for state in _AT_REST},
    (_S.QUEUED, _E.FROZEN): _S.SENDING,
    (_S.QUEUED, _E.ADOPTED): _S.POSTED,
    (_S.QUEUED, _E.REFUSED): _S.HELD,
    (_S.QUEUED, _E.ANSWER_DIFFERS): _S.HELD,
    (_S.SENDING, _E.CONFIRMED): _S.POSTED,
    (_S.SENDING, _E.CONFIRMED_GONE): _S.GONE,
    (_S.SENDING, _E.EDITED_MEANWHILE): _S.QUEUED,
    (_S.SENDING, _E.REFUSED): _S.HELD,
    (_S.SENDING, _E.ANSWER_DIFFERS): _S.HELD,
    (_S.SENDING, _E.NOT_THERE): _S.QUEUED,
    (_S.SENDING, _E.SET_ASIDE): _S.HELD,
    **{(state, _E.REMOVED): _S.REMOVED for state in (_S.QUEUED, _S.WAITING, _S.HELD)},
    **{(state, _E.RETRIED): _S.QUEUED for state in (_S.HELD, _S.WAITING, _S.REMOVED, _S.QUEUED)},
}


def next_state(state: PostingState, event: PostingEvent) -> PostingState:
    """Where an event leads. Raises AssertionError for a step that the table does not know: our bug."""
    following = POSTING_TRANSITIONS.get((state, event))
    assert following is not None, f"a posting that is {state} cannot be {event}"
    return following


class CallState(StrEnum):
    #: Frozen, to be sent (again, with the same key and bytes).
    OPEN = "open"
    #: A request is under way, or its sender died.
    SENDING = "sending"
    #: May have taken effect and its key is too old, or its answer final: look up by marker, piece by piece.
    UNKNOWN = "unknown"
    DONE = "done"


class CallEvent(StrEnum):
    SENT = "sent"
    ANSWERED = "answered"
    NOT_PROCESSED = "not_processed"
    OUTCOME_LOST = "outcome_lost"
    KEY_TOO_OLD = "key_too_old"
    RESOLVED = "resolved"
    PART_RESOLVED = "part_resolved"


CALL_TRANSITIONS: dict[tuple[CallState, CallEvent], CallState] = {
    (CallState.OPEN, CallEvent.SENT): CallState.SENDING,
    (CallState.OPEN, CallEvent.KEY_TOO_OLD): CallState.UNKNOWN,
    (CallState.SENDING, CallEvent.ANSWERED): CallState.DONE,
    (CallState.SENDING, CallEvent.NOT_PROCESSED): CallState.OPEN,
    (CallState.SENDING, CallEvent.OUTCOME_LOST): CallState.OPEN,
    (CallState.SENDING, CallEvent.KEY_TOO_OLD): CallState.UNKNOWN,
    (CallState.UNKNOWN, CallEvent.PART_RESOLVED): CallState.UNKNOWN,
    (CallState.UNKNOWN, CallEvent.RESOLVED): CallState.DONE,
}


class SyncState(StrEnum):
    """A document's state for people, derived from its postings; the first that applies, top down."""

    RECEIVED = "received"
    HELD = "held"
    SENDING = "sending"
    QUEUED = "queued"
    WAITING = "waiting"
    REMOVED = "removed"
    POSTED = "posted"
    SKIPPED = "skipped"
