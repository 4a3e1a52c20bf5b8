"""An operator's first hour at the terminal, against simulators in processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from acceptance_tools import SAMPLE

from storesim.process import StoreProcess, start_process


class Terminal:
    def __init__(self, home: Path, xero_url: str) -> None:
        self._environment = {key: value for key, value in os.environ.items() if not key.startswith("TIEOUT_")}
        self._environment |= {
            "TIEOUT_HOME": str(home),
            "TIEOUT_ALLOW_PRIVATE": "on",
            "TIEOUT_XERO_URL": xero_url,
            # Wide enough that no cell of a table is broken.
            "COLUMNS": "200",
        }

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "tieout.cli.main", *arguments]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=90, env=self._environment, check=False, cwd="/"
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def json(self, *arguments: str) -> Any:
        done = self.run(*arguments, "--json")
        assert done.stdout, done.stderr
        return json.loads(done.stdout)


@pytest.fixture
def xero() -> Iterator[dict[str, Any]]:
    command = [sys.executable, "-c", "from xerosim.cli import main; main()", "--port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.terminate()


@pytest.fixture
def store() -> Iterator[StoreProcess]:
    with start_process(["--store", "magento2", "--data", str(SAMPLE)]) as process:
        yield process


def test_from_an_empty_machine_to_documents_that_wait_for_their_mapping(
    tmp_path: Path, xero: dict[str, Any], store: StoreProcess
) -> None:
    terminal = Terminal(tmp_path / "home", xero["url"])
    assert terminal.run("init").returncode == 0
    assert terminal.run("doctor").returncode == 1

    secrets = tmp_path / "secrets.json"
    secrets.write_text(json.dumps({"access_token": store.credentials.access_token}))
    added = terminal.run(
        "store", "add", "magento2", "--name", "Shop", "--set", f"url={store.base_url}", "--set", "access=bearer",
        "--secrets-file", str(secrets),
    )  # fmt: skip
    assert added.returncode == 0, added.stderr
    tested = terminal.json("store", "test", "1")
    assert dict(tested["counts"])["orders"] == 28

    books = xero["organisations"][0]
    secret = tmp_path / "secret"
    secret.write_text(books["client_secret"])
    connected = terminal.run("connect", "--custom", "--client-id", books["client_id"], "--secret-file", str(secret))
    assert connected.returncode == 0, connected.stderr
    assert terminal.json("organisation", "list")["organisations"][0]["currency"] == "GBP"

    assert terminal.json("pull")["stores"][0]["new"] > 80
    assert terminal.json("pull")["stores"][0]["new"] == 0
    planned = terminal.json("plan")["plan"]
    assert {line["action"] for line in planned} >= {"held"}
    assert "tax_unmapped" in {line["code"] for line in planned}

    synced = terminal.run("sync", "--json")
    assert synced.returncode == 1
    assert json.loads(synced.stdout)["postings"]["held"] > 20
    held = terminal.json("queue", "list", "--state", "held")["queue"]
    assert all(entry["reason"] and entry["code"] for entry in held)
    removed = terminal.json("queue", "remove", str(held[0]["id"]))
    assert removed["count"] == 1
    assert terminal.json("queue", "retry", str(held[0]["id"]))["count"] == 1
    assert terminal.json("log", "--status", "held")["log"]
    assert sum(line["calls"] for line in terminal.json("report")["report"]) > 0
    told = terminal.run("doctor").stdout
    assert "mapping Shop" in told
    assert secrets.read_text() not in told


def test_a_secret_on_the_command_line_is_refused(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path / "home", "http://127.0.0.1:9")
    terminal.run("init")
    done = terminal.run(
        "store", "add", "magento2", "--name", "Shop", "--secrets-file", os.devnull,
        "--set", "url=https://shop.example", "--set", "access_token=abc",
    )  # fmt: skip
    assert done.returncode == 2


def test_a_store_that_is_down_is_told_and_marked(tmp_path: Path, store: StoreProcess) -> None:
    terminal = Terminal(tmp_path / "home", "http://127.0.0.1:9")
    terminal.run("init")
    secrets = tmp_path / "secrets.json"
    secrets.write_text(json.dumps({"access_token": "wrong"}))
    for name, url in (("Down", "http://127.0.0.1:9"), ("Wrong", store.base_url)):
        terminal.run(
            "store", "add", "magento2", "--name", name, "--set", f"url={url}", "--set", "access=bearer",
            "--secrets-file", str(secrets),
        )  # fmt: skip
    pulled = terminal.run("pull", "--json")
    assert pulled.returncode == 1
    assert all(one["failure"] for one in json.loads(pulled.stdout)["stores"])
    assert [one["status"] for one in terminal.json("store", "list")["stores"]] == ["failing", "refused"]
    assert terminal.run("store", "test", "1").returncode == 1
