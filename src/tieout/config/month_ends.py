"""Month-end packs: the stores and the stored tie-out put together."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from tieout.config.proving import Proving
from tieout.ports.administration import OrganisationEntry
from tieout.sync import proof_results
from tieout.sync.month_end import MonthEnd, gather, month_period

if TYPE_CHECKING:
    from tieout.config.wiring import Wiring


def latest(wired: Wiring, organisation: OrganisationEntry, month: date) -> MonthEnd | None:
    """The pack of the newest tie-out of exactly this month, None when none was made."""
    proofs = Proving(wired).records
    run = proofs.latest_proof(organisation.id, month_period(month))
    body = proofs.proof_body(run) if run is not None else None
    if run is None or body is None:
        return None
    stores = [
        (connection.name, assignment.rules)
        for connection in wired.administration.connections()
        for assignment in wired.records.assignments(connection.id)
        if assignment.organisation == organisation.id
    ]
    return gather(
        proofs,
        organisation,
        stores,
        month,
        run=run,
        read_at=proofs.read_at(run),
        result=proof_results.decode(body),
    )
