"""Sync settings per entity and connection: kept, released when their time comes, paused and resumed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec

from tieout.engine.choice import IMMEDIATE_PRIORITY, SCHEDULED_PRIORITY
from tieout.engine.limits import MANUAL_PRIORITY
from tieout.engine.parking import PARKED_PRIORITY, PAUSED_STEP
from tieout.ports.entities import EVERY_MINUTES, EntitySync
from tieout.records.ringing import ring_connection
from tieout.records.sql import Database, optional_time, persistent, placeholders
from tieout.rules.entities import Entity, Mode, roles_of

#: Postings moved in one transaction, so that the writer's lock is never held long.
_RELEASED_AT_ONCE = 5_000
_PARKED = f"state='queued' AND priority>={PARKED_PRIORITY} AND priority<{PAUSED_STEP}"
_FREE = f"state='queued' AND priority>{MANUAL_PRIORITY} AND priority<{PARKED_PRIORITY}"


class _Kept(msgspec.Struct):
    """What is kept of an EntitySync, as JSON in the connection's row."""

    enabled: bool = True
    mode: Mode = Mode.IMMEDIATELY
    every_minutes: int = EVERY_MINUTES
    cron: str = ""
    outward: bool = True
    inward: bool = False


_kept = msgspec.json.Decoder(dict[Entity, _Kept])


