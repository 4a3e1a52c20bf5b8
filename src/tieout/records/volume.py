"""How much an organisation was given: implements `ports.volume`."""

from __future__ import annotations

from datetime import date

from tieout.ports.volume import Volume
from tieout.records.sql import Database


class Volumes:
    def __init__(self, database: Database) -> None:
        self._database = database

    def volume(self, organisation: int, since: date) -> Volume:
        row = self._database.row(
            "SELECT COUNT(*) FROM posting WHERE organisation_id=%s AND role='invoice' AND posted_at IS NOT NULL"
            " AND date>=%s",
            [organisation, since],
        )
        contacts = self._database.row("SELECT COUNT(*) FROM remote_contact WHERE organisation_id=%s", [organisation])
        assert row is not None
        assert contacts is not None
        return Volume(invoices=row[0], contacts=contacts[0])
