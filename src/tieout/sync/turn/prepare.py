"""The second step of a turn: one transaction that decides what leaves next, and writes it down before it does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from tieout.accounting import Role
from tieout.engine.batches import BATCH_START
from tieout.engine.choice import BACKFILL_PRIORITY, IMMEDIATE_PRIORITY, Waiting, choose
from tieout.engine.keys import key_is_trusted
from tieout.engine.limits import MANUAL_PRIORITY, Slot, next_slot
from tieout.engine.outcomes import AnswerFacts, CallFacts, Move, Reply, after_answer
from tieout.engine.states import CallState
from tieout.ports.ledger import Ledger, Operation
from tieout.ports.turn import Claim, OrganisationState, StoredCall, TurnRecords
from tieout.sync.turn import freezing, looking, results
from tieout.sync.turn.values import LookUpCall, LookUpReady, Nothing, Policy, ReadContacts, SendCall, Step, Work

#: Roles in the order of work; quotes are not posted yet.
ROLES: tuple[Role, ...] = tuple(role for role in Role if role is not Role.QUOTE)
#: Calls of a role under way at once while its batches may still grow.
_LEARNING_CALLS = 2
#: How often a catch-up looks whether the stores were read.
_CATCH_UP_LOOK = timedelta(seconds=5)
#: Xero takes one allocation a call.
_ALONE = (Role.ALLOCATION,)


#: Look-ups of a catch-up stand among them under negative numbers, one a role.
_LOOK_UPS = {role: -number for number, role in enumerate(ROLES, start=1)}
#: Reading the contacts stands among the calls under way under this number.
CONTACTS_UNDER_WAY = 0


def under_way_key(work: Work) -> tuple[int, Role]:
    """How work stands among what is under way in a turn: a number and its role."""
    match work:
        case SendCall() | LookUpCall():
            return work.call.id, work.call.role
        case LookUpReady():
            return _LOOK_UPS[work.role], work.role
        case ReadContacts():
            return CONTACTS_UNDER_WAY, Role.CONTACT


def prepare(
    records: TurnRecords,
    ledger: Ledger,
    claim: Claim,
    under_way: Mapping[int, Role],
    now: datetime,
    policy: Policy,
    *,
    nonce: str,
    jitter: float,
    filling: bool = False,
) -> Step:
    """What leaves next, already written down; or why nothing does.

    nonce: random text for idempotency keys, new for every turn. filling: more postings are being planned.
    """
    with records.transaction():
        state = records.organisation(claim.organisation)
        if state.fence != claim.fence or state.lease_until is None or state.lease_until <= now:
            return Nothing(why="the lease is lost", lost=True)
        if state.status != "connected":
            return Nothing(why=state.status)
        if state.catch_up and state.catch_up_since is None:
            records.begin_catch_up(state.id, now)
            state = records.organisation(claim.organisation)
        turn = _Turn(records, ledger, claim, state, under_way, now, policy, nonce, jitter)
        return turn.resume() or turn.begin(filling)


class _Turn:
    """One prepare: everything it needs to know, read inside its transaction."""

    def __init__(
        self,
        records: TurnRecords,
        ledger: Ledger,
        claim: Claim,
        state: OrganisationState,
        under_way: Mapping[int, Role],
        now: datetime,
        policy: Policy,
        nonce: str,
        jitter: float,
    ) -> None:
        self.records = records
        self.ledger = ledger
        self.claim = claim
        self.state = state
        self.under_way = under_way
        self.now = now
        self.policy = policy
        self.nonce = nonce
        self.jitter = jitter
        self.owner = f"turn {claim.owner} {claim.fence}"
        if not under_way:
            records.close_lost_requests(state.id, self.owner, now)
        self.usage = records.usage(state.id, now)
        self._earliest: datetime | None = None

    def slot(self, priority: int) -> Slot:
        return next_slot(
            self.usage,
            self.state.bounds,
            self.now,
            urgent=priority <= IMMEDIATE_PRIORITY,
            manual=priority <= MANUAL_PRIORITY,
            paced=priority >= BACKFILL_PRIORITY,
        )

    def resume(self) -> Step | None:
        """Calls whose outcome is open come before new ones; those whose time has not come are passed over."""
        for call in self.records.unsettled_calls(self.state.id):
            if call.id in self.under_way:
                continue
            step = self._resume(call)
            if step is not None:
                return step
        return None

    def _resume(self, call: StoredCall) -> Step | None:
        state, not_before = call.state, call.not_before
        if state is CallState.SENDING:
            state, not_before = self._sender_died(call)
        elif state is CallState.OPEN and not key_is_trusted(call.first_sent_at, self.now, self.policy.key_life):
            state = CallState.UNKNOWN
            self.records.update_call(call.id, state, not_before=not_before, now=self.now)
        if not_before is not None and not_before > self.now:
            self.wait_until(not_before)
            return None
        slot = self.slot(call.priority)
        if not slot.free:
            return self.nothing(slot)
        if state is CallState.OPEN:
            return self.leave(self.records.call(call.id))
        return self._look_up(call)

    def _sender_died(self, call: StoredCall) -> tuple[CallState, datetime | None]:
        facts = CallFacts(len(call.postings), call.tries, call.first_sent_at, call.last_sent_at)
        decision = after_answer(
            facts, AnswerFacts(Reply.SENDER_DIED), self.now, self.jitter, key_life=self.policy.key_life
        )
        state = CallState.OPEN if decision.move is Move.AGAIN else CallState.UNKNOWN
        self.records.update_call(
            call.id, state, not_before=decision.not_before, message="the sender ended without an answer", now=self.now
        )
        return state, decision.not_before

    def _look_up(self, call: StoredCall) -> Step | None:
        if call.operation == Operation.UPDATE and call.role not in looking.DOCUMENTS:
            # Changing a contact or an item twice to the same does no harm: it is simply decided anew.
            sent = [one for one in self.records.sent_postings(call.postings) if one.call == call.id]
            self.records.settle(
                sent,
                [results.returned(one, unsure=True) for one in sent],
                organisation=self.state.id,
                call=call,
                duration_ms=None,
                now=self.now,
            )
            self.records.update_call(call.id, CallState.DONE, now=self.now, message="to be sent anew")
            return None
        piece = call.postings[: self.ledger.lookup_size(call.role)]
        sent = [one for one in self.records.sent_postings(piece) if one.call == call.id]
        ids = self.records.remote_ids([one.id for one in sent])
        hints = {}
        for one in sent:
            outgoing = freezing.outgoing_of(one, ids.get(one.id, {}), self.state.short_code)
            if outgoing is not None:
                hints[one.marker] = self.ledger.hint(outgoing)
        return LookUpCall(call=call, sent=tuple(sent), hints=hints)

    def begin(self, filling: bool) -> Step:
        """Freeze the next batch of what is ready."""
        linger = timedelta(seconds=self.policy.linger_seconds)
        passed_over = self._learning()
        while True:
            sizes = {role: self.size(role) for role in ROLES if role not in passed_over}
            counts = self.records.count_ready(self.state.id, self.now, sizes)
            waiting = [
                Waiting(one.role, one.count, sizes[one.role], one.priority, one.oldest, one.more) for one in counts
            ]
            role, ask_again = choose(waiting, _roles(self.under_way), self.now, filling=filling, linger=linger)
            if role is None:
                self.wait_until(ask_again)
                self.wait_until(self.records.next_ready_at(self.state.id, self.now))
                if (
                    self.state.catch_up
                    and not self.under_way
                    and not self.records.end_catch_up(self.state.id, self.now)
                ):
                    self.wait_until(self.now + _CATCH_UP_LOOK)
                return Nothing(ask_again=self._earliest, why="nothing is ready")
            slot = self.slot(next(one.priority for one in waiting if one.role is role))
            if not slot.free:
                return self.nothing(slot)
            if role is Role.CONTACT and self._contacts_are_old():
                if CONTACTS_UNDER_WAY in self.under_way:
                    passed_over.add(role)
                    continue
                return self._read_contacts()
            frozen, progress = freezing.freeze_batch(self, role, sizes[role])
            if isinstance(frozen, LookUpReady):
                if _LOOK_UPS[role] not in self.under_way:
                    return frozen
                progress = False
            elif frozen is not None:
                return self.leave(frozen)
            if not progress:
                passed_over.add(role)

    def _learning(self) -> set[Role]:
        """Roles whose batch size is still being found out, with enough under way to learn from."""
        if self.policy.batch:
            return set()
        under_way = Counter(self.under_way.values())
        return {
            role
            for role, count in under_way.items()
            if count >= _LEARNING_CALLS and role not in _ALONE and self.size(role) < self.policy.batch_max
        }

    def size(self, role: Role) -> int:
        if role in _ALONE:
            return 1
        learnt = self.policy.batch or self.state.batches.get(role.value, BATCH_START)
        return max(1, min(learnt, self.policy.batch_max))

    def leave(self, call: StoredCall) -> SendCall:
        """Write the request row and mark the call as sent; the request follows after the transaction."""
        request = self.records.open_request(
            self.state.id,
            call.path.partition("?")[0].partition("/")[0],
            call.method,
            len(call.body.encode()),
            len(call.postings),
            self.owner,
            self.now,
        )
        return SendCall(self.records.mark_sent(call.id, request, self.claim.fence, self.now), request)

    def _contacts_are_old(self) -> bool:
        read_at = self.state.contacts_read_at
        return read_at is None or self.now - read_at > self.policy.contacts_max_age

    def _read_contacts(self) -> ReadContacts:
        read_at = self.state.contacts_read_at
        # Xero does not say whether its bound is inclusive, and clocks differ: some minutes are read twice.
        since = None if read_at is None else read_at - timedelta(minutes=5)
        return ReadContacts(organisation=self.state.id, since=since, started_at=self.now)

    def wait_until(self, moment: datetime | None) -> None:
        if moment is not None and (self._earliest is None or moment < self._earliest):
            self._earliest = moment

    def nothing(self, slot: Slot) -> Nothing:
        self.wait_until(slot.not_before)
        return Nothing(ask_again=self._earliest, why=slot.scope)


def _roles(under_way: Mapping[int, Role]) -> Collection[Role]:
    return set(under_way.values())
