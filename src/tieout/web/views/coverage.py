"""What documents use, in how many, and what the rules say to it; what is missing is chosen right there."""

from __future__ import annotations

import msgspec
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from tieout.documents import DocumentKey, DocumentKind
from tieout.records.models import Document
from tieout.rules.coverage import Coverage, TaxUse
from tieout.rules.settings import MethodRule, Rules, TaxRule
from tieout.web.access import FORM, Right, needs, rights_of
from tieout.web.coverage_keys import method_key, tax_key
from tieout.web.pair_pages import back, page, refused, save
from tieout.web.pairs import Pair, chosen, pairs
from tieout.web.rule_choices import account_choices, tax_choices
from tieout.web.use_cases import use_cases

#: Orders looked at, the newest: about a second.
ORDERS_MAX = 1_000


@needs(Right.READ, methods=FORM)
def coverage(request: HttpRequest) -> HttpResponse:
    known = pairs()
    pair = chosen(request, known)
    if pair is None:
        return page(request, "web/coverage.html", None, known)
    if request.method == "POST" and Right.MAP not in rights_of(request.user):
        raise PermissionDenied(Right.MAP.value)
    newest = Document.objects.filter(connection_id=pair.connection, kind="order", removed=False).order_by("-id")
    keys = [DocumentKey(DocumentKind.ORDER, key) for key in newest.values_list("key", flat=True)[:ORDERS_MAX]]
    found = use_cases().coverage(pair.connection, pair.organisation, keys)
    if request.method == "POST":
        if refused(request, pair) or found is None:
            return back("coverage", pair)
        rules = _chosen(request, pair, found)
        if rules == pair.rules:
            messages.info(request, _("Choose something first."))
        else:
            save(request, pair, rules, "mapped what documents use")
        return back("coverage", pair)
    return page(
        request,
        "web/coverage.html",
        pair,
        known,
        found=found,
        looked_at_all=len(keys) < ORDERS_MAX,
        tax_choices=tax_choices(pair.reference),
        account_choices=account_choices("bank", pair.reference, ""),
        rate_names={rate.tax_type: rate.name for rate in pair.reference.tax_rates} if pair.reference else {},
    )


def _chosen(request: HttpRequest, pair: Pair, found: Coverage) -> Rules:
    """The rules with what was chosen for things that had no rule that fits."""
    types = {value for value, _title in tax_choices(pair.reference) if value}
    codes = {value for value, _title in account_choices("bank", pair.reference, "") if value}
    taxes, methods = list(pair.rules.taxes), list(pair.rules.methods)
    for tax in found.taxes:
        tax_type = request.POST.get(tax_key(tax), "")
        if tax.problem and tax_type in types:
            again = sum(one.codes == tax.codes for one in found.taxes) > 1
            taxes = [rule for rule in taxes if not _same(rule, tax)]
            taxes.append(TaxRule(tax.codes, tax_type, tax.country if again else "", tax.percent if again else None))
    for method in found.methods:
        account = request.POST.get(method_key(method), "")
        if method.problem and account in codes:
            before = next((r for r in methods if (r.method, r.currency) == (method.method, method.currency)), None)
            rule = before or MethodRule(method.method, currency=method.currency)
            methods = [one for one in methods if one is not before]
            methods.append(msgspec.structs.replace(rule, account_code=account))
    return msgspec.structs.replace(pair.rules, taxes=tuple(taxes), methods=tuple(methods))


def _same(rule: TaxRule, tax: TaxUse) -> bool:
    """A rule for exactly this that does not fit: the new choice takes its place."""
    return (
        tuple(sorted(rule.codes)) == tax.codes
        and rule.country in ("", tax.country)
        and rule.percent in (None, tax.percent)
        and rule.valid_from is None
    )
