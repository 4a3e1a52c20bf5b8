"""How far the rules reach over documents."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from dossiers import book, line, order, reference, rules
from tieout.documents import Dossier
from tieout.rules.coverage import Coverage, cover
from tieout.rules.gaps import find_gaps
from tieout.rules.settings import MethodRule, TaxRule


def covered(*codes: str, **more: object) -> Coverage:
    sales = [
        Dossier(order(line("12.00", tax="2.00", code=code, percent="20"), key=str(n), number=str(n), **more))
        for n, code in enumerate(codes)
    ]
    return cover(sales, book())


def test_taxes_are_counted_by_documents_the_commonest_first() -> None:
    known = rules().taxes[0].codes[0]
    found = covered(known, known, "odd", "odd", "odd")
    assert [(tax.codes, tax.documents, bool(tax.problem)) for tax in found.taxes] == [
        (("odd",), 3, True), ((known,), 2, False),
    ]  # fmt: skip
    assert (found.documents, found.unmapped) == (5, 3)


def test_a_tax_with_a_rate_shows_xeros_percentage() -> None:
    known = rules().taxes[0]
    (tax,) = covered(known.codes[0]).taxes
    assert (tax.tax_type, tax.xero_percent) == (known.tax_type, Decimal(20))


def test_a_method_without_an_account_leaves_its_documents_unmapped() -> None:
    known = rules().taxes[0].codes[0]
    found = covered(known, payment_method="klarna")
    assert [(one.method, bool(one.problem)) for one in found.methods] == [("klarna", True)]
    assert found.unmapped == 1


def test_a_method_that_is_never_sent_is_no_gap() -> None:
    known = rules().taxes[0].codes[0]
    sale = Dossier(order(line("12.00", tax="2.00", code=known, percent="20"), payment_method="free"))
    found = cover([sale], book(methods=(MethodRule("free", skip=True),)))
    assert (found.unmapped, found.methods[0].problem) == (0, "")


def test_a_state_without_a_rule_is_shown_as_such() -> None:
    known = rules().taxes[0].codes[0]
    found = covered(known, state="abducted")
    assert [(one.state, one.action) for one in found.states] == [("abducted", "")]
    assert found.unmapped == 1


def gaps_of(*taxes: TaxRule) -> list[str]:
    return [gap.reason for gap in find_gaps(rules(taxes=taxes), reference()) if gap.subject.startswith("tax")]


def test_a_tax_that_is_mapped_to_two_rates_is_told() -> None:
    (told,) = gaps_of(TaxRule(("UK20",), "OUTPUT2"), TaxRule(("UK20",), "RROUTPUT"))
    assert told.startswith("UK20 is mapped to OUTPUT2 and to RROUTPUT: only the first counts.")


def test_the_same_tax_may_have_a_rate_per_country_or_day() -> None:
    assert gaps_of(TaxRule(("UK20",), "OUTPUT2"), TaxRule(("UK20",), "RROUTPUT", country="IM")) == []
    assert gaps_of(TaxRule(("UK20",), "OUTPUT2"), TaxRule(("UK20",), "RROUTPUT", valid_from=date(2026, 1, 1))) == []


def test_a_percentage_that_xero_does_not_have_is_told() -> None:
    (told,) = gaps_of(TaxRule(("UK20",), "RROUTPUT", percent=Decimal(20)))
    assert told == "UK20 is 20 % in the store, but 5% (VAT on Income) is 5 % in Xero."
