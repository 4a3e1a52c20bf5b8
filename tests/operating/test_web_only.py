"""The web admin alone: on PostgreSQL, with workers elsewhere; never on SQLite."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from installation import Installation
from machine import begin, end

import services

pytestmark = pytest.mark.xdist_group("operating")

_PATIENCE_SECONDS = 60


def _asked(address: str) -> tuple[int, dict[str, object]]:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)
    except OSError:
        return 0, {}


def test_on_sqlite_the_web_admin_never_runs_alone(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "tieout")
    installation.answer("init", "--owner", "anna")
    assert "tieout serve; or move to PostgreSQL" in installation.refusal("serve", "--web-only")


def test_on_postgresql_it_answers_and_says_that_no_worker_is_there(empty_postgresql: str, tmp_path: Path) -> None:
    installation = Installation(tmp_path / "tieout", TIEOUT_DATABASE_URL=empty_postgresql)
    installation.answer("init", "--owner", "anna")
    place = f"127.0.0.1:{services._free_port()}"
    process = begin(installation, "serve", "--web-only", "--listen", place)
    try:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while _asked(f"http://{place}/healthz")[0] != 200 and time.monotonic() < deadline:
            time.sleep(0.1)
        assert _asked(f"http://{place}/healthz") == (200, {"status": "ok"})
        status, told = _asked(f"http://{place}/readyz")
        assert (status, told["checks"]) == (
            503, {"database": "ok", "schema": "ok", "vault": "ok", "worker": "failing"}
        )  # fmt: skip
    finally:
        assert end(process) == 0
