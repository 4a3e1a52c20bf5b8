"""Trying rules out on one dossier: planned as it would be, nothing written, nothing saved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import msgspec

from tieout.documents import DocumentKey
from tieout.planning.results import DossierPlan
from tieout.ports import Clock, StoreAdapter
from tieout.ports.records import Assignment, StoreConnection
from tieout.ports.routing import PlanningRecords
from tieout.rules.settings import Rules
from tieout.sync.plan import Planner


class _WithRules:
    """Our records, but the rules into one organisation are those that are tried; reads only."""

    def __init__(self, records: PlanningRecords, organisation: int, rules: Rules) -> None:
        self._records = records
        self._organisation = organisation
        self._rules = rules

    def assignments(self, connection: int) -> Sequence[Assignment]:
        return [
            msgspec.structs.replace(one, rules=self._rules) if one.organisation == self._organisation else one
            for one in self._records.assignments(connection)
        ]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._records, name)


def try_rules(
    records: PlanningRecords,
    clock: Clock,
    connection: StoreConnection,
    adapter: StoreAdapter,
    *,
    organisation: int,
    rules: Rules,
    root: DocumentKey,
) -> DossierPlan | None:
    """The plan of the dossier led by `root` into the organisation, by these rules. None when it was not read yet, or
    the organisation's accounts were not."""
    planner = Planner(cast(PlanningRecords, _WithRules(records, organisation, rules)), clock, connection, adapter)
    for planned in planner.plan(records.dossiers(connection.id, [root])):
        if planned.organisation == organisation:
            return planned.plan
    return None
