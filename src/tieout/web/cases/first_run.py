"""The first user of an installation."""

from __future__ import annotations

from typing import Protocol


class FirstRunCases(Protocol):
    """Only while nobody may log in."""

    def claim_first_code(self, code: str) -> bool:
        """Whether this is the code that `tieout serve` printed; a right one serves once. Part of the caller's
        transaction."""
        ...
