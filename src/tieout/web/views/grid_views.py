"""The views that every grid has: page, CSV, bulk actions on ids or on the whole filter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tieout.web import csv_export, keyset
from tieout.web.access import Right, rights_of
from tieout.web.given import is_number
from tieout.web.grids.base import Grid
from tieout.web.lookups import lookups
from tieout.web.redirects import safe_next

#: A bulk action on a filter is refused beyond this; a narrower filter, or "Add all to queue", does it.
BULK_MAX = 100_000

Act = Callable[[HttpRequest, str, Sequence[int]], int]


def show(
    request: HttpRequest, make: type[Grid], *, may: Right = Right.SYNC, kept: Sequence[str] = (), **more: Any
) -> HttpResponse:
    """A grid's page, or only its table for htmx. kept: keys of the query that are filters without a field."""
    grid = make(request, lookups())
    context = {
        **grid.context(),
        **more,
        "may_bulk": may in rights_of(request.user),
        "kept": [(key, request.GET[key]) for key in kept if request.GET.get(key)],
    }
    whole = not getattr(request, "htmx", False)
    return render(request, getattr(grid, "template", "web/grid_page.html") if whole else "web/_grid.html", context)


def csv(request: HttpRequest, make: type[Grid]) -> HttpResponseBase:
    """Everything the grid's filter matches, as a download named after the grid and the day."""
    grid = make(request, lookups())
    return csv_export.response(f"{make.name}-{timezone.localdate():%Y-%m-%d}", grid.csv_header(), grid.csv_rows())


def confirm(request: HttpRequest, make: type[Grid]) -> HttpResponse:
    """The page between a filter and an action on everything that it matches."""
    grid = make(request, lookups())
    fields = grid.filter.form.fields
    set_filters = [
        (fields[name].label if name in fields else name, value)
        for name, value in request.GET.items()
        if value and name not in ("sort", "after", "before")
    ]
    context = {"grid": grid, "count": keyset.count(grid.filter.qs), "set_filters": set_filters}
    return render(request, "web/bulk_confirm.html", context)


def bulk(request: HttpRequest, make: type[Grid], act: Act) -> HttpResponse:
    """Do `action` to the posted ids, or with `all=1` to everything that the address's filter matches."""
    name = request.POST.get("action", "")
    known = {action.name: action for action in make.bulk}
    ids = request.POST.getlist("id")
    everything = request.POST.get("all") == "1"
    if name not in known or (everything and ids):
        return HttpResponseBadRequest(_("An action carries rows or the filter, never both."))
    if known[name].needs_reason and not request.POST.get("reason", "").strip():
        messages.error(request, _("Say why first: the reason is kept in the history."))
        return redirect(safe_next(request, make.name))
    if everything:
        grid = make(request, lookups())
        chosen = list(grid.filter.qs.order_by().values_list("id", flat=True)[: BULK_MAX + 1])
        if len(chosen) > BULK_MAX:
            messages.error(request, _("That is more than 100,000 rows. Narrow the filter first."))
            return redirect(safe_next(request, make.name))
    else:
        chosen = [int(value) for value in ids if is_number(value)]
    if not chosen:
        messages.info(request, _("Choose rows first."))
        return redirect(safe_next(request, make.name))
    moved = act(request, name, chosen)
    if not moved:
        messages.info(request, _("%(title)s: nothing to do for what was chosen.") % {"title": known[name].title})
        return redirect(safe_next(request, make.name))
    text = ngettext("%(title)s: %(n)d done.", "%(title)s: %(n)d done.", moved)
    messages.success(request, text % {"title": known[name].title, "n": moved})
    return redirect(safe_next(request, make.name))
