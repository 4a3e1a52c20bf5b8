"""Apps, users, connections and token sets, and the rules of their lives (fact sheet 1.2 to 1.4)."""

import base64
import hashlib
import random
from collections.abc import Callable

import msgspec

from xerosim.identity import jwt
from xerosim.identity.scopes import ALL as ALL_SCOPES
from xerosim.switches import Switches

ACCESS_SECONDS, ID_SECONDS, CODE_SECONDS = 1800, 300, 300
REFRESH_SECONDS, GRACE_SECONDS = 60 * 86_400, 1800
ALL_ACCOUNTING = frozenset(scope for scope in ALL_SCOPES if scope.startswith(("accounting.", "paymentservices")))


class App(msgspec.Struct, frozen=True):
    """A registered app. kind: web, pkce or custom (one organisation, client credentials).

    redirects: allowed addresses; "*" allows every https address and http://localhost.
    scopes: what it may ask for; empty: everything.
    """

    id: str
    secret: str
    name: str
    kind: str = "web"
    redirects: tuple[str, ...] = ("*",)
    scopes: frozenset[str] = frozenset()
    tenant: str = ""


class User(msgspec.Struct, frozen=True):
    """A person who can consent."""

    id: str
    email: str
    first: str = "Ada"
    last: str = "Ledger"


class Connection(msgspec.Struct, frozen=True):
    """A user's link of an organisation to an app."""

    id: str
    app: str
    user: str
    tenant: str
    event: str
    created: float
    updated: float


class Grant(msgspec.Struct, frozen=True):
    """What an access token stands for."""

    app: str
    user: str
    scopes: frozenset[str]
    event: str
    expires: float


class Refresh(msgspec.Struct):
    """A refresh token; used: when it was exchanged, successor: the answer it gave."""

    token: str
    app: str
    user: str
    scopes: frozenset[str]
    event: str
    expires: float
    used: float | None = None
    successor: dict[str, object] | None = None


class Code(msgspec.Struct):
    """An authorisation code."""

    app: str
    user: str
    redirect: str
    scopes: frozenset[str]
    event: str
    expires: float
    challenge: str = ""
    nonce: str = ""


class OAuthError(Exception):
    """An identity refusal: error is OAuth's snake_case word."""

    def __init__(self, error: str, status: int = 400, description: str = "") -> None:
        super().__init__(error)
        self.error = error
        self.status = status
        self.description = description


