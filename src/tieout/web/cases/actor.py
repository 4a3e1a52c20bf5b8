"""Who asks."""

from __future__ import annotations

import msgspec


class Actor(msgspec.Struct, frozen=True):
    """Who asks: the user's name and the address it came from, for the audit."""

    user: str
    address: str
