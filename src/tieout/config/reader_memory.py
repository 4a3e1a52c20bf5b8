"""What a store's reader remembers between looks, kept among the facts of this installation."""

from __future__ import annotations

from tieout.ports import Clock
from tieout.ports.administration import Administration


class FactMemory:
    """Implements `ports.memory.Memory` for one connection."""

    def __init__(self, administration: Administration, clock: Clock, connection: int) -> None:
        self._administration = administration
        self._clock = clock
        self._connection = connection

    def recall(self, name: str) -> str:
        return self._administration.fact(self._name(name)) or ""

    def keep(self, name: str, text: str) -> None:
        self._administration.note_fact(self._name(name), text, self._clock.now())

    def _name(self, name: str) -> str:
        return f"seen:{self._connection}:{name}"
