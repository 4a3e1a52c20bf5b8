"""What every page's frame needs: the menu, the theme, the user's rights."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from tieout.web.access import ROLE_TITLES, Right, rights_of, roles_of
from tieout.web.navigation import links
from tieout.web.notices import notices


def page(request: HttpRequest) -> dict[str, Any]:
    """For the context processor; partial answers skip the menu, they never draw it."""
    values: dict[str, Any] = {
        "theme": getattr(request, "theme", "auto"),
        "zone_name": getattr(request, "zone_name", "UTC"),
        "single_keys": getattr(request, "single_keys", True),
        "may": {},
        "menu": [],
        "notices": None,
    }
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return values
    rights = rights_of(user)
    values["may"] = {right.value: right in rights for right in Right}
    if not getattr(request, "htmx", False):
        current = request.resolver_match.url_name if request.resolver_match else ""
        values["menu"] = links(rights, current or "")
        values["notices"] = notices(timezone.now()) if rights else None
        values["role_titles"] = [ROLE_TITLES[role] for role in sorted(roles_of(user))]
    return values
