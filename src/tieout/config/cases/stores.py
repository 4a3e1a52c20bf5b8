"""Stores that are connected: settings, pauses, removal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from tieout.config.cases.wired import Wired
from tieout.ports.connecting import StoreChange
from tieout.ports.records import Selection
from tieout.web.cases.actor import Actor


class Stores(Wired):
    """Implements `tieout.web.cases.stores.StoreCases`."""

    def change_store(
        self, connection: int, name: str, given: Mapping[str, str], start: date | None, actor: Actor
    ) -> None:
        wired, store = self._wired, self._store(connection)
        secret = {field.name for field in wired.adapter(store).fields() if field.secret}
        typed = {key: value for key, value in given.items() if key in secret and value}
        options = {**store.options, **{key: value for key, value in given.items() if key not in secret}}
        change = StoreChange(
            name=name,
            address=options.get("url", ""),
            options=options,
            secrets=wired.seal_secrets({**wired.open_secrets(store.secrets), **typed}) if typed else store.secrets,
            start_date=start,
        )
        wired.connections.change_store(connection, change, wired.clock.now())
        what = [key for key, value in options.items() if value != store.options.get(key, "")]
        self._note(actor, "store changed", f"{name}: {', '.join([*what, *typed]) or 'name or start date'}")

    def pause_store(self, connection: int, actor: Actor) -> None:
        self._wired.connections.pause_store(connection, f"Paused by {actor.user}.")
        self._wired.records.follow_pauses(self._wired.clock.now())
        self._note(actor, "store paused", self._store(connection).name)

    def resume_store(self, connection: int, actor: Actor) -> None:
        self._wired.connections.resume_store(connection, self._wired.clock.now())
        self._wired.records.follow_pauses(self._wired.clock.now())
        self._note(actor, "store resumed", self._store(connection).name)

    def remove_store(self, connection: int, actor: Actor) -> int:
        wired, now, count = self._wired, self._wired.clock.now(), 0
        wired.connections.remove_store(connection, now)
        waiting = Selection(connection=connection, states=("queued", "waiting", "held"))
        while moved := wired.records.remove(waiting, now):
            count += moved
        self._note(actor, "store removed", f"{self._store(connection).name}: {count} left the queue")
        return count

    def read_now(self, connection: int, actor: Actor) -> None:
        self._wired.connections.read_now(connection, self._wired.clock.now())
        self._note(actor, "read now", self._store(connection).name)
