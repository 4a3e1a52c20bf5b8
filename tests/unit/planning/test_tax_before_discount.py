"""Shops that take tax on the price before the discount (ACCOUNTING A2, A6)."""

from __future__ import annotations

import dossiers as make
from tieout.accounting import Invoice
from tieout.documents import Dossier, LineKind
from tieout.planning.dossier import plan_dossier


def test_a6_a_discount_that_did_not_lower_the_tax_is_one_out_of_scope_line() -> None:
    goods = make.line(
        "120.00", tax="20.00", code="UK20", percent="20", discount=make.money("15.00"), discount_taxed=False
    )
    discount = make.line("-15.00", key="discount", kind=LineKind.DISCOUNT)
    order = make.order(goods, discount)
    plan = plan_dossier(Dossier(order=order), make.book(), make.snapshot())
    posting = next(p for p in plan.postings if isinstance(p.payload, Invoice))
    assert not posting.problems
    assert isinstance(posting.payload, Invoice)
    lines = [(line.tax_type, str(line.amount.amount), str(line.tax.amount)) for line in posting.payload.lines]
    assert lines == [("OUTPUT2", "120.00", "20.00"), ("NONE", "-15.00", "0.00")]
    assert str(posting.payload.totals.total) == "105.00 GBP"
    assert any("declares more tax" in note for note in posting.notes)
