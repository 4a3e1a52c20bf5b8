"""Real worker processes on PostgreSQL: one that is killed is replaced, and only one of them renews a token set."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import psycopg
import pytest

_PATIENCE_SECONDS = 40


class Installation:
    """A data folder and a PostgreSQL database of its own."""

    def __init__(self, home: Path, address: str) -> None:
        self.address = address
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith("TIEOUT_")}
        self.environment |= {
            "TIEOUT_HOME": str(home),
            "TIEOUT_DATABASE_URL": address,
            "TIEOUT_ALLOW_PRIVATE": "on",
            "DJANGO_SETTINGS_MODULE": "tieout.config.settings",
        }

    def start(self, *command: str, **more: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, *command], env=self.environment | more, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def run(self, *command: str, **more: str) -> str:
        process = self.start(*command, **more)
        out, error = process.communicate(timeout=_PATIENCE_SECONDS)
        assert process.returncode == 0, error[-3000:]
        return out

    def workers(self) -> set[int]:
        """Processes of which a heartbeat is kept."""
        with psycopg.connect(self.address) as connection:
            rows = connection.execute("SELECT name FROM installation WHERE name LIKE 'heartbeat %'").fetchall()
        return {int(row[0].rpartition(":")[2]) for row in rows}


@pytest.fixture(scope="module")
def installation(postgresql_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    name = f"workers_{uuid4().hex}"
    parts = urlsplit(postgresql_url)
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        made = Installation(tmp_path_factory.mktemp("home"), f"postgresql://{parts.netloc}/{name}")
        made.run("-c", "from tieout.config import home; home.make(home.folder())")
        made.run("-m", "tieout.cli.main", "upgrade")
        yield made
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _until_another(installation: Installation, known: set[int]) -> int:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if new := installation.workers() - known:
            return new.pop()
        time.sleep(0.1)
    pytest.fail("no worker gave a sign")


def test_a_worker_that_is_killed_is_replaced_without_an_operator(installation: Installation) -> None:
    process = installation.start("-m", "tieout.cli.main", "worker", "--threads", "1")
    try:
        first = _until_another(installation, set())
        os.kill(first, signal.SIGKILL)
        second = _until_another(installation, {first})
        assert second != first
        assert process.poll() is None
    finally:
        process.terminate()
        process.communicate(timeout=_PATIENCE_SECONDS)
    # Told to stop, it says good-bye; only of the one that was killed a trace is left.
    assert installation.workers() == {first}


class LoginService(HTTPServer):
    """Renews a token set, slowly; a refresh token is good once."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.spent: list[str] = []


class _Handler(BaseHTTPRequestHandler):
    server: LoginService

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        token = form["refresh_token"][0]
        time.sleep(0.5)
        if token in self.server.spent:
            self._answer(400, {"error": "invalid_grant"})
            return
        self.server.spent.append(token)
        number = len(self.server.spent)
        self._answer(
            200, {"access_token": f"access-{number}", "refresh_token": f"refresh-{number}", "expires_in": 1800}
        )

    def _answer(self, status: int, content: dict[str, object]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def test_c101_processes_on_postgresql_renew_a_token_set_once(installation: Installation) -> None:
    program = str(Path(__file__).with_name("refresh_program.py"))
    service = LoginService()
    thread = threading.Thread(target=service.serve_forever)
    thread.start()
    try:
        url = f"http://127.0.0.1:{service.server_port}"
        installation.run(program, "make", "0", TIEOUT_XERO_URL=url)
        start_at = str(time.time() + 3)
        asking = [installation.start(program, "ask", start_at, TIEOUT_XERO_URL=url) for _ in range(2)]
        answers = [process.communicate(timeout=_PATIENCE_SECONDS) for process in asking]
    finally:
        service.shutdown()
        thread.join()
        service.server_close()
    assert [process.returncode for process in asking] == [0, 0], answers
    assert [json.loads(out) for out, _ in answers] == [["access-1"] * 4] * 2
    assert service.spent == ["refresh-0"]