class Identity:
    """All apps, users, connections and tokens of a world."""

    def __init__(self, seed: int, switches: Callable[[], Switches]) -> None:
        self._random = random.Random(f"identity:{seed}")
        self._switches = switches
        self.apps: dict[str, App] = {}
        self.users: dict[str, User] = {}
        self.connections: dict[str, Connection] = {}
        self.grants: dict[str, Grant] = {}
        self.refreshes: dict[str, Refresh] = {}
        self.codes: dict[str, Code] = {}
        self.revoked: set[str] = set()

    def reseed(self, salt: int) -> None:
        """Start another stream of ids, after reading a state file."""
        self._random = random.Random(f"identity:{salt}:{len(self.grants)}")

    def new_id(self) -> str:
        text = f"{self._random.getrandbits(128) | (4 << 76):032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    def new_secret(self, length: int = 43) -> str:
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        return "".join(self._random.choice(alphabet) for _ in range(length))

    def register(self, name: str, **members: object) -> App:
        """Add an app; id and secret are made from the seed unless given."""
        made: dict[str, object] = {
            "id": self.new_id().replace("-", "").upper(),
            "secret": self.new_secret(48),
            "name": name,
        }
        app = msgspec.convert({**made, **members}, App)
        self.apps[app.id] = app
        return app

    def connect(self, app: App, user: User, tenant: str, event: str, now: float) -> Connection:
        """Link an organisation; linking again moves updatedDateUtc."""
        for old in self.connections.values():
            if (old.app, old.user, old.tenant) == (app.id, user.id, tenant):
                kept = old.event if self._switches().reconnect_keeps_first_event else event
                again = msgspec.structs.replace(old, updated=now, event=kept)
                self.connections[old.id] = again
                return again
        connection = Connection(self.new_id(), app.id, user.id, tenant, event, now, now)
        self.connections[connection.id] = connection
        return connection

    def tenants_of(self, grant: Grant) -> list[Connection]:
        """The connections an access token reaches."""
        return [c for c in self.connections.values() if c.app == grant.app and c.user == grant.user]

    def reaches(self, grant: Grant, tenant: str) -> bool:
        app = self.apps[grant.app]
        if app.kind == "custom":
            return app.tenant == tenant and any(
                c.app == app.id and c.tenant == tenant for c in self.connections.values()
            )
        return any(c.tenant == tenant for c in self.tenants_of(grant))

    def issue(
        self,
        app: App,
        user: str,
        scopes: frozenset[str],
        event: str,
        now: float,
        issuer: str,
        *,
        nonce: str = "",
        with_id: bool = False,
    ) -> dict[str, object]:
        """A token answer: an access token, with offline_access a refresh token, with openid an id token."""
        claims: dict[str, object] = {
            "nbf": int(now),
            "exp": int(now) + ACCESS_SECONDS,
            "iss": issuer,
            "aud": f"{issuer}/resources",
            "client_id": app.id,
            "jti": self.new_id().replace("-", "").upper(),
            "authentication_event_id": event,
            "scope": sorted(scopes),
        }
        if user:
            claims.update(
                {"sub": hashlib.md5(user.encode(), usedforsecurity=False).hexdigest(), "auth_time": int(now)}
            )
            claims.update(
                {"xero_userid": user, "global_session_id": event.replace("-", ""), "sid": event.replace("-", "")}
            )
        token = jwt.sign(claims)
        self.grants[token] = Grant(app.id, user, scopes, event, now + ACCESS_SECONDS)
        answer: dict[str, object] = {"access_token": token, "expires_in": ACCESS_SECONDS, "token_type": "Bearer"}
        if with_id and "openid" in scopes and user in self.users:
            person = self.users[user]
            id_claims: dict[str, object] = {
                "nbf": int(now),
                "exp": int(now) + ID_SECONDS,
                "iss": issuer,
                "aud": app.id,
                "iat": int(now),
                "sub": claims["sub"],
                "auth_time": int(now),
                "xero_userid": user,
                "sid": claims["sid"],
            }
            if nonce:
                id_claims["nonce"] = nonce
            if "profile" in scopes:
                id_claims.update(
                    name=f"{person.first} {person.last}",
                    given_name=person.first,
                    family_name=person.last,
                    preferred_username=person.email,
                )
            if "email" in scopes:
                id_claims["email"] = person.email
            answer["id_token"] = jwt.sign(id_claims)
        if "offline_access" in scopes:
            refresh = Refresh(self.new_secret(), app.id, user, scopes, event, now + REFRESH_SECONDS)
            self.refreshes[refresh.token] = refresh
            answer["refresh_token"] = refresh.token
        answer["scope"] = " ".join(sorted(scopes))
        return answer

    def exchange_code(
        self, app: App, code: str, redirect: str, verifier: str, now: float, issuer: str
    ) -> dict[str, object]:
        """authorization_code: single use, five minutes, same redirect, PKCE checked."""
        found = self.codes.pop(code, None)
        if found is None or found.app != app.id or found.expires <= now or found.redirect != redirect:
            raise OAuthError("invalid_grant")
        if found.challenge:
            digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
            if not 43 <= len(verifier) <= 128 or digest != found.challenge:
                raise OAuthError("invalid_grant")
        elif app.kind == "pkce":
            raise OAuthError("invalid_grant")
        return self.issue(app, found.user, found.scopes, found.event, now, issuer, nonce=found.nonce, with_id=True)

    def refresh(self, app: App, token: str, now: float, issuer: str) -> dict[str, object]:
        """refresh_token: rotates; the previous token works for another 30 minutes."""
        found = self.refreshes.get(token)
        if found is None or found.app != app.id or found.expires <= now or token in self.revoked:
            raise OAuthError("invalid_grant")
        if found.used is not None:
            if now > found.used + GRACE_SECONDS:
                raise OAuthError("invalid_grant")
            if self._switches().grace_refresh == "same" and found.successor is not None:
                return found.successor
        answer = self.issue(app, found.user, found.scopes, found.event, now, issuer, with_id=True)
        if found.used is None:
            found.used, found.successor = now, answer
        return answer

    def credentials(self, app: App, scope: str, now: float, issuer: str) -> dict[str, object]:
        """client_credentials: a custom connection's token, or app.connections for any app."""
        asked = frozenset(scope.split())
        if app.kind != "custom":
            if asked != {"app.connections"}:
                raise OAuthError("unauthorized_client")
            return self.issue(app, "", asked, self.new_id(), now, issuer)
        granted = (asked or app.scopes or ALL_ACCOUNTING) - {"offline_access", "openid", "profile", "email"}
        if not granted <= ALL_SCOPES or (app.scopes and not granted <= app.scopes):
            raise OAuthError("invalid_scope")
        return self.issue(app, "", granted, self.new_id(), now, issuer)

    def revoke(self, token: str) -> None:
        """Revocation ends the user's consent: its tokens and all its connections."""
        found = self.refreshes.get(token)
        if found is None:
            return
        for other in list(self.refreshes.values()):
            if (other.app, other.user) == (found.app, found.user):
                del self.refreshes[other.token]
        for access, grant in list(self.grants.items()):
            if (grant.app, grant.user) == (found.app, found.user):
                del self.grants[access]
        for connection in list(self.connections.values()):
            if (connection.app, connection.user) == (found.app, found.user):
                del self.connections[connection.id]

    def disconnect(self, tenant: str) -> int:
        """A person disconnects every app from an organisation inside Xero."""
        gone = [connection.id for connection in self.connections.values() if connection.tenant == tenant]
        for id in gone:
            del self.connections[id]
        return len(gone)
