"""The one-time code that makes the first user: printed where Tieout was started, kept as a hash, used once.

Whoever reaches the address of a new installation first must not become its owner by that alone; who reads the
terminal or the log of the service is the one who started it.
"""

from __future__ import annotations

import hashlib
import secrets

from tieout.ports import Clock
from tieout.ports.administration import Administration
from tieout.ports.connecting import ConnectionChanges

_FACT = "first_owner_code"
#: Letters and digits that are not taken for each other; 16 of 31 are 79 bits.
_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_GROUPS, _GROUP_LENGTH = 4, 4


def new_code(administration: Administration, clock: Clock) -> str:
    """A fresh code; the one before ends."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS))
    code = "-".join(groups)
    administration.note_fact(_FACT, _digest(code), clock.now())
    return code


def claim(changes: ConnectionChanges, code: str) -> bool:
    """Whether the code is right; then it is spent. Spaces, dashes and small letters are forgiven."""
    return changes.take_fact(_FACT, _digest(code))


def _digest(code: str) -> str:
    plain = "".join(letter for letter in code.upper() if letter in _ALPHABET)
    return hashlib.sha256(plain.encode()).hexdigest()
