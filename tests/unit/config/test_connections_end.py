"""Connecting, pausing and ending connections against the simulated Xero: what stays, what goes, what waits."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from cryptography.fernet import Fernet

from tieout.config.vault import FernetVault
from tieout.config.web_cases import WebCases
from tieout.config.wiring import Wiring
from tieout.errors import NeedsOperator
from tieout.http import AddressGuard, HttpClient
from tieout.records.models import Audit, Authorisation, Organisation, Posting
from tieout.web.cases.actor import Actor
from web_records import Shop, make_shop
from xerosim.transport import InProcessTransport
from xerosim.world import World

ANNA = Actor("anna", "192.0.2.1")
REDIRECT = "https://tieout.example/connections/xero/callback"


class Xero:
    """A simulated Xero with two organisations, and our use cases connected to it."""

    def __init__(self) -> None:
        self.world = World()
        self.tenants = [self.world.add_organisation("uk", name=name).settings.id for name in ("North", "South")]
        self.app = self.world.identity.register("Tieout", redirects=(REDIRECT,))
        self.http = HttpClient(guard=AddressGuard(allow_private=True), transport=InProcessTransport(self.world))
        self.wired = Wiring(vault=FernetVault([Fernet.generate_key().decode()]), xero_transport=self.http)
        self.cases = WebCases(lambda: self.wired)

    def consent(self, *tenants: str) -> None:
        """A person allows the app these organisations."""
        sealed, address = self.cases.begin_consent(self.app.id, self.app.secret, REDIRECT)
        page = urlsplit(address)
        form = {**dict(parse_qsl(page.query)), "decision": "allow", "organisation": list(tenants)}
        back = self.http._client.post(f"{page.scheme}://{page.netloc}{page.path}", data=form)
        self.cases.finish_consent(sealed, dict(parse_qsl(urlsplit(back.headers["location"]).query)), ANNA)

    def reached(self) -> set[str]:
        return {one.tenant for one in self.world.identity.connections.values() if one.app == self.app.id}


@pytest.fixture
def xero(db: None) -> Xero:
    return Xero()


def status(name: str) -> str:
    return str(Organisation.objects.get(name=name).status)


def number(name: str) -> int:
    return int(Organisation.objects.get(name=name).pk)


def something_was_sent_to(name: str) -> None:
    sent = Posting.objects.filter(state="posted").exclude(remote_id="").first()
    assert sent is not None
    Posting.objects.filter(pk=sent.pk).update(organisation=number(name))


def test_a_new_organisation_sends_nothing_before_it_is_started(xero: Xero) -> None:
    xero.consent(xero.tenants[0])
    assert status("North") == "paused"
    xero.cases.start_sending(number("North"), ANNA)
    assert status("North") == "connected"
    assert Organisation.objects.get().due_at is not None
    xero.cases.pause_sending(number("North"), ANNA)
    assert (status("North"), Organisation.objects.get().status_reason) == ("paused", "Sending was paused by anna.")
    assert list(Audit.objects.values_list("user", "address").distinct()) == [("anna", "192.0.2.1")]


def test_two_organisations_of_one_consent_end_one_after_the_other(xero: Xero) -> None:
    xero.consent(*xero.tenants)
    assert xero.cases.disconnect(number("North"), ANNA)
    assert xero.reached() == {xero.tenants[1]}
    assert (status("North"), status("South")) == ("disconnected", "paused")
    xero.cases.test_organisation(number("South"), ANNA)
    assert xero.cases.disconnect(number("South"), ANNA)
    assert xero.reached() == set()
    assert list(Authorisation.objects.values_list("status", "tokens")) == [("disconnected", "")]
    with pytest.raises(NeedsOperator):
        xero.cases.test_organisation(number("South"), ANNA)


def test_what_sent_before_sends_again_after_reconnecting(xero: Xero, shop: Shop) -> None:
    xero.consent(xero.tenants[0])
    something_was_sent_to("North")
    xero.cases.start_sending(number("North"), ANNA)
    xero.cases.disconnect(number("North"), ANNA)
    xero.consent(xero.tenants[0])
    assert status("North") == "connected"


def test_what_a_person_paused_stays_paused_after_reconnecting(xero: Xero, shop: Shop) -> None:
    xero.consent(xero.tenants[0])
    something_was_sent_to("North")
    xero.consent(xero.tenants[0])
    assert status("North") == "paused"


def test_a_connection_that_xero_does_not_know_any_more_is_ended_here_too(xero: Xero) -> None:
    xero.consent(xero.tenants[0])
    xero.world.identity.connections.clear()
    assert not xero.cases.disconnect(number("North"), ANNA)
    assert status("North") == "disconnected"


def test_access_that_was_withdrawn_is_marked_by_the_next_reading(xero: Xero) -> None:
    xero.consent(xero.tenants[0])
    xero.world.identity.connections.clear()
    with pytest.raises(NeedsOperator):
        xero.wired.adopt(xero.wired.administration.organisation(number("North")))
    assert status("North") == "no_access"
    assert Organisation.objects.get().status_reason


@pytest.fixture
def shop(db: None) -> Shop:
    return make_shop()


def test_a_store_that_is_removed_leaves_the_queue_and_its_secrets(xero: Xero, shop: Shop) -> None:
    before = Posting.objects.filter(state="posted").count()
    count = xero.cases.remove_store(shop.connection.pk, ANNA)
    shop.connection.refresh_from_db()
    assert count > 0
    assert not Posting.objects.filter(state__in=("queued", "waiting", "held")).exists()
    assert Posting.objects.filter(state="posted").count() == before
    assert (shop.connection.secrets, shop.connection.removed_at is not None) == ("", True)
    assert xero.wired.administration.connections() == []


def test_a_changed_store_is_tried_again_with_secrets_that_were_not_typed(xero: Xero, shop: Shop) -> None:
    sealed = xero.wired.seal_secrets({"access_token": "old", "consumer_key": "key"})
    type(shop.connection).objects.update(secrets=sealed, status="refused", status_reason="wrong", options="{}")
    given = {"url": "https://new.example.com", "access_token": "new", "consumer_key": ""}
    xero.cases.change_store(shop.connection.pk, "Harbour", given, None, ANNA)
    shop.connection.refresh_from_db()
    assert xero.wired.open_secrets(shop.connection.secrets) == {"access_token": "new", "consumer_key": "key"}
    assert (shop.connection.status, shop.connection.address) == ("new", "https://new.example.com")
    assert "new" not in str(list(Audit.objects.values_list("subject", flat=True)))
