"""What passes between the five functions of a turn: plain values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from tieout.accounting import Held, Role
from tieout.engine.keys import KEY_LIFE
from tieout.ports.ledger import Answer
from tieout.ports.turn import Sent, StoredCall


class Policy(msgspec.Struct, frozen=True):
    """How turns work. lease_seconds: more than twice the HTTP time limit (30 s).

    turn_seconds_max: then another organisation gets its chance.  batch: a fixed batch size, 0 for learning.
    batch_max: never more in one call.  linger_seconds: how long a batch that is not full waits to be filled.
    contacts_max_age: the index of contacts is read again before one is created, when it is older.
    key_life: how long Xero remembers an idempotency key.
    look_age: a document is looked at before it is changed or ended, when we knew longer ago what Xero holds of it.
    """

    lease_seconds: float = 90.0
    turn_seconds_max: float = 20.0
    batch: int = 0
    batch_max: int = 500
    linger_seconds: float = 2.0
    contacts_max_age: timedelta = timedelta(hours=1)
    key_life: timedelta = KEY_LIFE
    look_age: timedelta = timedelta(minutes=2)
    attempts_max: int = 8


class SendCall(msgspec.Struct, frozen=True):
    """A frozen call, about to leave. Its request row is open."""

    call: StoredCall
    request: int


class LookUpCall(msgspec.Struct, frozen=True):
    """A piece of a call with unknown outcome, to be looked up by its markers."""

    call: StoredCall
    sent: tuple[Sent, ...]
    hints: Mapping[str, str]


class LookUpReady(msgspec.Struct, frozen=True):
    """Postings that are looked at before they go. What the ledger holds of them may be another thing than we know:

    this database was not the last one to write (catching_up), or a person may have changed it meanwhile.
    """

    organisation: int
    role: Role
    sent: tuple[Sent, ...]
    hints: Mapping[str, str]
    catching_up: bool = True


class ReadContacts(msgspec.Struct, frozen=True):
    """The organisation's contacts have to be read (again) before new ones are made."""

    organisation: int
    since: datetime | None
    started_at: datetime


class Nothing(msgspec.Struct, frozen=True):
    """Nothing to send now. ask_again: when to look; None: when somebody rings, or an answer comes.

    lost: the lease is somebody else's; the holder may settle what is under way, and nothing more.
    """

    ask_again: datetime | None = None
    why: str = ""
    lost: bool = False


Work = SendCall | LookUpCall | LookUpReady | ReadContacts
Step = Work | Nothing


class Answered(msgspec.Struct, frozen=True):
    """A call's answer. seconds: how long it took."""

    step: SendCall
    answer: Answer
    seconds: float


class LookedUp(msgspec.Struct, frozen=True):
    """What the ledger holds under the markers asked for."""

    step: LookUpCall | LookUpReady
    found: Mapping[str, Held]


class ContactsRead(msgspec.Struct, frozen=True):
    """Every page was saved."""

    step: ReadContacts


class Failed(msgspec.Struct, frozen=True):
    """A read that could not be finished. scope: what waits ("minute", "outage", "no_access" …)."""

    step: LookUpCall | LookUpReady | ReadContacts
    scope: str
    message: str
    after_seconds: int | None = None
    not_before: datetime | None = None


Outcome = Answered | LookedUp | ContactsRead | Failed
