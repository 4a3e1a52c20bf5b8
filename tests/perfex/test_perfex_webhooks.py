"""The CRM's webhooks: genuine or not, what they touch, and what becomes of those that are lost or doubled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal as D

import msgspec
import pytest
from perfex_books import crm_with, line

from storesim.perfex import PerfexShop
from storesim.perfex.webhooks import RETRY_MINUTES, Subscription, headers_of
from tieout.documents import DocumentKey, DocumentKind
from tieout.ports.webhooks import WEBHOOK_SECRET, StoreCall
from tieout.stores.perfex.calls import AGE_SECONDS_MAX, PerfexCalls
from tieout.stores.webhooks import webhooks_of

CALLS = PerfexCalls()
SECRET = "0123456789abcdef-secret"
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
BODY = b'{"event":"invoice_updated","timestamp":1795251600,"data":{"id":7,"_source_hook":"invoice_updated"}}'


def call(body: bytes = BODY, *, secret: str = SECRET, at: datetime = NOW, now: datetime = NOW) -> StoreCall:
    return StoreCall(headers_of(secret, "invoice_updated", body, at), body, now)


def test_a_signed_call_is_genuine_and_nothing_else_is() -> None:
    secrets = {WEBHOOK_SECRET: SECRET}
    assert isinstance(webhooks_of("perfex"), PerfexCalls)
    assert CALLS.is_genuine(call(), secrets)
    assert not CALLS.is_genuine(call(secret="another"), secrets)
    assert not CALLS.is_genuine(msgspec.structs.replace(call(), body=BODY.replace(b"7", b"8")), secrets)
    assert not CALLS.is_genuine(call(), {})
    assert not CALLS.is_genuine(call(secret=""), {WEBHOOK_SECRET: ""})
    for header in ("", "t=1", "v1=00", f"t=x,v1={'0' * 64}", f"t=1,v1={'g' * 64}"):
        assert not CALLS.is_genuine(StoreCall({"x-perfex-signature": header}, BODY, NOW), secrets)


@pytest.mark.parametrize(("seconds", "genuine"), [(0, True), (AGE_SECONDS_MAX, True), (AGE_SECONDS_MAX + 1, False)])
def test_a_call_that_is_old_or_from_the_future_is_a_replay(seconds: int, genuine: bool) -> None:
    for now in (NOW + timedelta(seconds=seconds), NOW - timedelta(seconds=seconds)):
        assert CALLS.is_genuine(call(now=now), {WEBHOOK_SECRET: SECRET}) is genuine


def test_a_call_that_comes_again_is_the_same_delivery_although_it_is_signed_anew() -> None:
    later = call(at=NOW + timedelta(minutes=5), now=NOW + timedelta(minutes=5))
    assert CALLS.delivery(call()) == CALLS.delivery(later)
    assert CALLS.delivery(call()) != CALLS.delivery(call(BODY.replace(b"7", b"8")))


@pytest.mark.parametrize(
    ("event", "data", "touched"),
    [
        ("invoice_created", {"id": 7}, ["invoice 7"]),
        ("invoice_updated", {"invoice_id": "7", "status": 2}, ["invoice 7"]),
        ("invoice.updated", {"id": "7"}, ["invoice 7"]),
        ("payment_created", {"id": 3}, []),
        ("payment_deleted", {"id": 3, "invoiceid": 7}, ["invoice 7"]),
        ("credit_note_applied", {"credit_note_id": 2, "data": {"invoice_id": 7}}, ["invoice 7", "refund 2"]),
        ("credit_note_refunded", {"id": 9, "credit_note_id": 2}, ["refund 2"]),
        ("customer_updated", {"id": 5}, ["customer 5"]),
        ("contact_updated", {"id": 8, "userid": 5}, ["customer 5"]),
        ("item_created", {"id": 4}, ["product 4"]),
        ("expense_created", {"id": 4}, []),
        ("something_new", {"id": True, "clientid": "x"}, []),
        ("invoice_created", None, []),
    ],
)
def test_what_an_event_touches(event: str, data: object, touched: list[str]) -> None:
    body = msgspec.json.encode({"event": event, "timestamp": 1, "data": data})
    assert [str(key) for key in CALLS.touched(body)] == sorted(touched, key=_kind)


def _kind(text: str) -> DocumentKey:
    kind, _, key = text.partition(" ")
    return DocumentKey(DocumentKind(kind), key)


def test_a_body_of_another_form_is_refused() -> None:
    for body in (b"", b"[]", b'{"data":{}}', b"\xff"):
        with pytest.raises(ValueError, match="no event"):
            CALLS.touched(body)


def test_the_simulated_crm_signs_as_we_check_and_tries_again_what_nobody_took() -> None:
    now = [NOW]
    crm, key = crm_with(line("100"))
    crm.core.clock = lambda: now[0]
    shop = PerfexShop(crm)
    shop.webhooks._clock = crm.core.clock
    taken: list[StoreCall] = []
    statuses = [0, 500, 200, 200]

    def send(url: str, body: bytes, headers: dict[str, str]) -> int:
        taken.append(StoreCall(headers, body, now[0]))
        return statuses.pop(0)

    shop.webhooks.send = send
    shop.webhooks.subscriptions.append(Subscription("https://tieout.example.test/hooks", SECRET, ("payment.*",)))
    crm.sales.pay(key, D("10.00"), "1", "2026-03-11")
    for minutes in (0, *RETRY_MINUTES[:2]):
        now[0] += timedelta(minutes=minutes)
        shop.webhooks.cron()
    assert len(taken) == 3
    assert len({CALLS.delivery(one) for one in taken}) == 1
    assert all(CALLS.is_genuine(one, {WEBHOOK_SECRET: SECRET}) for one in taken)
    assert shop.webhooks.queue == []


def test_calls_can_be_lost_and_doubled() -> None:
    crm, key = crm_with(line("100"))
    shop = PerfexShop(crm)
    shop.webhooks.subscriptions.append(Subscription("https://tieout.example.test/hooks", SECRET))
    shop.webhooks.double = lambda: True
    crm.sales.touch(key, {"clientnote": "one"})
    assert len(shop.webhooks.queue) == 2
    shop.webhooks.lose = lambda: True
    crm.sales.touch(key, {"clientnote": "two"})
    assert len(shop.webhooks.queue) == 2
