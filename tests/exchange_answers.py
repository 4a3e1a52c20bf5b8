"""What the screens of several organisations and the way back are told where a test records use cases."""

from __future__ import annotations

from datetime import date

from tieout.ports.links import LinkCounts
from tieout.ports.routing import RoutedElsewhere
from tieout.records.models import Mapping, Organisation
from tieout.sync.links import LinkLine, LinkPlan, Migrated

RULES = "country DE, AT -> 2  # Hafen GmbH\notherwise -> 1  # Harbour Ltd\n"


class ExchangeAnswers:
    """Answers of the questions; changes are recorded by whoever inherits this."""

    def routing(self, connection: int) -> str:
        return RULES

    def organisations_of_store(self, connection: int) -> dict[int, str]:
        pairs = Mapping.objects.filter(connection=connection, current=True).values_list("organisation_id", flat=True)
        return {one.pk: str(one) for one in Organisation.objects.filter(pk__in=list(pairs))}

    def routed_elsewhere(self, connection: int) -> list[RoutedElsewhere]:
        return []

    def link_counts(self, connection: int, organisation: int) -> LinkCounts:
        return LinkCounts({"contact": 12, "invoice": 31, "payment": 27})

    def plan_links(self, connection: int, organisation: int, dated_from: date | None) -> LinkPlan:
        day = date(2026, 3, 10)
        lines = (
            LinkLine(1, "invoice", "000000021", day, "adopt", "INV-0021", "reference", "59.88 GBP", "59.88 GBP", 1),
            LinkLine(
                1, "invoice", "000000022", day, "amount_differs", "SO-000000022", "number", "12.00 GBP", "11.99 GBP"
            ),
            LinkLine(1, "invoice", "000000023", day, "not_found", ours_total="240.00 GBP"),
        )
        return LinkPlan(connection, organisation, lines)

    def migrate_links(self, *args: object) -> Migrated:
        return Migrated(1, 3)

    def writable_pairs(self) -> list[tuple[int, int, str]]:
        return [(1, 1, "Harbour Ltd → CRM")]
