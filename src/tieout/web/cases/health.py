"""Whether this installation can do its work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec


class Check(msgspec.Struct, frozen=True):
    """One thing that must be so. sentence: why it is not, for the log; "" when it is."""

    name: str
    sentence: str = ""

    @property
    def is_good(self) -> bool:
        return not self.sentence


class HealthCases(Protocol):
    def readiness(self) -> Sequence[Check]:
        """database, schema, vault, worker; what cannot be looked at because of an earlier one is left out."""
        ...
