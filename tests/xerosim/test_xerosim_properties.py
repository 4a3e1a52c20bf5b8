"""Whatever valid and invalid calls come, the books balance and the amounts add up."""

import json
from decimal import Decimal as D
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from xerosim_tools import Caller, invoice

from xerosim.arithmetic import line_amount, line_tax, totals
from xerosim.clock import VirtualClock
from xerosim.model import Line
from xerosim.switches import Switches
from xerosim.world import World

CENTS = st.integers(min_value=-50_000, max_value=500_000).map(lambda cents: str(D(cents).scaleb(-2)))
ACCOUNTS = st.sampled_from([("200", "OUTPUT2"), ("260", "RROUTPUT"), ("200", "ZERORATEDOUTPUT"), ("860", "NONE")])
LINES = st.lists(
    st.builds(
        lambda account, unit, quantity, tax: {
            "Description": "x",
            "Quantity": quantity,
            "UnitAmount": unit,
            "AccountCode": account[0],
            "TaxType": account[1],
            **({"TaxAmount": tax} if tax is not None else {}),
        },
        ACCOUNTS,
        CENTS,
        st.integers(1, 9),
        st.none() | CENTS,
    ),
    min_size=1,
    max_size=4,
)
TYPES = st.sampled_from(["Exclusive", "Inclusive", "NoTax"])
STATUSES = st.sampled_from(["DRAFT", "SUBMITTED", "AUTHORISED", "VOIDED", "DELETED"])
AMOUNTS = st.integers(1, 200_000).map(lambda cents: str(D(cents).scaleb(-2)))
NUMBERS = st.sampled_from(["A", "B", "C"])
CURRENCY = st.sampled_from([("GBP", None), ("EUR", "1.17"), ("EUR", "1.2345")])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("invoice"), NUMBERS, LINES, TYPES, STATUSES, CURRENCY),
        st.tuples(st.just("credit"), NUMBERS, LINES, TYPES, STATUSES, CURRENCY),
        st.tuples(st.just("status"), NUMBERS, STATUSES),
        st.tuples(st.just("pay"), NUMBERS, AMOUNTS, st.sampled_from(["Invoice", "CreditNote"])),
        st.tuples(st.just("unpay"), NUMBERS),
        st.tuples(st.just("allocate"), NUMBERS, NUMBERS, AMOUNTS),
    ),
    max_size=14,
)


def _world() -> Caller:
    world = World(clock=VirtualClock())
    org = world.add_organisation("uk")
    world.limits_of(world.app.id).enforced = False
    call = Caller(world, org.id)
    call("PUT", "Currencies", {"Code": "EUR"})
    return call


def _step(call: Caller, step: tuple[Any, ...]) -> None:
    kind, number = step[0], step[1]
    if kind in ("invoice", "credit"):
        currency, rate = step[5]
        body = invoice(
            LineItems=step[2], LineAmountTypes=step[3], Status=step[4], CurrencyCode=currency, CurrencyRate=rate
        )
        if kind == "credit":
            call.send("POST", "CreditNotes", {**body, "Type": "ACCRECCREDIT", "CreditNoteNumber": f"N-{number}"})
        else:
            call.send("POST", "Invoices", {**body, "InvoiceNumber": f"I-{number}"})
    elif kind == "status":
        call.send("POST", f"Invoices/I-{number}", {"Status": step[2]})
    elif kind == "pay":
        member = {"InvoiceNumber": f"I-{number}"} if step[3] == "Invoice" else {"CreditNoteNumber": f"N-{number}"}
        call.send("PUT", "Payments", {step[3]: member, "Account": {"Code": "090"}, "Amount": step[2]})
    elif kind == "unpay":
        for payment in list(call.world.organisations[call.tenant].payments.values())[:1]:
            call.send("POST", f"Payments/{payment.id}", {"Status": "DELETED"})
    else:
        notes = call("GET", f"CreditNotes?where=CreditNoteNumber==%22N-{number}%22")["CreditNotes"]
        if notes:
            part = {"Amount": step[3], "Invoice": {"InvoiceNumber": f"I-{step[2]}"}}
            call.send("PUT", f"CreditNotes/{notes[0]['CreditNoteID']}/Allocations", {"Allocations": [part]})


def _check(call: Caller) -> None:
    org = call.world.organisations[call.tenant]
    assert sum(org.balances.values()) == 0
    for entry in org.entries.values():
        assert sum(line[1] for line in entry.lines) == 0
    for document in [*org.invoices.values(), *org.credit_notes.values()]:
        assert document.due_amount + document.paid + document.credited == document.total
        payments = sum(p.amount for p in org.payments.by("document", document.id) if p.status == "AUTHORISED")
        index = "invoice" if document.collection == "Invoices" else "credit"
        assert payments == document.paid
        assert sum(a.amount for a in org.allocations.by(index, document.id)) == document.credited
        assert (document.status == "PAID") == (document.due_amount == 0 and document.status in ("AUTHORISED", "PAID"))
    debtors = org.system_account("DEBTORS").id
    if all(d.currency == "GBP" for d in [*org.invoices.values(), *org.credit_notes.values()]):
        owed = sum(d.due_amount for d in org.invoices.values() if d.status in ("AUTHORISED", "PAID"))
        owed -= sum(d.due_amount for d in org.credit_notes.values() if d.status in ("AUTHORISED", "PAID"))
        assert org.balances.get(debtors, 0) == owed


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(STEPS)
def test_any_sequence_of_calls_keeps_the_books_balanced(steps: list[tuple[Any, ...]]) -> None:
    call = _world()
    for step in steps:
        _step(call, step)
        _check(call)
    assert {made.status for made in call.world.journal.calls} <= {200, 400, 404}


