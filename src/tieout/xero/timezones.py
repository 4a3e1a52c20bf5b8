"""Time zones of organisations: Xero tells Windows' names in capitals without spaces (NEWZEALANDSTANDARDTIME)."""

from __future__ import annotations

from functools import cache

from babel.core import get_global

# Obsolete names of Windows that Xero still lists and the CLDR table has dropped.
_OBSOLETE = {"KAMCHATKASTANDARDTIME": "Asia/Kamchatka", "MIDATLANTICSTANDARDTIME": "Etc/GMT+2"}


def _tokens(name: str) -> tuple[str, str]:
    """The name with its sign left out ("UTC-02" → UTC02) and with its sign as a word (UTCMINUS02)."""
    worded = name.upper().replace("+", "PLUS").replace("-", "MINUS")
    return _alphanumeric(name.upper()), _alphanumeric(worded)


def _alphanumeric(text: str) -> str:
    return "".join(mark for mark in text if mark.isalnum())


@cache
def _zones() -> dict[str, str]:
    mapping: dict[str, str] = get_global("windows_zone_mapping")  # type: ignore[assignment]
    found = {token: zone for name, zone in mapping.items() for token in _tokens(name)}
    return _OBSOLETE | found


#: Where a country's zone is better than the name's first city.
_COUNTRY_ZONES = {
    ("GMTSTANDARDTIME", "IE"): "Europe/Dublin",
    ("EASTAFRICASTANDARDTIME", "KE"): "Africa/Nairobi",
}


def iana_zone(token: str, country: str = "") -> str:
    """The IANA name of a zone of Xero's; "UTC" for an unknown one. IANA names pass through."""
    if "/" in token:
        return token
    wanted = _tokens(token)[0]
    return _COUNTRY_ZONES.get((wanted, country)) or _zones().get(wanted, "UTC")
