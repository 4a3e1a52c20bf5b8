"""The port of what somebody must be told in time: consents that near their end, and workers that fell silent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from tieout.ports.schedules import Heartbeat


class ConsentState(msgspec.Struct, frozen=True):
    """A token set and the organisations it reaches. ends_at: when it dies of disuse, None for one that never does.

    status: connected, expired, withdrawn, disconnected. renewed_at: of the last renewal, or of the consent itself.
    """

    authorisation: int
    organisations: tuple[str, ...]
    status: str
    renewed_at: datetime
    ends_at: datetime | None


class AlarmRecords(Protocol):
    """What alarms are made of."""

    def consents(self) -> Sequence[ConsentState]:
        """Of organisations that were not removed."""
        ...

    def heartbeats(self) -> Sequence[Heartbeat]: ...