class EntitySettings:
    """The settings half of ports.entities.EntityRecords."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def entity_syncs(self, connection: int) -> Sequence[EntitySync]:
        kept = self._kept(connection)
        times = {
            entity: optional_time(due_at)
            for entity, due_at in self._database.rows(
                "SELECT entity, due_at FROM schedule WHERE job='release' AND connection_id=%s AND enabled",
                [connection],
            )
        }
        waiting: dict[str, int] = dict(
            self._database.rows(
                f"SELECT role, COUNT(*) FROM posting WHERE connection_id=%s AND {_PARKED} GROUP BY role", [connection]
            )
        )
        return [
            EntitySync(
                connection=connection,
                entity=entity,
                due_at=times.get(entity.value) if one.mode is Mode.SCHEDULED else None,
                waiting=sum(waiting.get(role.value, 0) for role in roles_of(entity)),
                batching=self._batching(connection) if one.mode is Mode.IMMEDIATELY else "",
                **msgspec.structs.asdict(one),
            )
            for entity in Entity
            for one in (kept.get(entity, _Kept()),)
        ]

    @persistent
    def save_entity_sync(
        self, wanted: EntitySync, *, due_at: datetime | None, by: str, address: str, now: datetime
    ) -> None:
        kept = _Kept(wanted.enabled, wanted.mode, wanted.every_minutes, wanted.cron, wanted.outward, wanted.inward)
        with self._database.transaction():
            all_kept = self._kept(wanted.connection, lock=True)
            before = all_kept.get(wanted.entity, _Kept())
            if before == kept:
                return
            all_kept[wanted.entity] = kept
            self._database.run(
                "UPDATE connection SET entities=%s WHERE id=%s",
                [msgspec.json.encode(all_kept).decode(), wanted.connection],
            )
            self._database.run(
                "INSERT INTO audit (at, \"user\", action, subject, before, after, address, connection_id)"
                " VALUES (%s,%s,'sync settings',%s,%s,%s,%s,%s)",
                [
                    now, by, wanted.entity.value, msgspec.json.encode(before).decode(),
                    msgspec.json.encode(kept).decode(), address[:64], wanted.connection,
                ],
            )  # fmt: skip
            self._schedule(wanted, due_at, now)
            self._follow(wanted, before)
        if wanted.sends:
            ring_connection(self._database, wanted.connection, now)

    @persistent
    def release_entities(self, connection: int, entities: Collection[Entity], now: datetime) -> int:
        roles = [role.value for entity in entities for role in roles_of(entity)]
        released = 0
        while roles:
            with self._database.transaction():
                ids = [
                    row[0]
                    for row in self._database.rows(
                        f"SELECT id FROM posting WHERE connection_id=%s AND {_PARKED}"
                        f" AND role IN ({placeholders(roles)}) ORDER BY id LIMIT %s{self._database.locked}",
                        [connection, *roles, _RELEASED_AT_ONCE],
                    )
                ]
                self._move(f"priority={SCHEDULED_PRIORITY}", ids)
                lift_needs(self._database, ids, SCHEDULED_PRIORITY)
            released += len(ids)
            if len(ids) < _RELEASED_AT_ONCE:
                break
        if released:
            ring_connection(self._database, connection, now)
        return released

    def organisations_of(self, connection: int) -> Sequence[int]:
        rows = self._database.rows(
            "SELECT organisation_id FROM mapping WHERE connection_id=%s AND current ORDER BY organisation_id",
            [connection],
        )
        return [row[0] for row in rows]

    # ---- parts

    def _kept(self, connection: int, *, lock: bool = False) -> dict[Entity, _Kept]:
        row = self._database.row(
            f"SELECT entities FROM connection WHERE id=%s{self._database.locked if lock else ''}", [connection]
        )
        if row is None:
            raise LookupError(f"there is no connection {connection}")
        return _kept.decode(row[0] or "{}")

    def _batching(self, connection: int) -> str:
        row = self._database.row(
            "SELECT MAX(o.batching_reason) FROM mapping m JOIN organisation o ON o.id=m.organisation_id"
            " WHERE m.connection_id=%s AND m.current AND o.removed_at IS NULL",
            [connection],
        )
        return (row[0] if row else None) or ""

    def _schedule(self, wanted: EntitySync, due_at: datetime | None, now: datetime) -> None:
        """Its row in the schedule; the fence tells a release under way that its next time was set anew."""
        self._database.run(
            "INSERT INTO schedule (name, job, connection_id, entity, every_seconds, cron, enabled, due_at,"
            " lease_owner, fence, last_result, failures) VALUES (%s,'release',%s,%s,%s,%s,%s,%s,'',0,'',0)"
            " ON CONFLICT (name) DO UPDATE SET every_seconds=excluded.every_seconds, cron=excluded.cron,"
            " enabled=excluded.enabled, due_at=excluded.due_at, fence=schedule.fence+1, lease_until=NULL,"
            " lease_owner='', failures=0",
            [
                f"release:{wanted.connection}:{wanted.entity.value}", wanted.connection, wanted.entity.value,
                wanted.every_minutes * 60, wanted.cron, wanted.mode is Mode.SCHEDULED and wanted.sends, due_at,
            ],
        )  # fmt: skip

    def _follow(self, wanted: EntitySync, before: _Kept) -> None:
        """What is queued already follows the new mode; nothing is thrown away."""
        roles = [role.value for role in roles_of(wanted.entity)]
        mine = f"connection_id=%s AND role IN ({placeholders(roles)})"
        parameters = [wanted.connection, *roles]
        was_sent = before.enabled and before.outward
        if wanted.sends and wanted.mode is Mode.IMMEDIATELY:
            self._database.run(
                f"UPDATE posting SET priority={IMMEDIATE_PRIORITY} WHERE {mine} AND {_PARKED}", parameters
            )
        else:
            self._database.run(f"UPDATE posting SET priority={PARKED_PRIORITY} WHERE {mine} AND {_FREE}", parameters)
            if wanted.sends:
                self._lift_wanted(wanted.connection, roles)
        if was_sent != wanted.sends:
            # What was left out is planned now, what was planned and never sent is wanted no more.
            self._database.run(
                "UPDATE document SET planning_cause=CASE WHEN planning_due THEN planning_cause ELSE 'rules' END,"
                " planning_due=true WHERE connection_id=%s AND NOT never_send"
                " AND EXISTS (SELECT 1 FROM document_body b WHERE b.document_id=document.id)",
                [wanted.connection],
            )

    def _lift_wanted(self, connection: int, roles: Sequence[str]) -> None:
        """Contacts and items that documents on their way need must not wait for a time of their own."""
        if not {"contact", "item"} & set(roles):
            return
        self._database.run(
            f"UPDATE posting SET priority={SCHEDULED_PRIORITY} WHERE connection_id=%s AND {_PARKED}"
            " AND remote_id='' AND id IN (SELECT x.needs_id FROM posting_dependency x JOIN posting p"
            f" ON p.id=x.posting_id WHERE p.state='queued' AND p.priority<{PARKED_PRIORITY})",
            [connection],
        )

    def _move(self, change: str, postings: Sequence[int]) -> int:
        return self._database.run_in(f"UPDATE posting SET {change} WHERE id IN (@)", [], postings)


def lift_needs(database: Database, postings: Collection[int], priority: int) -> None:
    """Contacts and items that these postings need, and that Xero has not yet, go along with them."""
    database.run_in(
        f"UPDATE posting SET priority={int(priority)} WHERE {_PARKED} AND remote_id='' AND role IN ('contact','item')"
        " AND id IN (SELECT needs_id FROM posting_dependency WHERE posting_id IN (@))",
        [],
        sorted(postings),
    )
