"""What every area works with."""

from __future__ import annotations

from collections.abc import Callable

from tieout.config.wiring import Wiring
from tieout.config.wiring import wiring as process_wiring
from tieout.ports.records import StoreConnection
from tieout.web.cases.actor import Actor


class Wired:
    """The wiring, asked for at the first use: a page that changes nothing needs neither vault nor network."""

    def __init__(self, wiring: Callable[[], Wiring] = process_wiring) -> None:
        self._made = wiring

    @property
    def _wired(self) -> Wiring:
        return self._made()

    def _store(self, connection: int) -> StoreConnection:
        return self._wired.records.connection(connection)

    def _note(self, actor: Actor, action: str, subject: str) -> None:
        wired = self._wired
        wired.administration.note(
            by=actor.user, action=action, subject=subject, now=wired.clock.now(), address=actor.address
        )
