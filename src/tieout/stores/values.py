"""Values that every kind of store uses to describe itself."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class SettingKind(StrEnum):
    TEXT = "text"
    URL = "url"
    NUMBER = "number"
    CHOICE = "choice"


class SettingField(msgspec.Struct, frozen=True):
    """One field of a connection's form.

    name: the key under which it is stored and given to the reader.  secret: sealed at rest, never shown again.
    choices: (value, label) for CHOICE.
    """

    name: str
    label: str
    help: str
    kind: SettingKind
    secret: bool = False
    required: bool = False
    default: str = ""
    example: str = ""
    choices: tuple[tuple[str, str], ...] = ()
