"""The port of a reader's own memory, for stores that say nowhere when something changed."""

from __future__ import annotations

from typing import Protocol, runtime_checkable


class Memory(Protocol):
    """Keeps one text per name between looks at a connection."""

    def recall(self, name: str) -> str:
        """An empty text when nothing was kept."""
        ...

    def keep(self, name: str, text: str) -> None: ...


@runtime_checkable
class Remembering(Protocol):
    """A store reader that compares with what it saw the last time. Without its memory it reads everything again."""

    def remember_in(self, memory: Memory) -> None: ...
