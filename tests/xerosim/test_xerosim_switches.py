"""Each unconfirmed rule both ways."""

import json
from decimal import Decimal as D
from pathlib import Path

import pytest
from xerosim_tools import Caller, invoice, line

from xerosim.faults import Latency
from xerosim.limits import PER_APP_MINUTE
from xerosim.switches import Switches
from xerosim.wire import Request
from xerosim.world import World

HERE = Path(__file__).resolve().parent


def test_every_switch_is_tried_and_documented() -> None:
    tests = "".join(path.read_text() for path in HERE.glob("test_*.py"))
    for name in Switches.__struct_fields__:
        assert f"{name}=" in tests, f"no test sets {name}"
        assert name in (Switches.__doc__ or ""), f"{name} is not described"


def test_unknown_switches_and_values_are_refused(world: World) -> None:
    with pytest.raises(ValueError, match="unknown switch"):
        world.switch(colour="red")
    with pytest.raises(ValueError, match="line_amount_rounding"):
        world.switch(line_amount_rounding="sideways")


@pytest.mark.parametrize(("mode", "expected"), [("half_up", "0.13"), ("half_even", "0.12"), ("down", "0.12")])
def test_line_amount_rounding(call: Caller, mode: str, expected: str) -> None:
    call.world.switch(line_amount_rounding=mode)
    made = call.invoice(LineItems=[line(Quantity="0.5", UnitAmount="0.25", TaxType="NONE")])
    assert made["LineItems"][0]["LineAmount"] == D(expected)


@pytest.mark.parametrize(("mode", "expected"), [("half_up", "0.13"), ("half_even", "0.12"), ("down", "0.12")])
def test_tax_rounding(call: Caller, mode: str, expected: str) -> None:
    call.world.switch(tax_rounding=mode)
    assert call.invoice(LineItems=[line(UnitAmount="2.50", TaxType="RROUTPUT")])["TotalTax"] == D(expected)


@pytest.mark.parametrize(("tolerance", "accepted"), [(None, True), (1, True), (0, False)])
def test_tax_amount_tolerance(call: Caller, tolerance: int | None, accepted: bool) -> None:
    call.world.switch(tax_amount_tolerance_cents=tolerance)
    body = invoice(LineItems=[line(TaxAmount="20.01")])
    assert (call.send("PUT", "Invoices", body).status == 200) is accepted


@pytest.mark.parametrize(("rule", "accepted"), [("bills", True), ("all", False), ("never", True)])
def test_tax_amount_above_the_line(call: Caller, rule: str, accepted: bool) -> None:
    call.world.switch(tax_amount_above_line=rule)
    body = invoice(LineItems=[line(UnitAmount="1", TaxAmount="1.01")])
    assert (call.send("PUT", "Invoices", body).status == 200) is accepted


@pytest.mark.parametrize("checks", [True, False])
def test_sent_totals(call: Caller, checks: bool) -> None:
    call.world.switch(check_sent_totals=checks)
    assert (call.send("PUT", "Invoices", invoice(Total="1")).status == 400) is checks


@pytest.mark.parametrize(("keeps", "due"), [(True, "120.00"), (False, "0.00")])
def test_amount_due_of_voided_invoices(call: Caller, keeps: bool, due: str) -> None:
    call.world.switch(void_keeps_amount_due=keeps)
    id = call.invoice()["InvoiceID"]
    assert call("POST", f"Invoices/{id}", {"Status": "VOIDED"})["Invoices"][0]["AmountDue"] == D(due)


@pytest.mark.parametrize("counts", [True, False])
def test_refused_calls_in_the_app_minute(call: Caller, counts: bool) -> None:
    call.world.switch(count_429_in_minute=counts)
    limits = call.world.limits_of(call.world.app.id)
    limits.enforced = True
    for _ in range(62):
        answer = call.send("GET", "Organisation")
    assert answer.headers["x-appminlimit-remaining"] == str(PER_APP_MINUTE - (62 if counts else 60))


def test_spelling_of_problems(call: Caller) -> None:
    call.world.switch(problem_name_concurrent="Concurrent", problem_name_app_minute="app-minute")
    limits = call.world.limits_of(call.world.app.id)
    limits.enforced = True
    call.world.faults.latency = Latency(low=1, high=1)
    answers = [call.send("GET", "Organisation") for _ in range(6)]
    assert answers[-1].headers["x-rate-limit-problem"] == "Concurrent"
    call.world.clock.advance(2)
    limits._app_minute.used = PER_APP_MINUTE
    assert call.send("GET", "Organisation").headers["x-rate-limit-problem"] == "app-minute"


def test_status_of_bodies_that_are_too_large(call: Caller) -> None:
    call.world.switch(oversize_status=400)
    assert call.send("PUT", "Invoices", b"x" * 3_600_000).status == 400


@pytest.mark.parametrize("counts", [True, False])
def test_egress_of_writes(call: Caller, counts: bool) -> None:
    call.world.switch(egress_counts_writes=counts)
    written = len(call.send("PUT", "Contacts", {"Name": "A"}).body)
    call.send("GET", "Organisation")
    answer = call.world.handle(Request("GET", "/__sim__/statistics", {}))
    assert json.loads(answer.body)["egress"] == (written if counts else 0)


@pytest.mark.parametrize("keeps", [True, False])
def test_first_event_of_a_reconnected_organisation(world: World, keeps: bool) -> None:
    world.switch(reconnect_keeps_first_event=keeps)
    tenant = next(iter(world.organisations))
    before = [c.event for c in world.identity.connections.values() if c.app == world.app.id]
    again = world.identity.connect(world.app, world.user, tenant, "new", world.clock.now())
    assert (again.event == before[0]) is keeps


