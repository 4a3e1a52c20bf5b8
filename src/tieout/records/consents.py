"""Token sets with the organisations they reach, for alarms. Implements a part of ports.alarms.AlarmRecords."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from tieout.ports.alarms import ConsentState
from tieout.records.sql import Database, Row, optional_time

#: Xero ends a refresh token that was not used for this long.
CONSENT_LIFE = timedelta(days=60)


class Consents:
    def __init__(self, database: Database) -> None:
        self._database = database

    def consents(self) -> Sequence[ConsentState]:
        rows = self._database.rows(
            'SELECT t.id, t.status, t.refreshed_at, t.created_at, a."grant", o.alias, o.name FROM authorisation t'
            " JOIN app a ON a.id=t.app_id JOIN organisation o ON o.authorisation_id=t.id"
            " WHERE o.removed_at IS NULL AND o.status<>'disconnected' ORDER BY t.id, o.id"
        )
        by_consent: dict[int, list[Row]] = {}
        for row in rows:
            by_consent.setdefault(row[0], []).append(row)
        return [_state(found) for found in by_consent.values()]


def _state(rows: Sequence[Row]) -> ConsentState:
    authorisation, status, refreshed_at, created_at, grant = rows[0][:5]
    renewed_at = optional_time(refreshed_at) or optional_time(created_at)
    assert renewed_at is not None
    return ConsentState(
        authorisation=authorisation,
        organisations=tuple(alias or name for *_, alias, name in rows),
        status=status,
        renewed_at=renewed_at,
        # An app that logs in by itself has no refresh token that could end.
        ends_at=None if grant == "custom" else renewed_at + CONSENT_LIFE,
    )
