"""The port of our own storage as the turn uses it: leases, calls, requests, postings, contacts.

`claim`, `extend` and `release` open a transaction of their own; all others run inside `transaction()`, which the
caller opens, so that a step of a turn is one transaction that can be read in one place. No method reads a clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

import msgspec

from tieout.accounting import ContactEntry, Held, Payload, Ref, Role
from tieout.engine.limits import Bounds, Usage
from tieout.engine.states import CallState, PostingState
from tieout.ports.ledger import Limits
from tieout.ports.seeing import Difference, PostedObject, Update
from tieout.rules.settings import ContactRules


class Claim(msgspec.Struct, frozen=True):
    """The lease of one organisation. A larger fence means that somebody else holds it now."""

    organisation: int
    fence: int
    owner: str
    until: datetime


class OrganisationState(msgspec.Struct, frozen=True):
    """What a turn needs of its organisation. batches: sizes learnt per role."""

    id: int
    tenant_id: str
    short_code: str
    base_currency: str
    fence: int
    lease_until: datetime | None
    status: str
    bounds: Bounds
    batches: Mapping[str, int]
    catch_up: bool
    contacts_read_at: datetime | None
    failures: int
    catch_up_since: datetime | None = None


class ReadyCount(msgspec.Struct, frozen=True):
    """Ready postings of a role, counted up to a bound. more: others of the role wait for dependencies."""

    role: Role
    count: int
    priority: int
    oldest: datetime
    more: bool = False


class ReadyPosting(msgspec.Struct, frozen=True):
    """A posting that may go. ids: Xero ids of what its payload refers to.

    payload: wanted; for voids and deletes what was posted.
    """

    id: int
    ref: Ref
    action: str
    payload: Payload
    digest: str
    marker: str
    remote_id: str
    ids: Mapping[Ref, str]
    priority: int
    attempts: int
    batch_limit: int
    document: int
    number: str
    connection: int
    run: int | None = None
    must_check: bool = False
    #: When we knew last what the ledger holds of it: answered, or looked at. None: never.
    seen_at: datetime | None = None


class StoredCall(msgspec.Struct, frozen=True):
    """A call of the outbox."""

    id: int
    organisation: int
    role: Role
    operation: str
    method: str
    path: str
    body: str
    key: str
    postings: tuple[int, ...]
    markers: tuple[str, ...]
    state: CallState
    tries: int
    fence: int
    priority: int
    frozen_at: datetime
    first_sent_at: datetime | None
    last_sent_at: datetime | None
    not_before: datetime | None


class NewCall(msgspec.Struct, frozen=True):
    """A call about to be frozen; digests: of the payloads sent, beside their postings."""

    organisation: int
    role: Role
    operation: str
    method: str
    path: str
    body: str
    postings: tuple[int, ...]
    markers: tuple[str, ...]
    digests: tuple[str, ...]
    priority: int
    #: Payloads that were altered for sending (a contact's name made unique), by posting.
    altered: Mapping[int, Payload] = {}


class Sent(msgspec.Struct, frozen=True):
    """A posting in a call, locked for settling."""

    id: int
    ref: Ref
    state: PostingState
    payload: Payload | None
    wanted_digest: str
    sent_digest: str
    posted_digest: str
    state_after: str
    action: str
    marker: str
    remote_id: str
    remote_status: str
    attempts: int
    document: int
    number: str
    connection: int
    run: int | None = None
    call: int | None = None


class Settled(msgspec.Struct, frozen=True):
    """What became of one posting; written by one UPDATE for all of a call.

    posted_digest: of what the ledger holds now. code/reason/subject: why it is held.
    event: (status, message, detail) of the log, None for no row.
    """

    id: int
    state: PostingState
    action: str
    posted_digest: str
    remote_id: str
    remote_status: str
    attempts: int
    posted_total_minor: int | None = None
    posted_tax_minor: int | None = None
    due_minor: int | None = None
    posted: bool = False
    verified: bool = False
    code: str = ""
    reason: str = ""
    subject: str = ""
    #: code, reason and subject stay as an edit meanwhile left them.
    keep_reason: bool = False
    batch_limit: int = 0
    not_before: datetime | None = None
    event: tuple[str, str, str] | None = None
    event_action: str = ""
    #: A number that stays taken in Xero from now on (B8).
    burnt: str = ""
    #: "adopted" when it was found rather than made; "" leaves it.
    origin: str = ""


class TurnRecords(Protocol):
    """What the five functions of a turn use."""

    def transaction(self) -> AbstractContextManager[None]: ...

    def claim(
        self, owner: str, now: datetime, lease_seconds: float, *, organisation: int | None = None
    ) -> Claim | None:
        """Take the lease of the organisation that is due and was served least recently. Own transaction."""
        ...

    def extend(self, claim: Claim, until: datetime) -> Claim | None:
        """Renew the lease; None when somebody else holds it. Own transaction."""
        ...

    def release(self, claim: Claim, due_at: datetime | None, now: datetime) -> None:
        """Give the lease back; due_at None: nothing to do until somebody rings. Own transaction."""
        ...

    def organisation(self, organisation: int) -> OrganisationState: ...

    def usage(self, organisation: int, now: datetime) -> Usage: ...

    def unsettled_calls(self, organisation: int) -> Sequence[StoredCall]:
        """Calls that are not done, without their bodies, oldest first, locked against other settlers."""
        ...

    def call(self, call: int) -> StoredCall: ...

    def count_ready(self, organisation: int, now: datetime, bounds: Mapping[Role, int]) -> Sequence[ReadyCount]: ...

    def next_ready_at(self, organisation: int, now: datetime) -> datetime | None:
        """When the next posting that waits for a time becomes ready."""
        ...

    def take_ready(self, organisation: int, role: Role, limit: int, now: datetime) -> Sequence[ReadyPosting]:
        """The first ready postings of a role and one action, locked (those locked by others are left out)."""
        ...

    def put_off(self, postings: Sequence[int], until: datetime) -> None:
        """Ready postings that go later."""
        ...

    def remote_ids(self, postings: Sequence[int]) -> Mapping[int, Mapping[Ref, str]]:
        """Xero's ids of what each posting depends on."""
        ...

    def freeze(self, call: NewCall, tenant_id: str, nonce: str, now: datetime) -> StoredCall:
        """Write the call and mark its postings as being sent."""
        ...

    def mark_sent(self, call: int, request: int, fence: int, now: datetime) -> StoredCall:
        """The call is about to leave: state, tries, first and last sending."""
        ...

    def open_request(
        self, organisation: int, endpoint: str, method: str, bytes_out: int, documents: int, owner: str, now: datetime
    ) -> int: ...

    def close_request(self, request: int, status: int, bytes_in: int, limits: Limits, now: datetime) -> None: ...

    def close_lost_requests(self, organisation: int, owner: str, now: datetime) -> int:
        """Requests of earlier holders of the lease stop to count a minute from now."""
        ...

    def sent_postings(self, postings: Sequence[int]) -> Sequence[Sent]:
        """Locked rows, in the order of the ids given."""
        ...

    def settle(
        self,
        sent: Sequence[Sent],
        results: Sequence[Settled],
        *,
        organisation: int,
        call: StoredCall | None,
        duration_ms: int | None,
        now: datetime,
    ) -> None:
        """Postings, their dependents, their documents and the log."""
        ...

    def update_call(
        self,
        call: int,
        state: CallState,
        *,
        now: datetime,
        not_before: datetime | None = None,
        status: int | None = None,
        message: str = "",
        evidence: str = "",
        postings: Sequence[int] | None = None,
        markers: Sequence[str] | None = None,
    ) -> None: ...

    def hold_organisation(self, organisation: int, until: datetime | None, scope: str, reason: str) -> None:
        """All its work waits; scope "no_access" marks it until it is connected again."""
        ...

    def learn(
        self, organisation: int, *, batches: Mapping[str, int] | None = None, failures: int | None = None
    ) -> None: ...

    # catching up after a restore

    def begin_catch_up(self, organisation: int, now: datetime) -> None:
        """Calls of unknown fate and postings that may be in the ledger already have to be looked up first."""
        ...

    def end_catch_up(self, organisation: int, now: datetime) -> bool:
        """Ends it when every store was read since and everything is planned; says so in the log."""
        ...

    def checked(self, postings: Sequence[int], now: datetime) -> None:
        """They were looked up: what the ledger holds of them is known."""
        ...

    def doubt(self, postings: Sequence[int]) -> None:
        """They have to be looked up before they go."""
        ...

    # what people did in the ledger

    def posted_objects(
        self, organisation: int, page: Sequence[Held], *, also_sending: bool = False
    ) -> Sequence[PostedObject]:
        """See ports.seeing."""
        ...

    def keep_seen(self, updates: Sequence[Update], differences: Sequence[Difference], now: datetime) -> None:
        """As ports.seeing's note_seen, in the caller's transaction."""
        ...

    # contacts

    def contact_candidates(self, organisation: int, entries: Sequence[ContactEntry]) -> Sequence[ContactEntry]:
        """Contacts of the ledger that share a number, e-mail or folded name with one of the entries."""
        ...

    def save_contacts(self, organisation: int, contacts: Sequence[ContactEntry]) -> None: ...

    def forget_reserved(self, organisation: int, contact_ids: Sequence[str]) -> None:
        """Entries of contacts that were about to be made."""
        ...

    def contacts_read(self, organisation: int, at: datetime | None) -> None:
        """None: they have to be read again before another one is made."""
        ...

    def contact_rules(self, organisation: int, connection: int) -> ContactRules: ...
