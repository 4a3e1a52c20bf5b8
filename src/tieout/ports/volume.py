"""The port that tells how full an organisation gets."""

from __future__ import annotations

from datetime import date
from typing import Protocol

import msgspec


class Volume(msgspec.Struct, frozen=True):
    """invoices: posted by us and dated in the period asked for. contacts: all that it is known to have."""

    invoices: int
    contacts: int


class VolumeRecords(Protocol):
    def volume(self, organisation: int, since: date) -> Volume: ...
