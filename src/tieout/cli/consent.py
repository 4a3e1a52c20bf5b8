"""Consent in the browser, for people at a terminal: prints the address, waits for Xero's answer on this machine."""

from __future__ import annotations

import http.server
import urllib.parse
from collections.abc import Sequence
from typing import Any

from tieout.cli.output import say
from tieout.config.connecting import Connecting
from tieout.errors import NeedsOperator
from tieout.ports.administration import OrganisationEntry

#: Requests that are not Xero's answer (icons, scanners) before we give up.
_STRAY_MAX = 50
_WAIT_SECONDS = 600


def ask_in_browser(connecting: Connecting, client_id: str, secret: str, port: int) -> Sequence[OrganisationEntry]:
    """Raises NeedsOperator when consent was refused or did not come."""
    # Xero takes http only for the name localhost.
    redirect = f"http://localhost:{port}/callback"
    login, address = connecting.start(client_id, secret, redirect)
    say(f"Your app at developer.xero.com needs the redirect address {redirect}")
    say(f"Open this address and give consent:\n{address}")
    query = _wait_for_answer(port)
    return connecting.finish(client_id, secret, login, query)


def _wait_for_answer(port: int) -> dict[str, str]:
    answers: list[dict[str, str]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urllib.parse.urlsplit(self.path)
            found = parts.path == "/callback"
            if found:
                answers.append(dict(urllib.parse.parse_qsl(parts.query)))
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.end_headers()
            self.wfile.write(b"You may close this window and go back to the terminal.\n" if found else b"")

        def log_message(self, format: str, *arguments: Any) -> None:
            """Nothing: the address holds the code."""

    with http.server.HTTPServer(("127.0.0.1", port), Handler) as server:
        server.timeout = _WAIT_SECONDS
        for _ in range(_STRAY_MAX):
            server.handle_request()
            if answers:
                return answers[0]
    raise NeedsOperator("No answer came from Xero. Please start again.", code="consent_refused", scope="connection")
