"""One refresher per token set; a new one is stored before it is used; a lost consent is said."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet

from tieout.config.tokens import AuthorisationTokens, seal
from tieout.config.vault import FernetVault
from tieout.errors import NeedsOperator
from tieout.http import Reply, Request
from tieout.ports.administration import NewOrganisation
from tieout.records.administration import DjangoAdministration
from tieout.records.models import Authorisation, Organisation
from tieout.xero.addresses import Addresses
from tieout.xero.tokens import TokenSet

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
VAULT = FernetVault([Fernet.generate_key().decode()])


class FixedClock:
    def now(self) -> datetime:
        return NOW


class LoginService:
    """Answers refreshes with ever new token sets; notes what it was sent."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.sent: list[str] = []

    def send(self, request: Request) -> Reply:
        self.sent.append(request.body.decode())
        number = len(self.sent)
        body = {"access_token": f"access-{number}", "refresh_token": f"refresh-{number}", "expires_in": 1800}
        answer = body if self.status == 200 else {"error": "invalid_grant"}
        return Reply(self.status, {"content-type": "application/json"}, json.dumps(answer).encode())


def _keeper(service: LoginService, expires_in_minutes: int = 1) -> AuthorisationTokens:
    administration = DjangoAdministration()
    old = TokenSet("access-0", NOW + timedelta(minutes=expires_in_minutes), NOW, "refresh-0", "accounting.invoices")
    new = NewOrganisation("tenant", "Books", "app", "client", VAULT.seal("secret"), "code", seal(old, VAULT))
    administration.add_organisation(new, NOW)
    authorisation = Authorisation.objects.get().pk
    return AuthorisationTokens(authorisation, administration, VAULT, FixedClock(), service, Addresses())


def test_a_token_that_is_good_for_long_is_used_without_a_call() -> None:
    service = LoginService()
    assert _keeper(service, 20).access_token() == "access-0"
    assert service.sent == []


def test_c103_a_token_near_its_end_is_renewed_and_kept_before_it_is_used() -> None:
    service = LoginService()
    keeper = _keeper(service)
    assert keeper.access_token() == "access-1"
    row = Authorisation.objects.get()
    assert "access-1" in VAULT.open(row.tokens)
    assert "access-1" not in row.tokens
    assert row.refresh_lease_until is None
    assert keeper.access_token() == "access-1"
    assert len(service.sent) == 1


def test_after_a_401_somebody_elses_new_token_is_taken_before_another_is_asked_for() -> None:
    service = LoginService()
    keeper = _keeper(service, 20)
    assert keeper.refresh_after_401("access-0") == "access-1"
    assert keeper.refresh_after_401("access-0") == "access-1"
    assert len(service.sent) == 1


def test_c102_a_withdrawn_consent_stops_the_organisation_and_says_so() -> None:
    keeper = _keeper(LoginService(status=400))
    with pytest.raises(NeedsOperator, match="Connect again"):
        keeper.access_token()
    assert Authorisation.objects.get().status == "withdrawn"
    assert Organisation.objects.get().status == "no_access"
    with pytest.raises(NeedsOperator):
        keeper.access_token()


def test_c101_only_one_holds_the_lease_of_a_refresh() -> None:
    service = LoginService()
    keeper = _keeper(service)
    administration = DjangoAdministration()
    row = administration.lease_tokens(Authorisation.objects.get().pk, NOW + timedelta(seconds=60), NOW)
    assert row is not None
    assert administration.lease_tokens(row.id, NOW + timedelta(seconds=60), NOW) is None
    administration.end_token_lease(row)
    assert keeper.access_token() == "access-1"


def test_a_dead_refreshers_lease_ends_by_itself() -> None:
    administration = DjangoAdministration()
    _keeper(LoginService())
    authorisation = Authorisation.objects.get().pk
    assert administration.lease_tokens(authorisation, NOW, NOW - timedelta(seconds=60)) is not None
    assert administration.lease_tokens(authorisation, NOW + timedelta(seconds=60), NOW) is not None
