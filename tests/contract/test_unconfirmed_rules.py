"""Rules of Xero that nobody has confirmed: the client is right whichever way they turn out."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
import pytest
from simulated import METER, House, gbp, invoice_of, to
from xero_things import INVOICE, change, contact, create

from tieout.accounting import Payment, Role
from tieout.ports import AnswerKind, Operation
from tieout.rules.catalogue import Code
from xerosim import people
from xerosim.faults import Fault

SWITCHES: list[dict[str, Any]] = [
    {"tax_amount_tolerance_cents": 1},
    {"check_sent_totals": False},
    {"zero_total_becomes_paid": False},
    {"void_keeps_amount_due": False},
    {"modified_since_inclusive": False},
    {"modified_since_304": True},
    {"rate_is_foreign_per_base": False},
    {"contact_number_case_sensitive": True},
    {"name_without_contact_creates": False},
    {"refuse_default_user_agent": True},
    {"summarised_batch_saves_good_elements": True},
    {"idempotency_concurrent": "refuse"},
    {"line_amount_rounding": "half_even"},
    {"line_amount_rounding": "down"},
    {"control_characters": "refuse"},
]


@pytest.mark.parametrize("switches", SWITCHES, ids=lambda one: " ".join(f"{k}={v}" for k, v in one.items()))
def test_a_sale_goes_its_way_under_every_reading_of_the_rules(switches: dict[str, Any]) -> None:
    house = House()
    house.world.switch(**switches)
    house.ledger.create_account("601", "Clearing", "CURRENT", "NONE", METER, payments_enabled=True)
    ids = to(house.contact_id())
    first, second = house.post(
        create("M-1", invoice_of(house, "M-1", "20.00", "0.35"), ids), create("M-2", invoice_of(house, "M-2"), ids)
    )
    assert first.held is not None
    assert first.held.total == gbp("24.42")
    ids |= {INVOICE: first.remote_id}
    payload = Payment(INVOICE, "601", house.day, gbp("24.42"), "P1")
    paid = house.post(create("P1", payload, ids))[0]
    assert house.look_up(Role.PAYMENT, ["P1"], {"P1": first.remote_id})["P1"].remote_id == paid.remote_id
    house.post(change(Operation.VOID, "M-2", invoice_of(house, "M-2"), second.remote_id))
    held = house.look_up(Role.INVOICE, ["M-1", "M-2"])
    assert {marker: one.status for marker, one in held.items()} == {"M-1": "PAID", "M-2": "VOIDED"}
    later = house.clock.now() + dt.timedelta(minutes=1)
    assert list(house.ledger.read(Role.INVOICE, METER, since=later)) == []


@pytest.mark.parametrize(
    ("switches", "kind", "limit"),
    [
        ({"problem_name_concurrent": "Concurrent"}, "concurrent", "concurrent"),
        ({"problem_name_concurrent": "concurrency"}, "concurrent", "concurrent"),
        ({"problem_name_concurrent": ""}, "concurrent", "concurrent"),
    ],
)
def test_limits_are_understood_in_any_spelling(switches: dict[str, Any], kind: Any, limit: str) -> None:
    house = House()
    house.world.switch(**switches)
    house.world.faults.add(Fault(kind=kind, path="Contacts", method="PUT"))
    answer = house.send(create("1", contact("1")))
    assert (answer.kind, answer.limit) == (AnswerKind.RETRY, limit)


@pytest.mark.parametrize("status", [413, 400, 411])
def test_case_c116_a_body_above_the_cap_is_refused_as_a_whole(status: int) -> None:
    house = House()
    house.world.switch(oversize_status=status)
    ids = to(house.contact_id())
    large = invoice_of(house, "M-0", *["1.00"] * 50)
    large = msgspec.structs.replace(
        large, lines=tuple(msgspec.structs.replace(one, description="x" * 4000) for one in large.lines)
    )
    batch = [create(f"M-{n}", msgspec.structs.replace(large, number=f"M-{n}"), ids) for n in range(20)]
    answer = house.send(*batch)
    assert answer.kind is AnswerKind.REFUSED_WHOLE
    assert answer.elements == ()
    assert house.look_up(Role.INVOICE, ["M-0"]) == {}


@pytest.mark.parametrize(
    "message", ["This payment cannot be deleted as it has been reconciled.", "Payment is reconciled"]
)
def test_a_reconciled_payment_is_told_apart_whatever_the_sentence(message: str) -> None:
    house = House()
    house.world.switch(reconciled_payment_message=message)
    house.ledger.create_account("601", "Clearing", "CURRENT", "NONE", METER, payments_enabled=True)
    ids = to(house.contact_id())
    ids |= {INVOICE: house.post(create("M-1", invoice_of(house, "M-1"), ids))[0].remote_id}
    payload = Payment(INVOICE, "601", house.day, gbp("24.00"), "P1")
    by_person: Any = house.world.person(
        house.tenant,
        lambda ctx: people.pay(ctx, {"number": "M-1", "account": "601", "reference": "P1", "reconciled": True}),
    )
    held = house.look_up(Role.PAYMENT, ["P1"], {"P1": ids[INVOICE]})["P1"]
    assert (held.remote_id, held.is_reconciled) == (by_person["PaymentID"], True)
    (element,) = house.send(change(Operation.DELETE, "P1", payload, held.remote_id, ids=ids)).elements
    assert [one.code for one in element.problems] == [Code.CHANGED_BY_PERSON]
    assert element.problems[0].subject == "reconciled"
