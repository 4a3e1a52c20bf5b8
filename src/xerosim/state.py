"""The state file: every value of a world in a SQLite table, written with the call that made it.

Beside the books it keeps the journal of calls, the answers of idempotency keys, and webhooks with their queues.
"""

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from xerosim.idempotency import Remembered
from xerosim.identity.tokens import App, Connection, Grant, Refresh, User
from xerosim.journal import Call, Journal, Made
from xerosim.organisation import Organisation, Settings
from xerosim.webhooks import Subscription

if TYPE_CHECKING:
    from xerosim.world import World

_SCHEMA = """
create table if not exists kept (
    tenant text not null, collection text not null, id text not null, position integer not null, value blob not null,
    primary key (tenant, collection, id)
) without rowid;
create table if not exists identity (name text primary key, value blob not null);
create table if not exists calls (number integer primary key, value blob not null);
create table if not exists made (number integer primary key, value blob not null);
create table if not exists answers (app text not null, key text not null, until real not null, value blob not null,
    primary key (app, key)) without rowid;
create table if not exists webhooks (id text primary key, value blob not null);
"""
_VERSION = 1


class _Identities(msgspec.Struct):
    apps: dict[str, App]
    users: dict[str, User]
    connections: dict[str, Connection]
    grants: dict[str, Grant]
    refreshes: dict[str, Refresh]
    own_app: str
    own_user: str
    seed: int
    tier: str
    tenants: list[str]


