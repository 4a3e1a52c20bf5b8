"""What the connections screen shows of stores and organisations. No secret is read here."""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.db.models import Count

from tieout.accounting import LedgerReference
from tieout.records.models import Authorisation, Connection, Document, Mapping, Organisation, Watermark
from tieout.web import words
from tieout.web.overview import organisation_state


class StoreCard(msgspec.Struct, frozen=True):
    """entities: (title, documents read, last read)."""

    row: Connection
    kind: str
    entities: tuple[tuple[str, int, datetime | None], ...]
    organisations: tuple[str, ...]


class OrganisationCard(msgspec.Struct, frozen=True):
    """reference: None before the organisation was read once."""

    row: Organisation
    status: str
    note: str
    reference: LedgerReference | None
    authorisation: Authorisation | None
    stores: tuple[str, ...]

    @property
    def currencies(self) -> tuple[str, ...]:
        """Currencies switched on besides the base currency, the first dozen."""
        if self.reference is None:
            return ()
        base = self.reference.organisation.base_currency
        return tuple(code for code in self.reference.currencies if code != base)[:12]


_SECRET = ("secrets", "context", "options", "entities")


def store_cards() -> list[StoreCard]:
    """All stores that were not removed; a constant number of queries."""
    counts: dict[tuple[int, str], int] = {
        (connection, kind): count
        for connection, kind, count in Document.objects.order_by()
        .values_list("connection_id", "kind")
        .annotate(Count("id"))
    }
    read = {(mark.connection_id, mark.kind): mark.read_at for mark in Watermark.objects.all()}
    goes = _pairs()
    return [
        StoreCard(
            row=row,
            kind=words.STORE_KINDS.get(row.kind, row.kind),
            entities=tuple(
                (words.entity(kind), counts.get((row.pk, kind), 0), read.get((row.pk, kind)))
                for kind in words.ENTITIES
                if (row.pk, kind) in counts or (row.pk, kind) in read
            ),
            organisations=tuple(name for connection, _pk, name, _store in goes if connection == row.pk),
        )
        for row in Connection.objects.filter(removed_at=None).defer(*_SECRET).order_by("name")
    ]


def organisation_cards(now: datetime) -> list[OrganisationCard]:
    """All organisations that were not removed."""
    goes = _pairs()
    found = []
    for row in (
        Organisation.objects.filter(removed_at=None)
        .select_related("authorisation")
        .defer("authorisation__tokens")
        .order_by("name")
    ):
        status, note = organisation_state(row, now)
        found.append(
            OrganisationCard(
                row=row,
                status=status,
                note=note,
                reference=msgspec.json.decode(row.reference, type=LedgerReference) if row.reference else None,
                authorisation=row.authorisation,
                stores=tuple(store for _connection, pk, _name, store in goes if pk == row.pk),
            )
        )
    return found


def _pairs() -> list[tuple[int, int, str, str]]:
    rows = Mapping.objects.filter(current=True).select_related("connection", "organisation")
    return [
        (row.connection_id, row.organisation_id, str(row.organisation), row.connection.name)
        for row in rows.defer("rules", "organisation__reference", *(f"connection__{name}" for name in _SECRET))
    ]
