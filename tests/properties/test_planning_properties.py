"""Plans of arbitrary dossiers: idempotent, never crediting or paying more than there is, never crashing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

import small_ledger
from dossiers import (
    book,
    cancellation,
    codes,
    customer,
    invoice,
    line,
    means,
    money,
    only,
    order,
    payment,
    plan,
    post,
    refund,
)
from tieout.accounting import Allocation, CreditNote, Invoice, Payment, Role
from tieout.documents import DocumentKey, DocumentKind, Dossier, Line, LineKind
from tieout.planning.results import DossierPlan
from tieout.rules.book import RuleBook
from tieout.rules.settings import LockedPeriod, MethodRule, SalesDocuments

D = Decimal
METHODS = (
    MethodRule("card", "091"),
    MethodRule("checkmo", "094", offline=True),
    MethodRule("seen", "094", offline=True, money_seen=True),
    MethodRule("feed", "091", skip=True),
)
BOOKS = {mode: book(sales_documents=mode, methods=METHODS, books_closed_until=None) for mode in SalesDocuments}
PRICES = st.decimals("0.00", "200", places=2)


def taxed(gross: Decimal, key: str, code: str) -> Line:
    percent = {"UK20": D(20), "UK5": D(5), "": D(0)}[code]
    tax = (gross * percent / (100 + percent)).quantize(D("0.01"), "ROUND_HALF_UP")
    return line(str(gross), tax=str(tax), code=code, percent=str(percent), key=key)


@st.composite
def dossiers(draw: st.DrawFn) -> Dossier:
    codes_of = draw(st.lists(st.sampled_from(["UK20", "UK5", ""]), min_size=1, max_size=4))
    prices = [draw(PRICES) for _ in codes_of]
    lines = [taxed(price, str(i), code) for i, (price, code) in enumerate(zip(prices, codes_of, strict=True))]
    total = sum(prices, D(0))
    methods = st.sampled_from(["card", "checkmo", "seen", "feed", "unmapped"])
    payments = [
        payment(
            str(draw(st.decimals(0, 250, places=2))),
            method=draw(methods),
            document=DocumentKey(DocumentKind.PAYMENT, str(i)),
            invoice_key=draw(st.sampled_from(["", "21", "22"])),
        )
        for i in range(draw(st.integers(0, 3)))
    ]
    half = len(lines) // 2
    invoices = [invoice(*part, key=key) for part, key in ((lines[:half], "21"), (lines[half:], "22")) if part]
    refunds = [
        refund(
            *[taxed(draw(st.decimals(0, price, places=2)), str(i), code)
              for i, (price, code) in enumerate(zip(prices, codes_of, strict=True))],
            key=str(31 + n),
            method=draw(methods),
            money_moved=draw(st.booleans()),
            invoice_key=draw(st.sampled_from(["", "21", "22"])),
        )
        for n in range(draw(st.integers(0, 2)))
    ]  # fmt: skip
    facts: dict[str, Any] = {"state": draw(st.sampled_from(["processing", "complete", "closed", "canceled", "new"]))}
    if draw(st.booleans()) and total:
        facts["means"] = (means("giftcard", str(draw(st.decimals("0.01", max(total, D("0.01")), places=2)))),)
    if draw(st.booleans()) and prices[0]:
        part = draw(st.decimals(0, prices[0], places=2))
        facts["cancellation"] = cancellation(taxed(part, "0", codes_of[0]))
    return Dossier(order(*lines, **facts), invoices=tuple(invoices), refunds=tuple(refunds), payments=tuple(payments))


def wanted(planned: DossierPlan) -> dict[Any, Any]:
    return {p.ref: p.payload for p in planned.postings}


def check_everything(dossier: Dossier, planned: DossierPlan) -> None:
    assert len({p.ref for p in planned.postings}) == len(planned.postings)
    assert len({p.marker for p in planned.postings}) == len(planned.postings)
    held = small_ledger.hold(planned)
    sold = sum((p.payload.totals.total.amount for p in planned.postings if isinstance(p.payload, Invoice)), D(0))
    back = sum((p.payload.totals.total.amount for p in planned.postings if isinstance(p.payload, CreditNote)), D(0))
    assert back <= sold
    for posting in planned.postings:
        payload = posting.payload
        if isinstance(payload, Invoice | CreditNote):
            small_ledger.check(payload)
        elif isinstance(payload, Payment | Allocation):
            assert payload.amount.amount > 0
    assert set(held) <= {p.ref for p in planned.postings}


@settings(max_examples=250, deadline=None)
@given(dossiers(), st.sampled_from(list(SalesDocuments)))
def test_a_plan_never_credits_or_pays_more_than_there_is(dossier: Dossier, mode: SalesDocuments) -> None:
    check_everything(dossier, plan(dossier, BOOKS[mode]))


@settings(max_examples=250, deadline=None)
@given(dossiers(), st.sampled_from(list(SalesDocuments)))
def test_planning_against_what_was_posted_wants_the_same(dossier: Dossier, mode: SalesDocuments) -> None:
    first = plan(dossier, BOOKS[mode])
    again = plan(dossier, BOOKS[mode], posted=post(first), sales_documents=mode.value)
    sent = {p.ref for p in first.postings if p.payload is not None and not p.problems and not p.waits}
    assert {ref: payload for ref, payload in wanted(again).items() if ref in sent} == {
        ref: payload for ref, payload in wanted(first).items() if ref in sent
    }
    third = plan(dossier, BOOKS[mode], posted=post(again), sales_documents=mode.value)
    assert wanted(third) == wanted(again)


@settings(max_examples=150, deadline=None)
@given(dossiers(), dossiers(), st.sampled_from(list(SalesDocuments)))
def test_a_dossier_that_changed_in_any_way_is_planned_without_a_crash_and_settles(
    before: Dossier, after: Dossier, mode: SalesDocuments
) -> None:
    # Credit memos and cancellations do not vanish from a store; everything else may change.
    cancelled = before.order.cancellation or after.order.cancellation
    after = msgspec.structs.replace(
        after, refunds=before.refunds, order=msgspec.structs.replace(after.order, cancellation=cancelled)
    )
    posted = post(plan(before, BOOKS[mode]))
    changed = plan(after, BOOKS[mode], posted=posted, sales_documents=mode.value)
    assert len({p.ref for p in changed.postings}) == len(changed.postings)
    gone = {p.ref for p in changed.postings if p.payload is None and not p.problems}
    left = tuple(one for one in posted if one.ref not in gone)
    known = {one.ref for one in post(changed)}
    now = (*post(changed), *(one for one in left if one.ref not in known))
    again = plan(after, BOOKS[mode], posted=now, sales_documents=mode.value)
    assert len({p.ref for p in again.postings}) == len(again.postings)
    small_ledger.hold(again)


@settings(max_examples=100, deadline=None)
@given(dossiers())
def test_the_order_in_which_the_parts_arrived_does_not_matter(dossier: Dossier) -> None:
    rule_book = BOOKS[SalesDocuments.ORDERS]
    early = msgspec.structs.replace(dossier, refunds=(), payments=())
    step = plan(early, rule_book)
    at_once, later = plan(dossier, rule_book), plan(dossier, rule_book, posted=post(step))
    if "canceled" in dossier.order.state:
        return
    notes = {ref: p for ref, p in wanted(at_once).items() if ref.role in (Role.INVOICE, Role.CREDIT_NOTE)}
    assert {ref: p for ref, p in wanted(later).items() if ref in notes} == notes


@settings(max_examples=100, deadline=None)
@given(dossiers(), st.dates())
def test_no_lock_date_makes_planning_fail(dossier: Dossier, closed: Any) -> None:
    for locked in LockedPeriod:
        plan(dossier, book(methods=METHODS, books_closed_until=closed, locked_period=locked))


odd_text = st.text(max_size=80)
odd_number = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**11), max_value=10**11)


@settings(max_examples=250, deadline=None)
@given(
    st.lists(st.tuples(odd_number, odd_number, odd_number | st.just(D("NaN")), odd_text), max_size=4),
    odd_number,
    odd_number,
    odd_text,
    st.sampled_from(["GBP", "EUR", "JPY", "KWD", "XXX"]),
    st.sampled_from(list(LineKind)),
)
def test_arbitrary_text_and_numbers_never_crash(
    figures: list[Any], total: Decimal, tax: Decimal, text: str, currency: str, kind: LineKind
) -> None:
    lines = []
    for index, (gross, taxes, quantity, name) in enumerate(figures):
        try:
            one = line(
                str(gross),
                tax=str(taxes),
                code="UK20",
                percent="20",
                key=f"{index}{name}",
                currency=currency,
                kind=kind,
            )
        except ValueError:  # the difference of two amounts may be no amount of money
            continue
        lines.append(msgspec.structs.replace(one, quantity=quantity, name=name, sku=name))
    sale = order(
        *lines,
        total=str(total),
        tax=str(tax),
        taxes=(),
        currency=currency,
        number=text,
        discount_text=text,
        url=text,
        purchase_order=text,
        customer=customer(first_name=text, company=text, email=text, key=text),
    )
    planned = plan(Dossier(sale, payments=(payment(str(abs(tax)), currency=currency, reference=text),)))
    for posting in planned.postings:
        if isinstance(posting.payload, Invoice | CreditNote):
            small_ledger.check(posting.payload)


def test_the_strategies_reach_every_role() -> None:
    found: set[str] = set()

    @settings(max_examples=150, deadline=None, database=None, derandomize=True)
    @given(dossiers())
    def collect(dossier: Dossier) -> None:
        found.update(p.ref.role.value for p in plan(dossier, BOOKS[SalesDocuments.ORDERS]).postings)

    collect()
    assert found >= {"invoice", "credit_note", "difference", "payment", "overpayment", "allocation", "refund_payment"}


def test_the_books_of_these_properties_are_in_order() -> None:
    rule_book: RuleBook
    for rule_book in BOOKS.values():
        assert rule_book.gaps() == ()
    assert codes(plan(Dossier(order(line("1.00"))), BOOKS[SalesDocuments.ORDERS])) == []
    assert only(plan(Dossier(order(line("1.00")))), "invoice").payload is not None
    assert money("1") == money("1.00")
