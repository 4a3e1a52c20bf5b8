"""Text of the shop as people wrote it."""

from __future__ import annotations

import re
import unicodedata

_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "#39": "'", "#039": "'"}
_ENTITY = re.compile("&(amp|lt|gt|quot|#0?39);")


def plain(text: str) -> str:
    """What the customer typed: the shop stores & < > and " escaped, so that is undone, once and nothing more.

    "&amp;lt;" was typed as "&lt;" and stays that.
    """
    return _ENTITY.sub(lambda found: _ENTITIES[found[1]], text) if "&" in text else text


def fold_email(text: str) -> str:
    """One spelling per mailbox: compatibility forms unfolded, lower case, no blanks (CASES C47)."""
    if text.isascii():
        return text.strip().lower()
    return unicodedata.normalize("NFKC", text).strip().casefold()


def listed(text: str) -> tuple[str, ...]:
    """The entries of a setting such as "2, 3,5"."""
    return tuple(part for part in re.split(r"[\s,;]+", text) if part)
