"""The identity addresses: authorise, token, revocation, discovery, connections."""

import base64
import binascii
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

from xerosim import dates
from xerosim.errors import NotFound, Problem
from xerosim.identity import jwt
from xerosim.identity.pages import consent_page, error_page
from xerosim.identity.scopes import ALL
from xerosim.identity.tokens import CODE_SECONDS, App, Code, OAuthError
from xerosim.wire import Request, Response, json_response

if TYPE_CHECKING:
    from xerosim.world import World

_NO_STORE = {"cache-control": "no-store, no-cache, max-age=0", "pragma": "no-cache"}


def handle(world: "World", request: Request, path: str) -> Response | None:
    """Answer an identity address; None where the path is not one."""
    lower = path.lower().rstrip("/")
    if lower == "/connect/token":
        return _token(world, request) if request.method == "POST" else Response(405)
    if lower == "/connect/revocation":
        return _revoke(world, request) if request.method == "POST" else Response(405)
    if lower == "/identity/connect/authorize":
        return _authorise(world, request)
    if lower == "/.well-known/openid-configuration":
        return json_response(200, _discovery(world.issuer(request)))
    if lower == "/.well-known/openid-configuration/jwks":
        return json_response(200, jwt.key_set())
    if lower == "/connect/userinfo":
        return _user_info(world, request)
    return None


def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))


def _client(world: "World", request: Request, form: dict[str, str]) -> App:
    """The calling app by Basic header or by client_id and client_secret in the body."""
    id, secret = form.get("client_id", ""), form.get("client_secret", "")
    header = request.headers.get("authorization", "")
    if header.lower().startswith("basic "):
        try:
            id, _, secret = base64.b64decode(header[6:], validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError) as error:
            raise OAuthError("invalid_client") from error
    app = world.identity.apps.get(id)
    if app is None or (app.kind != "pkce" and app.secret != secret):
        raise OAuthError("invalid_client")
    return app


def _token(world: "World", request: Request) -> Response:
    form = _form(request)
    now, issuer = world.clock.now(), world.issuer(request)
    identity = world.identity
    try:
        app = _client(world, request, form)
        grant = form.get("grant_type")
        if grant == "authorization_code":
            answer = identity.exchange_code(
                app, form.get("code", ""), form.get("redirect_uri", ""), form.get("code_verifier", ""), now, issuer
            )
        elif grant == "refresh_token":
            answer = identity.refresh(app, form.get("refresh_token", ""), now, issuer)
        elif grant == "client_credentials":
            answer = identity.credentials(app, form.get("scope", ""), now, issuer)
        else:
            raise OAuthError("unsupported_grant_type")
    except OAuthError as refusal:
        return json_response(refusal.status, {"error": refusal.error}, _NO_STORE)
    world.touch_identity()
    return json_response(200, answer, _NO_STORE)


def _revoke(world: "World", request: Request) -> Response:
    form = _form(request)
    try:
        _client(world, request, form)
    except OAuthError as refusal:
        return json_response(refusal.status, {"error": refusal.error}, _NO_STORE)
    world.identity.revoke(form.get("token", ""))
    world.touch_identity()
    return Response(200, dict(_NO_STORE))


