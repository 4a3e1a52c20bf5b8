"""Who may do what: four roles, five rights, and the decorator that every view carries."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

P = ParamSpec("P")


class Right(StrEnum):
    """What a view asks for. READ is what every role has."""

    READ = "read"
    #: Send, retry, remove, resolve.
    SYNC = "sync"
    #: Accounts, mapping, sync settings.
    MAP = "map"
    #: Drift, tie-out, undo: decisions about what is in the books.
    APPROVE = "approve"
    #: Connections, users, secrets.
    OWN = "own"


class UserRole(StrEnum):
    """The groups, strongest first; a user of several groups has the rights of all."""

    OWNER = "owner"
    OPERATOR = "operator"
    BOOKKEEPER = "bookkeeper"
    VIEWER = "viewer"


ROLE_TITLES = {
    UserRole.OWNER: _("Owner"),
    UserRole.OPERATOR: _("Operator"),
    UserRole.BOOKKEEPER: _("Bookkeeper"),
    UserRole.VIEWER: _("Viewer"),
}

RIGHTS: dict[UserRole, frozenset[Right]] = {
    UserRole.OWNER: frozenset(Right),
    UserRole.OPERATOR: frozenset({Right.READ, Right.SYNC}),
    UserRole.BOOKKEEPER: frozenset({Right.READ, Right.MAP, Right.APPROVE}),
    UserRole.VIEWER: frozenset({Right.READ}),
}


def roles_of(user: AbstractBaseUser | AnonymousUser) -> frozenset[UserRole]:
    """The user's roles; one query, kept on the user for the rest of the request. A superuser is an owner."""
    known: frozenset[UserRole] | None = getattr(user, "_tieout_roles", None)
    if known is None:
        known = _read_roles(user)
        user._tieout_roles = known  # type: ignore[union-attr]
    return known


def _read_roles(user: AbstractBaseUser | AnonymousUser) -> frozenset[UserRole]:
    if isinstance(user, AnonymousUser) or not user.is_active:
        return frozenset()
    if getattr(user, "is_superuser", False):
        return frozenset({UserRole.OWNER})
    names = set(user.groups.values_list("name", flat=True))  # type: ignore[attr-defined]
    return frozenset(role for role in UserRole if role.value in names)


def rights_of(user: AbstractBaseUser | AnonymousUser) -> frozenset[Right]:
    """Everything the user's roles allow; empty for a user without a role."""
    return frozenset().union(*(RIGHTS[role] for role in roles_of(user)))


def needs(
    right: Right, *, methods: tuple[str, ...] = ("GET", "HEAD")
) -> Callable[
    [Callable[Concatenate[HttpRequest, P], HttpResponseBase]],
    Callable[Concatenate[HttpRequest, P], HttpResponseBase],
]:
    """Let a view answer only users who have `right`, and only `methods`. Strangers are sent to the login by
    Django's LoginRequiredMiddleware before; here they would be refused as well."""

    def decorate(
        view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if right not in rights_of(request.user):
                raise PermissionDenied(right.value)
            return view(request, *args, **kwargs)

        limited: Any = require_http_methods(list(methods))(guarded)
        limited.needs = right
        limited.methods = methods
        result: Callable[Concatenate[HttpRequest, P], HttpResponseBase] = limited
        return result

    return decorate


#: For views that change something.
POST = ("POST",)
#: For forms that show themselves and take their answer.
FORM = ("GET", "HEAD", "POST")
