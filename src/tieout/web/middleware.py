"""The reader's own choices, taken from cookies for the time of a request."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers

ZONE_COOKIE = "tieout_zone"
THEME_COOKIE = "tieout_theme"
KEYS_COOKIE = "tieout_keys"
THEMES = ("light", "dark", "auto")
#: A year, in seconds.
COOKIE_AGE_SECONDS = 365 * 24 * 3600


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """Places by their IANA names, and UTC; a cookie's text is looked up here before it is opened as a file.

    Names without a place ("PST8PDT", "localtime") are old spellings or mean this machine's own zone.
    """
    return frozenset(name for name in zoneinfo.available_timezones() if "/" in name) | {"UTC"}


class PreferencesMiddleware:
    """Shows times in the reader's zone (cookie, set by the browser or on the preferences page; else UTC)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        name = request.COOKIES.get(ZONE_COOKIE, "")
        if name not in zone_names():
            name = "UTC"
        theme = request.COOKIES.get(THEME_COOKIE, "auto")
        request.zone_name = name  # type: ignore[attr-defined]
        request.theme = theme if theme in THEMES else "auto"  # type: ignore[attr-defined]
        request.single_keys = request.COOKIES.get(KEYS_COOKIE) != "off"  # type: ignore[attr-defined]
        with timezone.override(zoneinfo.ZoneInfo(name)):
            response = self.get_response(request)
        return never_kept(request, response)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A number in the address that no database holds names nothing."""
        if not isinstance(exception, OverflowError):
            return None
        return HttpResponse("There is nothing here.\n", status=404, content_type="text/plain; charset=utf-8")


def never_kept(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Figures of a business are not left in shared caches, and a partial is never taken for a page."""
    if not response.has_header("Cache-Control"):
        response["Cache-Control"] = "private, no-store"
    patch_vary_headers(response, ("HX-Request", "Cookie"))
    return response