def _authorise(world: "World", request: Request) -> Response:
    """The consent page (GET) and its form (POST with decision and organisations)."""
    query = request.query if request.method == "GET" else {k.lower(): v for k, v in _form(request).items()}
    identity = world.identity
    app = identity.apps.get(query.get("client_id", ""))
    redirect = query.get("redirect_uri", "")
    if app is None or app.kind == "custom":
        return error_page(400, "unauthorized_client", "Unknown client or client not enabled")
    if not redirect_allowed(app, redirect):
        return error_page(400, "unauthorized_client", "Invalid redirect_uri")
    if query.get("response_type") != "code":
        return error_page(400, "unsupported_response_type", "Only the code flow is supported")
    scopes = frozenset(query.get("scope", "").split())
    if not scopes or not scopes <= ALL:
        return error_page(400, "invalid_scope", "Invalid scope")
    if app.scopes and not scopes - app.scopes <= {"openid", "profile", "email", "offline_access"}:
        return error_page(400, "unauthorized_client", "Invalid scope for client")
    if app.kind == "pkce" and (not query.get("code_challenge") or query.get("code_challenge_method") != "S256"):
        return error_page(400, "invalid_request", "code challenge required")
    user = next(iter(identity.users.values()))
    if request.method == "GET":
        choices = [(org.id, org.settings.name) for org in world.organisations.values()]
        return consent_page(app, user, sorted(scopes), choices, query)
    state = {"state": query["state"]} if "state" in query else {}
    separator = "&" if "?" in redirect else "?"
    if query.get("decision") != "allow":
        return _see(f"{redirect}{separator}{urlencode({'error': 'access_denied', **state})}")
    chosen = [v for k, v in parse_qsl(request.body.decode("utf-8", "replace")) if k == "organisation"]
    now = world.clock.now()
    event = identity.new_id()
    for tenant in chosen:
        if tenant in world.organisations:
            identity.connect(app, user, tenant, event, now)
    code = identity.new_secret()
    identity.codes[code] = Code(
        app.id,
        user.id,
        redirect,
        scopes,
        event,
        now + CODE_SECONDS,
        query.get("code_challenge", ""),
        query.get("nonce", ""),
    )
    world.touch_identity()
    answer = {"code": code, "scope": " ".join(sorted(scopes)), **state, "session_state": identity.new_secret(20)}
    return _see(f"{redirect}{separator}{urlencode(answer)}")


def _see(address: str) -> Response:
    return Response(302, {"location": address, **_NO_STORE})


def redirect_allowed(app: App, address: str) -> bool:
    """https or http://localhost, and byte-exact one of the app's addresses."""
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname == "localhost"):
        return False
    return "*" in app.redirects or address in app.redirects


def _user_info(world: "World", request: Request) -> Response:
    grant = world.grant_of(request)
    user = world.identity.users.get(grant.user)
    if user is None:
        raise Problem(403, "AuthenticationUnsuccessful")
    return json_response(
        200,
        {
            "sub": user.id,
            "xero_userid": user.id,
            "email": user.email,
            "given_name": user.first,
            "family_name": user.last,
        },
    )


def _discovery(issuer: str) -> dict[str, object]:
    return {
        "issuer": issuer,
        "jwks_uri": f"{issuer}/.well-known/openid-configuration/jwks",
        "authorization_endpoint": f"{issuer}/identity/connect/authorize",
        "token_endpoint": f"{issuer}/connect/token",
        "userinfo_endpoint": f"{issuer}/connect/userinfo",
        "revocation_endpoint": f"{issuer}/connect/revocation",
        "scopes_supported": sorted(ALL),
        "claims_supported": ["sub", "name", "given_name", "family_name", "email", "xero_userid"],
        "grant_types_supported": ["authorization_code", "client_credentials", "refresh_token"],
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
    }


def connections(world: "World", request: Request, path: str) -> Response:
    """GET /connections and DELETE /connections/{id}; the token alone decides what is seen."""
    grant = world.grant_of(request)
    identity = world.identity
    app_wide = "app.connections" in grant.scopes
    app = identity.apps[grant.app]
    if app_wide or app.kind == "custom":
        mine = [c for c in identity.connections.values() if c.app == grant.app]
    else:
        mine = identity.tenants_of(grant)
    parts = [part for part in path.split("/") if part]
    if request.method == "DELETE" and len(parts) == 2:
        id = parts[1].lower()
        if any(c.id == id for c in mine):
            del identity.connections[id]
            world.touch_identity()
            return Response(204)
        if any(id in (c.tenant, c.event) for c in mine):
            raise Problem(403, "AuthenticationUnsuccessful")
        raise NotFound
    if request.method != "GET" or len(parts) != 1:
        raise NotFound
    event = request.query.get("autheventid")
    return json_response(
        200,
        [
            {
                "id": c.id,
                "authEventId": c.event,
                "tenantId": c.tenant,
                "tenantType": "ORGANISATION",
                "tenantName": world.organisations[c.tenant].settings.name,
                "createdDateUtc": dates.window_time(c.created),
                "updatedDateUtc": dates.window_time(c.updated),
            }
            for c in mine
            if (not event or c.event == event) and c.tenant in world.organisations
        ],
        {"content-type": "application/json"},
    )