class StateFile:
    """One world's file. Positions keep the order of changes."""

    def __init__(self, path: str | Path) -> None:
        self.path = str(path)
        self._db = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        self._db.execute("pragma journal_mode=wal")
        self._db.execute("pragma synchronous=normal")
        self._db.executescript(_SCHEMA)
        version = self._db.execute("pragma user_version").fetchone()[0]
        if version not in (0, _VERSION):
            raise ValueError(f"{path} was written by another version of the simulator")
        self._db.execute(f"pragma user_version={_VERSION}")
        self._made = 0
        self._position = self._db.execute("select coalesce(max(position), 0) from kept").fetchone()[0]

    def close(self) -> None:
        self._db.close()

    @property
    def empty(self) -> bool:
        return bool(self._db.execute("select count(*) from identity").fetchone()[0] == 0)

    def write(self, world: "World", org: Organisation) -> None:
        """Write what the call in hand changed, in one transaction."""
        dirty = dict.fromkeys(org.changes.dirty)
        self._transaction([self._row(org, name, id) for name, id in dirty if name != "Balances"])

    def add(self, world: "World", org: Organisation) -> None:
        """Write a whole organisation."""
        rows = [self._row(org, "Settings", org.id)]
        for name, (collection, _) in org.all_collections.items():
            rows += [self._row(org, name, value.id) for value in collection.ordered()]
        self._transaction(rows)
        self.write_identity(world)

    def write_all(self, world: "World") -> None:
        """Replace the file's content by the world."""
        for table in ("kept", "calls", "made", "answers", "webhooks"):
            self._db.execute(f"delete from {table}")
        for org in world.organisations.values():
            self.add(world, org)
        self._write_doings(world)
        self.write_identity(world)

    def _write_doings(self, world: "World") -> None:
        encode = msgspec.msgpack.encode
        calls = [(at, encode(call)) for at, call in enumerate(world.journal.calls, 1)]
        self._db.executemany("insert into calls values (?,?)", calls)
        self._made = 0
        self._write_made(world.journal)
        answers = [(app, key, one.until, encode(one)) for (app, key), one in world.idempotency.items()]
        self._db.executemany("insert into answers values (?,?,?,?)", answers)
        self.write_webhooks(world)

    def _row(self, org: Organisation, name: str, id: str) -> tuple[object, ...]:
        if name == "Settings":
            value: object = org.settings
        else:
            value = org.all_collections[name][0].get(id)
        self._position += 1
        return (org.id, name, id, self._position, None if value is None else msgspec.msgpack.encode(value))

    def _transaction(self, rows: list[tuple[object, ...]]) -> None:
        self._db.execute("begin immediate")
        try:
            self._db.executemany(
                "delete from kept where tenant=? and collection=? and id=?", [row[:3] for row in rows]
            )
            self._db.executemany("insert into kept values (?,?,?,?,?)", [row for row in rows if row[4] is not None])
            self._db.execute("commit")
        except BaseException:
            self._db.execute("rollback")
            raise

    def write_call(self, world: "World", app: str, key: str | None) -> None:
        """Write what the last call left: its line in the journal, what was made since, the answer of its key."""
        journal = world.journal
        rows = [(len(journal.calls), msgspec.msgpack.encode(journal.calls[-1]))]
        self._db.execute("begin immediate")
        try:
            self._db.executemany("insert or replace into calls values (?,?)", rows)
            self._write_made(journal)
            remembered = world.idempotency.remembered(app, key) if key else None
            if remembered is not None:
                self._db.execute("delete from answers where until < ?", (world.clock.now(),))
                values = (app, key, remembered.until, msgspec.msgpack.encode(remembered))
                self._db.execute("insert or replace into answers values (?,?,?,?)", values)
            self._db.execute("commit")
        except BaseException:
            self._db.execute("rollback")
            raise

    def _write_made(self, journal: Journal) -> None:
        new = journal.made[self._made :]
        rows = [(self._made + at, msgspec.msgpack.encode(one)) for at, one in enumerate(new, 1)]
        self._db.executemany("insert or replace into made values (?,?)", rows)
        self._made += len(new)

    def write_webhooks(self, world: "World") -> None:
        """Write all subscriptions with their queues."""
        rows = [(one.id, msgspec.msgpack.encode(one)) for one in world.webhooks.subscriptions.values()]
        self._db.executemany("insert or replace into webhooks values (?,?)", rows)

    def _read_doings(self, world: "World") -> None:
        """Read the journal, the remembered answers and the webhooks."""
        for table, type_, into in (("calls", Call, world.journal.calls), ("made", Made, world.journal.made)):
            decoder: Any = msgspec.msgpack.Decoder(type_)
            rows = self._db.execute(f"select value from {table} order by number")
            into += [decoder.decode(blob) for (blob,) in rows]
        self._made = len(world.journal.made)
        answers = msgspec.msgpack.Decoder(Remembered)
        for app, key, blob in self._db.execute("select app, key, value from answers order by until"):
            world.idempotency.restore(app, key, answers.decode(blob))
        hooks = msgspec.msgpack.Decoder(Subscription)
        for (blob,) in self._db.execute("select value from webhooks"):
            subscription = hooks.decode(blob)
            world.webhooks.subscriptions[subscription.id] = subscription

    def write_identity(self, world: "World") -> None:
        """Write apps, users, connections and tokens."""
        identity = world.identity
        kept = _Identities(
            identity.apps,
            identity.users,
            identity.connections,
            identity.grants,
            identity.refreshes,
            world.app.id,
            world.user.id,
            world.seed,
            world.tier,
            list(world.organisations),
        )
        self._db.execute("insert or replace into identity values ('identity', ?)", (msgspec.msgpack.encode(kept),))

    def read(self, world: "World") -> None:
        """Fill a fresh world from the file."""
        from xerosim.ledger import rebuild_balances

        row = self._db.execute("select value from identity where name='identity'").fetchone()
        if row is None:
            return
        kept = msgspec.msgpack.decode(row[0], type=_Identities)
        identity = world.identity
        identity.apps, identity.users, identity.connections = kept.apps, kept.users, kept.connections
        identity.grants, identity.refreshes = kept.grants, kept.refreshes
        world.seed, world.app, world.user = kept.seed, kept.apps[kept.own_app], kept.users[kept.own_user]
        world.set_tier(kept.tier)
        latest = 0
        for tenant in kept.tenants:
            org = self._organisation(world, tenant)
            world.organisations[tenant] = org
            rebuild_balances(org)
            for collection, _ in org.all_collections.values():
                ordered: list[Any] = collection.ordered()
                latest = max(latest, getattr(ordered[-1], "updated", 0) if ordered else 0)
        self._read_doings(world)
        world.resume(max(latest, *(int(call.at * 1000) for call in world.journal.calls[-1:]), 0))

    def _organisation(self, world: "World", tenant: str) -> Organisation:
        where = "select value from kept where tenant=? and collection=? order by position"
        value = self._db.execute(where, (tenant, "Settings")).fetchone()[0]
        # The position goes into the seed: ids made after a restart must not repeat those made before it.
        org = Organisation(msgspec.msgpack.decode(value, type=Settings), world.seed + self._position * 1_000_003)
        for name, (collection, type_) in org.all_collections.items():
            decoder = msgspec.msgpack.Decoder(type_)
            collection.load(decoder.decode(blob) for (blob,) in self._db.execute(where, (tenant, name)))
        return org
