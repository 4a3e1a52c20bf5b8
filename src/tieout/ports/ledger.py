"""Ports of the ledger: one organisation of Xero through one authorisation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

import msgspec

from tieout.accounting import ContactEntry, Held, LedgerReference, Payload, Ref, Role
from tieout.errors import Problem


class Operation(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    VOID = "void"
    DELETE = "delete"
    ARCHIVE = "archive"


class Outgoing(msgspec.Struct, frozen=True):
    """One posting about to be sent. ids: Xero ids of the postings its payload refers to.

    remote_id: its own id, for everything but CREATE. marker: see PlannedPosting.
    role: None means what the payload says; DIFFERENCE (and refund payments of one) must be told.
    known: for UPDATE of a contact, what the ledger holds: only what is empty there is sent. None: nothing is; an
    entry without a name: all of it is.
    """

    marker: str
    operation: Operation
    payload: Payload
    ids: Mapping[Ref, str]
    remote_id: str = ""
    short_code: str = ""
    role: Role | None = None
    known: ContactEntry | None = None


class FrozenCall(msgspec.Struct, frozen=True):
    """One request, exact. path: below the API's base, with query. markers: of its elements, in order."""

    role: Role
    operation: Operation
    method: str
    path: str
    body: str
    markers: tuple[str, ...]


class Limits(msgspec.Struct, frozen=True):
    """What the answer's headers said; None where absent."""

    day_remaining: int | None = None
    minute_remaining: int | None = None
    app_minute_remaining: int | None = None


class Element(msgspec.Struct, frozen=True):
    """What became of one element of a call.

    ok: it is in the ledger as `held` tells. refusals: Xero's messages, word for word.
    problems: the refusals as codes of the catalogue with a plain sentence, for holding the posting.
    evidence: the element's slice of the answer, as text, without secrets.
    """

    marker: str
    ok: bool
    remote_id: str = ""
    held: Held | None = None
    refusals: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    evidence: str = ""
    problems: tuple[Problem, ...] = ()


class AnswerKind(StrEnum):
    #: Every element that Xero answered has its outcome in `elements`. A marker of the call without an element
    #: is unknown: look it up by its marker before anything is sent again.
    SETTLED = "settled"
    #: Refused as a whole without saying which element (or too large): split and send again.
    REFUSED_WHOLE = "refused_whole"
    #: Surely not processed (429, 503 before processing): the same call again later.
    RETRY = "retry"
    #: May or may not have been processed: look up by marker.
    UNKNOWN = "unknown"
    #: Token or access: all work of the authorisation waits.
    NO_ACCESS = "no_access"
    #: The idempotency key was used for another request.
    KEY_CONFLICT = "key_conflict"


class Answer(msgspec.Struct, frozen=True):
    kind: AnswerKind
    status: int
    elements: tuple[Element, ...] = ()
    limits: Limits = Limits()
    retry_after: int | None = None
    #: "minute", "day", "concurrent", "app" for a limit; "outage" (Xero or the organisation is offline) and
    #: "connection" (the request never left) for the other RETRYs; "" otherwise.
    limit: str = ""
    message: str = ""
    code: str = ""
    bytes_in: int = 0
    evidence: str = ""
    #: Xero's own id of the call, for its support.
    correlation_id: str = ""


class TokenKeeper(Protocol):
    """Access tokens of one authorisation. One refresher at a time; a new token is saved before it is used.

    Both raise NeedsOperator when consent is gone and RetryLater when the login service does not answer.
    """

    def access_token(self) -> str:
        """A token that is good for at least the next call; refreshed first when it is nearly used up."""
        ...

    def refresh_after_401(self, refused: str) -> str:
        """Another token than `refused`: what somebody else refreshed meanwhile, else a fresh one."""
        ...


class Meter(Protocol):
    """The ledger of HTTP requests to Xero, written before each call and closed after it: the rate limiter."""

    def open(self, endpoint: str, method: str, bytes_out: int) -> int:
        """A request row's id. Raises RetryLater when no call may be made now."""
        ...

    def close(self, request: int, *, status: int, bytes_in: int, limits: Limits) -> None: ...


class Ledger(Protocol):
    """One organisation of Xero through one authorisation. Implemented in `xero`."""

    def lane(self, outgoing: Outgoing) -> str:
        """Postings with the same lane (and role) may share one call; what goes alone has a lane of its own."""
        ...

    def freeze(self, outgoing: Sequence[Outgoing]) -> FrozenCall:
        """The request for postings of one role and one lane. Pure; the same input gives the same text."""
        ...

    def send(self, call: FrozenCall, idempotency_key: str) -> Answer:
        """Send a frozen call; never raises for an answer or a lost one: the outcome is in `kind`."""
        ...

    def hint(self, outgoing: Outgoing) -> str:
        """What `look_up` needs to know of a posting besides its marker; "" for most roles. Pure."""
        ...

    def look_up(self, role: Role, markers: Sequence[str], hints: Mapping[str, str], meter: Meter) -> dict[str, Held]:
        """What the ledger holds under our markers (see the table in docs/xero.md). hints: marker → what `hint`
        said of it (payments and allocations are found through their document). A marker that is not in the
        answer is not in the ledger. Raises RetryLater, NeedsOperator, ContractBroken."""
        ...

    def lookup_size(self, role: Role) -> int:
        """How many markers one look-up call takes."""
        ...

    def reference(self, meter: Meter) -> LedgerReference: ...

    def contacts(self, since: datetime | None, meter: Meter) -> Iterator[Sequence[ContactEntry]]:
        """The contacts changed since, page by page, archived ones included."""
        ...

    def read(
        self,
        role: Role,
        meter: Meter,
        *,
        since: datetime | None = None,
        dated_from: date | None = None,
        dated_to: date | None = None,
    ) -> Iterator[Sequence[Held]]:
        """Documents of a role as the ledger holds them, page by page.

        PAYMENT also gives refund payments, each with its own role; DIFFERENCE is not a kind of Xero's.
        """
        ...

    def read_some(self, role: Role, ids: Sequence[str], meter: Meter) -> Iterator[Sequence[Held]]:
        """Exactly these invoices or credit notes, in as few calls as addresses allow. Raises as `read` does."""
        ...

    def create_account(
        self,
        code: str,
        name: str,
        type: str,
        tax_type: str,
        meter: Meter,
        *,
        payments_enabled: bool = False,
        currency: str = "",
        bank_number: str = "",
    ) -> str:
        """Its id. payments_enabled: payments may be booked to it (clearing accounts). currency, bank_number: of
        accounts of type BANK only. Raises NeedsOperator with
        Xero's reason, OutcomeUnknown when the answer was lost (read the reference again)."""
        ...

    def create_tax_rate(
        self, name: str, components: Sequence[tuple[str, str, bool]], report_type: str, meter: Meter
    ) -> str:
        """components: (name, percent as text, compound). Returns the TaxType."""
        ...

    def enable_currency(self, code: str, meter: Meter) -> None: ...
