"""Clock, vault and bell."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The time in UTC, with its zone."""
        ...


class Vault(Protocol):
    """Seals secrets at rest; the key is outside the database."""

    def seal(self, secret: str) -> str: ...

    def open(self, sealed: str) -> str: ...


class Bell(Protocol):
    """Tells workers that organisations have work. May be lost; the sweep finds it later."""

    def ring(self, organisations: Iterable[int]) -> None:
        """After the commit of the transaction that is open, if one is. 0: no organisation in particular."""
        ...
