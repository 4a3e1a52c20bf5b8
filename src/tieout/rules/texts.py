"""Texts for Xero: cleaned the least possible, cut on whole characters.

Xero counts UTF-16 units (an emoji is two), so lengths here do too. The store's own text is kept in the store's
document; what is cleaned here is only what is sent.
"""

from __future__ import annotations

import re
import unicodedata

DESCRIPTION_LENGTH_MAX = 4000
NAME_LENGTH_MAX = 255
ITEM_NAME_LENGTH_MAX = 50
ITEM_CODE_LENGTH_MAX = 30
REFERENCE_LENGTH_MAX = 255
#: Payment references have no documented length; this many are known to be taken.
PAYMENT_REFERENCE_LENGTH_MAX = 118
URL_LENGTH_MAX = 2000

# Control characters break readers (CASES C46); lone surrogates and non-characters are no text; embedding and
# override marks can turn what a bookkeeper reads round.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\u202a-\u202e\u2066-\u2069]"
)
_SPACES = re.compile(r"\s+")
_ANGLES = str.maketrans({"<": "‹", ">": "›"})
_URL = re.compile(r"https?://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(/[!-~]*|\?[!-~]*)?")
_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}"
)


def cut(text: str, length_max: int) -> str:
    """The longest start of `text` within `length_max` UTF-16 units that splits no visible character."""
    if len(text) * 2 <= length_max or (len(text) <= length_max and text.isascii()):
        return text
    used = 0
    for position, character in enumerate(text):
        used += 2 if ord(character) > 0xFFFF else 1
        if used > length_max:
            end = position
            while end > 0 and _joins(text, end):
                end -= 1
            return text[:end].rstrip()
    return text


def _joins(text: str, position: int) -> bool:
    """Whether the character at `position` belongs to the one before it (accents, joined emoji)."""
    here, before = text[position], text[position - 1]
    return (
        unicodedata.combining(here) != 0
        or here in "\u200d\ufe0e\ufe0f"
        or before == "\u200d"
        or 0x1F3FB <= ord(here) <= 0x1F3FF
    )


def line_text(text: str, length_max: int = DESCRIPTION_LENGTH_MAX) -> str:
    """A description: line breaks and every script stay, control characters go."""
    if not (text.isascii() and text.isprintable()):
        text = _UNWANTED.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    return cut(text.strip(), length_max)


def name_text(text: str, length_max: int = NAME_LENGTH_MAX) -> str:
    """A name on one line: single spaces, no angle brackets (Xero refuses or loses such names: CASES C52)."""
    if text.isascii() and text.isprintable():
        if "  " not in text and "<" not in text and ">" not in text:
            return cut(text.strip(), length_max)
    else:
        text = _UNWANTED.sub("", text)
    return cut(_SPACES.sub(" ", text).strip().translate(_ANGLES), length_max)


def email(text: str) -> str:
    """An e-mail address Xero takes, or "" (CASES C47: the order is never held for its address)."""
    address = unicodedata.normalize("NFKC", _UNWANTED.sub("", text)).strip()
    return address if len(address) <= NAME_LENGTH_MAX and _EMAIL.fullmatch(address) else ""


def url(text: str) -> str:
    """A link back to the store that Xero takes, or "": absolute http(s), no port, not naming Xero."""
    link = text.strip()
    if len(link) > URL_LENGTH_MAX or "xero" in link.lower():
        return ""
    return link if _URL.fullmatch(link) else ""


def folded(text: str) -> str:
    """For comparing names: compatible forms, case and spaces made equal (CASES C54)."""
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", _UNWANTED.sub("", text)).casefold()).strip()
