"""Stores that are connected: settings, pauses, removal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Protocol

from tieout.web.cases.actor import Actor


class StoreCases(Protocol):
    """Each writes its audit row."""

    def change_store(
        self, connection: int, name: str, given: Mapping[str, str], start: date | None, actor: Actor
    ) -> None:
        """given: by the names of the kind's fields; a secret that is "" stays as it is."""
        ...

    def pause_store(self, connection: int, actor: Actor) -> None:
        """Nothing is read until it is resumed."""
        ...

    def resume_store(self, connection: int, actor: Actor) -> None:
        """Reading goes on at once."""
        ...

    def remove_store(self, connection: int, actor: Actor) -> int:
        """Ends reading and sending; documents and history stay. Returns how many postings left the queue."""
        ...

    def read_now(self, connection: int, actor: Actor) -> None:
        """The next free worker reads the store."""
        ...
