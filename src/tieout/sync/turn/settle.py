"""The fourth step: one transaction that writes down what came of it. A 200 is a fact, whoever holds the lease."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from tieout.accounting import Contact, ContactEntry, Role
from tieout.engine.actions import DEAD
from tieout.engine.batches import BATCH_START, next_size
from tieout.engine.batches import Answered as BatchAnswer
from tieout.engine.outcomes import AnswerFacts, CallFacts, Decision, Move, Reply, after_answer
from tieout.engine.pauses import backoff, limit_pause
from tieout.engine.states import CallState, PostingState
from tieout.ports.ledger import Answer, AnswerKind, Element, Operation
from tieout.ports.turn import OrganisationState, Sent, Settled, StoredCall, TurnRecords
from tieout.sync.turn import looking, matching, results
from tieout.sync.turn.values import Answered, ContactsRead, Failed, LookedUp, LookUpCall, LookUpReady, Outcome, Policy


def settle(records: TurnRecords, outcome: Outcome, now: datetime, jitter: float, policy: Policy) -> None:
    """Write an outcome down. Doing it twice changes nothing."""
    with records.transaction():
        match outcome:
            case Answered():
                _Settling(records, outcome.step.call.id, now, jitter, policy).answered(outcome)
            case LookedUp(step=LookUpReady() as step):
                looking.looked_at(records, step, outcome.found, now)
            case LookedUp(step=LookUpCall() as step):
                _Settling(records, step.call.id, now, jitter, policy).looked_up(outcome)
            case ContactsRead():
                records.contacts_read(outcome.step.organisation, outcome.step.started_at)
            case Failed():
                _failed(records, outcome, now, jitter)


class _Settling:
    """The outcome of one call."""

    def __init__(self, records: TurnRecords, call: int, now: datetime, jitter: float, policy: Policy) -> None:
        self._records = records
        self._call: StoredCall = records.call(call)
        self._state: OrganisationState = records.organisation(self._call.organisation)
        self._now = now
        self._jitter = jitter
        self._policy = policy

    def answered(self, outcome: Answered) -> None:
        answer, call = outcome.answer, self._call
        self._records.close_request(outcome.step.request, answer.status, answer.bytes_in, answer.limits, self._now)
        if call.state is CallState.DONE:
            return
        superseded = call.state is not CallState.SENDING or call.tries != outcome.step.call.tries
        if superseded and answer.kind is not AnswerKind.SETTLED:
            # Somebody else took it over meanwhile; only a settled answer is still news.
            return
        decision = after_answer(
            CallFacts(
                len(call.postings), call.tries, call.first_sent_at, call.last_sent_at, self._state.failures + 1
            ),
            AnswerFacts(Reply(answer.kind.value), answer.status, answer.limit, answer.retry_after, answer.message),
            self._now,
            self._jitter,
            key_life=self._policy.key_life,
        )
        self._learn(outcome, decision)
        match decision.move:
            case Move.SETTLE:
                self._settle(answer.elements, round(outcome.seconds * 1000), answer)
            case Move.SPLIT:
                self._split(decision, answer)
            case Move.AGAIN:
                self._update(CallState.OPEN, answer, decision.not_before)
                self._pause(decision, answer)
            case Move.ANEW:
                sent = self._sent(call.postings)
                self._write(sent, [results.returned(one) for one in sent], None)
                self._update(CallState.DONE, answer, None)
                self._pause(decision, answer)
            case Move.LOOK_UP:
                self._update(CallState.UNKNOWN, answer, decision.not_before)
            case Move.HOLD_ORGANISATION:
                self._update(CallState.OPEN, answer, None)
                self._records.hold_organisation(self._state.id, None, decision.hold_scope, answer.message)

    def looked_up(self, outcome: LookedUp) -> None:
        """Found: it is there. Not found: it is not, and goes back to the queue; the server is long done with it."""
        call = self._call
        asked = {one.id for one in outcome.step.sent}
        assert isinstance(outcome.step, LookUpCall)
        if call.state is not CallState.UNKNOWN:
            # Its answer came after all.
            return
        if not asked:
            self._drop_from_call(set(call.postings[:1]))
            return
        sent = self._sent([one for one in call.postings if one in asked])
        if call.operation == Operation.UPDATE:
            changes = looking.after_lost_change(self._records, self._state.id, sent, outcome.found)
            self._write(sent, changes, None)
            self._drop_from_call(asked)
            return
        elements = []
        missing = []
        for one in sent:
            held = outcome.found.get(one.marker)
            gone = held is None or held.status in DEAD or held.status == "ARCHIVED"
            if gone is (call.operation == Operation.CREATE):
                missing.append(one)
            else:
                remote_id = held.remote_id if held else one.remote_id
                elements.append(Element(marker=one.marker, ok=True, remote_id=remote_id, held=held))
        settled = self._results(sent, elements, found=True)
        settled += [results.not_there(one, self._policy.attempts_max) for one in missing]
        self._write(sent, settled, None)
        self._drop_from_call(asked)

    def _drop_from_call(self, gone: set[int]) -> None:
        call = self._call
        rest = [(one, marker) for one, marker in zip(call.postings, call.markers, strict=True) if one not in gone]
        self._records.update_call(
            call.id,
            CallState.UNKNOWN if rest else CallState.DONE,
            now=self._now,
            message="looked up",
            postings=[one for one, _ in rest],
            markers=[marker for _, marker in rest],
        )

    def _settle(self, elements: Sequence[Element], duration_ms: int, answer: Answer) -> None:
        """Per element; what the answer does not name stays unknown and is looked up."""
        call = self._call
        sent = self._sent(call.postings)
        settled = self._results(sent, elements, found=False)
        self._write(sent, settled, duration_ms)
        done = {one.id for one in settled}
        rest = [(one, marker) for one, marker in zip(call.postings, call.markers, strict=True) if one not in done]
        still = {one.id for one in sent}
        rest = [(one, marker) for one, marker in rest if one in still]
        self._records.update_call(
            call.id,
            CallState.UNKNOWN if rest else CallState.DONE,
            now=self._now,
            status=answer.status,
            message=answer.message,
            evidence=answer.evidence,
            postings=[one for one, _ in rest] if rest else None,
            markers=[marker for _, marker in rest] if rest else None,
        )

    def _sent(self, postings: Sequence[int]) -> list[Sent]:
        """The postings that still are in this call."""
        return [
            one
            for one in self._records.sent_postings(postings)
            if one.call == self._call.id and one.state is PostingState.SENDING
        ]

    def _results(self, sent: Sequence[Sent], elements: Sequence[Element], *, found: bool) -> list[Settled]:
        by_marker = dict(zip(self._call.markers, self._call.postings, strict=True))
        by_id = {one.id: one for one in sent}
        settled: list[Settled] = []
        for element in elements:
            one = by_id.get(by_marker.get(element.marker, 0))
            if one is None:
                continue
            result = results.of_element(
                one, element, Operation(self._call.operation), self._now, self._policy, found=found
            )
            if result is not None:
                settled.append(result)
        return settled

    def _write(self, sent: Sequence[Sent], settled: Sequence[Settled], duration_ms: int | None) -> None:
        if not settled:
            return
        self._records.settle(
            sent, settled, organisation=self._state.id, call=self._call, duration_ms=duration_ms, now=self._now
        )
        if self._call.role is Role.CONTACT:
            self._index_contacts(sent, settled)

    def _index_contacts(self, sent: Sequence[Sent], settled: Sequence[Settled]) -> None:
        payloads = {one.id: one.payload for one in sent}
        self._records.forget_reserved(self._state.id, [f"{matching.RESERVED}{one.id}" for one in settled])
        entries: list[ContactEntry] = []
        changed = self._call.operation == Operation.UPDATE
        asked = [ContactEntry(contact_id=one.remote_id, name="") for one in settled if changed]
        index = {entry.contact_id: entry for entry in self._records.contact_candidates(self._state.id, asked)}
        for one in settled:
            payload = payloads[one.id]
            if one.remote_id and isinstance(payload, Contact) and one.posted:
                known = index.get(one.remote_id)
                # Of a contact that was changed, only what was empty is ours.
                entries.append(matching.filled(payload, known) if known else matching.made(payload, one.remote_id))
        self._records.save_contacts(self._state.id, entries)
        refused = (one for one in settled if one.event is not None and one.event[0] == "error")
        if any(one.state is PostingState.QUEUED for one in refused):
            # A name or number is taken that our index does not have.
            self._records.contacts_read(self._state.id, None)

    def _split(self, decision: Decision, answer: Answer) -> None:
        call = self._call
        sent = self._sent(call.postings)
        if len(call.postings) == 1:
            refusal = Element(marker=call.markers[0], ok=False, refusals=(answer.message,), evidence=answer.evidence)
            self._write(sent, self._results(sent, [refusal], found=False), None)
        else:
            back = [results.returned(one, batch_limit=decision.batch_limit) for one in sent]
            self._write(sent, back, None)
        self._update(CallState.DONE, answer, None)

    def _update(self, state: CallState, answer: Answer, not_before: datetime | None) -> None:
        self._records.update_call(
            self._call.id,
            state,
            now=self._now,
            not_before=not_before,
            status=answer.status,
            message=answer.message,
            evidence=answer.evidence,
        )

    def _pause(self, decision: Decision, answer: Answer) -> None:
        """Limits and outages concern all work; a lost answer only when they pile up."""
        if decision.hold_until is not None:
            self._records.hold_organisation(self._state.id, decision.hold_until, decision.hold_scope, answer.message)
        elif self._state.failures >= 1:
            until = self._now + backoff(self._state.failures, self._jitter, first=1.0)
            self._records.hold_organisation(self._state.id, until, "outage", answer.message)

    def _learn(self, outcome: Answered, decision: Decision) -> None:
        """Batch sizes, and how often it went wrong in a row."""
        answer, call = outcome.answer, self._call
        went_well = answer.kind is AnswerKind.SETTLED
        strained = answer.kind is AnswerKind.UNKNOWN or decision.move is Move.SPLIT
        limits = answer.kind is AnswerKind.RETRY and answer.limit in ("minute", "day", "concurrent", "app")
        failures = 0 if went_well else self._state.failures + (0 if limits else 1)
        batches: Mapping[str, int] | None = None
        if (went_well or strained) and call.role is not Role.ALLOCATION and call.operation == Operation.CREATE:
            size = self._policy.batch or self._state.batches.get(call.role.value, BATCH_START)
            size = min(size, self._policy.batch_max)
            learnt = next_size(
                size,
                BatchAnswer(
                    len(call.postings), outcome.seconds, len(answer.elements) == len(call.postings), strained
                ),
                fixed=self._policy.batch,
            )
            if learnt != self._state.batches.get(call.role.value):
                batches = {**self._state.batches, call.role.value: learnt}
        self._records.learn(self._state.id, batches=batches, failures=failures)


def _failed(records: TurnRecords, outcome: Failed, now: datetime, jitter: float) -> None:
    """A read that was refused: everything waits for what it was refused for."""
    step = outcome.step
    organisation = step.call.organisation if isinstance(step, LookUpCall) else step.organisation
    if outcome.scope == "no_access":
        records.hold_organisation(organisation, None, "no_access", outcome.message)
        return
    state = records.organisation(organisation)
    limited = outcome.scope in ("minute", "day", "concurrent", "app")
    failures = state.failures + (0 if limited else 1)
    until = outcome.not_before or now + limit_pause(outcome.scope, outcome.after_seconds, failures, jitter)
    records.learn(organisation, failures=failures)
    records.hold_organisation(
        organisation, max(until, now + timedelta(milliseconds=200)), outcome.scope, outcome.message
    )
