"""The third step: outside of any transaction, one request (or one piece of reading)."""

from __future__ import annotations

from datetime import timedelta

from tieout.engine.keys import KEY_LIFE, key_is_trusted
from tieout.errors import ContractBroken, NeedsOperator, RetryLater
from tieout.ports.ledger import Answer, AnswerKind, FrozenCall, Ledger, Meter, Operation
from tieout.ports.outside import Clock
from tieout.ports.turn import TurnRecords
from tieout.sync.turn.values import (
    Answered,
    ContactsRead,
    Failed,
    LookedUp,
    LookUpCall,
    LookUpReady,
    Outcome,
    ReadContacts,
    SendCall,
    Work,
)


def send(
    records: TurnRecords,
    ledger: Ledger,
    work: Work,
    meter: Meter,
    clock: Clock,
    key_life: timedelta = KEY_LIFE,
) -> Outcome:
    """What came of it. Raises nothing that an outside system can cause. key_life: how long Xero remembers a key."""
    if isinstance(work, SendCall):
        return _send(ledger, work, clock, key_life)
    try:
        if isinstance(work, LookUpCall | LookUpReady):
            role = work.call.role if isinstance(work, LookUpCall) else work.role
            markers = [one.marker for one in work.sent]
            return LookedUp(work, ledger.look_up(role, markers, work.hints, meter) if markers else {})
        return _read_contacts(records, ledger, work, meter)
    except RetryLater as error:
        return Failed(work, error.scope, str(error), error.after_seconds, error.not_before)
    except NeedsOperator as error:
        return Failed(work, "no_access", str(error))
    except ContractBroken as error:
        return Failed(work, "outage", str(error))


def _send(ledger: Ledger, work: SendCall, clock: Clock, key_life: timedelta) -> Answered:
    call = work.call
    started_at = clock.now()
    if not key_is_trusted(call.first_sent_at, started_at, key_life):
        # The machine slept since this was prepared: somebody else may have sent it, and its key proves nothing now.
        return Answered(
            work, Answer(kind=AnswerKind.UNKNOWN, status=0, message="not sent: prepared too long ago"), 0.0
        )
    answer = ledger.send(
        FrozenCall(
            role=call.role,
            operation=Operation(call.operation),
            method=call.method,
            path=call.path,
            body=call.body,
            markers=call.markers,
        ),
        call.key,
    )
    return Answered(work, answer, max(0.0, (clock.now() - started_at).total_seconds()))


def _read_contacts(records: TurnRecords, ledger: Ledger, work: ReadContacts, meter: Meter) -> ContactsRead:
    """Page by page into the index; saving a page twice does no harm, the mark moves when all were read."""
    for page in ledger.contacts(work.since, meter):
        with records.transaction():
            records.save_contacts(work.organisation, page)
    return ContactsRead(work)
