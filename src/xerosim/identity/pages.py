"""The consent page: plain HTML without script, refusing to be framed."""

from html import escape

from xerosim.identity.tokens import App, User
from xerosim.wire import HTML, Response

CSP = "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'"
HEADERS = {
    "content-type": HTML,
    "x-frame-options": "DENY",
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}
_PASSED = (
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
)


def page(title: str, body: str, status: int = 200, csp: str = CSP) -> Response:
    """A whole HTML page."""
    text = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="stylesheet" href="/window/style.css"></head><body>{body}</body></html>'
    )
    return Response(status, {**HEADERS, "content-security-policy": csp}, text.encode())


def error_page(status: int, error: str, description: str) -> Response:
    """A refusal of the authorise step, which does not go back to the app."""
    body = (
        f"<main><h1>Sorry, something went wrong</h1><p>Error: {escape(error)}</p><p>{escape(description)}</p></main>"
    )
    return page("Error", body, status)


def consent_page(
    app: App, user: User, scopes: list[str], organisations: list[tuple[str, str]], query: dict[str, str]
) -> Response:
    """What the app asks for, which organisations it may have, allow or cancel."""
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(query[name])}">' for name in _PASSED if name in query
    )
    rights = "".join(f"<li>{escape(scope)}</li>" for scope in scopes)
    choices = "".join(
        f'<li><label><input type="checkbox" name="organisation" value="{id}"{" checked" if position == 0 else ""}> '
        f"{escape(name)}</label></li>"
        for position, (id, name) in enumerate(organisations)
    )
    body = (
        f"<main><h1>{escape(app.name)} wants access to:</h1><p>Signed in as {escape(user.first)} {escape(user.last)} "
        f"({escape(user.email)}) in the simulated ledger</p>"
        f'<form method="post" action="/identity/connect/authorize">{hidden}'
        "<fieldset><legend>Organisation data</legend>"
        f'<ul class="plain">{choices}</ul></fieldset><h2>It asks for</h2><ul>{rights}</ul>'
        '<p><button name="decision" value="allow">Allow access</button> '
        '<button name="decision" value="cancel" class="quiet">Cancel</button></p></form></main>'
    )
    # The form's answer redirects to the app, which form-action would otherwise forbid.
    return page(f"{app.name} asks for access", body)
