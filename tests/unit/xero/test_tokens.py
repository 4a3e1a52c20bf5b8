"""Renewing tokens: one at a time, saved before first use."""

from __future__ import annotations

import base64
import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from xero_things import NOW, FixedClock

from tieout.errors import NeedsOperator, RetryLater
from tieout.xero.tokens import (
    GRACE,
    SingleRefresher,
    TokenSet,
    claims,
    consent_ends_at,
    is_usable,
    lost_answer_is_harmless,
)


def token_set(name: str, minutes: float = 30, refresh: str = "r") -> TokenSet:
    return TokenSet(name, NOW + dt.timedelta(minutes=minutes), NOW, refresh_token=refresh)


class Household:
    """Storage, lock and login service of a test, with a protocol of what happened."""

    def __init__(self, saved: TokenSet) -> None:
        self.saved = saved
        self.events: list[str] = []
        self.guard = threading.Lock()
        self.renewals = 0
        self.error: Exception | None = None

    @contextmanager
    def lock(self) -> Iterator[None]:
        with self.guard:
            self.events.append("lock")
            yield
            self.events.append("unlock")

    def load(self) -> TokenSet:
        return self.saved

    def renew(self, tokens: TokenSet) -> TokenSet:
        assert self.guard.locked()
        self.events.append(f"renew {tokens.refresh_token}")
        if self.error is not None:
            raise self.error
        self.renewals += 1
        return token_set(f"new-{self.renewals}", refresh=f"r{self.renewals}")

    def save(self, tokens: TokenSet) -> None:
        self.events.append(f"save {tokens.access_token}")
        self.saved = tokens

    def refresher(self, clock: FixedClock | None = None) -> SingleRefresher:
        return SingleRefresher(
            load=self.load, lock=self.lock, renew=self.renew, save=self.save, clock=clock or FixedClock()
        )


def test_a_good_token_is_used_without_a_lock() -> None:
    house = Household(token_set("good"))
    assert house.refresher().access_token() == "good"
    assert house.events == []


def test_a_token_is_renewed_before_it_ends_and_saved_before_it_is_used() -> None:
    house = Household(token_set("old", minutes=2))
    assert house.refresher().access_token() == "new-1"
    assert house.events == ["lock", "renew r", "save new-1", "unlock"]


def test_after_a_401_another_token_is_given() -> None:
    house = Household(token_set("refused"))
    assert house.refresher().refresh_after_401("refused") == "new-1"


def test_after_a_401_what_somebody_else_renewed_is_taken() -> None:
    house = Household(token_set("already-new"))
    assert house.refresher().refresh_after_401("refused") == "already-new"
    assert house.renewals == 0


def test_case_c101_many_threads_renew_once() -> None:
    house = Household(token_set("old", minutes=-1))
    refresher = house.refresher()
    got: list[str] = []
    threads = [threading.Thread(target=lambda: got.append(refresher.access_token())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == ["new-1"] * 8
    assert house.renewals == 1


@pytest.mark.parametrize(
    "error", [RetryLater("down", scope="outage"), NeedsOperator("gone", code="consent_gone", scope="connection")]
)
def test_a_renewal_that_fails_saves_nothing_and_frees_the_lock(error: Exception) -> None:
    house = Household(token_set("old", minutes=-1))
    house.error = error
    with pytest.raises(type(error)):
        house.refresher().access_token()
    assert house.saved.access_token == "old"
    assert not house.guard.locked()


def test_a_lost_answer_may_be_asked_for_again_during_the_grace() -> None:
    assert lost_answer_is_harmless(NOW, NOW + GRACE - dt.timedelta(seconds=1))
    assert not lost_answer_is_harmless(NOW, NOW + GRACE)


def test_consent_ends_after_sixty_days_without_use() -> None:
    assert consent_ends_at(token_set("a")) == NOW + dt.timedelta(days=60)
    assert consent_ends_at(token_set("a", refresh="")) is None


def test_a_token_that_ends_during_a_call_is_not_usable() -> None:
    assert is_usable(token_set("a", minutes=4), NOW)
    assert not is_usable(token_set("a", minutes=2), NOW)
    assert not is_usable(TokenSet("", NOW + dt.timedelta(days=1), NOW), NOW)


def test_claims_of_a_token_are_read_and_rubbish_has_none() -> None:
    payload = base64.urlsafe_b64encode(b'{"authentication_event_id":"e1"}').rstrip(b"=").decode()
    assert claims(f"x.{payload}.y")["authentication_event_id"] == "e1"
    for rubbish in ("", "a.b", "a.%%%.c", "a.W10.c"):
        assert claims(rubbish) == {}
