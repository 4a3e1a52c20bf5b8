"""A store and an organisation it goes to, with the rules between them: what the set-up screens edit."""

from __future__ import annotations

import msgspec
from django.http import HttpRequest

from tieout.accounting import LedgerReference
from tieout.records.models import Mapping
from tieout.rules.settings import Rules


class Pair(msgspec.Struct, frozen=True):
    """reference: None before the organisation was read once. key: in addresses, "3-1"."""

    connection: int
    organisation: int
    store_name: str
    organisation_name: str
    rules: Rules
    reference: LedgerReference | None
    changed_by: str

    @property
    def key(self) -> str:
        return f"{self.connection}-{self.organisation}"

    @property
    def title(self) -> str:
        return f"{self.store_name} → {self.organisation_name}"


def pairs() -> list[Pair]:
    """Every current pair by name; one query."""
    rows = (
        Mapping.objects.filter(current=True, connection__removed_at=None, organisation__removed_at=None)
        .select_related("connection", "organisation")
        .order_by("connection__name", "organisation__name")
    )
    return [_pair(row) for row in rows]


def _pair(row: Mapping) -> Pair:
    text = row.organisation.reference
    return Pair(
        connection=row.connection_id,
        organisation=row.organisation_id,
        store_name=row.connection.name,
        organisation_name=str(row.organisation),
        rules=msgspec.json.decode(row.rules, type=Rules),
        reference=msgspec.json.decode(text, type=LedgerReference) if text else None,
        changed_by=row.created_by,
    )


def chosen(request: HttpRequest, known: list[Pair]) -> Pair | None:
    """The pair that the address names, else the first; None when no store goes anywhere yet."""
    key = request.GET.get("pair", "")
    return next((pair for pair in known if pair.key == key), known[0] if known else None)
