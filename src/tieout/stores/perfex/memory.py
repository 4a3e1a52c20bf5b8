"""What was seen of each document when it was read last, as short prints, so that what is as before is left alone.

The CRM says nowhere when something changed. A print is three bytes; two states of a document share one with a chance
of one in sixteen million, and every document is read again in turn anyway.
"""

from __future__ import annotations

import hashlib
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping

_TOKEN = re.compile(r"~(\d+)~|([\w-]{4})", re.ASCII)
_LENGTH = 4


class OwnMemory:
    """For as long as the process lives: where nothing else is given, everything is read again after a start."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}

    def recall(self, name: str) -> str:
        return self._kept.get(name, "")

    def keep(self, name: str, text: str) -> None:
        self._kept[name] = text


def print_of(content: str) -> str:
    """Four characters that stand for a text."""
    return urlsafe_b64encode(hashlib.blake2b(content.encode("utf-8", "replace"), digest_size=3).digest()).decode()


def packed(prints: Mapping[int, str]) -> str:
    """Ids and prints as one text: runs of ids in a row cost four characters each."""
    parts: list[str] = []
    expected = -1
    for identity in sorted(prints):
        if identity != expected:
            parts.append(f"~{identity}~")
        parts.append(prints[identity])
        expected = identity + 1
    return "".join(parts)


def unpacked(text: str) -> dict[int, str]:
    """What `packed` made; nothing for another text, so that everything is read again."""
    found: dict[int, str] = {}
    place, identity = 0, 0
    while place < len(text):
        token = _TOKEN.match(text, place)
        if token is None:
            return {}
        if token[1] is not None:
            identity = int(token[1])
        else:
            found[identity] = token[2]
            identity += 1
        place = token.end()
    return found


def seal_of(text: str) -> str:
    """Tells whether a kept text is the one that a mark belongs to."""
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
