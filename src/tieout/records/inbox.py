"""The inbox of webhooks: kept first, handled later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from tieout.ports.webhooks import DELIVERY_LENGTH_MAX, Caller, InboxRow
from tieout.records.sql import Database, optional_time, text, time_of

#: Job that handles the inbox.
INBOX_JOB = "inbox"
_RESULT_LENGTH_MAX = 400


class Inbox:
    """Implements ports.webhooks.InboxRecords and EchoRecords."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep_calls(self, source: str, calls: Sequence[tuple[str, str]], now: datetime) -> int:
        """New calls make the job that handles them due, in the same transaction."""
        with self._database.transaction():
            new = sum(
                self._database.run(
                    "INSERT INTO inbox (source, remote_id, received_at, body, result) VALUES (%s,%s,%s,%s,'')"
                    " ON CONFLICT (source, remote_id) DO NOTHING",
                    [source, text(delivery, DELIVERY_LENGTH_MAX), now, body.replace("\0", "")],
                )
                for delivery, body in calls
            )
            if new:
                self._make_due(INBOX_JOB, now)
        if new:
            self._database.ring_bell([0])
        return new

    def unhandled(self, limit: int) -> Sequence[InboxRow]:
        rows = self._database.rows(
            "SELECT id, source, remote_id, received_at, body FROM inbox WHERE handled_at IS NULL"
            " ORDER BY id LIMIT %s",
            [limit],
        )
        return [InboxRow(row[0], row[1], row[2], time_of(row[3]), row[4]) for row in rows]

    def calls_handled(self, results: Mapping[int, str], now: datetime) -> None:
        with self._database.transaction():
            self._database.run_many(
                "UPDATE inbox SET handled_at=%s, result=%s WHERE id=%s",
                [(now, text(words, _RESULT_LENGTH_MAX), row) for row, words in results.items()],
            )

    def pull_soon(self, connection: int, now: datetime) -> None:
        """The store's next pull need not wait for its time."""
        with self._database.transaction():
            self._make_due(f"pull:{connection}", now)
        self._database.ring_bell([0])

    def _make_due(self, job: str, now: datetime) -> None:
        # A job that runs just now may have looked already: it becomes due again.
        self._database.run(
            "UPDATE schedule SET due_at=%s WHERE name=%s AND enabled"
            " AND (due_at IS NULL OR due_at>%s OR lease_until IS NOT NULL)",
            [now, job, now],
        )

    # keys

    def caller(self, connection: int) -> Caller | None:
        row = self._database.row(
            "SELECT kind, secrets, webhook_secret FROM connection WHERE id=%s AND removed_at IS NULL", [connection]
        )
        return None if row is None else Caller(*row)

    def save_webhook_secret(self, connection: int, sealed: str) -> None:
        with self._database.transaction():
            self._database.run("UPDATE connection SET webhook_secret=%s WHERE id=%s", [sealed, connection])

    def ledger_webhook_keys(self) -> Sequence[str]:
        return [row[0] for row in self._database.rows("SELECT webhook_key FROM app WHERE webhook_key<>''")]

    def save_ledger_webhook_key(self, app: int, sealed: str) -> None:
        with self._database.transaction():
            self._database.run("UPDATE app SET webhook_key=%s WHERE id=%s", [sealed, app])

    def known_tenants(self, tenant_ids: Sequence[str]) -> frozenset[str]:
        rows = self._database.rows_in(
            "SELECT tenant_id FROM organisation WHERE removed_at IS NULL AND tenant_id IN (@)",
            [],
            dict.fromkeys(tenant_ids),
        )
        return frozenset(row[0] for row in rows)

    # echoes

    def last_written(self, organisation: int, remote_ids: Sequence[str]) -> dict[str, datetime | None]:
        rows = self._database.rows_in(
            "SELECT p.remote_id, p.state, p.posted_at, MAX(CASE WHEN q.state='sending' THEN 1 ELSE 0 END),"
            " MAX(q.posted_at) FROM posting p LEFT JOIN posting_dependency d ON d.needs_id=p.id"
            " LEFT JOIN posting q ON q.id=d.posting_id WHERE p.organisation_id=%s AND p.remote_id IN (@)"
            " GROUP BY p.id, p.remote_id, p.state, p.posted_at",
            [organisation],
            dict.fromkeys(remote_ids),
        )
        found: dict[str, datetime | None] = {}
        for remote_id, state, posted_at, others_sending, others_posted_at in rows:
            times = [time for time in (optional_time(posted_at), optional_time(others_posted_at)) if time is not None]
            is_sending = state == "sending" or others_sending
            found[remote_id] = None if is_sending or not times else max(times)
        return found
