"""Several taxes on one line: composite rates, or each tax on a line of its own (ACCOUNTING A5, A8; CASES C22)."""

from __future__ import annotations

from decimal import Decimal

import dossiers as make
from tieout.accounting import CreditNote, Invoice
from tieout.documents import Dossier, Line
from tieout.planning.dossier import plan_dossier
from tieout.planning.results import DossierPlan
from tieout.rules.seen import look_over
from tieout.rules.settings import TaxRule

RULES = (
    TaxRule(codes=("city", "transit"), tax_type="TAX003"),
    TaxRule(codes=("city",), tax_type="TAX005"),
    TaxRule(codes=("transit",), tax_type="TAX006"),
)


def two_taxes(net: str, each: str, key: str) -> Line:
    gross = Decimal(net) + 2 * Decimal(each)
    taxes = (make.share("city", "1", each), make.share("transit", "1", each))
    return make.line(str(gross), tax=str(2 * Decimal(each)), percent="2", key=key, taxes=taxes)


def book() -> make.RuleBook:
    one = make.TaxRate
    rates = [rate for rate in make.RATES if rate.tax_type not in ("TAX005", "TAX006")]
    rates += [one("TAX005", "city", Decimal(1)), one("TAX006", "transit", Decimal(1))]
    return make.book(make.reference(tax_rates=tuple(rates)), taxes=RULES)


def taxes(plan: DossierPlan, kind: type[Invoice] | type[CreditNote]) -> dict[str, str]:
    payload = next(p.payload for p in plan.postings if isinstance(p.payload, kind))
    return {tax_type: str(tax.amount) for tax_type, tax in payload.totals.by_tax_type if tax}


def test_a8_same_taxes_on_all_lines_make_one_composite_rate() -> None:
    order = make.order(two_taxes("48.00", "0.48", "1"), two_taxes("9.00", "0.09", "2"), shows_gross=False)
    plan = plan_dossier(Dossier(order=order), book(), make.snapshot())
    assert taxes(plan, Invoice) == {"TAX003": "1.14"}


def test_c22_different_sets_of_taxes_keep_each_tax_as_the_shop_showed_it() -> None:
    only_city = make.line("4.84", tax="0.05", code="city", percent="1", key="2")
    order = make.order(two_taxes("48.00", "0.48", "1"), only_city, shows_gross=False)
    plan = plan_dossier(Dossier(order=order), book(), make.snapshot())
    assert taxes(plan, Invoice) == {"TAX005": "0.53", "TAX006": "0.48"}
    invoice = next(p.payload for p in plan.postings if isinstance(p.payload, Invoice))
    assert invoice.totals.total == order.total
    contra = [line for line in invoice.lines if line.key == "tax:contra"]
    assert [str(line.amount.amount) for line in contra] == ["-48.00"]


def test_a10_a_refund_takes_its_taxes_apart_like_its_invoice() -> None:
    only_city = make.line("4.84", tax="0.05", code="city", percent="1", key="2")
    order = make.order(two_taxes("48.00", "0.48", "1"), only_city, shows_gross=False)
    refund = make.refund(two_taxes("24.00", "0.24", "1"))
    plan = plan_dossier(Dossier(order=order, refunds=(refund,)), book(), make.snapshot())
    assert taxes(plan, CreditNote) == {"TAX005": "0.24", "TAX006": "0.24"}


def test_each_tax_of_a_mixed_document_is_offered_for_mapping_alone() -> None:
    only_city = make.line("4.84", tax="0.05", code="city", percent="1", key="2")
    mixed = make.order(two_taxes("48.00", "0.48", "1"), only_city)
    same = make.order(two_taxes("48.00", "0.48", "1"))
    assert [tax.codes for tax in look_over([Dossier(order=mixed)]).taxes] == [("city",), ("transit",)]
    assert [tax.codes for tax in look_over([Dossier(order=same)]).taxes] == [("city", "transit")]
