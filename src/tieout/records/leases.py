"""Organisations as the turn sees them: who holds one, what it may still send, when to look again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from tieout.engine.choice import IMMEDIATE_PRIORITY
from tieout.engine.limits import DAY_LIMIT_PAID, URGENT_LATELY, Bounds, Usage
from tieout.ports.ledger import Limits
from tieout.ports.turn import Claim, OrganisationState
from tieout.records.codec import to_text
from tieout.records.sql import Database, optional_time, text

#: A request counts this long after it ended.
_COUNTS = timedelta(seconds=60)
#: Nothing that left is still under way at the server after this; a request whose sender died counts so long.
_UNDER_WAY_MAX = timedelta(seconds=60)
#: What a killed process had in flight goes on at the server for a while, and counts against the five.
_LOST_STILL_RUNS = timedelta(seconds=5)
_DAY = timedelta(days=1)
#: First half of the key of PostgreSQL's advisory lock for taking a slot (any number that nobody else uses).
_SLOT_LOCK = 7_410
#: The same for taking one of the last slots of an app, which all its organisations share.
_APP_LOCK = 7_411
#: More turns than this do not count at the same moment.
_APP_MARGIN = 200

_TAKE = """UPDATE organisation SET fence=fence+1, lease_until=%s, lease_owner=%s, served_at=%s, due_at=NULL
 WHERE id=(SELECT id FROM organisation WHERE status='connected' AND removed_at IS NULL
 AND (lease_until IS NULL OR lease_until<=%s) AND (hold_until IS NULL OR hold_until<=%s)
 AND (due_at<=%s OR lease_until IS NOT NULL{named}) ORDER BY served_at NULLS FIRST, id LIMIT 1{locking})
 RETURNING id, fence"""

_sizes = msgspec.json.Decoder(dict[str, int])


class Leases:
    """The organisation's part of TurnRecords."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(
        self, owner: str, now: datetime, lease_seconds: float, *, organisation: int | None = None
    ) -> Claim | None:
        until = now + timedelta(seconds=lease_seconds)
        # The named one is taken whether it is due or not.
        named = "" if organisation is None else " OR TRUE) AND (id=%s"
        statement = _TAKE.format(named=named, locking=self._database.skip_locked)
        parameters = [until, owner, now, now, now, now, *([] if organisation is None else [organisation])]
        with self._database.transaction():
            row = self._database.row(statement, parameters)
        return None if row is None else Claim(organisation=row[0], fence=row[1], owner=owner, until=until)

    def extend(self, claim: Claim, until: datetime) -> Claim | None:
        with self._database.transaction():
            changed = self._database.run(
                "UPDATE organisation SET lease_until=%s WHERE id=%s AND fence=%s",
                [until, claim.organisation, claim.fence],
            )
        return msgspec.structs.replace(claim, until=until) if changed else None

    def release(self, claim: Claim, due_at: datetime | None, now: datetime) -> None:
        """A ring during the turn has set due_at already; the earlier of both holds."""
        with self._database.transaction():
            self._database.run(
                "UPDATE organisation SET lease_until=NULL, lease_owner='' WHERE id=%s AND fence=%s",
                [claim.organisation, claim.fence],
            )
            if due_at is not None:
                self._database.run(
                    "UPDATE organisation SET due_at=%s WHERE id=%s AND (due_at IS NULL OR due_at>%s)",
                    [due_at, claim.organisation, due_at],
                )
        if due_at is not None and due_at <= now:
            # There is more to do, and whoever gives it back may be about to stop.
            self._database.ring_bell([claim.organisation])

    def free_leases(self, owner_prefix: str) -> int:
        """Leases of a process that is surely dead (its successor on the same machine says so).

        owner_prefix: "host:pid", with its threads ("host:pid:3"), never another process that begins alike.
        """
        owned = "lease_until IS NOT NULL AND (lease_owner=%s OR substr(lease_owner, 1, %s)=%s)"
        parameters = [owner_prefix, len(owner_prefix) + 1, f"{owner_prefix}:"]
        with self._database.transaction():
            self._database.run(f"UPDATE schedule SET lease_until=NULL, lease_owner='' WHERE {owned}", parameters)
            return self._database.run(
                f"UPDATE organisation SET lease_until=NULL, lease_owner='', due_at=served_at WHERE {owned}",
                parameters,
            )

    def lease_owners(self) -> list[str]:
        """Who holds leases of organisations and jobs."""
        rows = self._database.rows(
            "SELECT lease_owner FROM organisation WHERE lease_until IS NOT NULL"
            " UNION SELECT lease_owner FROM schedule WHERE lease_until IS NOT NULL"
        )
        return sorted(row[0] for row in rows)

    def ring(self, organisation: int, now: datetime) -> None:
        with self._database.transaction():
            self._database.run(
                "UPDATE organisation SET due_at=%s WHERE id=%s AND (due_at IS NULL OR due_at>%s)",
                [now, organisation, now],
            )
        self._database.ring_bell([organisation])

    def next_due(self) -> datetime | None:
        """When the first organisation wants to be looked at (by due time, end of hold, end of a lost lease)."""
        rows = self._database.rows(
            "SELECT due_at, hold_until, lease_until FROM organisation WHERE status='connected' AND removed_at IS NULL"
            " AND (due_at IS NOT NULL OR lease_until IS NOT NULL)"
        )
        times = [max(moment for moment in map(optional_time, row) if moment is not None) for row in rows]
        return min(times, default=None)

    def organisation(self, organisation: int) -> OrganisationState:
        row = self._database.row(
            "SELECT o.id, o.tenant_id, o.short_code, o.base_currency, o.fence, o.lease_until, o.status,"
            " o.minute_limit, o.concurrency_limit, o.day_limit, o.day_reserve, COALESCE(a.minute_limit, 10000),"
            " o.batches, o.catch_up, o.contacts_read_at, o.failures, o.catch_up_since FROM organisation o"
            " LEFT JOIN authorisation t ON t.id=o.authorisation_id LEFT JOIN app a ON a.id=t.app_id WHERE o.id=%s",
            [organisation],
        )
        if row is None:
            raise LookupError(f"there is no organisation {organisation}")
        return OrganisationState(
            id=row[0],
            tenant_id=row[1],
            short_code=row[2],
            base_currency=row[3],
            fence=row[4],
            lease_until=optional_time(row[5]),
            status=row[6],
            bounds=Bounds(minute=row[7], concurrent=row[8], day=row[9], day_reserve=row[10], app_minute=row[11]),
            batches=_sizes.decode(row[12]),
            catch_up=bool(row[13]),
            contacts_read_at=optional_time(row[14]),
            failures=row[15],
            catch_up_since=optional_time(row[16]),
        )

    def usage(self, organisation: int, now: datetime) -> Usage:
        database = self._database
        if database.is_postgresql:
            # Two that count at once would both find the last slot free; SQLite has one writer anyway.
            database.rows("SELECT pg_advisory_xact_lock(%s, %s)", [_SLOT_LOCK, organisation])
        held = database.row(
            "SELECT o.hold_until, o.hold_scope, o.day_remaining, o.day_remaining_at, t.app_id, a.minute_limit,"
            " o.minute_limit FROM organisation o LEFT JOIN authorisation t ON t.id=o.authorisation_id"
            " LEFT JOIN app a ON a.id=t.app_id WHERE o.id=%s",
            [organisation],
        )
        assert held is not None
        counted = database.row(
            "SELECT COUNT(*), COALESCE(SUM(CASE WHEN closed_at IS NULL THEN 1 ELSE 0 END), 0), MIN(counts_until),"
            " MAX(opened_at)"
            " FROM request WHERE organisation_id=%s AND counts_until>%s",
            [organisation, now],
        )
        assert counted is not None
        app_counting, app_frees_at = 0, None
        if held[4] is not None and self._app_may_fill(held[4], held[5], held[6]):
            app_counting, app_frees_at = self._app_usage(held[4], held[5], now)
        day_used = 0
        if held[2] is None:
            day = database.row(
                "SELECT COUNT(*) FROM request WHERE organisation_id=%s AND opened_at>%s", [organisation, now - _DAY]
            )
            day_used = day[0] if day else 0
        urgent = database.row(
            "SELECT COUNT(*), COALESCE(SUM(CASE WHEN settled_at>%s THEN 1 ELSE 0 END), 0) FROM call"
            f" WHERE organisation_id=%s AND settled_at>%s AND priority<={IMMEDIATE_PRIORITY}",
            [now - _COUNTS, organisation, now - URGENT_LATELY],
        )
        assert urgent is not None
        return Usage(
            counting=counted[0],
            open=counted[1],
            frees_at=optional_time(counted[2]),
            app_counting=app_counting,
            app_frees_at=app_frees_at,
            day_used=day_used,
            day_remaining=held[2],
            day_remaining_at=optional_time(held[3]),
            hold_until=optional_time(held[0]),
            hold_scope=held[1],
            urgent_lately=urgent[0],
            urgent_counting=urgent[1],
            opened_at=optional_time(counted[3]),
        )

    def _app_usage(self, app: int, limit: int, now: datetime) -> tuple[int, datetime | None]:
        """Requests of the app that count, and when the first stops to. Near the limit one counts after the other."""
        statement = "SELECT COUNT(*), MIN(counts_until) FROM request WHERE app_id=%s AND counts_until>%s"
        row = self._database.row(statement, [app, now])
        assert row is not None
        if self._database.is_postgresql and row[0] + _APP_MARGIN >= limit:
            self._database.rows("SELECT pg_advisory_xact_lock(%s, %s)", [_APP_LOCK, app])
            row = self._database.row(statement, [app, now])
            assert row is not None
        return row[0], optional_time(row[1])

    def _app_may_fill(self, app: int, app_limit: int, minute_limit: int) -> bool:
        """Few organisations cannot reach the app's limit; then nothing needs to be counted."""
        row = self._database.row(
            "SELECT COUNT(*) FROM organisation o JOIN authorisation t ON t.id=o.authorisation_id WHERE t.app_id=%s",
            [app],
        )
        return row is not None and row[0] * minute_limit > app_limit

    def open_request(
        self, organisation: int, endpoint: str, method: str, bytes_out: int, documents: int, owner: str, now: datetime
    ) -> int:
        row = self._database.row(
            "INSERT INTO request (organisation_id, app_id, endpoint, method, opened_at, counts_until, bytes_out,"
            " bytes_in, documents, owner) SELECT o.id, t.app_id, %s, %s, %s, %s, %s, 0, %s, %s FROM organisation o"
            " LEFT JOIN authorisation t ON t.id=o.authorisation_id WHERE o.id=%s RETURNING id",
            [
                endpoint[:60],
                method,
                now,
                now + _UNDER_WAY_MAX + _COUNTS,
                bytes_out,
                documents,
                owner[:80],
                organisation,
            ],
        )
        assert row is not None
        self._database.run(
            "UPDATE organisation SET day_remaining=day_remaining-1 WHERE id=%s AND day_remaining>0", [organisation]
        )
        identity: int = row[0]
        return identity

    def close_request(self, request: int, status: int, bytes_in: int, limits: Limits, now: datetime) -> None:
        """Closes it; its 60 seconds begin now. One that was closed as lost is told its outcome all the same."""
        row = self._database.row(
            "UPDATE request SET closed_at=%s, counts_until=%s, status=%s, bytes_in=%s, day_remaining=%s WHERE id=%s"
            " RETURNING organisation_id",
            [now, now + _COUNTS, status, bytes_in, limits.day_remaining, request],
        )
        if row is not None and limits.day_remaining is not None:
            self._database.run(
                "UPDATE organisation SET day_remaining=%s, day_remaining_at=%s WHERE id=%s",
                [limits.day_remaining, now, row[0]],
            )
            # More left than we thought there ever were: the app is on the tier above.
            self._database.run(
                "UPDATE organisation SET day_limit=%s WHERE id=%s AND day_limit<%s",
                [max(limits.day_remaining, DAY_LIMIT_PAID), row[0], limits.day_remaining],
            )

    def close_lost_requests(self, organisation: int, owner: str, now: datetime) -> int:
        """Requests of earlier holders of the lease: nobody waits for them any more."""
        return self._database.run(
            "UPDATE request SET closed_at=%s, counts_until=%s, status=0 WHERE organisation_id=%s"
            " AND closed_at IS NULL AND counts_until>%s AND owner<>%s AND substr(owner, 1, 5)='turn '"
            " AND opened_at<=%s",
            [now, now + _COUNTS, organisation, now, owner[:80], now - _LOST_STILL_RUNS],
        )

    def hold_organisation(self, organisation: int, until: datetime | None, scope: str, reason: str) -> None:
        if scope == "no_access":
            self._database.run(
                "UPDATE organisation SET status='no_access', status_reason=%s WHERE id=%s AND status='connected'",
                [text(reason), organisation],
            )
            return
        self._database.run(
            "UPDATE organisation SET hold_until=%s, hold_scope=%s, hold_reason=%s WHERE id=%s"
            " AND (hold_until IS NULL OR hold_until<%s)",
            [until, scope[:16], text(reason), organisation, until],
        )

    def learn(
        self, organisation: int, *, batches: Mapping[str, int] | None = None, failures: int | None = None
    ) -> None:
        if batches is not None:
            self._database.run(
                "UPDATE organisation SET batches=%s WHERE id=%s", [to_text(dict(batches)), organisation]
            )
        if failures is not None:
            self._database.run(
                "UPDATE organisation SET failures=%s WHERE id=%s AND failures<>%s", [failures, organisation, failures]
            )
