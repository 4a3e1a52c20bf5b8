"""Consent, tokens, connections and limits against the simulated Xero."""

from __future__ import annotations

import datetime as dt
from urllib.parse import parse_qsl, urlsplit

import msgspec
import pytest
from simulated import METER, House, invoice_of, to
from xero_things import contact, create

from tieout.errors import NeedsOperator
from tieout.ports import AnswerKind
from tieout.xero import Addresses, XeroLedger
from tieout.xero.oauth import App, Identity, consent_address, read_callback, start_login
from tieout.xero.tokens import SingleRefresher, TokenSet


@pytest.fixture
def house() -> House:
    return House()


def test_an_expired_token_is_renewed_in_the_middle_of_a_call(house: House) -> None:
    house.tokens = msgspec.structs.replace(house.tokens, expires_at=house.clock.now() + dt.timedelta(days=9))
    house.virtual.advance(31 * 60)
    assert house.send(create("1", contact("1"))).kind is AnswerKind.SETTLED
    assert house.renewals == 1


def test_case_c104_tokens_are_renewed_before_they_end_over_a_long_day(house: House) -> None:
    for number in range(6):
        house.post(create(str(number), contact(str(number), name=f"Person {number}")))
        house.virtual.advance(28 * 60)
    assert house.renewals == 5


def test_a_lost_renewal_is_repeated_with_the_same_token_during_the_grace(house: House) -> None:
    first = house.identity.refresh(house.tokens, house.clock.now())
    house.virtual.advance(29 * 60)
    again = house.identity.refresh(house.tokens, house.clock.now())
    assert again.access_token
    assert first.refresh_token
    house.virtual.advance(2 * 60)
    with pytest.raises(NeedsOperator) as caught:
        house.identity.refresh(house.tokens, house.clock.now())
    assert caught.value.code == "consent_gone"


def test_a_disconnect_inside_xero_is_noticed(house: House) -> None:
    (connection,) = house.identity.connections(house.tokens.access_token)
    assert connection.tenant_id == house.tenant
    assert house.identity.disconnect(house.tokens.access_token, connection.connection_id)
    assert not house.identity.disconnect(house.tokens.access_token, connection.connection_id)
    assert house.identity.connections(house.tokens.access_token) == ()
    answer = house.send(create("1", contact("1")))
    assert (answer.kind, answer.code) == (AnswerKind.NO_ACCESS, "disconnected")
    with pytest.raises(NeedsOperator):
        house.ledger.reference(METER)


@pytest.mark.parametrize("kind", ["web", "pkce"])
def test_a_consent_connects_an_organisation(house: House, kind: str) -> None:
    """The whole dance, with the person's part played by two plain requests."""
    redirect = "https://tieout.example/xero/callback"
    app = house.world.identity.register("Tieout", kind=kind, redirects=(redirect,))
    ours = App(app.id, app.secret if kind == "web" else "")
    identity = Identity(house.http, ours)
    login = start_login(redirect, house.clock.now())
    page = urlsplit(consent_address(Addresses(), ours, login, "offline_access accounting.contacts"))
    client = house.http._client
    assert client.get(page.geturl()).status_code == 200
    form = {**dict(parse_qsl(page.query)), "decision": "allow", "organisation": house.tenant}
    back = client.post(f"{page.scheme}://{page.netloc}{page.path}", data=form)
    query = dict(parse_qsl(urlsplit(back.headers["location"]).query))
    tokens = identity.exchange(read_callback(query, login, house.clock.now()), login, house.clock.now())
    assert [one.tenant_id for one in identity.connections(tokens.access_token)] == [house.tenant]
    assert "accounting.contacts" in tokens.scope
    with pytest.raises(NeedsOperator):
        identity.exchange(query["code"], login, house.clock.now())


def test_a_custom_connection_needs_neither_consent_nor_tenant(house: House) -> None:
    app = house.world.custom_app(house.tenant)
    identity = Identity(house.http, App(app.id, app.secret))
    tokens = identity.log_in_as_app("accounting.contacts accounting.settings", house.clock.now())
    assert tokens.refresh_token == ""
    keeper = FixedTokens(tokens)
    ledger = XeroLedger(house.http, keeper, house.clock, tenant_id="")
    assert ledger.send(ledger.freeze([create("1", contact("1"))]), "k").kind is AnswerKind.SETTLED


class FixedTokens:
    def __init__(self, tokens: TokenSet) -> None:
        self.tokens = tokens

    def access_token(self) -> str:
        return self.tokens.access_token

    def refresh_after_401(self, refused: str) -> str:
        raise NeedsOperator("no renewal here", code="consent_gone", scope="connection")


def test_case_c109_a_missing_scope_waits_for_a_person(house: House) -> None:
    issued = house.world.token(scopes=frozenset({"accounting.contacts"}))
    now = house.clock.now()
    tokens = TokenSet(str(issued["access_token"]), now + dt.timedelta(minutes=30), now)
    ledger = XeroLedger(house.http, FixedTokens(tokens), house.clock, tenant_id=house.tenant)
    ids = to(house.contact_id())
    answer = ledger.send(ledger.freeze([create("M-1", invoice_of(house, "M-1"), ids)]), "k")
    assert (answer.kind, answer.code) == (AnswerKind.NO_ACCESS, "scope_missing")


def test_the_keeper_of_tokens_is_the_reusable_one(house: House) -> None:
    assert isinstance(house.ledger._caller._tokens, SingleRefresher)
