"""The tables of states: every state can be reached and left, nothing else happens."""

from __future__ import annotations

import pytest

from tieout.engine.states import (
    CALL_TRANSITIONS,
    POSTING_TRANSITIONS,
    CallState,
    PostingEvent,
    PostingState,
    next_state,
)


@pytest.mark.parametrize("state", list(PostingState))
def test_every_posting_state_has_a_way_out_and_a_way_in(state: PostingState) -> None:
    assert {following for (start, _), following in POSTING_TRANSITIONS.items() if start is state} - {state}
    assert [
        start for (start, _), following in POSTING_TRANSITIONS.items() if following is state and start is not state
    ]


@pytest.mark.parametrize("state", [state for state in CallState if state is not CallState.DONE])
def test_every_call_that_is_not_done_can_become_done(state: CallState) -> None:
    reached, border = {state}, {state}
    while border:
        border = {to for (start, _), to in CALL_TRANSITIONS.items() if start in border} - reached
        reached |= border
    assert CallState.DONE in reached


@pytest.mark.parametrize("state", list(PostingState))
def test_every_posting_state_can_come_to_posted(state: PostingState) -> None:
    reached, border = {state}, {state}
    while border:
        border = {to for (start, _), to in POSTING_TRANSITIONS.items() if start in border} - reached
        reached |= border
    assert PostingState.POSTED in reached


@pytest.mark.parametrize("event", list(PostingEvent))
def test_every_event_is_possible_somewhere(event: PostingEvent) -> None:
    assert any(known is event for _, known in POSTING_TRANSITIONS)


@pytest.mark.parametrize("event", [event for event in PostingEvent if event.name.startswith("PLANNED")])
def test_planning_never_moves_what_is_being_sent(event: PostingEvent) -> None:
    with pytest.raises(AssertionError):
        next_state(PostingState.SENDING, event)


def test_only_what_is_queued_is_frozen() -> None:
    starts = [start for start, event in POSTING_TRANSITIONS if event is PostingEvent.FROZEN]
    assert starts == [PostingState.QUEUED]
