"""Cases of CASES.md that concern a CRM, and the traps of Perfex itself, one test each."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal as D

import msgspec
import perfex_books
import pytest
from perfex_books import booked, codes, crm_with, document, dossier, line, plan, rules_for, translated
from perfex_rigs import RestRig, translator

import dossiers
from storesim.perfex import Crm
from storesim.perfex.arithmetic import Discount, LineInput
from storesim.perfex.sales import InvoiceInput
from tieout.accounting import Allocation, CreditNote, Invoice, Overpayment, Payment, Ref, Role
from tieout.documents import DocumentKey, DocumentKind, Dossier
from tieout.errors import NeedsOperator
from tieout.planning.dossier import plan_dossier
from tieout.planning.items import shared_postings
from tieout.planning.results import DossierPlan, PlannedPosting, Posted, Snapshot
from tieout.planning.routing import route_facts
from tieout.rules.book import compile_rules
from tieout.rules.routing import compile_routing
from tieout.rules.settings import Action, MethodRule, StatusRule

INVOICE, REFUND = DocumentKind.INVOICE, DocumentKind.REFUND


def posting(planned: DossierPlan, role: Role) -> PlannedPosting:
    return next(one for one in planned.postings if one.ref.role is role)


def as_posted(planned: DossierPlan, status: str = "AUTHORISED", **more: object) -> list[Posted]:
    return [
        Posted(one.ref, one.payload, f"id-{number}", status, **more)  # type: ignore[arg-type]
        for number, one in enumerate(planned.postings)
        if one.payload is not None and one.ref.role not in (Role.CONTACT, Role.ITEM)
    ]


def status(of: Dossier, *rules: StatusRule) -> tuple[StatusRule, ...]:
    kept = rules_for(of).statuses
    named = {(rule.kind, rule.state) for rule in rules}
    return (*rules, *[rule for rule in kept if (rule.kind, rule.state) not in named])


def in_currency(code: str) -> tuple[Crm, int]:
    crm, _ = crm_with(line("10"))
    client = perfex_books.translated(crm, 1)
    assert isinstance(client, Dossier)
    key = crm.sales.add(InvoiceInput(client=1, lines=(line("100"),), date="2026-03-10", currency=crm.currency(code)))
    return crm, key


# cases


def test_c73_an_invoice_of_the_crm_goes_after_its_contact() -> None:
    crm, key = crm_with(line("100"))
    of = dossier(crm, key)
    planned = plan(of)
    book = compile_rules(rules_for(of), perfex_books.reference_for(of))
    contact = next(one for one in shared_postings(of, planned, book) if one.ref.role is Role.CONTACT)
    assert contact.ref in posting(planned, Role.INVOICE).depends_on
    assert contact.payload is not None
    assert contact.payload.name == "Harbour Lights"  # type: ignore[union-attr]


def test_c95_a_payment_into_an_account_of_another_currency_is_held_since_the_crm_knows_no_rate() -> None:
    crm, key = in_currency("USD")
    crm.sales.pay(key, D("120.00"), "1", "2026-03-11")
    of = dossier(crm, key)
    planned = plan(of, methods=(MethodRule("1", "091"),))
    payment = posting(planned, Role.PAYMENT)
    assert [problem.code for problem in payment.problems] == ["bank_amount_missing"]
    fitting = plan(of, methods=(MethodRule("1", "093"),))
    paid = posting(fitting, Role.PAYMENT).payload
    assert isinstance(paid, Payment)
    assert (str(paid.amount), paid.bank_amount) == ("120.00 USD", None)


def test_c96_a_currency_that_xero_does_not_have_is_found_before_sending() -> None:
    crm, key = in_currency("USD")
    of = dossier(crm, key)
    reference = msgspec.structs.replace(perfex_books.reference_for(of), currencies=("GBP",))
    book = compile_rules(rules_for(of), reference)
    planned = plan_dossier(of, book, Snapshot(reference=reference, now=dossiers.NOW))
    assert codes(planned) == {"currency_not_enabled"}


def test_c97_c100_an_invoice_is_in_its_own_currency_whatever_the_base_is() -> None:
    for code in ("GBP", "USD", "EUR"):
        crm, key = in_currency(code)
        of = dossier(crm, key)
        assert of.order.base_currency == "GBP"
        assert booked(of).currency == code


def test_c98_a_crm_without_rates_sends_none_so_that_xero_s_is_taken_and_kept() -> None:
    crm, key = in_currency("USD")
    of = dossier(crm, key)
    assert of.order.rate is None
    assert booked(of, send_shop_rate=True).rate is None


def test_c99_a_payment_is_in_the_currency_of_its_invoice() -> None:
    crm, key = in_currency("EUR")
    crm.sales.pay(key, D("60.00"), "stripe", "2026-03-11")
    assert [str(one.amount) for one in dossier(crm, key).payments] == ["60.00 EUR"]


def test_c106_c109_a_right_that_a_token_lost_is_told_with_what_to_press() -> None:
    crm, key = crm_with(line("100"))
    rig = RestRig(crm, rights=frozenset(("customers.get",)))
    with pytest.raises(NeedsOperator) as caught:
        rig.reader().one(INVOICE, str(key))
    assert caught.value.scope == "connection"
    assert "Setup › API" in str(caught.value)


def test_c107_the_rule_of_currencies_decides_which_organisation_is_written_to() -> None:
    routing = compile_routing("currency USD -> 2\ncountry not GB, none -> hold\notherwise -> 1", {1: "UK", 2: "US"})
    for code, organisation in (("USD", 2), ("GBP", 1)):
        crm, key = in_currency(code)
        assert routing.route(route_facts(dossier(crm, key))).organisation == organisation


def test_c108_invoices_can_go_as_drafts_and_their_payments_wait_for_approval() -> None:
    crm, key = crm_with(line("100"))
    crm.sales.pay(key, D("120.00"), "1", "2026-03-11")
    of = dossier(crm, key)
    planned = plan(of, statuses=status(of, StatusRule("invoice", "paid", Action.DRAFT)))
    invoice = posting(planned, Role.INVOICE).payload
    assert isinstance(invoice, Invoice)
    assert invoice.status.value == "DRAFT"
    assert posting(planned, Role.PAYMENT).waits


# numbers and statuses


@pytest.mark.parametrize(
    ("form", "number"),
    [(1, "INV-000007"), (2, "INV-2026/000007"), (3, "INV-000007-26"), (4, "INV-000007/03/2026")],
)
def test_numbers_are_shown_as_the_crm_shows_them(form: int, number: str) -> None:
    crm, key = crm_with(line("100"), number=7)
    crm.tables.update("invoices", key, {"number_format": form})
    of = dossier(crm, key)
    assert of.order.number == number
    assert booked(of).number == number


def test_every_status_has_a_rule_and_unknown_ones_are_asked_about() -> None:
    crm, key = crm_with(line("100"), duedate="2026-04-09")
    assert crm.tables.one("invoices", key)["status"] == 4
    outcomes = {}
    for number in range(1, 8):
        crm.tables.update("invoices", key, {"status": number})
        planned = plan(dossier(crm, key))
        skipped = [str(one.code) for one in planned.skipped if one.document.kind is INVOICE]
        outcomes[number] = ("posted",) if planned.postings else (*codes(planned), *skipped)
    assert outcomes == {
        **dict.fromkeys((1, 2, 3, 4), ("posted",)), 5: ("cancelled_unsent",), 6: ("state_waits",),
        7: ("state_unknown",),
    }  # fmt: skip


def test_a_draft_that_becomes_real_goes_under_its_real_number() -> None:
    crm, key = crm_with(line("100"), draft=True)
    assert plan(dossier(crm, key)).postings == ()
    crm.sales.approve(key)
    assert booked(dossier(crm, key)).number == "INV-000001"


def test_an_invoice_that_is_cancelled_and_opened_again_is_voided_and_made_anew() -> None:
    crm, key = crm_with(line("100"))
    first = plan(dossier(crm, key))
    crm.sales.cancel(key)
    undone = plan(dossier(crm, key), as_posted(first))
    assert [(one.ref.role, one.payload) for one in undone.postings] == [(Role.INVOICE, None)]
    crm.sales.uncancel(key)
    again = plan(dossier(crm, key), as_posted(first, "VOIDED"))
    invoice = posting(again, Role.INVOICE).payload
    assert isinstance(invoice, Invoice)
    assert invoice.number == "R-INV-000001"


def test_merged_invoices_are_undone_and_the_new_one_is_booked_whole() -> None:
    crm, first = crm_with(line("100"))
    second = crm.sales.add(InvoiceInput(client=1, lines=(line("50"),), date="2026-03-11"))
    merged = crm.sales.merge([first, second])
    assert [dossier(crm, key).invoices[0].state for key in (first, second, merged)] == [
        "cancelled", "cancelled", "unpaid",
    ]  # fmt: skip
    assert booked(dossier(crm, merged)).totals.total.amount == D("180.00")


def test_a_recurring_invoice_is_a_document_of_its_own() -> None:
    crm, key = crm_with(line("100"), discount=Discount("before_tax", percent=D(10)))
    again = crm.sales.recur(key)
    one, other = booked(dossier(crm, key)), booked(dossier(crm, again))
    assert one.totals == other.totals
    assert one.number != other.number


def test_a_deleted_invoice_is_taken_back_and_its_number_may_come_again() -> None:
    crm, key = crm_with(line("100"))
    rig = RestRig(crm)
    reader = rig.reader()
    raw = reader.one(INVOICE, str(key))
    assert raw is not None
    posted = as_posted(plan(dossier(crm, key)))
    crm.sales.delete(key)
    gone = translator(reader, rig.options()).dossier(reader.removed(raw, dossiers.NOW).body, ())
    assert isinstance(gone, Dossier)
    assert [(one.ref.role, one.payload) for one in plan(gone, posted).postings] == [(Role.INVOICE, None)]
    again = crm.sales.add(InvoiceInput(client=1, lines=(line("7"),), date="2026-03-12"))
    assert again != key
    assert dossier(crm, again).order.number == "INV-000001"


def test_the_due_date_is_the_invoice_s_own() -> None:
    crm, key = crm_with(line("100"), duedate="2026-05-01")
    found = booked(dossier(crm, key))
    assert isinstance(found, Invoice)
    assert found.due_date.isoformat() == "2026-05-01"


# money


def test_payments_keep_their_days_and_methods_whether_mode_or_gateway() -> None:
    crm, key = crm_with(line("100"))
    crm.sales.pay(key, D("50.00"), "2", "2026-03-12", transaction="till 4")
    crm.sales.pay(key, D("70.00"), "stripe", "2026-03-11", transaction="pi_1")
    of = dossier(crm, key)
    assert [(one.method, one.method_title, one.date.day, one.reference) for one in of.payments] == [
        ("stripe", "Stripe", 11, "pi_1"), ("2", "Cash", 12, "till 4"),
    ]  # fmt: skip
    paid = [one.payload for one in plan(of).postings if one.ref.role is Role.PAYMENT]
    assert [str(one.amount) for one in paid if isinstance(one, Payment)] == ["70.00 GBP", "50.00 GBP"]


def test_an_overpayment_is_kept_as_one_and_the_invoice_stays_paid() -> None:
    crm, key = crm_with(line("100"))
    crm.sales.pay(key, D("150.00"), "1", "2026-03-11")
    of = dossier(crm, key)
    planned = plan(of)
    over = posting(planned, Role.OVERPAYMENT).payload
    paid = posting(planned, Role.PAYMENT).payload
    assert isinstance(over, Overpayment)
    assert isinstance(paid, Payment)
    assert (over.amount.amount, paid.amount.amount) == (D("30.00"), D("120.00"))


def test_a_payment_that_is_deleted_in_the_crm_is_taken_back() -> None:
    crm, key = crm_with(line("100"))
    payment = crm.sales.pay(key, D("50.00"), "1", "2026-03-11")
    posted = as_posted(plan(dossier(crm, key)))
    crm.sales.delete_payment(payment)
    planned = plan(dossier(crm, key), posted)
    assert posting(planned, Role.PAYMENT).payload is None
    assert posting(planned, Role.INVOICE).payload is not None


@pytest.mark.parametrize(
    "change", [{"amount": D("80.00")}, {"amount": D("20.00")}, {"date": "2026-03-12"}, {"paymentmode": "2"}]
)
def test_a_payment_that_is_edited_in_the_crm_is_taken_back_and_made_anew(change: dict[str, object]) -> None:
    crm, key = crm_with(line("100"))
    payment = crm.sales.pay(key, D("50.00"), "1", "2026-03-11")
    posted = as_posted(plan(dossier(crm, key)))
    crm.sales.change_payment(payment, change)
    planned = plan(dossier(crm, key), posted)
    old, new = (one for one in planned.postings if one.ref.role is Role.PAYMENT)
    if old.payload is not None:
        old, new = new, old
    assert old.payload is None
    assert isinstance(new.payload, Payment)
    assert new.payload.amount.amount == change.get("amount", D("50.00"))
    assert old.ref in new.depends_on


def test_a_note_on_a_payment_changes_nothing_in_xero() -> None:
    crm, key = crm_with(line("100"))
    payment = crm.sales.pay(key, D("50.00"), "1", "2026-03-11")
    posted = as_posted(plan(dossier(crm, key)))
    crm.sales.change_payment(payment, {"note": "seen"})
    planned = plan(dossier(crm, key), posted)
    assert [one.payload for one in planned.postings if one.ref.role is Role.PAYMENT] == [posted[1].payload]


# credit notes


def credited(apply: str = "", give_back: str = "") -> tuple[Crm, int, int]:
    crm, key = crm_with(line("100"))
    note = crm.credits.add(1, [line("50")], "2026-03-12", reference="INV-000001")
    if apply:
        crm.credits.apply(note, key, D(apply), "2026-03-13")
    if give_back:
        crm.credits.refund(note, D(give_back), "1", "2026-03-14")
    return crm, key, note


def test_a_credit_note_settles_what_the_crm_says_and_the_rest_stays_open_credit() -> None:
    crm, key, note = credited("40.00", "5.00")
    planned = plan(dossier(crm, note, REFUND))
    found = posting(planned, Role.CREDIT_NOTE).payload
    applied = posting(planned, Role.ALLOCATION)
    back = posting(planned, Role.REFUND_PAYMENT).payload
    assert isinstance(found, CreditNote)
    assert isinstance(applied.payload, Allocation)
    assert isinstance(back, Payment)
    assert (found.number, found.totals.total.amount) == ("CN-000001", D("60.00"))
    assert applied.payload.invoice == Ref(Role.INVOICE, DocumentKey(INVOICE, str(key)))
    assert applied.payload.invoice in applied.depends_on
    assert (applied.payload.amount.amount, back.amount.amount, back.date.day) == (D("40.00"), D("5.00"), 14)


def test_a_credit_note_that_nothing_was_done_with_is_open_credit() -> None:
    crm, _, note = credited()
    planned = plan(dossier(crm, note, REFUND))
    assert [one.ref.role for one in planned.postings] == [Role.CREDIT_NOTE]
    assert planned.held == ()


def test_credit_that_is_taken_off_an_invoice_again_is_taken_off_in_xero() -> None:
    crm, _, note = credited("40.00", "5.00")
    posted = as_posted(plan(dossier(crm, note, REFUND)))
    crm.credits.remove_applied(1)
    crm.credits.delete_refund(1)
    planned = plan(dossier(crm, note, REFUND), posted)
    assert {one.ref.role: one.payload is None for one in planned.postings} == {
        Role.CREDIT_NOTE: False, Role.ALLOCATION: True, Role.REFUND_PAYMENT: True,
    }  # fmt: skip


def test_a_void_credit_note_is_taken_back_with_all_that_hangs_on_it() -> None:
    crm, _, note = credited("40.00")
    posted = as_posted(plan(dossier(crm, note, REFUND)))
    crm.credits.remove_applied(1)
    crm.credits.void(note)
    planned = plan(dossier(crm, note, REFUND), posted)
    assert [(one.ref.role, one.payload) for one in planned.postings] == [
        (Role.ALLOCATION, None), (Role.CREDIT_NOTE, None),
    ]  # fmt: skip
    assert posting(planned, Role.ALLOCATION).ref in posting(planned, Role.CREDIT_NOTE).depends_on
    assert plan(dossier(crm, note, REFUND)).postings == ()


def test_one_credit_note_may_settle_several_invoices() -> None:
    crm, key, note = credited("10.00")
    other = crm.sales.add(InvoiceInput(client=1, lines=(line("20"),), date="2026-03-12"))
    crm.credits.apply(note, other, D("24.00"), "2026-03-13")
    planned = plan(dossier(crm, note, REFUND))
    uses = [one.payload for one in planned.postings if isinstance(one.payload, Allocation)]
    assert [(use.invoice.document.key, use.amount.amount) for use in uses] == [
        (str(key), D("10.00")), (str(other), D("24.00")),
    ]  # fmt: skip


def test_credit_given_to_an_invoice_that_is_not_booked_stays_open_credit() -> None:
    crm, key, note = credited("40.00")
    of = dossier(crm, note, REFUND)
    late = plan(of, start_date=dt.date(2026, 3, 11))
    assert [one.ref.role for one in late.postings] == [Role.CREDIT_NOTE]
    posted = as_posted(plan(of))
    crm.sales.cancel(key)
    planned = plan(dossier(crm, note, REFUND), posted)
    assert {one.ref.role: one.payload is None for one in planned.postings} == {
        Role.CREDIT_NOTE: False, Role.ALLOCATION: True,
    }  # fmt: skip


def test_planning_what_is_posted_wants_the_same_again() -> None:
    crm, key, note = credited("40.00", "5.00")
    crm.sales.pay(key, D("80.00"), "1", "2026-03-15")
    for document_key, kind in ((key, INVOICE), (note, REFUND)):
        of = dossier(crm, document_key, kind)
        first = plan(of)
        again = plan(of, as_posted(first))
        assert {one.ref: one.payload for one in again.postings} == {one.ref: one.payload for one in first.postings}


# traps


def test_markup_in_texts_and_addresses_is_undone() -> None:
    crm = Crm()
    client = crm.people.add_client({"company": "Smith &amp; Sons"})
    text = "First &amp; second<br />third<p>fourth</p>"
    key = crm.sales.add(
        InvoiceInput(
            client=client, lines=(LineInput("A &lt;b&gt;", D(1), D(10), (perfex_books.VAT,), text, "h"),),
            date="2026-03-10", more={"billing_street": "1 Quay<br />Flat 2", "billing_country": crm.country("GB")},
        )
    )  # fmt: skip
    crm.people.add_tax("VAT", D(20))
    of = dossier(crm, key)
    assert of.order.lines[0].name == "A <b>"
    assert of.order.lines[0].options == ("First & second\nthirdfourth", "Unit: h")
    assert of.order.customer.company == "Smith & Sons"
    assert of.order.customer.billing.street == ("1 Quay", "Flat 2")


def test_a_deleted_client_left_its_name_and_its_invoice_still_goes() -> None:
    crm, key = crm_with(line("100"))
    crm.people.delete_client(1)
    of = dossier(crm, key)
    assert of.order.customer.company == "Harbour Lights"
    assert booked(of).number == "INV-000001"
    crm.tables.update("invoices", key, {"clientid": 0})
    of = dossier(crm, key)
    assert (of.order.customer.key, of.order.customer.is_guest) == (f"guest-of-order:{key}", True)
    assert booked(of).number == "INV-000001"


def test_a_client_without_a_country_holds_only_what_needs_one() -> None:
    crm = Crm()
    client = crm.people.add_client({"company": "Nowhere Ltd", "country": 0})
    crm.people.add_tax("VAT", D(20))
    taxed = crm.sales.add(InvoiceInput(client=client, lines=(line("10"),), date="2026-03-10"))
    untaxed = crm.sales.add(InvoiceInput(client=client, lines=(perfex_books.untaxed("10"),), date="2026-03-10"))
    assert booked(dossier(crm, taxed)).totals.total.amount == D("12.00")
    of = dossier(crm, untaxed)
    assert codes(plan(of, zero_rules=())) == {"zero_tax_undecided"}


def test_negative_lines_are_discounts_with_their_tax() -> None:
    crm, key = crm_with(line("100"), line("-10"))
    found = booked(dossier(crm, key))
    assert (found.totals.total.amount, found.totals.total_tax.amount) == (D("108.00"), D("18.00"))


def test_the_tax_identity_is_name_and_rate_so_that_a_new_rate_is_a_new_tax() -> None:
    crm, key = crm_with(LineInput("Old", D(1), D(100), (perfex_books.Tax("VAT", D("19.00")),)), line("100"))
    of = dossier(crm, key)
    assert sorted(one.code for one in of.order.taxes) == ["VAT|19.00", "VAT|20.00"]
    assert document(plan(of), of) is not None


def test_expenses_are_left_alone() -> None:
    crm, key = crm_with(line("100"))
    category = crm.tables.insert("expenses_categories", {"name": "Travel"})
    crm.tables.insert("expenses", {"category": category, "currency": 1, "amount": D(42), "date": "2026-03-10"})
    rig = RestRig(crm)
    reader = rig.reader()
    for kind in reader.kinds():
        list(reader.changes(kind, None))
    assert not any("expenses" in call.path for call in rig.shop.journal.calls)
    assert dossier(crm, key).order.total.amount == D("120.00")


@pytest.mark.parametrize(
    "damage",
    [{"date": "0000-00-00"}, {"number_format": 1, "date": ""}, {"currency": 99}],
    ids=["no day", "empty", "no currency"],
)
def test_data_that_is_none_is_told_and_not_guessed(damage: dict[str, object]) -> None:
    crm, key = crm_with(line("100"))
    crm.tables.update("invoices", key, damage)
    found = translated(crm, key)
    assert not isinstance(found, Dossier)
    assert found[0].code == "data_unreadable"
    rig = RestRig(crm)
    reader = rig.reader()
    raw = reader.one(INVOICE, str(key))
    assert raw is not None
    assert translator(reader, rig.options()).envelope(raw).problems