@settings(max_examples=25, deadline=None)
@given(STEPS)
def test_repeating_every_write_with_its_key_changes_nothing(steps: list[tuple[Any, ...]]) -> None:
    call = _world()
    sent: list[tuple[str, str, object, dict[str, str], bytes]] = []
    plain = call.send

    def keyed(method: str, path: str, body: object = None, **headers: str) -> Any:
        if method == "GET":
            return plain(method, path, body, **headers)
        key = {"idempotency-key": f"k{len(sent)}"}
        response = plain(method, path, body, **key)
        sent.append((method, path, body, key, response.body))
        return response

    call.send = keyed  # type: ignore[method-assign]
    for step in steps:
        _step(call, step)
    before = call.world.ledger(call.tenant)
    for method, path, body, key, answer in sent:
        assert plain(method, path, body, **key).body == answer
    assert call.world.ledger(call.tenant) == before


@given(st.integers(0, 10**9), st.integers(-(10**9), 10**9), st.integers(0, 10**6), TYPES)
def test_line_arithmetic_is_exact_to_the_cent(quantity: int, unit: int, rate: int, types: str) -> None:
    amount = line_amount(quantity, unit, None, None, Switches())
    exact = D(quantity) * D(unit) / D(10**6)
    assert abs(D(amount) - exact) <= D("0.5")
    tax = line_tax(amount, rate, types, Switches())
    sub_total, total_tax, total = totals([Line("x", line_amount=amount, tax_amount=tax)], types)
    assert sub_total + total_tax == total
    assert total == (amount if types != "Exclusive" else amount + tax)


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)
RESOURCES = (
    "Invoices",
    "Contacts",
    "Payments",
    "Items",
    "CreditNotes",
    "BankTransactions",
    "ManualJournals",
    "Quotes",
    "Accounts",
    "TaxRates",
    "Currencies",
    "TrackingCategories",
    "BatchPayments",
)
MEMBERS = st.sampled_from(
    [
        "Type",
        "Contact",
        "Date",
        "DueDate",
        "Status",
        "LineAmountTypes",
        "LineItems",
        "Total",
        "Url",
        "InvoiceNumber",
        "InvoiceID",
        "CurrencyCode",
        "CurrencyRate",
        "Reference",
        "BrandingThemeID",
        "SentToContact",
        "Name",
        "Addresses",
        "Phones",
        "ContactPersons",
        "Amount",
        "Invoice",
        "Account",
        "PaymentID",
        "Code",
        "SalesDetails",
        "UnitPrice",
    ]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(RESOURCES),
    st.dictionaries(MEMBERS, ANYTHING, max_size=6),
    st.booleans(),
)
def test_no_body_makes_the_simulator_fail(plural: str, change: dict[str, Any], separately: bool) -> None:
    call = _world()
    query = "?summarizeErrors=false" if separately else ""
    base = invoice() if plural in ("Invoices", "CreditNotes", "BankTransactions", "Quotes") else {}
    response = call.send("PUT", f"{plural}{query}", {plural: [{**base, **change}]})
    assert response.status in (200, 400)
    json.loads(response.body)
    _check(call)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 90), st.floats(0, 45)), min_size=1, max_size=6), st.booleans())
def test_limits_are_never_exceeded_unnoticed(bursts: list[tuple[int, float]], refused_count: bool) -> None:
    world = World(clock=VirtualClock())
    call = Caller(world, world.add_organisation("uk").id)
    world.switch(count_429_in_minute=refused_count)
    answers = []
    for calls, pause in bursts:
        answers += [(world.clock.now(), call.send("GET", "Organisation")) for _ in range(calls)]
        world.clock.advance(pause)
    offset = world._offset(call.tenant)
    accepted: dict[int, int] = {}
    for at, answer in answers:
        assert answer.status in (200, 429)
        if answer.status == 200:
            window = int((at + offset) // 60)
            accepted[window] = accepted.get(window, 0) + 1
        else:
            assert answer.headers["x-rate-limit-problem"] == "minute"
            assert 1 <= int(answer.headers["retry-after"]) <= 61
    assert max(accepted.values()) <= 60
    refused = sum(1 for _, answer in answers if answer.status == 429)
    assert world.journal.statistics()["refused_calls"] == refused
    assert sum(accepted.values()) + refused == len(world.journal.calls)
