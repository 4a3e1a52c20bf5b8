"""What the connections screen shows of stores and organisations. No secret is read here."""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.db.models import Count, OuterRef, Subquery

from tieout.accounting import LedgerReference
from tieout.records.models import Authorisation, Connection, Document, Mapping, Organisation, Request, Watermark
from tieout.web import words
from tieout.web.overview import organisation_state
from tieout.xero.tokens import REFRESH_TOKEN_LIFE


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
    #: Of the last call that Xero answered well.
    last_good_call: datetime | None
    #: When the consent ends if nothing renews it; None for custom connections and ended ones.
    ends_unused: datetime | None

    @property
    def token_made(self) -> datetime | None:
        """When the tokens of now were made."""
        one = self.authorisation
        return (one.refreshed_at or one.created_at) if one is not None and one.status == "connected" else None

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
    good = Request.objects.filter(organisation=OuterRef("pk"), status__gte=200, status__lt=300)
    last_good_call = Subquery(good.order_by("-opened_at").values("closed_at")[:1])
    found = []
    for row in (
        Organisation.objects.filter(removed_at=None)
        .annotate(last_good_call=last_good_call)
        .select_related("authorisation__app")
        .defer("authorisation__tokens", "authorisation__app__client_secret")
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
                last_good_call=row.last_good_call,
                ends_unused=_ends_unused(row.authorisation),
            )
        )
    return found


def _ends_unused(authorisation: Authorisation | None) -> datetime | None:
    if authorisation is None or authorisation.status != "connected" or authorisation.app.grant == "custom":
        return None
    made = authorisation.refreshed_at or authorisation.created_at
    return authorisation.refresh_expires_at or made + REFRESH_TOKEN_LIFE


def _pairs() -> list[tuple[int, int, str, str]]:
    rows = Mapping.objects.filter(current=True).select_related("connection", "organisation")
    return [
        (row.connection_id, row.organisation_id, str(row.organisation), row.connection.name)
        for row in rows.defer("rules", "organisation__reference", *(f"connection__{name}" for name in _SECRET))
    ]
