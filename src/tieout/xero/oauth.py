"""OAuth 2 with Xero: consent, tokens, connections. Tokens are values; keeping them is the caller's."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec

from tieout.errors import ContractBroken, NeedsOperator, RetryLater
from tieout.xero.addresses import Addresses
from tieout.xero.caller import USER_AGENT
from tieout.xero.codec import decoder, moment_in
from tieout.xero.dialects import evidence, read_error
from tieout.xero.headers import rate_limit, retry_after
from tieout.xero.tokens import TokenSet
from tieout.xero.transport import NO_ANSWER, Reply, Request, Transport

#: How long a started consent may take; Xero's code itself ends after five minutes.
LOGIN_LIFE = dt.timedelta(minutes=30)


class App(msgspec.Struct, frozen=True):
    """The app registered with Xero. client_secret: "" for apps with PKCE."""

    client_id: str
    client_secret: str = ""

    def __repr__(self) -> str:
        return f"App(client_id={self.client_id!r})"


class Login(msgspec.Struct, frozen=True):
    """A consent under way; kept by the caller, bound to the browser's session, used once.

    state: comes back with the browser. verifier: of PKCE, used for apps without a secret only: Xero documents it
    for that type of app alone.
    """

    state: str
    redirect_uri: str
    started_at: dt.datetime
    verifier: str = ""


def start_login(redirect_uri: str, now: dt.datetime) -> Login:
    """A new consent with fresh random values."""
    return Login(secrets.token_urlsafe(32), redirect_uri, now, secrets.token_urlsafe(64))


def challenge(verifier: str) -> str:
    """S256 of RFC 7636."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def consent_address(addresses: Addresses, app: App, login: Login, scope: str) -> str:
    """Where the browser goes for consent."""
    query = {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": login.redirect_uri,
        "scope": scope,
        "state": login.state,
    }
    if not app.client_secret:
        query |= {"code_challenge": challenge(login.verifier), "code_challenge_method": "S256"}
    return f"{addresses.authorize}?{urlencode(query)}"


def read_callback(query: Mapping[str, str], login: Login, now: dt.datetime) -> str:
    """The code with which the browser came back. Raises NeedsOperator with what to tell the person."""
    if not hmac.compare_digest(query.get("state", "").encode(), login.state.encode()):
        raise NeedsOperator(
            "This answer does not belong to a connection started here. Please start again.",
            code="state_mismatch",
            scope="connection",
        )
    if now - login.started_at > LOGIN_LIFE:
        raise NeedsOperator(
            "The connection took too long. Please start again.", code="login_expired", scope="connection"
        )
    if "error" in query or not query.get("code"):
        reason = query.get("error", "no code")[:100]
        told = (
            "You did not give consent in Xero." if reason == "access_denied" else f"Xero refused consent: {reason}."
        )
        raise NeedsOperator(f"{told} Nothing was connected.", code="consent_refused", scope="connection")
    return query["code"]


class Connection(msgspec.Struct, frozen=True):
    """An organisation that the consent reaches. connection_id is what a disconnect names, not tenant_id."""

    connection_id: str
    tenant_id: str
    tenant_type: str
    name: str
    event_id: str = ""
    created_at: dt.datetime | None = None
    updated_at: dt.datetime | None = None


class _TokenWire(msgspec.Struct, frozen=True):
    access_token: str
    expires_in: int = 1800
    refresh_token: str | None = None
    scope: str | None = None


class _ConnectionWire(msgspec.Struct, frozen=True):
    id: str
    tenantId: str
    tenantType: str | None = None
    tenantName: str | None = None
    authEventId: str | None = None
    createdDateUtc: str | None = None
    updatedDateUtc: str | None = None


_token = decoder(_TokenWire)
_connections = decoder(list[_ConnectionWire])


