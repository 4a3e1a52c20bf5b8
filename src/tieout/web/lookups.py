"""Names of stores and organisations, read once for a page: grids show them on every row."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tieout.records.models import Connection, Organisation


class OrganisationLook(msgspec.Struct, frozen=True):
    """What rows need of an organisation. hold_until: nothing is sent before, for the reason given. stopped: why
    nothing is sent until a person acts, "" while it is connected."""

    id: int
    name: str
    short_code: str
    status: str
    hold_until: datetime | None
    hold_reason: str
    stopped: str = ""


class Lookups(msgspec.Struct, frozen=True):
    """stores: name by connection id. organisations: by id."""

    stores: dict[int, str]
    organisations: dict[int, OrganisationLook]

    def store(self, connection_id: int | None) -> str:
        return self.stores.get(connection_id or 0, "")

    def organisation(self, organisation_id: int | None) -> str:
        found = self.organisations.get(organisation_id or 0)
        return found.name if found else ""

    def short_code(self, organisation_id: int | None) -> str:
        found = self.organisations.get(organisation_id or 0)
        return found.short_code if found else ""

    def store_choices(self) -> list[tuple[str, str]]:
        return [(str(key), name) for key, name in sorted(self.stores.items(), key=lambda entry: entry[1].casefold())]

    def organisation_choices(self) -> list[tuple[str, str]]:
        found = sorted(self.organisations.values(), key=lambda entry: entry.name.casefold())
        return [(str(entry.id), entry.name) for entry in found]


def lookups() -> Lookups:
    """Two queries; connections that were removed keep their names, their history still shows them."""
    return Lookups(
        stores=dict(Connection.objects.values_list("id", "name")),
        organisations={
            row["id"]: OrganisationLook(
                id=row["id"],
                name=row["alias"] or row["name"],
                short_code=row["short_code"],
                status=row["status"],
                hold_until=row["hold_until"],
                hold_reason=row["hold_reason"],
                stopped="" if row["status"] == "connected" else row["status_reason"] or row["status"],
            )
            for row in Organisation.objects.values(
                "id", "name", "alias", "short_code", "status", "status_reason", "hold_until", "hold_reason"
            )
        },
    )
