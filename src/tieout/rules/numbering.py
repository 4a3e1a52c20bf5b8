"""Numbers in Xero (ACCOUNTING B8): prefix by kind, then the store's own number; own documents end in a letter."""

from __future__ import annotations

from collections.abc import Collection

from tieout.rules.texts import name_text

_NUMBER_LENGTH_MAX = 255
#: How often a number can be taken up again after it was voided.
_REISSUES_MAX = 99


def document_number(prefix: str, store_number: str, burnt: Collection[str] = ()) -> str:
    """The number of a document in Xero; it ends with the store's number after a character that is no digit.

    burnt: numbers that a voided or deleted document keeps taken; then a marker R, R2 … goes into the prefix,
    so that the end stays the store's number. Raises ValueError after too many reissues.
    """
    if prefix and prefix[-1].isdigit():
        prefix += "-"
    number = prefix + name_text(store_number, _NUMBER_LENGTH_MAX - len(prefix) - 4)
    if not burnt or number not in burnt:
        return number
    for reissue in range(1, _REISSUES_MAX + 1):
        marked = f"{prefix}R{reissue if reissue > 1 else ''}-{name_text(store_number)}"
        if marked not in burnt:
            return marked
    raise ValueError(f"{number} was voided too often")


def own_suffix(ordinal: int) -> str:
    """Letters for documents that Tieout makes of its own accord: 0 → A, 25 → Z, 26 → AA."""
    letters = ""
    ordinal += 1
    while ordinal:
        ordinal, rest = divmod(ordinal - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
