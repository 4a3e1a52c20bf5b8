"""`bench simulator`: how fast the simulated Xero answers over HTTP, empty and with many invoices stored."""

from __future__ import annotations

import http.client
import time
import urllib.parse
from collections.abc import Callable
from typing import Any

import msgspec

from tieout.cli.bench_pipeline import XeroProcess

#: Answers per second: a page of invoices, one invoice posted, invoices posted fifty at a time.
BARS = {"get_page": 900, "post_one": 700, "post_fifty": 6_600}
#: A full simulator may be slower by no more than this share.
FALL_MAX = 0.20
_SECONDS = 2.0
_FILL_BATCH = 500


class Caller:
    """One kept connection to the simulator."""

    def __init__(self, xero: XeroProcess) -> None:
        place = urllib.parse.urlsplit(xero.url)
        self._connection = http.client.HTTPConnection(place.hostname or "127.0.0.1", place.port, timeout=60)
        form = {"grant_type": "client_credentials", "client_id": xero.client_id, "client_secret": xero.secret}
        scope = "accounting.invoices accounting.contacts accounting.settings"
        body = urllib.parse.urlencode({**form, "scope": scope}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        token = msgspec.json.decode(self._send("POST", "/connect/token", body, headers), type=dict[str, Any])
        self._headers = {
            "Authorization": f"Bearer {token['access_token']}",
            "Accept": "application/json",
            "Content-Type": "application/json",
        }
        self._made = 0

    def _send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> bytes:
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        assert answer.status == 200, (answer.status, content[:500])
        return content

    def call(self, method: str, path: str, body: bytes = b"") -> bytes:
        return self._send(method, f"/api.xro/2.0/{path}", body, self._headers)

    def get_page(self) -> int:
        self.call("GET", "Invoices?page=1&pageSize=50")
        return 1

    def post(self, count: int) -> int:
        """Post invoices with numbers of their own. Returns how many."""
        body = msgspec.json.encode({"Invoices": [self._invoice() for _ in range(count)]})
        self.call("PUT", "Invoices?summarizeErrors=false", body)
        return count

    def _invoice(self) -> dict[str, object]:
        self._made += 1
        lines = [
            {
                "Description": f"Thing {n}",
                "Quantity": n,
                "UnitAmount": 12.34,
                "AccountCode": "200",
                "TaxType": "OUTPUT2",
            }
            for n in (1, 2, 3)
        ]
        return {
            "Type": "ACCREC",
            "InvoiceNumber": f"B-{self._made}",
            "Contact": {"Name": f"Buyer {self._made % 100}"},
            "Date": "2026-11-21",
            "DueDate": "2026-11-21",
            "Status": "AUTHORISED",
            "LineItems": lines,
        }


def measure(stored: int) -> dict[str, object]:
    """Rates empty and with `stored` invoices, with `verdict`."""
    xero = XeroProcess()
    try:
        caller = Caller(xero)
        caller.post(50)
        empty = _rates(caller)
        while caller._made < stored:
            caller.post(_FILL_BATCH)
        full = _rates(caller)
    finally:
        xero.stop()
    quick = all(empty[name] >= bar for name, bar in BARS.items())
    steady = all(full[name] >= empty[name] * (1 - FALL_MAX) for name in BARS)
    return {
        "stored": stored,
        "per_second_empty": {name: round(rate) for name, rate in empty.items()},
        "per_second_full": {name: round(rate) for name, rate in full.items()},
        "bars": BARS,
        "fall_max": f"{FALL_MAX:.0%}",
        "verdict": "met" if quick and steady else "missed",
    }


def _rates(caller: Caller) -> dict[str, float]:
    return {
        "get_page": _rate(caller.get_page),
        "post_one": _rate(lambda: caller.post(1)),
        "post_fifty": _rate(lambda: caller.post(50)),
    }


def _rate(work: Callable[[], int]) -> float:
    """Things done per second, over a fixed time, after one that does not count."""
    work()
    began, done = time.perf_counter(), 0
    while time.perf_counter() - began < _SECONDS:
        done += work()
    return done / (time.perf_counter() - began)
