"""Immediate mode: from a store's call to the invoice in Xero, in the real processes of `tieout serve`."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from installation import Installation, own_environment
from machine import Machine, end, machine

from tieout.config import home
from tieout.stores import signed_calls

pytestmark = pytest.mark.xdist_group("operating")

_PATIENCE_SECONDS = 60
#: Calls that are timed, and what their second slowest may take.
_CALLS, _SECONDS_MAX = 8, 2.0
_ORDERS = 2
_XERO_KEY = "the key that Xero shows"


def _until(true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if true():
            return
        time.sleep(0.01)
    pytest.fail(f"waited in vain until {what}")


def _status(address: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(address, body, headers or {}), timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


@contextmanager
def _serving(installation: Installation) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "tieout.cli.main", "serve", "--listen", f"127.0.0.1:{port}"]
    with (installation.home / "serve.out").open("wb") as out:
        process = subprocess.Popen(command, env=own_environment(installation.variables), stdout=out, stderr=out)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            assert end(process) == 0


def _tell(address: str, secret: str, order: int) -> None:
    body = json.dumps({"kind": "order", "id": order}).encode()
    now = str(int(time.time()))
    headers = {"x-tieout-time": now, "x-tieout-signature": signed_calls.signature(secret, now, body)}
    assert _status(f"{address}/webhooks/store/1", body, headers) == 200


def _seconds_to_xero(world: Machine, address: str, secret: str, number: int) -> float:
    before = world.invoices()
    world.sell(1)
    started = time.monotonic()
    _tell(address, secret, 900_000 + number)
    _until(lambda: world.invoices() > before, "the order is an invoice")
    return time.monotonic() - started


def test_a_webhook_is_an_invoice_in_xero_within_two_seconds(tmp_path: Path) -> None:
    with machine(_ORDERS) as world:
        installation = Installation(tmp_path / "tieout", **world.variables)
        installation.answer("init", "--owner", "anna")
        world.connect(installation, tmp_path)
        secret = "a secret that both sides know"
        sealed = home.open_vault(installation.home).seal(secret)
        installation.change(f"UPDATE connection SET webhook_secret='{sealed}'")
        installation.change(f"UPDATE app SET webhook_key='{home.open_vault(installation.home).seal(_XERO_KEY)}'")
        with _serving(installation) as address:
            _until(lambda: _status(f"{address}/readyz") == 200, "it is ready")
            _until(lambda: world.invoices() == _ORDERS, "what the shop had is in Xero")
            hook = world.world.webhooks.subscribe(f"{address}/webhooks/xero", _XERO_KEY)
            _until(lambda: hook.status == "on", "Xero knows that we listen")
            # No poll can be the reason for what follows.
            installation.change("UPDATE schedule SET due_at='2099-01-01', every_seconds=86400 WHERE job='pull'")
            took = sorted(_seconds_to_xero(world, address, secret, number + 1) for number in range(_CALLS))
            _until(lambda: hook.delivered >= _CALLS and not hook.queue, "Xero told of what was written")
            waiting = "SELECT 1 FROM inbox WHERE handled_at IS NULL"
            _until(lambda: not installation.rows(waiting), "everything that was told is handled")
        assert world.doubled() == {}
        results = {words for (words,) in installation.rows("SELECT result FROM inbox WHERE source='xero'")}
        assert results <= {"our own writing", "not ours"}, results
        assert not [call for call in world.world.journal.calls if "IDs=" in call.path], "our own echo costs no call"
        assert took[-2] < _SECONDS_MAX, took
