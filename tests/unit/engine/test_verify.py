"""The second proof: what Xero answered against what was sent; and what follows a refusal."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from tieout.accounting import (
    Contact,
    Held,
    Invoice,
    LineAmountTypes,
    Payment,
    Ref,
    Role,
    Status,
    Totals,
)
from tieout.documents import DocumentKey, DocumentKind
from tieout.engine.refusals import Reaction, reaction
from tieout.engine.verify import differences
from tieout.money import Money

REF = Ref(Role.INVOICE, DocumentKey(DocumentKind.ORDER, "1"))


def eur(text: str) -> Money:
    return Money(Decimal(text), "EUR")


def invoice() -> Invoice:
    day = dt.date(2026, 3, 1)
    return Invoice(
        number="1", reference="", contact=REF, date=day, due_date=day, status=Status.AUTHORISED,
        line_amount_types=LineAmountTypes.EXCLUSIVE, currency="EUR", lines=(),
        totals=Totals(eur("10.00"), eur("2.00"), eur("12.00")),
    )  # fmt: skip


def held(**fields: object) -> Held:
    return Held(role=Role.INVOICE, remote_id="x", status="AUTHORISED", **fields)  # type: ignore[arg-type]


def test_equal_figures_are_no_difference_whatever_their_zeros() -> None:
    told = held(total=eur("12.0000"), total_tax=eur("2"), sub_total=eur("10.0"), currency="EUR")
    assert differences(invoice(), told) == ()


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"total": eur("12.01")}, "total is 12.01 in Xero and 12.00 here"),
        ({"total_tax": eur("1.99")}, "total tax"),
        ({"sub_total": eur("10.01")}, "without tax"),
        ({"currency": "GBP"}, "currency is GBP"),
    ],
)
def test_each_figure_that_differs_is_told(fields: dict[str, object], word: str) -> None:
    [sentence] = differences(invoice(), held(**fields))
    assert word in sentence


def test_figures_that_are_not_told_are_not_compared() -> None:
    assert differences(invoice(), held()) == ()
    assert differences(Contact("A", "1"), held(total=eur("3"))) == ()


def test_payments_compare_their_amount() -> None:
    payment = Payment(target=REF, account_code="090", date=dt.date(2026, 3, 1), amount=eur("5"), reference="r")
    assert differences(payment, held(amount=eur("5.00"))) == ()
    assert differences(payment, held(amount=eur("4.99")))


@pytest.mark.parametrize(
    ("role", "code", "subject", "expected"),
    [
        (Role.ITEM, "number_taken", "item A", Reaction.LOOK_UP),
        (Role.INVOICE, "number_taken", "number", Reaction.HOLD),
        (Role.CONTACT, "contact_ambiguous", "contact name", Reaction.CONTACT_NAME),
        (Role.CONTACT, "contact_ambiguous", "archived contact", Reaction.HOLD),
        (Role.INVOICE, "contact_ambiguous", "archived contact", Reaction.HOLD),
        (Role.PAYMENT, "changed_by_person", "", Reaction.LATER),
        (Role.INVOICE, "changed_by_person", "", Reaction.HOLD),
        (Role.INVOICE, "xero_refused", "", Reaction.HOLD),
    ],
)
def test_what_follows_a_refusal(role: Role, code: str, subject: str, expected: Reaction) -> None:
    assert reaction(role, code, subject) is expected
