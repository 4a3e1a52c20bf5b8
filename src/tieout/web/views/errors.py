"""What a refused request sees: one sentence and a way on, inside our own frame."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def _page(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    response = render(request, "web/refused.html", {"title": title, "text": text}, status=status)
    # Read by tieout.js when htmx asked: such an answer is never swapped in.
    response["X-Reason"] = text
    return response


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 403, _("Not allowed"), _("Your role does not allow this. Ask an owner for another role."))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 404, _("Not found"), _("There is nothing here, or it was removed."))


def broken(request: HttpRequest) -> HttpResponse:
    """Without context processors: whatever broke may be in them."""
    sentence = _("Something broke. It is in the server's log; nothing was lost.")
    return HttpResponse(f"<!doctype html><title>Tieout</title><p>{sentence}</p>", status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(request, 403, _("Not sent"), _("This form was too old or came from elsewhere. Load the page again."))
