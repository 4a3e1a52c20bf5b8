"""Sending the dossiers of one store to its organisations while they are planned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tieout.accounting import Role
from tieout.documents import DocumentKey, DocumentKind, Dossier
from tieout.errors import Problem
from tieout.planning.results import DocumentHeld, DossierPlan
from tieout.planning.routing import Way, find_way, route_facts
from tieout.ports.records import Assignment, DossierFacts, DueDossier
from tieout.ports.routing import RoutingRecords
from tieout.rules.book import compile_rules
from tieout.rules.routing import Chooser, Routed, RoutingWrong, by_store_view, compile_routing

_SHARED = (Role.CONTACT, Role.ITEM)

Translated = tuple[DueDossier, Dossier | tuple[Problem, ...]]


class Router:
    """Made anew with each planner, so that it goes by the rules of now. Free of cost for a single organisation."""

    def __init__(self, records: RoutingRecords, connection: int, assignments: Sequence[Assignment]) -> None:
        self._records = records
        self._organisations = [one.organisation for one in assignments]
        self._choose = self._chooser(connection, assignments)

    def _chooser(self, connection: int, assignments: Sequence[Assignment]) -> Chooser | None:
        rules = self._records.routing(connection)
        if not rules.strip():
            if len(assignments) < 2:
                return None
            books = {
                one.organisation: compile_rules(one.rules, one.reference)
                for one in assignments
                if one.reference is not None
            }
            return by_store_view({number: book.assigned for number, book in books.items()})
        names = {
            one.organisation: one.reference.organisation.name if one.reference is not None else ""
            for one in assignments
        }
        try:
            return compile_routing(rules, names).route
        except RoutingWrong as error:
            why = f"the rules for organisations cannot be used: {error}"
            return lambda facts: Routed(None, why)

    def takes(self, dossier: Dossier, organisation: int) -> bool:
        """Whether the rules send it there, posted or not; for proposals."""
        return self._choose is None or self._choose(route_facts(dossier)).organisation in (None, organisation)

    def ways(
        self, translated: Sequence[Translated], facts: Mapping[int, Mapping[int, DossierFacts]]
    ) -> Mapping[DocumentKey, Way]:
        """By root; customers and products, which every organisation keeps for itself, are left out."""
        if self._choose is None:
            return {}
        sales = [one for one in translated if one[0].root.kind not in (DocumentKind.CUSTOMER, DocumentKind.PRODUCT)]
        chosen = self._records.targets([one.root_id for one, _ in sales if one.root_id is not None])
        return {
            dossier.root: find_way(
                content if isinstance(content, Dossier) else None,
                self._choose,
                self._organisations,
                [number for number, known in facts.items() if _holds(known.get(dossier.root_id or 0))],
                chosen.get(dossier.root_id or 0),
            )
            for dossier, content in sales
        }


def _holds(facts: DossierFacts | None) -> bool:
    return facts is not None and any(row.posted.ref.role not in _SHARED for row in facts.posted)


def held_plan(dossier: DueDossier, problem: Problem) -> DossierPlan:
    """A dossier that is held whole; what is posted of it stays as it is."""
    return DossierPlan(
        postings=(),
        held=(DocumentHeld(dossier.root, (problem,)),),
        sales_documents=dossier.sales_documents or "orders",
    )


def nothing(dossier: DueDossier) -> DossierPlan:
    """The plan for an organisation that a dossier does not go to."""
    return DossierPlan(postings=(), sales_documents=dossier.sales_documents or "orders")
