"""Webhooks: proving intent, signatures, retries, giving up, replay."""

import json
from typing import Any

import pytest
from xerosim_tools import Caller

from xerosim.webhooks import GIVE_UP_SECONDS, RETRY_SECONDS, sign


class Receiver:
    """An address that checks signatures as Xero asks, and can be broken."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.broken = False
        self.bodies: list[Any] = []

    def __call__(self, url: str, headers: dict[str, str], body: bytes) -> int:
        if self.broken:
            return 500
        if headers["x-xero-signature"] != sign(self.key, body):
            return 401
        self.bodies.append(json.loads(body))
        return 200

    @property
    def events(self) -> list[Any]:
        return [event for body in self.bodies for event in body["events"]]


@pytest.fixture
def receiver(call: Caller) -> Receiver:
    subscription = call.world.webhooks.subscribe("https://shop.test/hook")
    receiver = Receiver(subscription.key)
    call.world.webhooks.pump(call.world.clock.now(), receiver)
    assert subscription.status == "on"
    return receiver


def test_intent_to_receive_sends_right_and_wrong_signatures(call: Caller, receiver: Receiver) -> None:
    assert [body["events"] for body in receiver.bodies] == [[], []]
    careless = call.world.webhooks.subscribe("https://shop.test/careless")
    call.world.webhooks.pump(call.world.clock.now(), lambda url, headers, body: 200)
    assert careless.status == "off"


def test_events_are_thin_signed_and_in_order(call: Caller, receiver: Receiver) -> None:
    made = call.invoice()
    call("POST", f"Invoices/{made['InvoiceID']}", {"Status": "VOIDED"})
    call.world.webhooks.pump(call.world.clock.now(), receiver)
    assert [(event["eventCategory"], event["eventType"]) for event in receiver.events] == [
        ("CONTACT", "CREATE"),
        ("INVOICE", "CREATE"),
        ("INVOICE", "UPDATE"),
    ]
    last = receiver.events[-1]
    assert (last["resourceId"], last["tenantId"]) == (made["InvoiceID"], call.tenant)
    assert len(last["eventDateUtc"]) == len("2026-09-21T14:13:20.000")
    assert (receiver.bodies[-1]["firstEventSequence"], receiver.bodies[-1]["lastEventSequence"]) == (1, 3)


@pytest.mark.parametrize("fires", [True, False])
def test_whether_a_payment_fires_an_invoice_event_is_a_switch(call: Caller, receiver: Receiver, fires: bool) -> None:
    call.world.switch(invoice_webhook_on_payment=fires)
    made = call.invoice()
    call.world.webhooks.pump(call.world.clock.now(), receiver)
    before = len(receiver.events)
    call("PUT", "Payments", {"Invoice": {"InvoiceID": made["InvoiceID"]}, "Account": {"Code": "090"}, "Amount": 1})
    call.world.webhooks.pump(call.world.clock.now(), receiver)
    assert len(receiver.events) - before == (1 if fires else 0)


def test_failures_are_retried_then_given_up_and_replayed(call: Caller, receiver: Receiver) -> None:
    world = call.world
    (subscription,) = world.webhooks.subscriptions.values()
    receiver.broken = True
    call.invoice()
    start = world.clock.now()
    world.webhooks.pump(start, receiver)
    assert (subscription.tried, subscription.next_at) == (2, start + RETRY_SECONDS)
    while subscription.status == "on":
        world.clock.advance(RETRY_SECONDS)
        world.webhooks.pump(world.clock.now(), receiver)
    assert world.clock.now() - start == GIVE_UP_SECONDS
    receiver.broken = False
    world.webhooks.enable(subscription.id)
    assert world.webhooks.pump(world.clock.now(), receiver) == 2
    assert [event["eventCategory"] for event in receiver.events] == ["CONTACT", "INVOICE"]


def test_unwanted_categories_are_left_out(call: Caller) -> None:
    subscription = call.world.webhooks.subscribe("https://shop.test/hook", categories=["CREDITNOTE"])
    call.invoice()
    assert subscription.queue == []
    with pytest.raises(ValueError, match="PAYMENT"):
        call.world.webhooks.subscribe("https://shop.test/hook", categories=["PAYMENT"])
