"""`bench simulator`: how fast the simulated Xero answers over HTTP, empty and with many invoices stored."""

from __future__ import annotations

import http.client
import time
import urllib.parse
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import msgspec

from tieout.cli.bench_pipeline import XeroProcess, _cpu_of, _cpu_seconds

#: Answers per second: a page of invoices, one invoice posted, invoices posted fifty at a time.
BARS = {"get_page": 900, "post_one": 700, "post_fifty": 6_600}
#: A full simulator may be slower by no more than this share.
FALL_MAX = 0.20
_SECONDS = 2.0
_FILL_BATCH = 500
_BUYERS = 100


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
        self.made = 0

    def _send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> bytes:
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        assert answer.status == 200, (answer.status, content[:500])
        return content

    def call(self, method: str, path: str, body: bytes = b"") -> bytes:
        return self._send(method, f"/api.xro/2.0/{path}", body, self._headers)

    def close(self) -> None:
        self._connection.close()

    def get_page(self) -> int:
        self.call("GET", "Invoices?page=1&pageSize=50")
        return 1

    def post(self, count: int) -> int:
        """Post invoices with numbers of their own. Returns how many."""
        body = msgspec.json.encode({"Invoices": [self._invoice() for _ in range(count)]})
        self.call("PUT", "Invoices?summarizeErrors=false", body)
        return count

    def _invoice(self) -> dict[str, object]:
        self.made += 1
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
            "InvoiceNumber": f"B-{self.made}",
            "Contact": {"Name": f"Buyer {self.made % _BUYERS}"},
            "Date": "2026-11-21",
            "DueDate": "2026-11-21",
            "Status": "AUTHORISED",
            "LineItems": lines,
        }


def measure(stored: int, seconds: float = _SECONDS) -> dict[str, object]:
    """Rates empty and with `stored` invoices, CPU seconds per process, with `verdict`. seconds: per figure."""
    with ExitStack() as stack:
        xero = XeroProcess()
        stack.callback(xero.stop)
        caller = Caller(xero)
        stack.callback(caller.close)
        caller.post(_BUYERS)  # every buyer exists from here on, so that both rates measure the same work
        cpu, others = _cpu_seconds(), _cpu_of(xero.process.pid)
        empty = _rates(caller, seconds)
        while caller.made < stored:
            caller.post(_FILL_BATCH)
        full = _rates(caller, seconds)
        spent = {"client": round(_cpu_seconds() - cpu, 2), "xero": round(_cpu_of(xero.process.pid) - others, 2)}
    quick = all(empty[name] >= bar for name, bar in BARS.items())
    steady = all(full[name] >= empty[name] * (1 - FALL_MAX) for name in BARS)
    return {
        "stored": stored,
        "per_second_empty": {name: round(rate) for name, rate in empty.items()},
        "per_second_full": {name: round(rate) for name, rate in full.items()},
        "cpu_seconds": spent,
        "bars": BARS,
        "fall_max": f"{FALL_MAX:.0%}",
        "verdict": "met" if quick and steady else "missed",
    }


def _rates(caller: Caller, seconds: float) -> dict[str, float]:
    return {
        "get_page": _rate(caller.get_page, seconds),
        "post_one": _rate(lambda: caller.post(1), seconds),
        "post_fifty": _rate(lambda: caller.post(50), seconds),
    }


def _rate(work: Callable[[], int], seconds: float) -> float:
    """Things done per second, over a fixed time, after one that does not count."""
    work()
    began, done = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        done += work()
    return done / (time.perf_counter() - began)
