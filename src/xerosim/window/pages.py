"""Addresses of the window, and Xero's deep links that lead into it."""

from functools import cache
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from xerosim.errors import NotFound
from xerosim.identity.pages import CSP, page
from xerosim.organisation import Organisation
from xerosim.window import views
from xerosim.window.html import Markup, link
from xerosim.wire import Request, Response

if TYPE_CHECKING:
    from xerosim.world import World

WINDOW_CSP = CSP.replace("default-src 'none'", "default-src 'none'; form-action 'self'")
# Path of a classic page (lower case) -> (query name of the id, section of the window)
_CLASSIC = {
    "/accountsreceivable/view.aspx": ("invoiceid", "invoices"),
    "/accountsreceivable/edit.aspx": ("invoiceid", "invoices"),
    "/accountspayable/edit.aspx": ("invoiceid", "invoices"),
    "/accountspayable/view.aspx": ("invoiceid", "invoices"),
    "/accountspayable/viewcreditnote.aspx": ("creditnoteid", "credit-notes"),
    "/accountsreceivable/viewcreditnote.aspx": ("creditnoteid", "credit-notes"),
    "/bank/viewtransaction.aspx": ("banktransactionid", "bank"),
    "/journal/view.aspx": ("invoiceid", "journals"),
}
_APP = {
    ("contacts", "contact"): "contacts", ("invoicing", "view"): "invoices", ("quotes", "view"): "quotes",
    ("invoicing", "edit"): "invoices",
}  # fmt: skip


@cache
def _style() -> bytes:
    return files("xerosim.window").joinpath("style.css").read_bytes()


def handle(world: "World", request: Request, path: str) -> Response | None:
    """Answer a window address; None where the path is not one."""
    if request.method not in ("GET", "HEAD"):
        return None
    if path == "/window/style.css":
        return Response(200, {"content-type": "text/css; charset=utf-8", "cache-control": "max-age=3600"}, _style())
    parts = [part for part in path.split("/") if part]
    if not parts:
        return _see("/window")
    if parts[0] == "window":
        return _window(world, request, parts[1:])
    target = _deep_link(world, path, parts, request)
    return _see(target) if target is not None else None


def _see(address: str) -> Response:
    return Response(302, {"location": address})


def _deep_link(world: "World", path: str, parts: list[str], request: Request) -> str | None:
    """Where one of Xero's own addresses leads; None if it is none of them."""
    if parts[0] == "app" and len(parts) >= 3:
        section = _APP.get((parts[2], parts[3] if len(parts) > 3 else ""))
        if section and len(parts) == 5:
            return _address(parts[1], section, parts[4])
        return _address(parts[1], "invoices")
    if path.lower() == "/organisationlogin/default.aspx":
        short = request.query.get("shortcode", "")
        # The redirect address carries a query of its own, unescaped: take all that follows it.
        rest = request.target.partition("redirecturl=")[2] or request.target.partition("redirectURL=")[2]
        inner = urlsplit(unquote(rest))
        return _classic(world, inner.path, inner.query, short) or _address(short, "invoices")
    return _classic(world, path, request.target.partition("?")[2], "")


def _classic(world: "World", path: str, query: str, short: str) -> str | None:
    lower = path.lower()
    if lower.startswith("/contacts/view/"):
        section, id = "contacts", path.rsplit("/", 1)[1]
    elif lower in _CLASSIC:
        name, section = _CLASSIC[lower]
        id = {key.lower(): value for key, value in parse_qsl(query)}.get(name, "")
    else:
        return None
    if not short:
        owner = next((org for org in world.organisations.values() if views.holds(org, id.lower())), None)
        if owner is None:
            return None
        short = owner.settings.short_code
    return _address(short, section, id.lower())


def _address(short: str, section: str, id: str = "") -> str:
    return f"/window/{quote(short, safe='!')}/{section}" + (f"/{quote(id.lower())}" if id else "")


def _window(world: "World", request: Request, parts: list[str]) -> Response:
    if not parts:
        return _page(None, "", "Organisations", views.organisations(world, _address))
    org = next((one for one in world.organisations.values() if one.settings.short_code == parts[0]), None)
    if org is None:
        raise NotFound
    section = parts[1] if len(parts) > 1 else "invoices"
    view = views.SECTIONS.get(section)
    if view is None:
        raise NotFound
    ctx = world.context(org, app="", user="", method="GET", path="", query={"unitdp": "4"}, headers={}, body=None)

    def to(section: str, id: str = "") -> str:
        return _address(org.settings.short_code, section, id)

    if len(parts) == 3 and view.one is not None:
        title, body = view.one(ctx, parts[2].lower(), to)
    elif len(parts) <= 2:
        title, body = view.title, view.all(ctx, request.query, to)
    else:
        raise NotFound
    return _page(org, section, title, body)


def _page(org: Organisation | None, section: str, title: str, body: Markup) -> Response:
    bar = f"<header><strong>{link('/window', 'Simulated ledger')}</strong>"
    if org is not None:
        bar += f"<strong>{escape(org.settings.name)}</strong><nav>"
        for name, view in views.SECTIONS.items():
            bar += link(_address(org.settings.short_code, name), view.title, current=name == section)
        bar += "</nav>"
    bar += "</header>"
    note = '<p class="note">A simulation: nothing here is a real company or real money. Read only.</p>'
    return page(
        f"{title} – simulated ledger", f"{bar}<main><h1>{escape(title)}</h1>{body}</main>{note}", csp=WINDOW_CSP
    )
