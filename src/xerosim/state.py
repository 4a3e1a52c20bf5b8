"""The state file: every value of a world in a SQLite table, written with the call that made it."""

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from xerosim.identity.tokens import App, Connection, Grant, Refresh, User
from xerosim.organisation import Organisation, Settings

if TYPE_CHECKING:
    from xerosim.world import World

_SCHEMA = """
create table if not exists kept (
    tenant text not null, collection text not null, id text not null, position integer not null, value blob not null,
    primary key (tenant, collection, id)
) without rowid;
create table if not exists identity (name text primary key, value blob not null);
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
        self._db.execute("delete from kept")
        for org in world.organisations.values():
            self.add(world, org)
        self.write_identity(world)

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
        world.resume(latest)

    def _organisation(self, world: "World", tenant: str) -> Organisation:
        where = "select value from kept where tenant=? and collection=? order by position"
        value = self._db.execute(where, (tenant, "Settings")).fetchone()[0]
        # The position goes into the seed: ids made after a restart must not repeat those made before it.
        org = Organisation(msgspec.msgpack.decode(value, type=Settings), world.seed + self._position * 1_000_003)
        for name, (collection, type_) in org.all_collections.items():
            decoder = msgspec.msgpack.Decoder(type_)
            collection.load(decoder.decode(blob) for (blob,) in self._db.execute(where, (tenant, name)))
        return org
