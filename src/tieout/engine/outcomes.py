"""What to do with a call after its answer, or after none came. Pure: facts in, decision out."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from tieout.engine.keys import KEY_LIFE, key_is_trusted
from tieout.engine.pauses import backoff, limit_pause

#: A batch that was sent this often without an outcome is taken apart; a single posting is set aside.
TRIES_MAX = 12
#: After a lost answer the server may still be at work; nothing is sent or looked up sooner.
QUIET_SECONDS = 3.0
#: Longest time the server may still work on a request whose connection is gone (our own HTTP time limit).
SERVER_SECONDS_MAX = 60.0


class Reply(StrEnum):
    """What kind of answer came (the ledger port's AnswerKind, told apart from it to stay pure)."""

    SETTLED = "settled"
    REFUSED_WHOLE = "refused_whole"
    RETRY = "retry"
    UNKNOWN = "unknown"
    NO_ACCESS = "no_access"
    KEY_CONFLICT = "key_conflict"
    #: No answer at all was seen: the sender died.
    SENDER_DIED = "sender_died"


class Move(StrEnum):
    SETTLE = "settle"
    SPLIT = "split"
    AGAIN = "again"
    #: Surely not processed, and its key would only repeat the failure: back to the queue, under a new key.
    ANEW = "anew"
    LOOK_UP = "look_up"
    HOLD_ORGANISATION = "hold_organisation"


class CallFacts(msgspec.Struct, frozen=True):
    """What is known of a call when its answer came. tries: sendings so far, this one included."""

    count: int
    tries: int
    first_sent_at: datetime | None
    last_sent_at: datetime | None
    failures: int = 0


class AnswerFacts(msgspec.Struct, frozen=True):
    """status: HTTP status, 0 none. limit: "minute", "day", "concurrent", "app", "outage", "connection"."""

    reply: Reply
    status: int = 0
    limit: str = ""
    retry_after: int | None = None
    message: str = ""


class Decision(msgspec.Struct, frozen=True):
    """move, and when. batch_limit: for SPLIT, how many may go together from now on.

    hold_until/hold_scope: what all work of the organisation waits for ("" none; "no_access": for a person).
    """

    move: Move
    not_before: datetime | None = None
    batch_limit: int = 0
    hold_until: datetime | None = None
    hold_scope: str = ""


def after_answer(
    call: CallFacts, answer: AnswerFacts, now: datetime, jitter: float, *, key_life: timedelta = KEY_LIFE
) -> Decision:
    """The next step of a call. jitter: 0 to 1."""
    match answer.reply:
        case Reply.SETTLED:
            return Decision(Move.SETTLE)
        case Reply.REFUSED_WHOLE:
            return Decision(Move.SPLIT, batch_limit=max(1, call.count // 2))
        case Reply.RETRY:
            return _not_processed(call, answer, now, jitter)
        case Reply.NO_ACCESS:
            return Decision(Move.HOLD_ORGANISATION, hold_scope="no_access")
        case Reply.KEY_CONFLICT:
            # The key belongs to other bytes: ours were not processed under it, but an earlier try may have been.
            return _look_up(call, now)
        case Reply.UNKNOWN if answer.status == 500:
            # A complete 500 is final, and is replayed for this key: only looking tells.
            return Decision(Move.LOOK_UP, not_before=now + backoff(1, jitter))
        case Reply.UNKNOWN | Reply.SENDER_DIED:
            return _lost(call, now, jitter, key_life)


def _not_processed(call: CallFacts, answer: AnswerFacts, now: datetime, jitter: float) -> Decision:
    """Surely not processed: the same call later. Limits and outages concern all work of the organisation."""
    until = now + limit_pause(answer.limit, answer.retry_after, max(call.failures, 1), jitter)
    # Xero repeats a 5xx for its key for six minutes. After an earlier try of unknown outcome the key is needed.
    move = Move.ANEW if answer.status >= 500 and call.tries == 1 else Move.AGAIN
    return Decision(move, not_before=until, hold_until=until, hold_scope=answer.limit or "outage")


def _lost(call: CallFacts, now: datetime, jitter: float, key_life: timedelta) -> Decision:
    """The outcome is unknown. A young key makes sending the same bytes again harmless, and it answers whole."""
    sent_at = call.last_sent_at or now
    pause = max(backoff(call.tries, jitter), timedelta(seconds=QUIET_SECONDS))
    again_at = max(now, sent_at) + pause if call.tries > 1 else max(now, sent_at + pause)
    if call.tries < TRIES_MAX and key_is_trusted(call.first_sent_at, again_at, key_life):
        return Decision(Move.AGAIN, not_before=again_at)
    return _look_up(call, now)


def _look_up(call: CallFacts, now: datetime) -> Decision:
    sent_at = call.last_sent_at or now
    return Decision(Move.LOOK_UP, not_before=max(now, sent_at + timedelta(seconds=SERVER_SECONDS_MAX)))
