"""Calls of stores and of Xero on changes."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

import msgspec
import structlog

from tieout.config.cases.wired import Wired
from tieout.errors import ContractBroken
from tieout.ports.webhooks import WEBHOOK_SECRET, StoreCall
from tieout.stores.webhooks import webhooks_of
from tieout.sync.inbox import STORE_SOURCE, XERO_SOURCE
from tieout.web.cases.actor import Actor
from tieout.web.cases.webhooks import Received
from tieout.xero import webhooks as xero

SECRET_BYTES = 32

_log = structlog.get_logger(__name__)


class Webhooks(Wired):
    """Implements `tieout.web.cases.webhooks.WebhookCases`."""

    def store_called(self, connection: int, headers: Mapping[str, str], body: bytes) -> Received:
        wired = self._wired
        caller, now = wired.records.caller(connection), wired.clock.now()
        call = StoreCall(headers, body, now)
        if caller is None:
            return self._forged(f"{STORE_SOURCE}{connection}")
        known = wired.open_secrets(caller.secrets)
        if caller.webhook_secret:
            known[WEBHOOK_SECRET] = wired.vault.open(caller.webhook_secret)
        scheme = webhooks_of(caller.kind)
        if not scheme.is_genuine(call, known):
            return self._forged(f"{STORE_SOURCE}{connection}")
        try:
            scheme.touched(body)
            kept = (scheme.delivery(call), body.decode())
        except (ValueError, msgspec.MsgspecError):
            return Received.UNREADABLE
        wired.records.keep_calls(f"{STORE_SOURCE}{connection}", [kept], now)
        return Received.KEPT

    def xero_called(self, signature: str, body: bytes) -> Received:
        wired = self._wired
        keys = [wired.vault.open(sealed) for sealed in wired.records.ledger_webhook_keys()]
        if not xero.is_genuine(keys, body, signature):
            return self._forged(XERO_SOURCE)
        try:
            events = xero.events(body)
        except ContractBroken as error:
            _log.error("webhook unreadable", source=XERO_SOURCE, evidence=error.evidence)
            return Received.UNREADABLE
        known = wired.records.known_tenants([event.tenant_id for event in events])
        calls = [
            (
                f"{event.at.isoformat()} {event.action} {event.category} {event.resource_id} {event.tenant_id}",
                msgspec.json.encode(event).decode(),
            )
            for event in events
            if event.tenant_id in known
        ]
        if calls:
            wired.records.keep_calls(XERO_SOURCE, calls, wired.clock.now())
        return Received.KEPT

    def _forged(self, source: str) -> Received:
        _log.warning("webhook refused", source=source)
        return Received.FORGED

    def new_webhook_secret(self, connection: int, actor: Actor) -> str:
        wired, secret = self._wired, secrets.token_urlsafe(SECRET_BYTES)
        wired.records.save_webhook_secret(connection, wired.vault.seal(secret))
        self._note(actor, "webhook secret made", f"store {connection}")
        return secret

    def keep_xero_webhook_key(self, app: int, key: str, actor: Actor) -> None:
        wired = self._wired
        wired.records.save_ledger_webhook_key(app, wired.vault.seal(key) if key else "")
        self._note(actor, "Xero webhook key kept" if key else "Xero webhook key forgotten", f"app {app}")
