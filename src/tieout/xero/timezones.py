"""Time zones of organisations: Xero tells Windows' names in capitals without spaces (NEWZEALANDSTANDARDTIME)."""

from __future__ import annotations

from functools import cache

from babel.core import get_global

# Windows names carry marks ("E. Europe", "UTC+12") whose spelling in capitals is not on record; only letters
# and digits are compared, with the sign kept as a word.
_SIGNS = {"+": "PLUS", "-": "MINUS"}


def _token(name: str) -> str:
    return "".join(_SIGNS.get(mark, mark) for mark in name.upper() if mark.isalnum() or mark in _SIGNS)


@cache
def _zones() -> dict[str, str]:
    mapping: dict[str, str] = get_global("windows_zone_mapping")  # type: ignore[assignment]
    return {_token(name): zone for name, zone in mapping.items()}


#: Where a country's zone is better than the name's first city.
_COUNTRY_ZONES = {
    ("GMTSTANDARDTIME", "IE"): "Europe/Dublin",
    ("EASTAFRICASTANDARDTIME", "KE"): "Africa/Nairobi",
}


def iana_zone(token: str, country: str = "") -> str:
    """The IANA name of a zone of Xero's; "UTC" for an unknown one. IANA names pass through."""
    if "/" in token:
        return token
    wanted = _token(token)
    return _COUNTRY_ZONES.get((wanted, country)) or _zones().get(wanted, "UTC")
