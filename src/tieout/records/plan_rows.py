"""One posting of a plan against what is known of it: what has to be written, if anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tieout.accounting import (
    Allocation,
    Contact,
    CreditNote,
    Invoice,
    Item,
    LineAmountTypes,
    Overpayment,
    Payload,
    Payment,
    Ref,
    Role,
    Status,
    Totals,
)
from tieout.documents import DocumentKey, DocumentKind
from tieout.engine.actions import UNCHANGEABLE, Action, action_for
from tieout.engine.states import PostingState
from tieout.errors import Problem
from tieout.money import Money
from tieout.planning.results import PlannedPosting
from tieout.records.codec import encode_certificate, encode_payload, payload_digest, to_text

_NEVER = Problem(code="never_send", reason="Somebody decided never to send this one.")


@dataclass(slots=True)
class Known:
    """A posting as the database has it."""

    id: int
    ref: Ref
    root: int
    state: PostingState
    state_after: str
    action: str
    wanted_digest: str
    posted_digest: str
    sent_digest: str
    source_digest: str
    rule_version: int
    remote_id: str
    remote_status: str
    code: str
    reason: str
    priority: int
    document: int
    marker: str

    @property
    def is_posted(self) -> bool:
        return bool(self.posted_digest)

    @property
    def may_be_replaced(self) -> bool:
        """Shared postings are changed by their own document; an order only brings in what is not there."""
        return not self.is_posted and self.state in (PostingState.HELD, PostingState.GONE, PostingState.WAITING)

    def gone(self, now: datetime) -> Wanted:
        return Wanted(
            id=self.id, ref=self.ref, known=self, organisation=0, connection=0, document=self.document,
            root=self.root, state=PostingState.GONE, action=Action.NOTHING.value, digest="",
            source_digest=self.source_digest, rule_version=self.rule_version, marker=self.marker,
            priority=self.priority, queued_at=None, payload_changed=bool(self.wanted_digest),
        )  # fmt: skip


@dataclass(slots=True)
class Wanted:
    """A row to be inserted (known None) or updated."""

    id: int
    ref: Ref
    known: Known | None
    organisation: int
    connection: int
    document: int
    root: int
    state: PostingState
    action: str
    digest: str
    source_digest: str
    rule_version: int
    marker: str
    priority: int
    queued_at: datetime | None
    state_after: str = ""
    payload: Payload | None = None
    payload_changed: bool = True
    certificate: bytes | None = None
    depends_on: tuple[Ref, ...] = ()
    code: str = ""
    reason: str = ""
    subject: str = ""
    remarks: str = ""
    why: str = ""
    run: int | None = None
    newly_held: bool = False
    currency: str = ""
    total_minor: int | None = None
    tax_minor: int | None = None
    date: date | None = field(default=None)

    def as_known(self) -> Known:
        """For the dependencies of other postings of the same plan."""
        return Known(
            id=self.id, ref=self.ref, root=self.root, state=self.state, state_after="", action=self.action,
            wanted_digest=self.digest, posted_digest="", sent_digest="", source_digest=self.source_digest,
            rule_version=self.rule_version, remote_id="", remote_status="", code=self.code, reason=self.reason,
            priority=self.priority, document=self.document, marker=self.marker,
        )  # fmt: skip


def known_posting(row: Sequence[Any]) -> Known:
    """From the columns `plan_sql.KNOWN_COLUMNS`."""
    return Known(
        id=row[0], ref=Ref(Role(row[1]), DocumentKey(DocumentKind(row[2]), row[3]), row[4]), root=row[5],
        state=PostingState(row[6]), state_after=row[7], action=row[8], wanted_digest=row[9], posted_digest=row[10],
        sent_digest=row[11], source_digest=row[12], rule_version=row[13], remote_id=row[14], remote_status=row[15],
        code=row[16], reason=row[17], priority=row[18], document=row[19], marker=row[20],
    )  # fmt: skip


def decide(
    planned: PlannedPosting | None,
    known: Known | None,
    *,
    organisation: int,
    connection: int,
    document: int,
    root: int,
    source_digest: str,
    rule_version: int,
    why: str,
    priority: int,
    run: int | None,
    never_send: bool,
    released: bool,
    now: datetime,
    ref: Ref | None = None,
    problems: tuple[Problem, ...] = (),
    catch_up: bool = False,
) -> Wanted | None:
    """The row to write, None when nothing changes. planned None: the document is held with `problems`.

    catch_up: this database was not the last one to write; what is not wanted may be in the ledger all the same.
    """
    if planned is None:
        assert ref is not None
        planned = PlannedPosting(ref=ref, payload=None, marker=known.marker if known else "", problems=problems)
    problems = planned.problems
    payload = planned.payload
    keep_wanted = bool(problems) and payload is None and known is not None
    digest = known.wanted_digest if keep_wanted and known is not None else payload_digest(payload)
    action = action_for(
        role=planned.ref.role,
        wanted=bool(digest),
        remote_id=known.remote_id if known else "",
        remote_status=known.remote_status if known else "",
    )
    state, problem = _state(planned, problems, known, digest, action, never_send=never_send)
    if state is PostingState.GONE and not (known and known.remote_id):
        if catch_up and planned.ref.role in (Role.INVOICE, Role.CREDIT_NOTE):
            state, action, payload = PostingState.QUEUED, Action.VOID, _nameless(planned, now)
        elif known is None:
            return None
    entry = Wanted(
        id=known.id if known else 0, ref=planned.ref, known=known, organisation=organisation, connection=connection,
        document=document, root=root, state=state,
        action=(Action.NOTHING if state is PostingState.POSTED else action).value,
        digest=digest, source_digest=source_digest, rule_version=rule_version, marker=planned.marker,
        priority=priority, queued_at=now, payload=payload,
        payload_changed=known is None or (digest != known.wanted_digest and not keep_wanted),
        certificate=encode_certificate(planned.certificate) if planned.certificate is not None else None,
        depends_on=planned.depends_on, why=why, run=run, remarks=_remarks(planned),
        code=problem.code if problem else "", subject=problem.subject[:200] if problem else "",
        reason=problem.reason if problem else planned.waits,
    )  # fmt: skip
    _figures(entry, payload)
    return entry if known is None else _against(entry, known, released=released)


def _nameless(planned: PlannedPosting, now: datetime) -> Payload:
    """Something to void by: of a document that the lost database may have made only number and kind are known."""
    zero, day = Money.zero("XXX"), now.date()
    totals = Totals(zero, zero, zero)
    contact, number = Ref(Role.CONTACT, planned.ref.document), planned.marker
    modes = LineAmountTypes.EXCLUSIVE
    if planned.ref.role is Role.CREDIT_NOTE:
        return CreditNote(number, "", contact, day, Status.AUTHORISED, modes, "XXX", (), totals)
    return Invoice(number, "", contact, day, day, Status.AUTHORISED, modes, "XXX", (), totals)


def _state(
    planned: PlannedPosting,
    problems: tuple[Problem, ...],
    known: Known | None,
    digest: str,
    action: Action,
    *,
    never_send: bool,
) -> tuple[PostingState, Problem | None]:
    if never_send and not (known and known.is_posted):
        return PostingState.REMOVED, _NEVER
    if problems:
        return PostingState.HELD, problems[0]
    if action is Action.NOTHING:
        return PostingState.GONE, None
    if planned.waits:
        return PostingState.WAITING, None
    if known is not None and digest and digest == known.posted_digest:
        return PostingState.POSTED, None
    if action is Action.IMPOSSIBLE:
        return PostingState.HELD, UNCHANGEABLE
    return PostingState.QUEUED, None


def _against(entry: Wanted, known: Known, *, released: bool) -> Wanted | None:
    """The update of a known row. What is being sent keeps its state; the edit waits beside it."""
    if known.state is PostingState.SENDING:
        entry.state_after = "" if entry.state in (PostingState.QUEUED, PostingState.POSTED) else entry.state.value
        entry.newly_held = False
        if entry.state is PostingState.GONE:
            # It may be in the ledger in a moment; then it has to go again.
            entry.state_after = ""
        entry.state = PostingState.SENDING
        entry.action = known.action
    elif known.state is PostingState.REMOVED and not released and entry.digest == known.wanted_digest:
        # Somebody took it out of the queue; only a change or a retry brings it back.
        return None
    same = (
        entry.digest == known.wanted_digest
        and entry.state is known.state
        and entry.state_after == known.state_after
        and entry.code == known.code
        and entry.reason == known.reason
        and entry.action == known.action
        and entry.source_digest == known.source_digest
        and entry.rule_version == known.rule_version
        and not (entry.state is PostingState.QUEUED and entry.priority < known.priority)
    )
    if same:
        return None
    entry.newly_held = entry.state is PostingState.HELD and (
        known.state is not PostingState.HELD or (entry.code, entry.reason) != (known.code, known.reason)
    )
    if known.state is PostingState.QUEUED and entry.state is PostingState.QUEUED:
        # What a person put to the front, or what was released, stays so when its document changes meanwhile.
        entry.priority = min(entry.priority, known.priority)
    if known.state is entry.state and entry.digest == known.wanted_digest:
        entry.queued_at = None
        entry.priority = min(entry.priority, known.priority)
    return entry


def _remarks(planned: PlannedPosting) -> str:
    if len(planned.problems) < 2 and not planned.notes and planned.redated_to is None:
        return ""
    return to_text({"problems": planned.problems, "notes": planned.notes, "redated_to": planned.redated_to})


def _figures(entry: Wanted, payload: Payload | None) -> None:
    """Totals for lists, in whole minor units."""
    match payload:
        case Invoice() | CreditNote():
            _set_total(entry, payload.totals.total)
            entry.tax_minor = _minor(payload.totals.total_tax)
            entry.date = payload.date
        case Payment() | Overpayment() | Allocation():
            _set_total(entry, payload.amount)
            entry.date = payload.date
        case Contact() | Item() | None:
            pass


def _set_total(entry: Wanted, total: Money) -> None:
    entry.total_minor, entry.currency = _minor(total), total.currency


def _minor(money: Money) -> int | None:
    try:
        return money.to_minor()
    except ValueError:
        return None


def encoded(entry: Wanted) -> bytes | None:
    return None if entry.payload is None else encode_payload(entry.payload)
