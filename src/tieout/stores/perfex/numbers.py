"""The numbers of documents as people read them."""

from __future__ import annotations

#: Drafts are numbered from here until they become real.
DRAFTS_FROM = 1_000_000_000
PADDING = 6


def shown_number(number: int, prefix: str, form: str, day: str, padding: int = PADDING) -> str:
    """The number of a document that has one. form: 1 PREFIX+padded, 2 PREFIX YYYY/padded, 3 PREFIX padded-yy,
    4 PREFIX padded/mm/yyyy. day: its date, "YYYY-MM-DD"."""
    padded = str(number).zfill(padding)
    if form == "2":
        return f"{prefix}{day[:4]}/{padded}"
    if form == "3":
        return f"{prefix}{padded}-{day[2:4]}"
    if form == "4":
        return f"{prefix}{padded}/{day[5:7]}/{day[:4]}"
    return f"{prefix}{padded}"


def is_draft(number: int) -> bool:
    return number >= DRAFTS_FROM
