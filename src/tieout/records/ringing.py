"""Saying that organisations have work: their due time, in a statement of its own after the work was written."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tieout.records.sql import Database


def ring(database: Database, organisations: Iterable[int], now: datetime) -> None:
    """They are due now; after the transaction, so that the organisation's row is locked for a moment only."""
    wanted = sorted(organisations)
    database.run_in(
        "UPDATE organisation SET due_at=%s WHERE (due_at IS NULL OR due_at>%s) AND id IN (@)", [now, now], wanted
    )
    database.ring_bell(wanted)


def ring_connection(database: Database, connection: int, now: datetime) -> None:
    """All organisations that a connection goes to."""
    rows = database.rows("SELECT organisation_id FROM mapping WHERE connection_id=%s AND current", [connection])
    ring(database, [row[0] for row in rows], now)
