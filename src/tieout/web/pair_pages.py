"""What the set-up screens of a pair have in common: the frame, the guard against older forms, saving."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from tieout.rules.gaps import find_gaps
from tieout.rules.settings import Rules
from tieout.web.access import Right, rights_of
from tieout.web.pairs import Pair
from tieout.web.use_cases import actor_of, use_cases


def page(request: HttpRequest, template: str, pair: Pair | None, known: list[Pair], **more: Any) -> HttpResponse:
    """A screen of a pair, with what its rules lack."""
    gaps = find_gaps(pair.rules, pair.reference) if pair and pair.reference else ()
    context = {"pair": pair, "pairs": known, "gaps": gaps, "may_map": Right.MAP in rights_of(request.user), **more}
    return render(request, template, context)


def refused(request: HttpRequest, pair: Pair) -> bool:
    """Whether the posted form was made from other rules than those of now. Who may only look is refused."""
    if Right.MAP not in rights_of(request.user):
        raise PermissionDenied(Right.MAP.value)
    if request.POST.get("version") != str(pair.rules.version):
        messages.error(request, _("Somebody changed the rules meanwhile. Look at them as they are now."))
        return True
    return False


def save(request: HttpRequest, pair: Pair, rules: Rules, note: str) -> None:
    """Keep the rules as the next version, unless nothing changed."""
    if rules == pair.rules:
        messages.info(request, _("Nothing was changed."))
        return
    use_cases().save_rules(pair.connection, pair.organisation, rules, note, actor_of(request))
    messages.success(request, _("Saved. What is held or waiting is planned again; what is in Xero stays as it is."))


def back(name: str, pair: Pair) -> HttpResponse:
    """To the screen named, of the same pair."""
    return redirect(f"{reverse(name)}?pair={pair.key}")
