"""The local index of the ledger's contacts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from tieout.accounting import ContactEntry
from tieout.records.sql import Database, text
from tieout.rules.settings import ContactRules, Rules
from tieout.rules.texts import folded

_SAVE = """INSERT INTO remote_contact (organisation_id, contact_id, name, name_folded, email_folded, contact_number,
 account_number, tax_number, status, merged_to, company) VALUES (%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s)
 ON CONFLICT (organisation_id, contact_id) DO UPDATE SET name=excluded.name, name_folded=excluded.name_folded,
 email_folded=excluded.email_folded, contact_number=excluded.contact_number, account_number=excluded.account_number,
 tax_number=excluded.tax_number, status=excluded.status, merged_to=excluded.merged_to, company=excluded.company"""

_COLUMNS = "contact_id, name, email_folded, contact_number, account_number, tax_number, status, merged_to, company"


_rules = msgspec.json.Decoder(Rules)


class Contacts:
    """The contacts' part of TurnRecords."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def contact_candidates(self, organisation: int, entries: Sequence[ContactEntry]) -> Sequence[ContactEntry]:
        found: dict[str, ContactEntry] = {}
        keys = (
            ("contact_number", {entry.contact_number for entry in entries}),
            ("account_number", {entry.account_number for entry in entries}),
            ("email_folded", {folded(entry.email) for entry in entries}),
            ("name_folded", {folded(entry.name) for entry in entries}),
            ("contact_id", {entry.contact_id for entry in entries}),
        )
        for column, values in keys:
            for row in self._database.rows_in(
                f"SELECT {_COLUMNS} FROM remote_contact WHERE organisation_id=%s AND {column} IN (@)",
                [organisation],
                sorted(values - {""}),
            ):
                found[row[0]] = ContactEntry(
                    contact_id=row[0], name=row[1], email=row[2], contact_number=row[3], account_number=row[4],
                    tax_number=row[5], status=row[6], merged_to=row[7], company=bool(row[8]),
                )  # fmt: skip
        return list(found.values())

    def save_contacts(self, organisation: int, contacts: Sequence[ContactEntry]) -> None:
        self._database.run_many(
            _SAVE,
            [
                (
                    organisation, entry.contact_id, text(entry.name, 500), text(folded(entry.name), 500),
                    text(folded(entry.email), 320), text(entry.contact_number, 60), text(entry.account_number, 60),
                    text(entry.tax_number, 60), entry.status[:16], entry.merged_to, entry.company,
                )
                for entry in contacts
            ],
        )  # fmt: skip

    def forget_reserved(self, organisation: int, contact_ids: Sequence[str]) -> None:
        self._database.run_in(
            "DELETE FROM remote_contact WHERE organisation_id=%s AND contact_id IN (@)", [organisation], contact_ids
        )

    def contact_rules(self, organisation: int, connection: int) -> ContactRules:
        row = self._database.row(
            "SELECT rules FROM mapping WHERE organisation_id=%s AND connection_id=%s AND current",
            [organisation, connection],
        )
        return ContactRules() if row is None else _rules.decode(row[0]).contacts

    def contacts_read(self, organisation: int, at: datetime | None) -> None:
        self._database.run("UPDATE organisation SET contacts_read_at=%s WHERE id=%s", [at, organisation])
