"""Tie-out: the screen, "Tie out now" with its progress, and the month-end pack."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from tieout.accounting import LedgerReference
from tieout.ports.proofs import Period
from tieout.reconciling.sums import By
from tieout.records.models import Organisation, Proof, Run
from tieout.sync.month_end import MonthEnd, month_period
from tieout.web import csv_export, proof_page, tie_out_page
from tieout.web.access import POST, Right, needs
from tieout.web.given import is_number
from tieout.web.lookups import lookups
from tieout.web.papers import csv_pack, month_end, pdf
from tieout.web.use_cases import actor_of, use_cases

#: The longest period whose days are summed up without a stored result.
_DAYS_MAX = 400
_SUMS = {"days": By.DAY, "taxes": By.TAX, "methods": By.METHOD}


def _date(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _organisation(request: HttpRequest, choices: list[tuple[str, str]]) -> int | None:
    asked = request.POST.get("organisation", "") or request.GET.get("organisation", "")
    known = [value for value, _title in choices]
    return int(asked) if asked in known else (int(known[0]) if known else None)


def _period(values: Any, organisation: int | None) -> Period:
    """What is asked for; a month as "2026-10"; else that of the newest result; else last month and this."""
    if month := _date(f"{values.get('month', '')}-01"):
        return month_period(month)
    if "from" in values or "to" in values:
        first, last = _date(values.get("from", "")), _date(values.get("to", ""))
        return Period(last, first) if first and last and first > last else Period(first, last)
    known = proof_page.default_period(organisation) if organisation is not None else None
    today = timezone.localdate()
    return known or Period((today.replace(day=1) - timedelta(days=1)).replace(day=1), today)


def _address(organisation: int | None, period: Period, **more: str) -> str:
    query = {
        "from": period.first.isoformat() if period.first else "",
        "to": period.last.isoformat() if period.last else "",
        "organisation": str(organisation or ""),
        **more,
    }
    return f"{reverse('tie_out')}?{urlencode(query)}"


@needs(Right.READ)
def tie_out(request: HttpRequest) -> HttpResponse:
    names = lookups()
    choices = names.organisation_choices()
    organisation = _organisation(request, choices)
    period = _period(request.GET, organisation)
    view = request.GET.get("view", "")
    view = view if view in proof_page.VIEWS else "days"
    month = period.first if period.first and period == month_period(period.first) else None
    proof = proof_page.newest(organisation, period) if organisation is not None else None
    context: dict[str, Any] = {
        "period": period,
        "month": month,
        "months": [
            (f"{day:%Y-%m}", month_end.month_name(day), day == month)
            for day in proof_page.months(timezone.localdate())
        ],
        "organisation": str(organisation or ""),
        "organisations": choices,
        "view": view,
        "views": _views(organisation, period, view),
        "running": proof_page.under_way(organisation) if organisation is not None else None,
        "history": proof_page.history(organisation) if organisation is not None else [],
    }
    if proof is not None and organisation is not None:
        context |= _result(proof, view, organisation)
    else:
        first, last = _bounded(period)
        context["found"] = tie_out_page.tie_out(names, first, last, organisation)
    return render(request, "web/tie_out.html", context)


def _views(organisation: int | None, period: Period, current: str) -> list[tuple[str, str, bool]]:
    titles = {
        "days": _("By day"),
        "taxes": _("By tax"),
        "methods": _("By payment method"),
        "controls": _("Control totals"),
        "accounts": _("Accounts"),
    }
    return [(_address(organisation, period, view=name), titles[name], name == current) for name in proof_page.VIEWS]


def _result(proof: Proof, view: str, organisation: int) -> dict[str, Any]:
    result = proof_page.result(proof, lookups())
    accounts, rates = _names(organisation)
    context: dict[str, Any] = {"result": result}
    if view in _SUMS:
        context["sums"] = proof_page.sums(result.tied, _SUMS[view], rates)
    elif view == "controls":
        context["controls"] = proof_page.controls(result.tied, accounts, rates)
        context["liabilities"] = proof_page.liabilities(result.tied, accounts)
    else:
        context["accounts"] = proof_page.accounts(result.tied)
        context["any_foreign"] = any(one.foreign for one in result.tied.accounts)
    return context


def _names(organisation: int) -> tuple[dict[str, str], dict[str, str]]:
    """Names of accounts by code and of tax rates by type."""
    text = Organisation.objects.values_list("reference", flat=True).get(pk=organisation)
    if not text:
        return {}, {}
    reference = msgspec.json.decode(text, type=LedgerReference)
    return {one.code: one.name for one in reference.accounts}, {one.tax_type: one.name for one in reference.tax_rates}


def _bounded(period: Period) -> tuple[date, date]:
    """Both ends of a period, at most a bound of days apart."""
    last = period.last or timezone.localdate()
    first = period.first or last - timedelta(days=_DAYS_MAX)
    return max(min(first, last), last - timedelta(days=_DAYS_MAX)), last


@needs(Right.READ)
def tie_out_csv(request: HttpRequest) -> HttpResponseBase:
    names = lookups()
    asked = request.GET.get("organisation", "")
    organisation = int(asked) if is_number(asked) else None
    first, last = _bounded(_period(request.GET, organisation))
    found = tie_out_page.tie_out(names, first, last, organisation)
    header = (_("Day"), _("Organisation"), _("What"), _("Currency"), _("Documents"), _("Store"), _("Sent"), _("Xero"))

    def amount(money: object) -> object:
        return getattr(money, "amount", "")

    rows = (
        (
            sheet.day, sheet.organisation, sheet.role, getattr(sheet.sent or sheet.store, "currency", ""),
            sheet.documents, amount(sheet.store), amount(sheet.sent), amount(sheet.xero),
        )
        for sheet in found.sheets
    )  # fmt: skip
    return csv_export.response(f"tie-out-{first}-{last}", header, rows)


@needs(Right.APPROVE, methods=POST)
def tie_out_now(request: HttpRequest) -> HttpResponse:
    """Ask the worker for a tie-out of the chosen period; the screen shows how far it is."""
    organisation = _organisation(request, lookups().organisation_choices())
    period = _period(request.POST, organisation)
    if organisation is None:
        messages.info(request, _("Connect a Xero organisation first."))
        return redirect("tie_out")
    use_cases().ask_tie_out(organisation, period, actor_of(request))
    return redirect(_address(organisation, period))


@needs(Right.READ)
def tie_out_progress(request: HttpRequest, run: int) -> HttpResponse:
    """How far a tie-out is; when it has ended the page is loaded anew."""
    proof = Proof.objects.select_related("run").defer("body").filter(pk=run).first()
    if proof is None:
        get_object_or_404(Run, pk=run)
        return redirect("run", run)
    if proof.run.state in ("asked", "running"):
        return render(request, "web/_tie_out_progress.html", {"running": proof_page.history_row(proof)})
    answer = HttpResponse()
    if getattr(request, "htmx", False):
        answer["HX-Refresh"] = "true"
        return answer
    return redirect(_address(proof.organisation_id, Period(proof.dated_from, proof.dated_to)))


def _pack(request: HttpRequest, month: date | None) -> MonthEnd | None:
    organisation = _organisation(request, lookups().organisation_choices())
    return use_cases().month_end(organisation, month) if organisation is not None and month is not None else None


@needs(Right.READ)
def month_pack(request: HttpRequest) -> HttpResponse:
    """The month-end pack as a download; form: pdf or zip; month: "2026-10"."""
    month = request.GET.get("month", "")
    form = "zip" if request.GET.get("form") == "zip" else "pdf"
    pack = _pack(request, _date(f"{month}-01"))
    if pack is None:
        messages.info(request, _("This month was not tied out yet. Press “Tie out now”, then take the pack."))
        query = urlencode({"month": month, "organisation": request.GET.get("organisation", "")})
        return redirect(f"{reverse('tie_out')}?{query}")
    paper = month_end.paper(pack, timezone.now())
    content, kind = (
        (pdf.draw(paper), "application/pdf") if form == "pdf" else (csv_pack.archive(paper), "application/zip")
    )
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{month_end.file_name(pack)}.{form}"'
    return answer
