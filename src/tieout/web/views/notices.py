"""Notices: the list, and the banner that keeps itself up to date."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from tieout.web import digest
from tieout.web.access import Right, needs
from tieout.web.notices import notices


@needs(Right.READ)
def notices_page(request: HttpRequest) -> HttpResponse:
    found = notices(timezone.now())
    # The banner would say the same once more.
    context = {"all": found, "notices": None, "readers": digest.recipients()}
    return render(request, "web/notices.html", context)


@needs(Right.READ)
def notices_live(request: HttpRequest) -> HttpResponse:
    """Only the banner."""
    return render(request, "web/_notices.html", {"notices": notices(timezone.now())})
