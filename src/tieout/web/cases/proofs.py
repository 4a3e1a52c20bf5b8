"""Tie-outs and month-end packs."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from tieout.ports.proofs import Period
from tieout.sync.month_end import MonthEnd
from tieout.web.cases.actor import Actor


class ProofCases(Protocol):
    """What people ask of proofs; a worker does it."""

    def ask_tie_out(self, organisation: int, period: Period, actor: Actor) -> int:
        """The run that will hold the result; one that waits or runs for the same period is not asked twice."""
        ...

    def month_end(self, organisation: int, month: date) -> MonthEnd | None:
        """The pack of the newest tie-out of exactly this month, None when none was made."""
        ...
