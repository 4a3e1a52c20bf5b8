"""Plans as they are written: one transaction for all plans of a round, then the bell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from tieout.ports.records import DueDossier, Member, PlanToWrite, PlanWritten
from tieout.records.plan_writing import PlanWriting
from tieout.records.ringing import ring
from tieout.records.routing import busy_elsewhere
from tieout.records.sql import Database, persistent, text
from tieout.records.standing import refresh_documents
from tieout.rules.catalogue import Code


class Plans:
    """The planning half of DocumentRecords."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @persistent
    def write_plans(self, plans: Sequence[PlanToWrite], done: Sequence[DueDossier], now: datetime) -> PlanWritten:
        counts: Counter[str] = Counter()
        with self._database.transaction():
            if plans and self._is_being_written(plans[0].dossier.connection):
                reason = "Something from Xero is being written into this store; it is planned when that is settled."
                self._defer(done, Code.STORE_BEING_WRITTEN, reason)
                return PlanWritten()
            if self._by_older_rules(plans):
                return PlanWritten(outdated=len(done))
            plans, done = self._without_busy(plans, done)
            for organisation in sorted({plan.organisation for plan in plans}):
                PlanWriting(
                    self._database, organisation, [p for p in plans if p.organisation == organisation], now
                ).write(counts)
            self._planned([member for dossier in done for member in dossier.members if member.due])
            self._remember_choice(plans)
        if counts["queued"]:
            ring(self._database, {plan.organisation for plan in plans if not plan.elsewhere}, now)
        return PlanWritten(**counts)

    def _by_older_rules(self, plans: Sequence[PlanToWrite]) -> bool:
        """Whether somebody saved rules since these plans were made. Saving makes documents due again, which writing
        an older plan would take back; hence the lock on what is in force."""
        planned_by = {plan.organisation: plan.rule_version for plan in plans}
        if not planned_by:
            return False
        rows = self._database.rows(
            f"SELECT organisation_id, version FROM mapping WHERE connection_id=%s AND current{self._database.locked}",
            [plans[0].dossier.connection],
        )
        return any(version > planned_by.get(organisation, version) for organisation, version in rows)

    def _is_being_written(self, connection: int) -> bool:
        """A record of unknown fate: what was read of it must not be taken for the store's own."""
        return bool(
            self._database.row(
                "SELECT 1 FROM brought WHERE connection_id=%s AND operation='create'"
                " AND state IN ('sending','unknown') LIMIT 1",
                [connection],
            )
        )

    def _without_busy(
        self, plans: Sequence[PlanToWrite], done: Sequence[DueDossier]
    ) -> tuple[Sequence[PlanToWrite], Sequence[DueDossier]]:
        """Leave out dossiers that another organisation than planned holds, or is being sent, by now: they were taken
        up while they were planned, and must not be in two companies. They are planned again when that settled."""
        sent = [plan for plan in plans if not plan.elsewhere]
        if len(sent) == len(plans):
            return plans, done
        busy = busy_elsewhere(self._database, [plan.dossier.root_id for plan in sent if plan.dossier.root_id])
        late = {
            plan.dossier.root_id
            for plan in sent
            if (there := busy.get(plan.dossier.root_id or 0)) and plan.organisation not in there
        }
        if not late:
            return plans, done
        held_back = [dossier for dossier in done if dossier.root_id in late]
        reason = "It is just being sent to another organisation; it is planned again when that is known."
        self._defer(held_back, Code.ORGANISATION_CHANGED, reason)
        return (
            [plan for plan in plans if plan.dossier.root_id not in late],
            [dossier for dossier in done if dossier.root_id not in late],
        )

    @persistent
    def defer_planning(self, dossiers: Sequence[DueDossier], code: str, reason: str, now: datetime) -> None:
        with self._database.transaction():
            self._defer(dossiers, code, reason)

    def _defer(self, dossiers: Sequence[DueDossier], code: str, reason: str) -> None:
        members = [member for dossier in dossiers for member in dossier.members if member.due]
        self._database.run_many(
            "UPDATE document SET skipped_code=%s, skipped_reason=%s WHERE id=%s",
            [(code, text(reason), member.id) for member in members],
        )
        self._planned(members)
        refresh_documents(self._database, [member.id for member in members])

    @persistent
    def replan(self, connection: int, organisation: int | None, *, cause: str) -> int:
        condition = "" if organisation is None else " AND p.organisation_id=%s"
        with self._database.transaction():
            return self._database.run(
                "UPDATE document SET planning_due=true, planning_cause=%s WHERE EXISTS"
                " (SELECT 1 FROM document_body b WHERE b.document_id=document.id) AND (id IN"
                " (SELECT p.root_id FROM posting p WHERE p.connection_id=%s"
                " AND (p.state IN ('held','waiting') OR p.state='queued' AND p.posted_digest='')"
                f"{condition}) OR connection_id=%s AND skipped_code NOT IN ('', 'other_sales_document'))",
                [cause, connection, *([] if organisation is None else [organisation]), connection],
            )

    def _planned(self, members: Iterable[Member]) -> None:
        """No longer due, unless a member changed again, or a person asked for it, since it was read."""
        self._database.run_many(
            "UPDATE document SET planning_due=false, planned_version=%s, planning_priority=NULL, planning_run=NULL"
            " WHERE id=%s AND version=%s AND COALESCE(planning_priority, -1)=%s AND COALESCE(planning_run, -1)=%s",
            [
                (
                    member.version, member.id, member.version,
                    -1 if member.priority is None else member.priority, -1 if member.run is None else member.run,
                )
                for member in members
            ],
        )  # fmt: skip

    def _remember_choice(self, plans: Sequence[PlanToWrite]) -> None:
        self._database.run_many(
            "UPDATE document SET sales_documents=%s WHERE id=%s AND sales_documents<>%s",
            [
                (plan.plan.sales_documents, plan.dossier.root_id, plan.plan.sales_documents)
                for plan in plans
                if plan.dossier.root_id is not None and not plan.elsewhere
            ],
        )
