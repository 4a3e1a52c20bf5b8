"""The port of our own storage for everything around documents and turns: connections, organisations, rules, runs.

Each method is an own transaction unless it says otherwise. No method reads a clock. Secrets come and go sealed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

import msgspec

from tieout.accounting import Held, LedgerReference, Ref, Role
from tieout.documents import DocumentKey, DocumentKind
from tieout.ports.records import StoreConnection
from tieout.rules.settings import Rules


class NewConnection(msgspec.Struct, frozen=True):
    """A store about to be connected. secrets: sealed JSON object."""

    kind: str
    name: str
    address: str
    options: Mapping[str, str]
    secrets: str
    start_date: date | None = None


class NewOrganisation(msgspec.Struct, frozen=True):
    """An organisation about to be connected. tokens, client_secret: sealed. grant: code, code_pkce, custom.

    authorisation: of another organisation that the same consent reaches, None for the first of a consent. Tokens
    rotate, so that a copy of them would end at the first renewal of the other.
    """

    tenant_id: str
    name: str
    app_name: str
    client_id: str
    client_secret: str
    grant: str
    tokens: str
    scopes: str = ""
    xero_connection_id: str = ""
    access_expires_at: datetime | None = None
    day_limit: int = 1_000
    authorisation: int | None = None


class OrganisationEntry(msgspec.Struct, frozen=True):
    """A connected organisation as screens and use cases need it."""

    id: int
    tenant_id: str
    name: str
    short_code: str
    base_currency: str
    status: str
    status_reason: str
    authorisation: int | None
    reference: LedgerReference | None
    day_remaining: int | None
    day_limit: int
    hold_until: datetime | None
    hold_reason: str
    catch_up: bool


class TokenRow(msgspec.Struct, frozen=True):
    """An authorisation with its app. tokens, client_secret: sealed."""

    id: int
    client_id: str
    client_secret: str
    grant: str
    tokens: str
    scopes: str
    status: str
    access_expires_at: datetime | None
    refreshed_at: datetime | None
    lease_until: datetime | None
    fence: int


class Outcome(msgspec.Struct, frozen=True):
    """A document that is held or skipped. subject: equal for all documents with the same cause."""

    kind: DocumentKind
    number: str
    code: str
    reason: str
    subject: str = ""


class RunPosting(msgspec.Struct, frozen=True):
    """A posting of a run that the ledger holds. drift: touched, deleted_by_person, reconciled, comma separated."""

    id: int
    organisation: int
    role: Role
    state: str
    marker: str
    remote_id: str
    remote_status: str
    date: date | None
    drift: str
    total_minor: int | None = None


class Administration(Protocol):
    """Connections, organisations, rules, runs, and summaries."""

    # connections

    def connections(self) -> Sequence[StoreConnection]:
        """All that were not removed, by id."""
        ...

    def add_connection(self, new: NewConnection, now: datetime) -> int: ...

    def context_read_at(self, connection: int) -> datetime | None: ...

    def save_context(self, connection: int, context: bytes, now: datetime) -> bool:
        """True when the context differs from the one before; then everything held or waiting is due again."""
        ...

    def reading_went_well(self, connection: int, now: datetime) -> None: ...

    def reading_failed(self, connection: int, *, status: str, reason: str, not_before: datetime | None) -> None: ...

    def move_connection(self, connection: int, address: str, options: Mapping[str, str]) -> None:
        """The store answers somewhere else now; its documents stay."""
        ...

    def forget_watermarks(self, connection: int) -> None:
        """Everything is read again from the beginning; unchanged documents stay as they are."""
        ...

    def roots(
        self,
        connection: int,
        kind: DocumentKind,
        after: int,
        limit: int,
        *,
        dated_from: date | None = None,
        dated_to: date | None = None,
    ) -> Sequence[tuple[int, DocumentKey]]:
        """Documents of a kind that lead a dossier, by id, from the one after `after` on."""
        ...

    # organisations

    def organisations(self) -> Sequence[OrganisationEntry]:
        """All that were not removed, by id."""
        ...

    def organisation(self, organisation: int) -> OrganisationEntry: ...

    def add_organisation(self, new: NewOrganisation, now: datetime) -> int: ...

    def save_reference(self, organisation: int, reference: LedgerReference) -> None: ...

    def next_due_at(self, now: datetime) -> datetime | None:
        """When an organisation has work next (never in the past); None when none has any."""
        ...

    # tokens

    def token_row(self, authorisation: int) -> TokenRow: ...

    def lease_tokens(self, authorisation: int, until: datetime, now: datetime) -> TokenRow | None:
        """Become the one refresher: the row with a new fence, None while somebody else is refreshing."""
        ...

    def save_tokens(
        self, row: TokenRow, sealed: str, scopes: str, *, access_expires_at: datetime, now: datetime
    ) -> bool:
        """Store a new token set and end the lease; it must be stored before it is used. False: somebody else took
        over, and what they stored holds."""
        ...

    def end_token_lease(self, row: TokenRow) -> None: ...

    def authorisation_lost(self, authorisation: int, status: str, reason: str) -> None:
        """The consent is gone: its organisations wait until they are connected again."""
        ...

    # rules

    def save_rules(
        self, connection: int, organisation: int, rules: Rules, *, by: str, note: str, now: datetime
    ) -> Rules:
        """Write the next version, note it in the audit trail. Returns the rules as saved, with their version."""
        ...

    # runs and the log

    def begin_run(
        self,
        kind: str,
        *,
        by: str,
        now: datetime,
        scope: Mapping[str, str] = {},
        organisation: int | None = None,
        undoes: int | None = None,
    ) -> int: ...

    def end_run(self, run: int, *, state: str, totals: Mapping[str, int], now: datetime) -> None: ...

    def run_postings(self, run: int) -> Sequence[RunPosting]:
        """What a run posted and the ledger still holds, in the order in which it was made."""
        ...

    def want_nothing(self, actions: Mapping[int, str], now: datetime, why: str) -> int:
        """Queue postings to be deleted or voided, by posting; what depends on another goes before it."""
        ...

    def note(self, *, by: str, action: str, subject: str, now: datetime, address: str = "") -> None:
        """An entry of the audit trail."""
        ...

    def log(self, *, action: str, status: str, message: str, now: datetime, connection: int | None = None) -> None:
        """A row of the log about a connection rather than a document."""
        ...

    # facts of this installation

    def fact_changed_at(self, name: str) -> datetime | None:
        """When a fact of the installation (the last backup, a heartbeat) was noted; None when it never was."""
        ...

    def fact(self, name: str) -> str:
        """What was noted, "" when nothing was."""
        ...

    def note_fact(self, name: str, value: str, now: datetime) -> None: ...

    # summaries

    def documents_by_state(self) -> Mapping[tuple[str, str], int]:
        """(kind, state) → count."""
        ...

    def postings_by_state(self, organisation: int | None = None) -> Mapping[tuple[str, str], int]:
        """(role, state) → count."""
        ...

    def held(self) -> Sequence[Outcome]: ...

    def skipped(self) -> Sequence[Outcome]: ...

    def in_ledger(self, connection: int, organisation: int, refs: Sequence[Ref]) -> frozenset[Ref]:
        """Which of these postings the ledger holds."""
        ...

    def decide_drift(self, drifts: Sequence[int], decision: str, *, by: str, address: str, now: datetime) -> int:
        """accept, restore or leave what a person changed in Xero. Returns how many were open until now."""
        ...

    # what the ledger holds

    def keep_held(self, organisation: int, page: Sequence[Held], now: datetime) -> frozenset[str]:
        """Keep what belongs to postings of ours. Returns the ids in the ledger that are ours."""
        ...

    def strangers_with_our_number(
        self, organisation: int, page: Sequence[Held], ours: frozenset[str]
    ) -> Sequence[Held]:
        """Documents that are not ours but carry the number of one that is."""
        ...
