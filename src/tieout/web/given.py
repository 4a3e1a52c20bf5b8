"""What a browser may send in place of a number."""

from __future__ import annotations

#: Any number of so many digits fits the database's own.
_DIGITS_MAX = 18


def is_number(text: str) -> bool:
    """Whether it can be the number of a record: plain digits, and no more than a database holds."""
    return text.isascii() and text.isdigit() and len(text) <= _DIGITS_MAX
