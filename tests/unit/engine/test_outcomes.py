"""What follows an answer, or none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tieout.engine.keys import KEY_LENGTH_MAX, KEY_LIFE, idempotency_key, key_is_trusted
from tieout.engine.outcomes import TRIES_MAX, AnswerFacts, CallFacts, Move, Reply, after_answer
from tieout.engine.pauses import PAUSE_MAX_SECONDS, backoff, limit_pause

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def call(*, tries: int = 1, age: float = 1, count: int = 50) -> CallFacts:
    first = NOW - timedelta(seconds=age)
    return CallFacts(count, tries, first, first if tries == 1 else NOW)


def test_a_settled_answer_is_settled() -> None:
    assert after_answer(call(), AnswerFacts(Reply.SETTLED, 200), NOW, 0.5).move is Move.SETTLE


@pytest.mark.parametrize("count", [1, 2, 3, 50])
def test_a_batch_refused_whole_is_halved(count: int) -> None:
    decision = after_answer(call(count=count), AnswerFacts(Reply.REFUSED_WHOLE, 400), NOW, 0.5)
    assert (decision.move, decision.batch_limit) == (Move.SPLIT, max(1, count // 2))


@pytest.mark.parametrize(("limit", "after", "seconds"), [("minute", 26, 26.5), ("day", 66_975, 66_975.5)])
def test_c111_the_time_that_xero_names_is_kept(limit: str, after: int, seconds: float) -> None:
    decision = after_answer(call(), AnswerFacts(Reply.RETRY, 429, limit, after), NOW, 0.5)
    assert decision.move is Move.AGAIN
    assert decision.not_before == decision.hold_until == NOW + timedelta(seconds=seconds)
    assert decision.hold_scope == limit


def test_concurrency_refusals_name_no_time_and_need_a_moment_only() -> None:
    assert limit_pause("concurrent", None, 1, 1.0) == timedelta(seconds=1)
    assert limit_pause("minute", None, 1, 1.0) == timedelta(seconds=60)


def test_a_lost_answer_is_sent_again_with_its_young_key() -> None:
    decision = after_answer(call(), AnswerFacts(Reply.UNKNOWN), NOW, 0.5)
    assert decision.move is Move.AGAIN
    assert decision.hold_until is None
    assert NOW < decision.not_before <= NOW + timedelta(seconds=5)  # type: ignore[operator]


def test_c60_an_old_key_is_never_trusted() -> None:
    old = call(tries=3, age=0.8 * 360)
    decision = after_answer(old, AnswerFacts(Reply.UNKNOWN), NOW, 0.5)
    assert decision.move is Move.LOOK_UP
    assert decision.not_before == NOW + timedelta(seconds=60)


def test_a_key_that_will_be_old_when_it_is_sent_is_not_trusted_either() -> None:
    decision = after_answer(call(tries=6, age=287), AnswerFacts(Reply.UNKNOWN), NOW, 1.0)
    assert decision.move is Move.LOOK_UP


def test_tries_are_bounded() -> None:
    assert after_answer(call(tries=TRIES_MAX), AnswerFacts(Reply.UNKNOWN), NOW, 0.5).move is Move.LOOK_UP


def test_a_complete_500_is_final_and_replayed_so_that_only_looking_tells() -> None:
    decision = after_answer(call(), AnswerFacts(Reply.UNKNOWN, 500), NOW, 0.5)
    assert decision.move is Move.LOOK_UP
    assert decision.not_before < NOW + timedelta(seconds=10)  # type: ignore[operator]


@pytest.mark.parametrize("status", [0, 200, 502, 504])
def test_other_lost_answers_may_still_be_under_way_at_the_server(status: int) -> None:
    assert after_answer(call(), AnswerFacts(Reply.UNKNOWN, status), NOW, 0.5).move is Move.AGAIN


def test_a_sender_that_died_leaves_a_young_key() -> None:
    decision = after_answer(call(age=100), AnswerFacts(Reply.SENDER_DIED), NOW, 0.5)
    assert (decision.move, decision.not_before) == (Move.AGAIN, NOW)
    assert after_answer(call(age=400), AnswerFacts(Reply.SENDER_DIED), NOW, 0.5).move is Move.LOOK_UP


def test_no_access_holds_the_organisation() -> None:
    decision = after_answer(call(), AnswerFacts(Reply.NO_ACCESS, 403), NOW, 0.5)
    assert (decision.move, decision.hold_scope) == (Move.HOLD_ORGANISATION, "no_access")


def test_a_key_conflict_is_looked_up() -> None:
    assert after_answer(call(), AnswerFacts(Reply.KEY_CONFLICT, 400), NOW, 0.5).move is Move.LOOK_UP


def test_keys_name_their_organisation_and_fit() -> None:
    key = idempotency_key("a" * 36, "f" * 16, 10**12)
    assert key.startswith("a" * 36)
    assert len(key) <= KEY_LENGTH_MAX
    assert idempotency_key("a", "n", 1) != idempotency_key("b", "n", 1)


@pytest.mark.parametrize(("age", "trusted"), [(0, True), (287.9, True), (288, False), (1_000, False), (-5, False)])
def test_keys_are_trusted_for_eighty_percent_of_their_life(age: float, trusted: bool) -> None:
    assert key_is_trusted(NOW - timedelta(seconds=age), NOW) is trusted


def test_what_was_never_sent_may_be_sent() -> None:
    assert key_is_trusted(None, NOW, KEY_LIFE)


def test_pauses_double_up_to_a_bound_and_jitter_spreads_them() -> None:
    assert [backoff(n, 1.0).total_seconds() for n in (1, 2, 3, 4)] == [2, 4, 8, 16]
    assert backoff(1, 0.0).total_seconds() == 1
    assert backoff(1_000, 1.0).total_seconds() == PAUSE_MAX_SECONDS


def test_an_offline_xero_repeats_its_answer_for_a_key_so_the_next_try_has_a_new_one() -> None:
    offline = AnswerFacts(Reply.RETRY, 503, "outage", 300)
    decision = after_answer(call(), offline, NOW, 0.5)
    assert (decision.move, decision.hold_scope) == (Move.ANEW, "outage")
    # An earlier try may have had its effect: only the same key is safe.
    assert after_answer(call(tries=2), offline, NOW, 0.5).move is Move.AGAIN
