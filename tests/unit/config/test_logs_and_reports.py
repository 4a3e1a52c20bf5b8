"""A crash in a real process, with secrets wherever they could be: none is in its logs, nor in a report about it."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import brotli
import pytest

#: Values of this process's own settings, and others that only stand in variables, messages and headers.
SETTINGS = {
    "TIEOUT_SECRET_KEY": "planted-django-key-0123456789",
    "TIEOUT_SMTP_PASSWORD": "planted-mail-password",
    "TIEOUT_METRICS_TOKEN": "planted-metrics-token",
    "TIEOUT_DATABASE_URL": "postgresql://tieout:planted-database-password@127.0.0.1:1/none",
}
OTHERS = ("planted-local", "planted-bearer", "planted-url-password", "planted-name@example.com")

PROGRAM = """
import logging, os, sys
from tieout.config import start
start.prepare_django()
import structlog
from django.conf import settings

class Order:
    def __repr__(self): return "Order of planted-name@example.com"

def sell(order):
    token = "planted-local" + "-token"
    password = settings.DATABASES["default"]["PASSWORD"]
    try:
        {}[order]
    except KeyError as error:
        raise ValueError(
            f"refused {settings.SECRET_KEY}, {settings.EMAIL_HOST_PASSWORD}, {password}, "
            "Authorization: Bearer planted-bearer-0123 and https://ada:planted-url-password@shop.example.com/"
        ) from error

try:
    sell("SO-1")
except ValueError:
    structlog.get_logger("ours").exception("sale broken", document=7, headers={"Authorization": settings.SECRET_KEY})
    structlog.get_logger("ours").error("told by words", trace="see " + settings.TIEOUT_METRICS_TOKEN)
    logging.getLogger("django.request").error("Internal Server Error: %s", "/queue", exc_info=True)
    logging.getLogger("gunicorn.error").warning("worker %s", settings.TIEOUT_METRICS_TOKEN)
"""


#: Reports are off until somebody names a server: their library is not even loaded.
NOT_REPORTED = "\nassert 'sentry_sdk' not in sys.modules\n"


def crash(home: Path, **more: str) -> str:
    """What the process wrote; the crash itself is in it."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TIEOUT_")}
    environment |= {**SETTINGS, "TIEOUT_HOME": str(home), **more}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


def planted() -> list[str]:
    return [*(value.rpartition(":")[2].partition("@")[0] for value in SETTINGS.values()), *OTHERS[:-1]]


def test_a_crash_is_logged_as_json_with_places_and_without_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(globals(), "PROGRAM", PROGRAM + NOT_REPORTED)
    told = crash(tmp_path)
    events = [json.loads(line) for line in told.splitlines()]
    assert [event["level"] for event in events] == ["error", "error", "error", "warning"]
    assert events[0]["document"] == 7
    for event in (events[0], events[2]):
        assert "in sell" in event["exception"]
        assert "KeyError" in event["exception"]
        assert event["exception"].splitlines()[-1].startswith("ValueError: refused [hidden]")
    assert [secret for secret in planted() if secret in told] == []


class Reports:
    """A server that takes reports as Sentry does."""

    def __init__(self) -> None:
        self.bodies: list[str] = []
        reports = self

        class Taker(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                unpack = {"gzip": gzip.decompress, "br": brotli.decompress}[self.headers["Content-Encoding"]]
                reports.bodies.append(unpack(body).decode())
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, format: str, *args: Any) -> None:
                return None

        self.server = HTTPServer(("127.0.0.1", 0), Taker)

    @property
    def dsn(self) -> str:
        return f"http://plantedreportkey@127.0.0.1:{self.server.server_port}/7"


@contextmanager
def taking_reports() -> Iterator[Reports]:
    reports = Reports()
    thread = threading.Thread(target=reports.server.serve_forever, daemon=True)
    thread.start()
    yield reports
    reports.server.shutdown()
    reports.server.server_close()
    thread.join()


FLUSH = "\nimport sentry_sdk; sentry_sdk.flush(5)\n"


def test_a_report_holds_kinds_and_places_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "PROGRAM", PROGRAM + FLUSH)
    with taking_reports() as reports:
        told = crash(tmp_path, TIEOUT_SENTRY_DSN=reports.dsn)
    [first, *_] = [json.loads(line) for body in reports.bodies for line in body.splitlines() if '"exception"' in line]
    assert sum('"exception"' in body for body in reports.bodies) >= 2, "ours and Django's are both reported"
    kinds = [one["type"] for one in first["exception"]["values"]]
    assert kinds == ["KeyError", "ValueError"]
    frames = first["exception"]["values"][-1]["stacktrace"]["frames"]
    assert frames[-1]["function"] == "sell"
    assert "vars" not in frames[-1]
    assert set(first) <= {"event_id", "timestamp", "platform", "level", "release", "exception"}
    everything = "\n".join(reports.bodies)
    assert [secret for secret in (*planted(), *OTHERS) if secret in everything] == []
    assert "plantedreportkey" not in told


@pytest.mark.parametrize(("setting", "value"), [("TIEOUT_SENTRY_DSN", "nowhere"), ("TIEOUT_LOG_LEVEL", "loud")])
def test_a_wrong_setting_stops_the_start_with_a_sentence(
    setting: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tieout.config import logs, reporting
    from tieout.errors import ConfigurationWrong

    monkeypatch.setenv(setting, value)
    with pytest.raises(ConfigurationWrong, match=f"{setting} .* Example: {setting}="):
        reporting.begin() if setting == "TIEOUT_SENTRY_DSN" else logs.begin()
    monkeypatch.undo()
    reporting.begin()
