"""The client: headers, tokens, and what a call without an answer means."""

from __future__ import annotations

import json

import pytest
from xero_things import (
    IDS,
    INVOICE,
    TENANT,
    CountingMeter,
    FixedClock,
    Script,
    Tokens,
    body,
    create,
    invoice,
    invoice_answer,
    ledger,
    payment,
    reply,
    uuid,
)

from tieout.errors import ContractBroken, NeedsOperator, OutcomeUnknown, RetryLater
from tieout.http import AddressRefused, HttpClient, Lost, NotSent, TooLarge
from tieout.ports import AnswerKind, Ledger, Limits, TokenKeeper
from tieout.xero import Addresses, Transport, XeroLedger
from tieout.xero.tokens import SingleRefresher

EXPIRED = b'{"Title":"Unauthorized","Status":401,"Detail":"TokenExpired: token expired at 04/09/2023 05:16:59"}'
NO_SCOPE = b'{"Title":"Unauthorized","Status":401,"Detail":"AuthorizationUnsuccessful"}'
OK = body("Invoices", [invoice_answer("M-1", uuid(1))])


def test_the_client_is_a_ledger_and_the_http_client_its_transport() -> None:
    client: Ledger = ledger()[0]
    transport: type[Transport] = HttpClient
    keeper: type[TokenKeeper] = SingleRefresher
    assert all((client, transport, keeper))


def test_a_frozen_call_is_sent_byte_by_byte_with_its_key() -> None:
    client, script = ledger(reply(200, OK, xero_correlation_id="abc"))
    call = client.freeze([create("M-1", invoice())])
    answer = client.send(call, "key-1")
    (request,) = script.requests
    assert request.method == "PUT"
    assert request.url == "https://api.xero.com/api.xro/2.0/Invoices?summarizeErrors=false&unitdp=4"
    assert request.body == call.body.encode()
    assert request.headers["Idempotency-Key"] == "key-1"
    assert request.headers["xero-tenant-id"] == TENANT
    assert request.headers["Authorization"] == "Bearer token-1"
    assert request.headers["Accept"] == "application/json"
    assert request.headers["Content-Type"] == "application/json"
    assert "Tieout" in request.headers["User-Agent"]
    assert answer.kind is AnswerKind.SETTLED
    assert answer.correlation_id == "abc"


def test_a_custom_connection_names_no_tenant() -> None:
    client, script = ledger(reply(200, OK), tenant="")
    client.send(client.freeze([create("M-1", invoice())]), "key-1")
    assert "xero-tenant-id" not in script.requests[0].headers


def test_bases_can_point_at_a_simulator() -> None:
    script = Script(reply(200, OK))
    addresses = Addresses(api="http://localhost:8080")
    client = XeroLedger(script, Tokens(), FixedClock(), tenant_id=TENANT, addresses=addresses)
    client.send(client.freeze([create("M-1", invoice())]), "key-1")
    assert script.requests[0].url.startswith("http://localhost:8080/api.xro/2.0/Invoices?")


def test_an_expired_token_is_renewed_once_and_the_same_bytes_sent_again() -> None:
    client, script = ledger(reply(401, EXPIRED), reply(200, OK))
    assert client.send(client.freeze([create("M-1", invoice())]), "key-1").kind is AnswerKind.SETTLED
    first, second = script.requests
    assert (first.body, first.headers["Idempotency-Key"]) == (second.body, second.headers["Idempotency-Key"])
    assert second.headers["Authorization"] == "Bearer token-2"


def test_a_second_401_is_not_answered_with_another_renewal() -> None:
    client, script = ledger(reply(401, EXPIRED), reply(401, EXPIRED))
    answer = client.send(client.freeze([create("M-1", invoice())]), "key-1")
    assert (answer.kind, answer.code, len(script.requests)) == (AnswerKind.NO_ACCESS, "token_expired", 2)


def test_a_missing_scope_is_not_answered_with_a_renewal() -> None:
    client, script = ledger(reply(401, NO_SCOPE))
    answer = client.send(client.freeze([create("M-1", invoice())]), "key-1")
    assert (answer.kind, answer.code, len(script.requests)) == (AnswerKind.NO_ACCESS, "scope_missing", 1)


