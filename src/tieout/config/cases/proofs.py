"""Tie-outs and month-end packs."""

from __future__ import annotations

from datetime import date

from tieout.config import month_ends
from tieout.config.cases.wired import Wired
from tieout.config.proving import Proving
from tieout.ports.proofs import Period
from tieout.sync.month_end import MonthEnd
from tieout.web.cases.actor import Actor


class Proofs(Wired):
    """Implements `tieout.web.cases.proofs.ProofCases`."""

    def ask_tie_out(self, organisation: int, period: Period, actor: Actor) -> int:
        wired = self._wired
        proofs = Proving(wired).records
        under_way = proofs.proof_under_way(organisation, period)
        if under_way is not None:
            return under_way
        self._note(actor, "tie-out asked for", wired.administration.organisation(organisation).name)
        return proofs.ask_proof(organisation, period, by=actor.user, now=wired.clock.now())

    def month_end(self, organisation: int, month: date) -> MonthEnd | None:
        return month_ends.latest(self._wired, self._wired.administration.organisation(organisation), month)
