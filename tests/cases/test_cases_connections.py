"""Connections and tokens, against the simulated Xero and the real records."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from cryptography.fernet import Fernet
from simulated import House

from tieout.config.connecting import Connecting
from tieout.config.tokens import AuthorisationTokens
from tieout.config.vault import FernetVault
from tieout.errors import NeedsOperator
from tieout.ports.administration import OrganisationEntry
from tieout.records import models
from tieout.records.administration import DjangoAdministration
from tieout.xero import Addresses

pytestmark = pytest.mark.django_db

REDIRECT = "https://tieout.example/xero/callback"


class Office:
    """A person who connects organisations, with a vault and records of their own."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.app = house.world.identity.register("Tieout", kind="web", redirects=(REDIRECT,))
        self.administration = DjangoAdministration()
        self.vault = FernetVault([Fernet.generate_key().decode()])
        self.connecting = Connecting(
            self.administration, self.vault, house.clock, house.http, Addresses(), lambda organisation: organisation
        )

    def consent(self, *tenants: str) -> list[OrganisationEntry]:
        """What the person sees and presses at Xero, once an organisation, and what the browser brings back."""
        kept: list[OrganisationEntry] = []
        for tenant in tenants:
            login, address = self.connecting.start(self.app.id, self.app.secret, REDIRECT)
            page = urlsplit(address)
            form = {**dict(parse_qsl(page.query)), "decision": "allow", "organisation": tenant}
            back = self.house.http._client.post(f"{page.scheme}://{page.netloc}{page.path}", data=form)
            query = dict(parse_qsl(urlsplit(back.headers["location"]).query))
            kept = list(self.connecting.finish(self.app.id, self.app.secret, login, query))
        return kept

    def tokens(self, organisation: OrganisationEntry) -> AuthorisationTokens:
        assert organisation.authorisation is not None
        return AuthorisationTokens(
            organisation.authorisation,
            self.administration,
            self.vault,
            self.house.clock,
            self.house.http,
            Addresses(),
        )


@pytest.fixture
def office() -> Office:
    return Office(House())


def test_c101_organisations_of_one_consent_share_its_tokens_and_none_dies(office: Office) -> None:
    second = office.house.world.add_organisation("uk").settings.id
    kept = office.consent(office.house.tenant, second)
    assert {one.tenant_id for one in kept} == {office.house.tenant, second}
    assert len({one.authorisation for one in kept}) == 1
    for _ in range(4):
        office.house.virtual.advance(40 * 60)
        tokens = {office.tokens(one).access_token() for one in kept}
        assert len(tokens) == 1


def test_a_wrong_secret_is_a_matter_of_the_settings_and_no_end_of_the_consent(office: Office) -> None:
    [organisation] = office.consent(office.house.tenant)
    models.App.objects.update(client_secret=office.vault.seal("a secret of yesterday"))
    office.house.virtual.advance(40 * 60)
    with pytest.raises(NeedsOperator, match="id and secret") as caught:
        office.tokens(organisation).access_token()
    assert caught.value.code == "app_refused"
    assert models.Authorisation.objects.get(pk=organisation.authorisation).status == "connected"
    models.App.objects.update(client_secret=office.vault.seal(office.app.secret))
    assert office.tokens(organisation).access_token()


def test_a_withdrawn_consent_ends_the_authorisation_and_a_new_one_starts_it_again(office: Office) -> None:
    [organisation] = office.consent(office.house.tenant)
    office.house.virtual.advance(61 * 24 * 3_600)
    with pytest.raises(NeedsOperator) as caught:
        office.tokens(organisation).access_token()
    assert caught.value.code == "consent_gone"
    assert models.Authorisation.objects.get(pk=organisation.authorisation).status == "withdrawn"
    assert office.administration.organisation(organisation.id).status == "no_access"
    [again] = office.consent(office.house.tenant)
    assert (again.id, again.status) == (organisation.id, "connected")
    assert office.tokens(again).access_token()
