"""What we leave in a record's note, so that it is found again and people see where it came from.

The first line is ours; what people wrote stays below it.
"""

from __future__ import annotations

import re

from tieout.stores.perfex.texts import plain

_MARKER = re.compile(r"Tieout ([A-Za-z0-9-]{1,60})\b")
_OURS = re.compile(r"^Tieout [A-Za-z0-9-]{1,60}\b.*$", re.MULTILINE)
_NUMBER = re.compile(r"^Tieout [^;\n]*; in Xero ([^;\n]*)", re.MULTILINE)
_REFERENCE = re.compile(r"^Tieout .*?; reference (.*)$", re.MULTILINE)


def marker_in(note: str) -> str:
    """Our marker in a note, "" when it bears none."""
    found = _MARKER.search(plain(note))
    return found[1] if found else ""


def reference_in(note: str) -> str:
    """The ledger's reference as we noted it."""
    found = _REFERENCE.search(plain(note))
    return found[1].strip() if found else ""


def number_in(note: str) -> str:
    """The ledger's number as we noted it."""
    found = _NUMBER.search(plain(note))
    return found[1].strip() if found else ""


def note_with(note: str, marker: str, number: str = "", reference: str = "") -> str:
    """The note with our line on top, the one of before replaced."""
    line = f"Tieout {marker}"
    if number:
        line += f"; in Xero {_one_line(number)}"
    if reference:
        line += f"; reference {_one_line(reference)}"
    rest = _OURS.sub("", plain(note)).strip()
    return f"{line}\n{rest}".strip()


def _one_line(text: str) -> str:
    return " ".join(text.replace(";", ",").split())
