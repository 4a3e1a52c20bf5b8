"""Text of the CRM as people wrote it: markup of its editors undone."""

from __future__ import annotations

import html
import re
import unicodedata

_BREAK = re.compile(r"<\s*br\s*/?\s*>|<\s*/\s*(?:p|div|li)\s*>", re.IGNORECASE)
_TAG = re.compile(r"<\s*/?\s*[a-zA-Z][^<>]*>")


def plain(text: str | None) -> str:
    """Line breaks kept, markup left out, entities undone once."""
    if not text:
        return ""
    if "<" in text:
        text = _TAG.sub("", _BREAK.sub("\n", text))
    if "&" in text:
        text = html.unescape(text)
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def lines_of(text: str | None) -> tuple[str, ...]:
    """The lines of an address that are not empty."""
    return tuple(line.strip() for line in plain(text).split("\n") if line.strip())


def marked_up(text: str) -> str:
    """Plain text as the CRM's editors keep it."""
    return html.escape(text, quote=False).replace("\n", "<br />\n")


def fold_email(text: str) -> str:
    """One spelling per mailbox: compatibility forms unfolded, lower case, no blanks."""
    return unicodedata.normalize("NFKC", text).strip().casefold()