def test_header_of_a_replay(call: Caller) -> None:
    call.world.switch(idempotency_replay_header="X-Replayed")
    key = {"idempotency-key": "k"}
    first, second = (call.send("PUT", "Contacts", {"Name": "A"}, **key) for _ in range(2))
    assert "x-replayed" not in first.headers
    assert second.headers["x-replayed"] == "true"


def test_how_long_a_key_is_remembered(call: Caller) -> None:
    call.world.switch(idempotency_seconds=6.0)
    key = {"idempotency-key": "k"}
    for seconds in (0.0, 5.9, 0.2):
        call.world.clock.advance(seconds)
        call.send("PUT", "Contacts", {"Name": "A"}, **key)
    assert [one.replayed for one in call.world.journal.calls] == [False, True, False]


@pytest.mark.parametrize(("rule", "status"), [("wait", 200), ("refuse", 400)])
def test_two_calls_with_one_key_at_once(call: Caller, rule: str, status: int) -> None:
    call.world.switch(idempotency_concurrent=rule)
    call.world.faults.latency = Latency(low=2, high=2)
    key = {"idempotency-key": "k"}
    call.send("PUT", "Contacts", {"Name": "A"}, **key)
    call.world.clock.advance(0.5)
    second = call.send("PUT", "Contacts", {"Name": "A"}, **key)
    assert second.status == status
    if status == 200:
        assert second.delay_seconds == pytest.approx(1.5)


def test_texts_of_unconfirmed_refusals(call: Caller) -> None:
    call.world.switch(
        url_message="Url bad", payment_lock_date_noun="payment", reconciled_payment_message="Reconciled payments stay"
    )
    assert call.refused("PUT", "Invoices", invoice(Url="ftp://x")) == ["Url bad"]
    target = {"Account": {"Code": "090"}, "Amount": 1, "Invoice": {"InvoiceID": call.invoice()["InvoiceID"]}}
    org = call.world.organisations[call.tenant]
    call.world.person(call.tenant, lambda ctx: org.change_settings(period_lock=20700))
    assert call.refused("PUT", "Payments", {**target, "Date": "2026-09-01"}) == [
        "The payment date cannot be before the period lock date, currently set at 04-Sep-2026"
    ]
    body = {**target, "Date": "2026-09-08", "IsReconciled": True}
    id = call("PUT", "Payments", body)["Payments"][0]["PaymentID"]
    assert call.refused("POST", f"Payments/{id}", {"Status": "DELETED"}) == ["Reconciled payments stay"]


@pytest.mark.parametrize(("rule", "expected"), [("keep", "a\x1fb"), ("strip", "ab"), ("refuse", None)])
def test_control_characters(call: Caller, rule: str, expected: str | None) -> None:
    call.world.switch(control_characters=rule)
    body = invoice(Reference="a\x1fb")
    if expected is None:
        assert call.refused("PUT", "Invoices", body) == ["Reference contains invalid characters."]
    else:
        assert call("PUT", "Invoices", body)["Invoices"][0]["Reference"] == expected


@pytest.mark.parametrize(("rule", "expected"), [("keep", "tea 🍵"), ("strip", "tea")])
def test_emoji(call: Caller, rule: str, expected: str) -> None:
    call.world.switch(emoji=rule)
    assert call.invoice(Reference="tea 🍵")["Reference"] == expected


@pytest.mark.parametrize(("rule", "status"), [("accept", 200), ("refuse", 400)])
def test_due_date_before_date(call: Caller, rule: str, status: int) -> None:
    call.world.switch(due_date_before_date=rule)
    assert call.send("PUT", "Invoices", invoice(DueDate="2026-08-01")).status == status


@pytest.mark.parametrize(("rule", "status"), [("accept", 200), ("refuse", 400)])
def test_payment_before_document(call: Caller, rule: str, status: int) -> None:
    call.world.switch(payment_before_document=rule)
    id = call.invoice()["InvoiceID"]
    body = {"Invoice": {"InvoiceID": id}, "Account": {"Code": "090"}, "Amount": 1, "Date": "2026-08-01"}
    assert call.send("PUT", "Payments", body).status == status


@pytest.mark.parametrize(("creates", "status"), [(True, 200), (False, 400)])
def test_unknown_contact_names(call: Caller, creates: bool, status: int) -> None:
    call.world.switch(name_without_contact_creates=creates)
    assert call.send("PUT", "Invoices", invoice()).status == status


@pytest.mark.parametrize(("refuses", "status"), [(True, 403), (False, 200)])
def test_missing_user_agents(call: Caller, refuses: bool, status: int) -> None:
    call.world.switch(refuse_default_user_agent=refuses)
    answer = call.send("GET", "Organisation")
    assert answer.status == status
    assert call.send("GET", "Organisation", user_agent="Tieout/1").status == 200


@pytest.mark.parametrize(("minds", "status"), [(True, 200), (False, 400)])
def test_case_of_contact_numbers(call: Caller, minds: bool, status: int) -> None:
    call.world.switch(contact_number_case_sensitive=minds)
    call("PUT", "Contacts", {"Name": "A", "ContactNumber": "c-1"})
    assert call.send("PUT", "Contacts", {"Name": "B", "ContactNumber": "C-1"}).status == status
    assert call("GET", "Contacts/c-1")["Contacts"][0]["Name"] == "A"
