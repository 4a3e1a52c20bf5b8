"""Tokens of the API: made by users for programs, kept as digests, checked with every request.

Wrong tokens are counted per address as wrong passwords are; a right one is always let in, since nobody can guess
256 random bits, and a stranger's tries must not shut out the programs behind the same address.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

import msgspec
from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone

from tieout.records.models import ApiToken
from tieout.web.access import RIGHTS, Right, UserRole, rights_of
from tieout.web.api.refusals import ApiCode, Refused
from tieout.web.cases.actor import Actor

PREFIX = "tieout_"
TOKEN_BYTES = 32
#: Characters that are kept in the open, so that a person recognises a token.
BEGINNING = len(PREFIX) + 6
#: `last_used_at` is not written for every request.
USED_SECONDS = 60
#: Under this name wrong tokens are counted; no user can have it, for it has a space.
_COUNTED_AS = "API token"
_USER_LENGTH_MAX = 150


class Bearer(msgspec.Struct, frozen=True):
    """Who asks: the token, its user, and what both together may do."""

    token: ApiToken
    user: User
    rights: frozenset[Right]
    address: str

    @property
    def actor(self) -> Actor:
        """For the audit: the user, and with which token."""
        return Actor(f"{self.user.username} (token {self.token.name})"[:_USER_LENGTH_MAX], self.address)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def make(user: User, name: str, role: UserRole, expires_at: datetime | None, now: datetime) -> str:
    """A new token, returned this once."""
    token = PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    ApiToken.objects.create(
        user=user,
        name=name,
        role=role.value,
        digest=digest(token),
        beginning=token[:BEGINNING],
        created_at=now,
        expires_at=expires_at,
    )
    return token


def bearer_of(request: HttpRequest) -> Bearer:
    """The token of a request. Raises Refused."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not given.strip():
        raise Refused(ApiCode.TOKEN_MISSING, "Send the header Authorization: Bearer <token>.")
    found = ApiToken.objects.select_related("user").filter(digest=digest(given.strip())).first()
    now = timezone.now()
    if found is None or found.revoked_at is not None or not found.user.is_active:
        _count(request)
        raise Refused(ApiCode.TOKEN_WRONG, "It was revoked, or it was never one of this installation.")
    if found.expires_at is not None and found.expires_at <= now:
        raise Refused(ApiCode.TOKEN_EXPIRED, f"It ended {found.expires_at:%Y-%m-%d %H:%M} UTC. Make a new one.")
    if found.last_used_at is None or now - found.last_used_at > timedelta(seconds=USED_SECONDS):
        ApiToken.objects.filter(pk=found.pk).update(last_used_at=now)
    rights = rights_of(found.user) & rights_of_role(found.role)
    return Bearer(found, found.user, rights, request.META.get("REMOTE_ADDR", ""))


def rights_of_role(role: str) -> frozenset[Right]:
    """None for a role of another version."""
    return RIGHTS[UserRole(role)] if role in set(UserRole) else frozenset()


def _count(request: HttpRequest) -> None:
    """Note a wrong token. Raises Refused when there were too many from this address."""
    credentials = {"username": _COUNTED_AS}
    AxesProxyHandler.update_request(request)
    if AxesProxyHandler.is_locked(request, credentials):
        seconds = int(settings.AXES_COOLOFF_TIME.total_seconds())
        raise Refused(ApiCode.TOO_MANY_TRIES, f"Wait {seconds // 60} minutes.", retry_after=seconds)
    AxesProxyHandler.user_login_failed(sender=ApiToken, credentials=credentials, request=request)
    # Its middleware would answer with the page for people.
    request.axes_locked_out = None  # type: ignore[attr-defined]
