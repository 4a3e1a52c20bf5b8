"""Amounts, times and sizes as a reader expects them: the currency's format, the user's zone and locale."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.numbers import format_currency, format_decimal
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext

from tieout.money import Money

DASH = "–"


@lru_cache(maxsize=32)
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def locale() -> Locale:
    """The reader's locale by the active language."""
    return _locale(get_language() or "en")


def money(value: Money | None) -> str:
    """ "£12.50", "JPY 1,200", "-€3.00"; every decimal the amount has, at least those of its currency."""
    if value is None:
        return DASH
    return _money(value.amount, value.currency, get_language() or "en")


@lru_cache(maxsize=4096)
def _money(amount: Decimal, currency: str, language: str) -> str:
    text = format_currency(amount, currency, locale=_locale(language), decimal_quantization=False)
    # CLDR's spacing between a code in letters and the figure, which Babel leaves out.
    return text.replace(currency, f"{currency}\N{NO-BREAK SPACE}", 1) if currency in text[:4] else text


def minor(units: int | None, currency: str) -> str:
    """Whole minor units as `money` shows them."""
    return DASH if units is None else money(Money.from_minor(units, currency))


def number(value: int | Decimal | None) -> str:
    """ "10,432"."""
    return DASH if value is None else format_decimal(value, locale=locale(), decimal_quantization=False)


def percent(value: Decimal) -> str:
    """ "20%", "8.875%" for Decimal 20 and 8.875 (percent, not a fraction)."""
    return f"{number(value.normalize() + 0)}%"


def quantity(value: Decimal) -> str:
    """Without useless zeros: "2", "0.5"."""
    return number(Decimal(0) if not value else value.normalize() + 0)


def moment(value: datetime | None, *, now: datetime | None = None) -> str:
    """ "21 Nov 04:17" in the reader's zone, with the year when it is not this one."""
    if value is None:
        return DASH
    local = timezone.localtime(value)
    this_year = timezone.localtime(now).year if now else timezone.localtime().year
    return f"{day(local.date(), with_year=local.year != this_year)} {local:%H:%M}"


def day(value: date | None, *, with_year: bool = True) -> str:
    """ "21 Nov 2026": the month as a word, so that no country can misread it."""
    if value is None:
        return DASH
    month = locale().months["format"]["abbreviated"][value.month]
    return f"{value.day} {month} {value.year}" if with_year else f"{value.day} {month}"


def size(count: int | None) -> str:
    """Bytes as "312 B", "4.1 KB", "13.5 MB" (1 KB = 1,000 bytes)."""
    if count is None:
        return DASH
    if count < 1000:
        return f"{count} B"
    scaled = Decimal(count)
    for unit in ("KB", "MB", "GB"):
        scaled /= 1000
        if scaled < 1000 or unit == "GB":
            return f"{scaled:.1f} {unit}"
    raise AssertionError("the loop ends with GB")


def ago(value: datetime | None, now: datetime) -> str:
    """ "just now", "3 minutes ago", "in 2 hours", "5 days ago"."""
    if value is None:
        return gettext("never")
    seconds = int((now - value).total_seconds())
    if abs(seconds) < 45:
        return gettext("just now")
    words = span(abs(seconds))
    return gettext("%(span)s ago") % {"span": words} if seconds > 0 else gettext("in %(span)s") % {"span": words}


def span(seconds: int) -> str:
    """The largest whole unit: "45 seconds", "3 minutes", "2 hours", "5 days"."""
    if seconds < 90:
        return ngettext("%(n)s second", "%(n)s seconds", seconds) % {"n": seconds}
    minutes = round(seconds / 60)
    if minutes < 90:
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    hours = round(minutes / 60)
    if hours < 36:
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    days = round(hours / 24)
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}


def milliseconds(value: int | None) -> str:
    """ "120 ms", "1.4 s"."""
    if value is None:
        return DASH
    return f"{value} ms" if value < 1000 else f"{value / 1000:.1f} s"