@pytest.mark.parametrize(
    ("failure", "kind", "limit"),
    [
        (NotSent("no route"), AnswerKind.RETRY, "connection"),
        (AddressRefused("private"), AnswerKind.RETRY, "connection"),
        (Lost("timeout"), AnswerKind.UNKNOWN, ""),
        (TooLarge("big"), AnswerKind.UNKNOWN, ""),
    ],
)
def test_only_what_never_left_may_be_sent_again(failure: Exception, kind: AnswerKind, limit: str) -> None:
    client, _ = ledger(failure)
    answer = client.send(client.freeze([create("M-1", invoice())]), "key-1")
    assert (answer.kind, answer.limit, answer.status) == (kind, limit, 0)


class Keeperless:
    def __init__(self, error: Exception) -> None:
        self.error = error

    def access_token(self) -> str:
        raise self.error

    def refresh_after_401(self, refused: str) -> str:
        raise self.error


@pytest.mark.parametrize(
    ("error", "kind", "code"),
    [
        (NeedsOperator("gone", code="consent_gone", scope="connection"), AnswerKind.NO_ACCESS, "consent_gone"),
        (RetryLater("busy", scope="lock", after_seconds=2), AnswerKind.RETRY, ""),
        (ContractBroken("token answer cannot be read"), AnswerKind.RETRY, ""),
    ],
)
def test_a_token_that_cannot_be_had_is_an_answer_too(error: Exception, kind: AnswerKind, code: str) -> None:
    client = XeroLedger(Script(), Keeperless(error), FixedClock(), tenant_id=TENANT)
    answer = client.send(client.freeze([create("M-1", invoice())]), "key-1")
    assert (answer.kind, answer.code) == (kind, code)


def test_an_overlong_key_is_a_fault_of_ours() -> None:
    client, _ = ledger()
    with pytest.raises(AssertionError):
        client.send(client.freeze([create("M-1", invoice())]), "k" * 129)


def test_hints_name_the_document_that_a_posting_hangs_on() -> None:
    client, _ = ledger()
    assert client.hint(create("p", payment(INVOICE), IDS)) == IDS[INVOICE]
    assert client.hint(create("M-1", invoice())) == ""


def test_create_account_answers_its_id_and_can_enable_payments() -> None:
    client, script = ledger(reply(200, body("Accounts", [{"AccountID": uuid(9), "Code": "601"}])))
    meter = CountingMeter()
    assert client.create_account("601", "Clearing", "CURRENT", "NONE", meter, payments_enabled=True) == uuid(9)
    assert json.loads(script.requests[0].body) == {
        "Code": "601",
        "Name": "Clearing",
        "Type": "CURRENT",
        "TaxType": "NONE",
        "EnablePaymentsToAccount": True,
    }
    assert script.requests[0].headers["Idempotency-Key"]
    assert meter.opened == [("Accounts", "PUT", len(script.requests[0].body))]


def test_create_tax_rate_answers_its_tax_type() -> None:
    client, script = ledger(reply(200, body("TaxRates", [{"TaxType": "TAX001", "Name": "DE 19"}])))
    assert client.create_tax_rate("DE 19", [("VAT", "19.0", False)], "OUTPUT", CountingMeter()) == "TAX001"
    assert b'"Rate":19.0,"IsCompound":false' in script.requests[0].body


def test_enable_currency_adds_one() -> None:
    client, script = ledger(reply(200, body("Currencies", [{"Code": "EUR"}])))
    client.enable_currency("EUR", CountingMeter())
    assert (script.requests[0].method, script.requests[0].body) == ("PUT", b'{"Code":"EUR"}')


def test_a_refused_setting_is_told_in_xeros_words() -> None:
    data = {"ErrorNumber": 10, "Message": "A validation exception occurred",
            "Elements": [{"ValidationErrors": [{"Message": "Please enter a unique Name."}]}]}  # fmt: skip
    client, _ = ledger(reply(400, json.dumps(data).encode()))
    with pytest.raises(NeedsOperator, match="unique Name") as caught:
        client.create_account("601", "Sales", "CURRENT", "", CountingMeter())
    assert caught.value.scope == "organisation"


@pytest.mark.parametrize("lost", [Lost("timeout"), reply(500, b"")])
def test_a_setting_without_an_answer_is_unknown(lost: object) -> None:
    client, _ = ledger(lost)  # type: ignore[arg-type]
    with pytest.raises(OutcomeUnknown):
        client.enable_currency("EUR", CountingMeter())


def test_every_metered_call_is_closed_even_without_an_answer() -> None:
    client, _ = ledger(Lost("timeout"))
    meter = CountingMeter()
    with pytest.raises(OutcomeUnknown):
        client.enable_currency("EUR", meter)
    assert meter.closed == [(1, 0, 0, Limits())]
