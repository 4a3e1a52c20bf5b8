"""What one element of an answer means for its posting. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from tieout.accounting import Held, Role
from tieout.engine.actions import DEAD, UNCHANGEABLE, Action, action_for
from tieout.engine.refusals import Reaction, reaction
from tieout.engine.states import PostingEvent, PostingState, next_state
from tieout.engine.verify import differences
from tieout.money import Money
from tieout.ports.ledger import Element, Operation
from tieout.ports.seeing import Difference
from tieout.ports.turn import Sent, Settled
from tieout.sync.turn.values import Policy

#: How long a posting waits whose ground is not in the state we think.
_LATER = timedelta(minutes=1)
_LATER_ATTEMPTS = 3
_CONTACT_ATTEMPTS = 3
#: Evidence kept of a success and of a refusal, in characters.
_DETAIL_OK = 600
_DETAIL_REFUSED = 4_000

_ENDED = {Operation.VOID: "VOIDED", Operation.DELETE: "DELETED", Operation.ARCHIVE: "ARCHIVED"}
#: A digest that equals no other.
_UNSURE = "unsure"
_NUMBERED = (Role.INVOICE, Role.CREDIT_NOTE, Role.DIFFERENCE)


def of_element(
    sent: Sent, element: Element, operation: Operation, now: datetime, policy: Policy, *, found: bool
) -> Settled | None:
    """The row to write; None when the element has to be looked up first (it stays in its call).

    found: it was looked up rather than answered.
    """
    if not element.ok:
        return _refused(sent, element, now, policy)
    if operation in _ENDED:
        return _ended(sent, element, _ENDED[operation])
    return _landed(sent, element, found=found)


def arrived(sent: Sent, held: Held) -> Settled:
    """It was looked up after a lost answer, and is there as it was sent."""
    return _landed(sent, Element(marker=sent.marker, ok=True, remote_id=held.remote_id, held=held), found=True)


def _landed(sent: Sent, element: Element, *, found: bool) -> Settled:
    held = element.held
    status = held.status if held else ""
    # Another version is wanted already: it is sent, whatever this one came to.
    edited = sent.wanted_digest != sent.sent_digest
    differs = differences(sent.payload, held) if sent.payload and held is not None and not edited else ()
    if differs:
        state, keep = next_state(sent.state, PostingEvent.ANSWER_DIFFERS), False
    else:
        state, keep = _after_landing(sent)
    action = action_for(
        role=sent.ref.role, wanted=bool(sent.wanted_digest), remote_id=element.remote_id, remote_status=status
    )
    if state is PostingState.POSTED:
        action = Action.NOTHING
    stuck = UNCHANGEABLE if state is PostingState.QUEUED and action is Action.IMPOSSIBLE else None
    if stuck:
        state = PostingState.HELD
    message = "; ".join(element.warnings) or ("Found in Xero after a lost answer" if found else "OK")
    reason = f"Xero holds something else than was sent: {'; '.join(differs)}." if differs else ""
    total, tax, due = _figures(held)
    return Settled(
        id=sent.id,
        state=state,
        action=action.value,
        posted_digest=sent.sent_digest,
        remote_id=element.remote_id,
        remote_status=status,
        attempts=sent.attempts if differs else 0,
        posted_total_minor=total,
        posted_tax_minor=tax,
        due_minor=due,
        posted=True,
        verified=held is not None and not differs and not edited,
        code="xero_answer_differs" if differs else stuck.code if stuck else "",
        reason=stuck.reason if stuck else reason,
        subject=stuck.subject if stuck else "",
        keep_reason=keep,
        event=("held" if differs else "success", reason or message, element.evidence[:_DETAIL_OK]),
    )


def _after_landing(sent: Sent) -> tuple[PostingState, bool]:
    """The state once it is in the ledger, and whether the reason of an edit meanwhile stays."""
    if sent.wanted_digest == sent.sent_digest and not sent.state_after:
        return next_state(sent.state, PostingEvent.CONFIRMED), False
    if sent.state_after:
        return PostingState(sent.state_after), True
    return next_state(sent.state, PostingEvent.EDITED_MEANWHILE), False


def _ended(sent: Sent, element: Element, status: str) -> Settled:
    """Voided, deleted or archived. Its number stays taken in Xero."""
    if sent.wanted_digest:
        state, keep = (PostingState(sent.state_after), True) if sent.state_after else (PostingState.QUEUED, False)
    else:
        state, keep = next_state(sent.state, PostingEvent.CONFIRMED_GONE), False
    return Settled(
        id=sent.id,
        state=state,
        action=Action.CREATE.value if sent.wanted_digest else Action.NOTHING.value,
        posted_digest="",
        remote_id=sent.remote_id or element.remote_id,
        remote_status=status,
        attempts=0,
        due_minor=0,
        posted=True,
        verified=True,
        keep_reason=keep,
        burnt=sent.marker if sent.ref.role in _NUMBERED else "",
        event=("success", "OK", element.evidence[:_DETAIL_OK]),
    )


def caught_up(sent: Sent, held: Held | None) -> Settled | None:
    """What a look-up says about a posting that was about to go; None: it may.

    Ending what has ended already would be refused, and so would changing what was paid meanwhile.
    """
    alive = held is not None and held.status not in DEAD and held.status != "ARCHIVED"
    match sent.action:
        case Action.CREATE:
            return adopted(sent, held) if held is not None and alive else None
        case Action.UPDATE:
            paid = held is not None and held.status == "PAID" and sent.payload is not None
            equal = paid and held is not None and sent.payload is not None and not differences(sent.payload, held)
            return adopted(sent, held) if held is not None and equal else None
        case _ if held is None or not alive:
            return _gone_already(sent, held)
        case _:
            return None if sent.remote_id else _to_end(sent, held)


def _to_end(sent: Sent, held: Held) -> Settled:
    """The lost database made it, nobody wants it: it is known now, and goes next."""
    action = action_for(role=sent.ref.role, wanted=False, remote_id=held.remote_id, remote_status=held.status)
    return Settled(
        id=sent.id,
        state=next_state(sent.state, PostingEvent.PLANNED_DIFFERENT),
        action=action.value,
        posted_digest=_UNSURE,
        remote_id=held.remote_id,
        remote_status=held.status,
        attempts=sent.attempts,
        event=("success", "Found in Xero, though the store has cancelled it", ""),
        event_action="link",
    )


def _gone_already(sent: Sent, held: Held | None) -> Settled:
    return Settled(
        id=sent.id,
        state=next_state(sent.state, PostingEvent.PLANNED_NOTHING),
        action=Action.NOTHING.value,
        posted_digest="",
        remote_id=sent.remote_id,
        remote_status=held.status if held else "DELETED",
        attempts=0,
        due_minor=0,
        posted=True,
        verified=True,
        burnt=sent.marker if sent.ref.role in _NUMBERED else "",
        event=("success", "Ended in Xero already", ""),
    )


def changed_by_person(sent: Sent, held: Held, differences: Sequence[Difference]) -> Settled:
    """It would overwrite what a person wrote in Xero: held until somebody decides about the drift."""
    if held.status in DEAD and sent.action in (Action.VOID, Action.DELETE):
        return _gone_already(sent, held)
    told = "; ".join(f"{one.field} {one.ours} → {one.theirs}" for one in differences if one.blocks)
    reason = f"{sent.marker} was changed in Xero by a person ({told}): accept or restore it first."
    code = "deleted_by_person" if held.status in DEAD else "changed_by_person"
    waiting = msgspec.structs.replace(sent, attempts=sent.attempts + 1)
    return _held(waiting, code, reason, "", ("held", reason, ""), PostingEvent.REFUSED)


def adopted(sent: Sent, held: Held) -> Settled:
    """An object with our marker that this database did not know of. It counts as ours when its figures are."""
    differs = differences(sent.payload, held) if sent.payload is not None else ()
    event = PostingEvent.ANSWER_DIFFERS if differs else PostingEvent.ADOPTED
    reason = f"Xero has it already, with other figures: {'; '.join(differs)}." if differs else ""
    total, tax, due = _figures(held)
    return Settled(
        id=sent.id,
        state=next_state(sent.state, event),
        action=(_change(sent, held) if differs else Action.NOTHING).value,
        posted_digest="" if differs else sent.wanted_digest,
        remote_id=held.remote_id,
        remote_status=held.status,
        attempts=sent.attempts + bool(differs),
        posted_total_minor=total,
        posted_tax_minor=tax,
        due_minor=due,
        posted=True,
        verified=not differs,
        code="xero_answer_differs" if differs else "",
        reason=reason,
        event=("held" if differs else "success", reason or "Found in Xero and linked", ""),
        event_action="link",
        origin="adopted",
    )


def _change(sent: Sent, held: Held) -> Action:
    return action_for(role=sent.ref.role, wanted=True, remote_id=held.remote_id, remote_status=held.status)


def _refused(sent: Sent, element: Element, now: datetime, policy: Policy) -> Settled | None:
    problem = element.problems[0] if element.problems else None
    code = problem.code if problem else "xero_refused"
    subject = problem.subject if problem else ""
    words = "; ".join(element.refusals)
    sentence = problem.reason if problem else f"Xero refused it: {words}"
    if words not in sentence:
        sentence = f"{sentence} Xero says: {words}"
    event = ("error", sentence, element.evidence[:_DETAIL_REFUSED])
    if sent.wanted_digest != sent.sent_digest:
        # Another version was refused than the one that is wanted now.
        return _again(sent, event, None)
    match reaction(sent.ref.role, code, subject):
        case Reaction.LOOK_UP if sent.attempts < policy.attempts_max:
            return None
        case Reaction.CONTACT_NAME if sent.attempts < _CONTACT_ATTEMPTS:
            return _again(sent, event, None)
        case Reaction.LATER if sent.attempts < _LATER_ATTEMPTS:
            return _again(sent, event, now + _LATER)
        case _:
            return _held(sent, code, sentence, subject, event, PostingEvent.REFUSED)


def not_there(sent: Sent, attempts_max: int) -> Settled:
    """It was looked up and is not in the ledger: it may be sent again, under a new key, a bounded number of times."""
    if sent.attempts >= attempts_max:
        sentence = (
            f"Sent {sent.attempts} times without a clear answer, and Xero does not have it."
            " It is set aside; press retry."
        )
        return _held(sent, "xero_refused", sentence, "no answer", ("held", sentence, ""), PostingEvent.SET_ASIDE)
    return _again(sent, None, None)


def returned(sent: Sent, *, batch_limit: int = 0, unsure: bool = False) -> Settled:
    """Out of its call and back to the queue, decided anew by what is wanted now.

    unsure: a change may have had its effect; what the ledger holds equals nothing that we know.
    """
    back = _again(sent, None, None)
    posted = _UNSURE if unsure and sent.posted_digest else sent.posted_digest
    return msgspec.structs.replace(back, batch_limit=batch_limit, posted_digest=posted)


def _again(sent: Sent, event: tuple[str, str, str] | None, not_before: datetime | None) -> Settled:
    """Back to the queue (or to where an edit meanwhile sent it)."""
    state = PostingState(sent.state_after) if sent.state_after else next_state(sent.state, PostingEvent.NOT_THERE)
    wanted = bool(sent.wanted_digest)
    action = action_for(role=sent.ref.role, wanted=wanted, remote_id=sent.remote_id, remote_status=sent.remote_status)
    if action is Action.NOTHING and not wanted:
        state = PostingState.GONE
    return Settled(
        id=sent.id,
        state=state,
        action=action.value,
        posted_digest=sent.posted_digest,
        remote_id=sent.remote_id,
        remote_status=sent.remote_status,
        attempts=sent.attempts,
        keep_reason=bool(sent.state_after),
        not_before=not_before,
        event=event,
    )


def _held(
    sent: Sent, code: str, sentence: str, subject: str, event: tuple[str, str, str], cause: PostingEvent
) -> Settled:
    return Settled(
        id=sent.id,
        state=next_state(sent.state, cause),
        action=sent.action,
        posted_digest=sent.posted_digest,
        remote_id=sent.remote_id,
        remote_status=sent.remote_status,
        attempts=sent.attempts,
        code=code,
        reason=sentence,
        subject=subject,
        batch_limit=0,
        event=event,
    )


def _figures(held: Held | None) -> tuple[int | None, int | None, int | None]:
    if held is None:
        return None, None, None
    total = held.total if held.total is not None else held.amount
    due = held.amount_due if held.amount_due is not None else held.remaining_credit
    return _minor(total), _minor(held.total_tax), _minor(due)


def _minor(money: Money | None) -> int | None:
    if money is None:
        return None
    try:
        return money.to_minor()
    except ValueError:
        return None