class Identity:
    """Xero's login service and its list of connections."""

    def __init__(
        self, transport: Transport, app: App, addresses: Addresses | None = None, user_agent: str = USER_AGENT
    ) -> None:
        self._transport = transport
        self._app = app
        self._addresses = addresses or Addresses()
        self._user_agent = user_agent

    def exchange(self, code: str, login: Login, now: dt.datetime) -> TokenSet:
        """Tokens for the code of a consent; the code is good once, for five minutes."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": login.redirect_uri}
        if not self._app.client_secret:
            form["code_verifier"] = login.verifier
        return self._tokens(form, now)

    def refresh(self, tokens: TokenSet, now: dt.datetime) -> TokenSet:
        """A new set. The old refresh token ends, except that it may be repeated for 30 minutes when the answer
        was lost: RetryLater therefore means "again with the same set"."""
        form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token}
        fresh = self._tokens(form, now)
        return msgspec.structs.replace(
            fresh,
            refresh_token=fresh.refresh_token or tokens.refresh_token,
            scope=fresh.scope or tokens.scope,
        )

    def log_in_as_app(self, scope: str, now: dt.datetime) -> TokenSet:
        """A set of a custom connection (client credentials); has no refresh token, is asked for anew."""
        return self._tokens({"grant_type": "client_credentials", "scope": scope}, now)

    def revoke(self, tokens: TokenSet) -> None:
        """Ends the consent and with it every organisation of this person in this app."""
        reply = self._send("POST", self._addresses.revocation, {"token": tokens.refresh_token})
        if reply.status not in (200, 204):
            raise self._error(reply)

    def connections(self, access_token: str) -> tuple[Connection, ...]:
        """The organisations reached; empty when all were disconnected, which is no error."""
        reply = self._send("GET", self._addresses.connections, token=access_token)
        if reply.status != 200:
            raise self._error(reply)
        try:
            found = _connections.decode(reply.body)
        except msgspec.DecodeError as error:
            raise ContractBroken(
                "Xero's list of connections cannot be read", evidence=evidence(reply.body)
            ) from error
        return tuple(
            Connection(
                connection_id=one.id,
                tenant_id=one.tenantId,
                tenant_type=one.tenantType or "",
                name=one.tenantName or "",
                event_id=one.authEventId or "",
                created_at=moment_in(one.createdDateUtc),
                updated_at=moment_in(one.updatedDateUtc),
            )
            for one in found
            if (one.tenantType or "ORGANISATION") == "ORGANISATION"
        )

    def disconnect(self, access_token: str, connection_id: str) -> bool:
        """Ends one organisation's connection; False when it was gone already."""
        reply = self._send("DELETE", f"{self._addresses.connections}/{connection_id}", token=access_token)
        if reply.status in (200, 204):
            return True
        if reply.status == 404:
            return False
        raise self._error(reply)

    def _tokens(self, form: dict[str, str], now: dt.datetime) -> TokenSet:
        reply = self._send("POST", self._addresses.token, form)
        if reply.status != 200:
            raise self._error(reply)
        try:
            got = _token.decode(reply.body)
        except msgspec.DecodeError as error:
            raise ContractBroken("Xero's token answer cannot be read") from error
        return TokenSet(
            access_token=got.access_token,
            expires_at=now + dt.timedelta(seconds=got.expires_in),
            renewed_at=now,
            refresh_token=got.refresh_token or "",
            scope=got.scope or "",
        )

    def _send(self, method: str, url: str, form: dict[str, str] | None = None, token: str = "") -> Reply:
        headers = {"Accept": "application/json", "User-Agent": self._user_agent}
        body = b""
        if token:
            headers["Authorization"] = f"Bearer {token}"
        elif self._app.client_secret:
            pair = f"{self._app.client_id}:{self._app.client_secret}".encode()
            headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
        else:
            form = {**(form or {}), "client_id": self._app.client_id}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(form).encode()
        try:
            return self._transport.send(Request(method, url, headers, body))
        except NO_ANSWER as error:
            raise RetryLater("Xero's login service does not answer", scope="connection") from error

    def _error(self, reply: Reply) -> Exception:
        error = read_error(reply.body)
        if reply.status == 429:
            return RetryLater(
                "Xero's login service asks to wait",
                scope=rate_limit(reply.headers),
                after_seconds=retry_after(reply.headers),
            )
        if reply.status >= 500:
            return RetryLater(f"Xero's login service answered {reply.status}", scope="outage")
        if error.kind == "invalid_grant":
            message = "The connection to Xero has ended (consent withdrawn, or unused for 60 days). Connect again."
            return NeedsOperator(message, code="consent_gone", scope="connection")
        if error.kind in ("invalid_client", "unauthorized_client"):
            message = "Xero does not accept the app's id and secret. Copy both again from developer.xero.com."
            return NeedsOperator(message, code="app_refused", scope="connection")
        if error.kind == "invalid_scope":
            message = f"Xero does not give this app the permissions asked for: {error.message}"
            return NeedsOperator(message, code="scope_missing", scope="connection")
        if reply.status in (401, 403):
            return NeedsOperator(f"Xero refuses access: {error.message}", code="token_rejected", scope="connection")
        return ContractBroken(f"Xero's login service answered {reply.status}", evidence=evidence(reply.body))
