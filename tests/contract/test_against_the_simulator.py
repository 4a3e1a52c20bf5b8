"""Everything the client posts, read back from the simulated Xero, which shares no code with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulated import METER, House, gbp, invoice_of, tax_of, to
from xero_things import CONTACT, INVOICE, NOTE, OVERPAID, change, contact, create, item, ref

from tieout.accounting import (
    Allocation,
    CreditNote,
    Held,
    LedgerLine,
    LineAmountTypes,
    Overpayment,
    Payment,
    Role,
    Status,
    Totals,
)
from tieout.errors import RetryLater
from tieout.ports import AnswerKind, Operation, Outgoing
from tieout.rules.catalogue import Code
from xerosim.faults import Fault


@pytest.fixture
def house() -> House:
    return House()


def note_of(house: House, number: str, amount: str) -> CreditNote:
    given_invoice = invoice_of(house, number, amount)
    return CreditNote(
        number=number,
        reference=f"Refund {number}",
        contact=CONTACT,
        date=house.day,
        status=Status.AUTHORISED,
        line_amount_types=LineAmountTypes.EXCLUSIVE,
        currency="GBP",
        lines=given_invoice.lines,
        totals=given_invoice.totals,
    )


def clearing(house: House) -> str:
    house.ledger.create_account("601", "Clearing", "CURRENT", "NONE", METER, payments_enabled=True)
    return "601"


def paid(house: House, reference: str, amount: str, target: object = INVOICE) -> Payment:
    return Payment(target=target, account_code="601", date=house.day, amount=gbp(amount), reference=reference)  # type: ignore[arg-type]


def test_the_reference_knows_the_organisation(house: House) -> None:
    got = house.ledger.reference(METER)
    assert got.organisation.base_currency == "GBP"
    assert got.organisation.timezone == "Europe/London"
    assert got.currencies == ("GBP",)
    assert any(one.system_account == "ROUNDING" for one in got.accounts)
    rate = next(one for one in got.tax_rates if one.tax_type == "OUTPUT2")
    assert (rate.rate, rate.for_revenue) == (Decimal("20.0000"), True)


def test_contacts_are_made_changed_and_archived(house: House) -> None:
    made, other = house.post(
        create("100007", contact(phone="0123")),
        create("100008", contact("100008", name="Bob", email="b@example.com")),
    )
    assert set(house.look_up(Role.CONTACT, ["100007", "100008", "100009"])) == {"100007", "100008"}
    entry = next(
        one for page in house.ledger.contacts(None, METER) for one in page if one.contact_id == made.remote_id
    )
    assert (entry.name, entry.contact_number, entry.email) == ("Anna Rua", "100007", "anna@example.com")
    fuller = contact(email="other@example.com", tax_number="GB123")
    house.post(change(Operation.UPDATE, "100007", fuller, made.remote_id, known=entry))
    entry = next(
        one for page in house.ledger.contacts(None, METER) for one in page if one.contact_id == made.remote_id
    )
    assert (entry.email, entry.tax_number) == ("anna@example.com", "GB123")
    house.post(change(Operation.ARCHIVE, "100008", contact("100008"), other.remote_id))
    assert house.look_up(Role.CONTACT, ["100008"])["100008"].status == "ARCHIVED"


def test_items_are_made_changed_and_deleted(house: House) -> None:
    made = house.post(create("MUG", item(account_code="200")))[0]
    house.post(change(Operation.UPDATE, "MUG", item(name="Blue mug"), made.remote_id))
    assert house.look_up(Role.ITEM, ["MUG"])["MUG"].reference == "Blue mug"
    stored = house.world.ledger(house.tenant)["Items"][0]
    assert stored["SalesDetails"]["AccountCode"] == "200"
    house.post(change(Operation.DELETE, "MUG", item(), made.remote_id))
    assert house.look_up(Role.ITEM, ["MUG"]) == {}


def test_an_invoice_is_edited_by_id_and_its_number_stays(house: House) -> None:
    person = house.contact_id()
    made = house.post(create("M-1", invoice_of(house, "M-1", "20.00"), to(person)))[0]
    edited = house.post(
        change(Operation.UPDATE, "M-1", invoice_of(house, "M-1", "10.00", "5.00"), made.remote_id, ids=to(person))
    )[0]
    assert edited.remote_id == made.remote_id
    held = house.look_up(Role.INVOICE, ["M-1"])["M-1"]
    assert (held.total, len(held.lines), held.number) == (gbp("18.00"), 2, "M-1")


def test_b05_unpaid_is_voided_and_draft_is_deleted(house: House) -> None:
    person = house.contact_id()
    unpaid, draft = house.post(
        create("M-1", invoice_of(house, "M-1"), to(person)),
        create("M-2", invoice_of(house, "M-2", status=Status.DRAFT), to(person)),
    )
    house.post(change(Operation.VOID, "M-1", invoice_of(house, "M-1"), unpaid.remote_id))
    house.post(change(Operation.DELETE, "M-2", invoice_of(house, "M-2"), draft.remote_id))
    held = house.look_up(Role.INVOICE, ["M-1", "M-2"])
    assert {marker: one.status for marker, one in held.items()} == {"M-1": "VOIDED", "M-2": "DELETED"}


def test_b08_a_number_once_voided_stays_taken(house: House) -> None:
    person = house.contact_id()
    made = house.post(create("M-1", invoice_of(house, "M-1"), to(person)))[0]
    house.post(change(Operation.VOID, "M-1", invoice_of(house, "M-1"), made.remote_id))
    (again,) = house.send(create("M-1", invoice_of(house, "M-1"), to(person))).elements
    assert [one.code for one in again.problems] == [Code.NUMBER_TAKEN]


def test_payments_settle_an_invoice_and_can_be_deleted(house: House) -> None:
    clearing(house)
    ids = to(house.contact_id())
    made = house.post(create("M-1", invoice_of(house, "M-1", "20.00"), ids))[0]
    ids |= {INVOICE: made.remote_id}
    first, second = house.post(
        create("P1", paid(house, "P1", "14.00"), ids), create("P2", paid(house, "P2", "10.00"), ids)
    )
    hints = dict.fromkeys(["P1", "P2", "P3"], made.remote_id)
    found = house.look_up(Role.PAYMENT, ["P1", "P2", "P3"], hints)
    assert {marker: one.remote_id for marker, one in found.items()} == {"P1": first.remote_id, "P2": second.remote_id}
    assert found["P1"].amount == gbp("14.00")
    assert found["P1"].account_code == "601"
    assert house.look_up(Role.INVOICE, ["M-1"])["M-1"].status == "PAID"
    house.post(change(Operation.DELETE, "P2", paid(house, "P2", "10.00"), second.remote_id, ids=ids))
    assert house.look_up(Role.PAYMENT, ["P2"], hints)["P2"].status == "DELETED"
    assert house.look_up(Role.INVOICE, ["M-1"])["M-1"].amount_due == gbp("10.00")


def test_c05_a_refund_of_a_paid_invoice_is_a_note_and_a_payment_of_it(house: House) -> None:
    clearing(house)
    ids = to(house.contact_id())
    note = house.post(create("C-1", note_of(house, "C-1", "10.00"), ids))[0]
    ids |= {NOTE: note.remote_id}
    refund = house.post(create("R1", paid(house, "R1", "12.00", NOTE), ids))[0]
    assert refund.held is not None
    assert (refund.held.target_id, refund.held.role) == (note.remote_id, Role.REFUND_PAYMENT)
    found = house.look_up(Role.REFUND_PAYMENT, ["R1"], {"R1": note.remote_id})
    assert found["R1"].remote_id == refund.remote_id
    pages = [one for page in house.ledger.read(Role.PAYMENT, METER) for one in page]
    assert [(one.role, one.target_id) for one in pages] == [(Role.REFUND_PAYMENT, note.remote_id)]
    assert house.look_up(Role.CREDIT_NOTE, ["C-1"])["C-1"].status == "PAID"


def test_credit_is_allocated_found_and_taken_back(house: House) -> None:
    ids = to(house.contact_id())
    invoice = house.post(create("M-1", invoice_of(house, "M-1", "20.00"), ids))[0]
    note = house.post(create("C-1", note_of(house, "C-1", "10.00"), ids))[0]
    ids |= {INVOICE: invoice.remote_id, NOTE: note.remote_id}
    posting = create("A1", Allocation(NOTE, INVOICE, gbp("12.00"), house.day), ids)
    house.post(posting)
    hints = {"A1": house.ledger.hint(posting)}
    held = house.look_up(Role.ALLOCATION, ["A1"], hints)["A1"]
    assert (held.amount, held.target_id, held.number) == (gbp("12.00"), invoice.remote_id, note.remote_id)
    assert held.remote_id
    assert [one.remote_id for page in house.ledger.read(Role.ALLOCATION, METER) for one in page] == [held.remote_id]
    house.post(change(Operation.DELETE, "A1", posting.payload, held.remote_id, ids=ids))
    assert house.look_up(Role.ALLOCATION, ["A1"], hints) == {}


def test_c08_an_overpayment_is_booked_found_and_allocated(house: House) -> None:
    ids = to(house.contact_id())
    payload = Overpayment(contact=CONTACT, account_code="090", date=house.day, amount=gbp("5.00"), reference="O1")
    made = house.post(create("O1", payload, ids))[0]
    held = house.look_up(Role.OVERPAYMENT, ["O1"])["O1"]
    assert (held.remote_id, held.remaining_credit) == (made.remote_id, gbp("5.00"))
    invoice = house.post(create("M-1", invoice_of(house, "M-1", "20.00"), ids))[0]
    ids |= {INVOICE: invoice.remote_id, OVERPAID: made.remote_id}
    posting = create("A1", Allocation(OVERPAID, INVOICE, gbp("5.00"), house.day), ids)
    house.post(posting)
    assert house.look_up(Role.ALLOCATION, ["A1"], {"A1": house.ledger.hint(posting)})["A1"].amount == gbp("5.00")
    assert house.look_up(Role.INVOICE, ["M-1"])["M-1"].amount_due == gbp("19.00")


def test_an_overpayment_is_paid_back(house: House) -> None:
    clearing(house)
    ids = to(house.contact_id())
    payload = Overpayment(contact=CONTACT, account_code="090", date=house.day, amount=gbp("5.00"), reference="O1")
    ids |= {OVERPAID: house.post(create("O1", payload, ids))[0].remote_id}
    refund = house.post(create("R1", paid(house, "R1", "5.00", OVERPAID), ids))[0]
    found = house.look_up(Role.REFUND_PAYMENT, ["R1"], {"R1": ids[OVERPAID]})
    assert found["R1"].remote_id == refund.remote_id


def refused(house: House, posting: Outgoing) -> Sequence[str]:
    (element,) = house.send(posting).elements
    assert not element.ok
    return [one.code for one in element.problems]


def test_refusals_of_xero_become_codes_of_the_catalogue() -> None:
    house = House(period_lock=20_000)
    person = house.contact_id()
    ids = to(person)
    locked = dt.date(1970, 1, 1) + dt.timedelta(days=19_999)
    wrong_account = invoice_of(house, "M-2", "20.00")
    wrong_account = msgspec.structs.replace(
        wrong_account, lines=(msgspec.structs.replace(wrong_account.lines[0], account_code="090"),)
    )
    assert refused(house, create("M-1", invoice_of(house, "M-1", date=locked, due_date=locked), ids)) == [
        Code.PERIOD_LOCKED
    ]
    assert refused(house, create("M-2", wrong_account, ids)) == [Code.MAPPING_INVALID]
    assert refused(house, create("M-3", invoice_of(house, "M-3", currency="EUR"), ids)) == [Code.CURRENCY_NOT_ENABLED]
    assert refused(house, create("9", contact("9", name="ANNA RUA"))) == [Code.CONTACT_AMBIGUOUS]
    assert refused(house, create("M-4", invoice_of(house, "M-4", "-20.00"), ids)) == [Code.NOT_EXPRESSIBLE]
    ids |= {INVOICE: house.post(create("M-5", invoice_of(house, "M-5"), ids))[0].remote_id}
    clearing(house)
    assert refused(house, create("P", paid(house, "P", "99.00"), ids)) == [Code.PAYMENT_EXCEEDS_SALE]
    not_for_payments = msgspec.structs.replace(paid(house, "P", "1.00"), account_code="200")
    assert refused(house, create("P", not_for_payments, ids)) == [Code.ACCOUNT_NOT_BANK]


def test_one_refused_element_does_not_hold_up_its_neighbours(house: House) -> None:
    ids = to(house.contact_id())
    batch = [create(f"M-{n}", invoice_of(house, "M-2" if n == 3 else f"M-{n}"), ids) for n in range(1, 6)]
    answer = house.send(*batch)
    assert {one.marker: one.ok for one in answer.elements}["M-1"]
    assert sum(one.ok for one in answer.elements) == 4


RATES = {"OUTPUT2": Decimal(20), "RROUTPUT": Decimal(5), "ZERORATEDOUTPUT": Decimal(0)}
CENT = Decimal("0.01")
LETTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))


@st.composite
def documents(draw: st.DrawFn) -> tuple[LineAmountTypes, list[LedgerLine]]:
    """Lines with quantities and four-decimal prices, some negative, whose total is not below zero."""
    mode = draw(st.sampled_from([LineAmountTypes.EXCLUSIVE, LineAmountTypes.INCLUSIVE]))
    lines = []
    for place in range(draw(st.integers(1, 6))):
        quantity = draw(st.decimals("0.01", 99, places=2))
        price = draw(st.decimals("0.0001", 500, places=4))
        if place and draw(st.booleans()):
            price = -min(price, Decimal("0.5000"))
            quantity = Decimal(1)
        tax_type = draw(st.sampled_from(sorted(RATES)))
        amount = (quantity * price).quantize(CENT, "ROUND_HALF_UP")
        base = 100 if mode is LineAmountTypes.EXCLUSIVE else 100 + RATES[tax_type]
        tax = (amount * RATES[tax_type] / base).quantize(CENT, "ROUND_HALF_UP")
        lines.append(
            LedgerLine(
                key=str(place),
                description="Line " + draw(st.text(LETTERS, max_size=40)),
                quantity=quantity,
                unit_amount=price,
                account_code="200",
                tax_type=tax_type,
                amount=gbp(str(amount)),
                tax=gbp(str(tax)),
            )
        )
    return mode, lines


HOUSES: list[House] = []


@settings(max_examples=60, deadline=None)
@given(st.lists(documents(), min_size=1, max_size=5))
def test_what_is_held_equals_what_was_sent_to_the_cent(sales: list[tuple[LineAmountTypes, list[LedgerLine]]]) -> None:
    if not HOUSES:
        HOUSES.append(House())
    house = HOUSES[0]
    person = house.look_up(Role.CONTACT, ["100007"])
    ids = to(person["100007"].remote_id if person else house.contact_id())
    batch = []
    for mode, lines in sales:
        house.keys += 1
        amounts = sum((one.amount.amount for one in lines), Decimal(0))
        tax = sum((one.tax.amount for one in lines), Decimal(0))
        net = amounts if mode is LineAmountTypes.EXCLUSIVE else amounts - tax
        if net + tax < 0:
            continue
        number = f"M-{house.keys}"
        totals = Totals(gbp(str(net)), gbp(str(tax)), gbp(str(net + tax)))
        payload = invoice_of(house, number, lines=tuple(lines), line_amount_types=mode, totals=totals)
        batch.append(create(number, payload, ids))
    if not batch:
        return
    house.virtual.advance(90.0)
    answered = house.post(*batch)
    markers = [one.marker for one in batch]
    found = house.look_up(Role.INVOICE, markers)
    for posting, element in zip(batch, answered, strict=True):
        payload = posting.payload
        for held in (element.held, found[posting.marker]):
            assert isinstance(held, Held)
            assert (held.sub_total, held.total_tax, held.total) == (
                payload.totals.sub_total,  # type: ignore[union-attr]
                payload.totals.total_tax,  # type: ignore[union-attr]
                payload.totals.total,  # type: ignore[union-attr]
            )
            assert [(one.amount, one.tax) for one in held.lines] == [(one.amount, one.tax) for one in payload.lines]  # type: ignore[union-attr]


def test_a03_a_cent_of_tax_is_overridden(house: House) -> None:
    ids = to(house.contact_id())
    base = invoice_of(house, "M-1", "20.00")
    lines = (msgspec.structs.replace(base.lines[0], override=True, tax=gbp("4.01")),)
    element = house.post(create("M-1", msgspec.structs.replace(base, lines=lines), ids))[0]
    assert element.held is not None
    assert element.held.total_tax == gbp("4.01")
    assert tax_of("20.00") == Decimal("4.00")


@pytest.mark.parametrize(
    ("fault", "kind", "limit", "made"),
    [
        (Fault(kind="minute", seconds=26), AnswerKind.RETRY, "minute", False),
        (Fault(kind="day", seconds=5000), AnswerKind.RETRY, "day", False),
        (Fault(kind="concurrent"), AnswerKind.RETRY, "concurrent", False),
        (Fault(kind="maintenance"), AnswerKind.RETRY, "outage", False),
        (Fault(kind="organisation_offline"), AnswerKind.RETRY, "outage", False),
        (Fault(kind="500"), AnswerKind.UNKNOWN, "", False),
        (Fault(kind="500", when="after"), AnswerKind.UNKNOWN, "", True),
        (Fault(kind="502", when="after"), AnswerKind.UNKNOWN, "", True),
        (Fault(kind="504", when="after"), AnswerKind.UNKNOWN, "", True),
        (Fault(kind="drop", when="before"), AnswerKind.UNKNOWN, "", False),
        (Fault(kind="drop", when="after"), AnswerKind.UNKNOWN, "", True),
        (Fault(kind="hang", when="after", seconds=500), AnswerKind.UNKNOWN, "", True),
        (Fault(kind="cut", when="after", keep=40), AnswerKind.UNKNOWN, "", True),
        (Fault(kind="html_403"), AnswerKind.NO_ACCESS, "", False),
    ],
    ids=lambda value: f"{value.kind} {value.when}" if isinstance(value, Fault) else None,
)
def test_case_c60_after_a_fault_the_marker_tells_what_happened(
    house: House, fault: Fault, kind: AnswerKind, limit: str, made: bool
) -> None:
    ids = to(house.contact_id())
    house.world.faults.add(msgspec.structs.replace(fault, path="Invoices", method="PUT"))
    answer = house.send(create("M-1", invoice_of(house, "M-1"), ids))
    assert (answer.kind, answer.limit, answer.elements) == (kind, limit, ())
    house.virtual.advance(120.0)
    assert set(house.look_up(Role.INVOICE, ["M-1"])) == ({"M-1"} if made else set())


def test_case_c60_the_same_call_with_its_key_is_answered_again_and_made_once(house: House) -> None:
    ids = to(house.contact_id())
    call = house.ledger.freeze([create("M-1", invoice_of(house, "M-1"), ids)])
    first, second = house.ledger.send(call, "k"), house.ledger.send(call, "k")
    assert [one.remote_id for one in first.elements] == [one.remote_id for one in second.elements]
    assert len(house.world.ledger(house.tenant)["Invoices"]) == 1
    other = house.ledger.freeze([create("M-2", invoice_of(house, "M-2"), ids)])
    assert house.ledger.send(other, "k").kind is AnswerKind.KEY_CONFLICT


def test_limits_are_read_off_the_answers(house: House) -> None:
    before = house.send(create("1", contact("1", name="One"))).limits
    after = house.send(create("2", contact("2", name="Two"))).limits
    assert before.day_remaining is not None
    assert after.day_remaining == before.day_remaining - 1


def test_long_lists_are_read_page_by_page(house: House) -> None:
    for start in range(0, 2200, 550):
        batch = [create(str(n), contact(str(n), name=f"Person {n}", email="")) for n in range(start, start + 550)]
        house.post(*batch)
    pages = [len(page) for page in house.ledger.contacts(None, METER)]
    assert pages == [1000, 1000, 200]
    later = house.clock.now() + dt.timedelta(seconds=5)
    house.virtual.advance(10.0)
    house.post(create("x", contact("x", name="Late")))
    assert [one.contact_number for page in house.ledger.contacts(later, METER) for one in page] == ["x"]


def test_documents_are_read_by_date(house: House) -> None:
    ids = to(house.contact_id())
    yesterday = house.day - dt.timedelta(days=1)
    house.post(
        create("M-1", invoice_of(house, "M-1", date=yesterday), ids), create("M-2", invoice_of(house, "M-2"), ids)
    )
    found = [one.number for page in house.ledger.read(Role.INVOICE, METER, dated_from=house.day) for one in page]
    assert found == ["M-2"]
    found = [one.number for page in house.ledger.read(Role.INVOICE, METER, dated_to=yesterday) for one in page]
    assert found == ["M-1"]


def test_a_currency_is_enabled_and_used(house: House) -> None:
    house.ledger.enable_currency("EUR", METER)
    assert "EUR" in house.ledger.reference(METER).currencies
    ids = to(house.contact_id())
    element = house.post(create("M-1", invoice_of(house, "M-1", currency="EUR", rate=Decimal("1.150000")), ids))[0]
    assert element.held is not None
    assert (element.held.currency, element.held.rate) == ("EUR", "1.150000")


def test_a_tax_rate_is_made_and_used(house: House) -> None:
    tax_type = house.ledger.create_tax_rate("DE 19%", [("VAT", "19", False)], "OUTPUT", METER)
    rate = next(one for one in house.ledger.reference(METER).tax_rates if one.tax_type == tax_type)
    assert rate.rate == Decimal(19)


def test_reads_beyond_the_minute_limit_are_told_to_wait(house: House) -> None:
    for _ in range(60):
        house.look_up(Role.CONTACT, ["x"])
    with pytest.raises(RetryLater) as caught:
        house.look_up(Role.CONTACT, ["x"])
    assert caught.value.scope == "minute"
    assert caught.value.after_seconds is not None
    house.virtual.advance(caught.value.after_seconds + 1)
    assert house.look_up(Role.CONTACT, ["x"]) == {}


def test_difference_documents_are_posted_and_found(house: House) -> None:
    ids = to(house.contact_id())
    less = create("D-1", note_of(house, "D-1", "5.00"), ids, role=Role.DIFFERENCE)
    more = create("D-2", invoice_of(house, "D-2"), ids, role=Role.DIFFERENCE)
    first, second = house.post(less)[0], house.post(more)[0]
    hints = {one.marker: house.ledger.hint(one) for one in (less, more)}
    found = house.look_up(Role.DIFFERENCE, ["D-1", "D-2"], hints)
    assert {marker: one.remote_id for marker, one in found.items()} == {
        "D-1": first.remote_id,
        "D-2": second.remote_id,
    }
    assert ref(Role.DIFFERENCE, "1").role is Role.DIFFERENCE
