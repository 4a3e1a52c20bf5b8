"""Open sessions: where somebody is logged in, since when, from which browser; and ending them."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from typing import Any

import msgspec
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

#: Where a session notes when and from where it began.
_BEGAN = "began"
#: More are not shown; they end by themselves.
SESSIONS_MAX = 500
#: Browser's name and main version out of what it calls itself; the first that fits, others pose as these.
_BROWSERS = re.compile(r"(Edg|OPR|Firefox|Chrome|Version|curl)/(\d+)")
_NAMES = {"Edg": "Edge", "OPR": "Opera", "Version": "Safari"}


class OpenSession(msgspec.Struct, frozen=True):
    """handle: names the session in forms; the key itself never leaves the server. began: None for old sessions."""

    handle: str
    user: str
    user_id: int
    began: datetime | None
    address: str
    browser: str
    ends: datetime
    is_this: bool


def note_beginning(sender: object, request: HttpRequest | None, user: object, **_: Any) -> None:
    """Called by the signal of a login."""
    if request is None or not hasattr(request, "session"):
        return
    request.session[_BEGAN] = {
        "at": timezone.now().isoformat(timespec="seconds"),
        "address": request.META.get("REMOTE_ADDR", "")[:64],
        "browser": browser(request.META.get("HTTP_USER_AGENT", "")),
    }


def browser(agent: str) -> str:
    """ "Firefox 140" from what a browser calls itself, "" when it says nothing known."""
    found = dict(_BROWSERS.findall(agent[:400]))
    name = next((one for one in ("Edg", "OPR", "Firefox", "Chrome", "Version", "curl") if one in found), "")
    return f"{_NAMES.get(name, name)} {found[name]}" if name else ""


def open_sessions(request: HttpRequest, user: int | None = None) -> list[OpenSession]:
    """Sessions that have not ended, the newest first; of one user, or of all."""
    names = dict(User.objects.filter(is_active=True).values_list("pk", "username"))
    found = []
    for row in Session.objects.filter(expire_date__gt=timezone.now()).order_by("-expire_date")[:SESSIONS_MAX]:
        data = row.get_decoded()
        number = _user_of(data)
        if number is None or number not in names or (user is not None and number != user):
            continue
        began = data.get(_BEGAN, {})
        found.append(
            OpenSession(
                handle=_handle(row.session_key),
                user=names[number],
                user_id=number,
                began=parse_datetime(began.get("at", "")) if began else None,
                address=began.get("address", ""),
                browser=began.get("browser", ""),
                ends=row.expire_date,
                is_this=row.session_key == request.session.session_key,
            )
        )
    return found


def end_session(handle: str, user: int | None = None) -> str:
    """End the session named so; of this user only, when one is given. Returns whose it was, "" for nobody's."""
    for row in Session.objects.filter(expire_date__gt=timezone.now())[:SESSIONS_MAX]:
        if _handle(row.session_key) != handle:
            continue
        number = _user_of(row.get_decoded())
        if number is None or (user is not None and number != user):
            return ""
        row.delete()
        return User.objects.filter(pk=number).values_list("username", flat=True).first() or ""
    return ""


def _user_of(data: dict[str, Any]) -> int | None:
    if not {SESSION_KEY, HASH_SESSION_KEY, BACKEND_SESSION_KEY} <= data.keys():
        return None
    number = str(data[SESSION_KEY])
    return int(number) if number.isdecimal() else None


def _handle(key: str) -> str:
    return hashlib.sha256(f"session {key}".encode()).hexdigest()[:24]
