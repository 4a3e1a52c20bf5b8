"""Organisations that are connected: access, limits, start and pause."""

from __future__ import annotations

from tieout.config.cases.consents import begin
from tieout.config.cases.wired import Wired
from tieout.errors import NeedsOperator
from tieout.ports.connecting import ConsentRow
from tieout.web.cases.actor import Actor


class Organisations(Wired):
    """Implements `tieout.web.cases.organisations.OrganisationCases`."""

    def test_organisation(self, organisation: int, actor: Actor) -> None:
        wired = self._wired
        self._consent(organisation)
        wired.adopt(wired.administration.organisation(organisation))
        self._note_of(organisation, "connection tested", actor)

    def consent_again(self, organisation: int, redirect: str) -> tuple[str, str]:
        consent = self._consent(organisation)
        return begin(self._wired, consent.client_id, self._secret(consent), redirect)

    def log_in_again(self, organisation: int, actor: Actor) -> None:
        consent = self._consent(organisation)
        self._wired.connecting().custom(consent.client_id, self._secret(consent))
        self._note_of(organisation, "Xero connected", actor)

    def grant_of(self, organisation: int) -> str:
        consent = self._wired.connections.consent(organisation)
        return consent.grant if consent is not None else ""

    def disconnect(self, organisation: int, actor: Actor) -> bool:
        wired = self._wired
        consent = self._consent(organisation)
        ended = wired.ending().end(consent)
        wired.connections.disconnected(organisation, f"Disconnected by {actor.user}.")
        self._note_of(organisation, "Xero disconnected", actor)
        return ended

    def start_sending(self, organisation: int, actor: Actor) -> None:
        self._wired.connections.start_organisation(organisation, self._wired.clock.now())
        self._note_of(organisation, "sending started", actor)

    def pause_sending(self, organisation: int, actor: Actor) -> None:
        self._wired.connections.pause_organisation(organisation, f"Sending was paused by {actor.user}.")
        self._note_of(organisation, "sending paused", actor)

    def set_limits(self, organisation: int, day_limit: int, day_reserve: int, actor: Actor) -> None:
        self._wired.connections.set_limits(organisation, day_limit=day_limit, day_reserve=day_reserve)
        self._note_of(organisation, f"limits set to {day_limit} calls a day, {day_reserve} kept", actor)

    def _consent(self, organisation: int) -> ConsentRow:
        consent = self._wired.connections.consent(organisation)
        if consent is None:
            raise NeedsOperator(
                "No app of Xero is known for this organisation. Connect Xero with its client id.",
                code="consent_gone",
                scope="connection",
            )
        return consent

    def _secret(self, consent: ConsentRow) -> str:
        return self._wired.vault.open(consent.client_secret) if consent.client_secret else ""

    def _note_of(self, organisation: int, action: str, actor: Actor) -> None:
        self._note(actor, action, self._wired.administration.organisation(organisation).name)
