"""The extension: its signature from both sides, what it refuses, and that it gives what the database gives."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import threading
import time
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from opencart_shops import OPENCART, ShopDatabase, Shops, read_all

import services
from tieout.documents import DocumentKind
from tieout.errors import ConfigurationWrong, NeedsOperator, RetryLater
from tieout.stores.opencart.extension import DOORS
from tieout.stores.opencart.schema import SETTINGS, WANTED
from tieout.stores.opencart.signing import ANSWER, ASK, CHANGE, is_genuine, signature

COMPANION = Path(__file__).parents[2] / "companion" / "opencart"
DOOR = COMPANION / "shared" / "door.php"
KEY = "k" * 64
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
TIME = str(int(NOW.timestamp()))
NONCE = "0123456789abcdef"


@pytest.fixture(scope="session")
def php() -> str:
    found = services.php()
    if found is None:
        pytest.skip("no PHP")
    return found


def run(php: str, code: str) -> str:
    done = subprocess.run([php, "-r", f"require {str(DOOR)!r}; {code}"], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


@pytest.mark.parametrize("what", [ASK, ANSWER, CHANGE])
@pytest.mark.parametrize("body", ["", "{}", '{"a":"é\\n🫖"}'])
def test_both_sides_sign_alike(php: str, what: str, body: str) -> None:
    theirs = run(
        php, f"echo TieoutDoor::signature({KEY!r}, {what!r}, {TIME!r}, {NONCE!r}, {body!r});".replace("\\\\", "\\")
    )
    sent = run(php, f"echo {body!r};".replace("\\\\", "\\"))
    assert theirs == signature(KEY, what, TIME, NONCE, sent.encode())


@pytest.mark.parametrize(
    ("change", "genuine"),
    [
        ({}, True),
        ({"key": "x" * 64}, False),
        ({"key": ""}, False),
        ({"what": ANSWER}, False),
        ({"body": b"{} "}, False),
        ({"nonce": "f" * 16}, False),
        ({"nonce": "short"}, False),
        ({"time": str(int(TIME) + 1)}, False),
        ({"time": "yesterday"}, False),
        ({"given": ""}, False),
        ({"now": NOW + timedelta(seconds=301)}, False),
        ({"now": NOW - timedelta(seconds=301)}, False),
        ({"now": NOW + timedelta(seconds=300)}, True),
        ({"now": None}, True),
    ],
)
def test_a_call_is_genuine_only_with_the_key_for_its_purpose_body_and_time(
    change: dict[str, Any], genuine: bool
) -> None:
    given = signature(KEY, CHANGE, TIME, NONCE, b"{}")
    asked = {"key": KEY, "what": CHANGE, "time": TIME, "nonce": NONCE, "body": b"{}", "given": given, "now": NOW}
    assert is_genuine(**{**asked, **change}) is genuine


@pytest.mark.parametrize("seconds", [0, 300, -300, 301, -301])
def test_the_shop_judges_age_as_we_do(php: str, seconds: int) -> None:
    given = signature(KEY, ASK, TIME, NONCE, b"{}")
    now = int(TIME) + seconds
    answer = run(php, f"echo TieoutDoor::refusal('{KEY}', 'ask', '{TIME}', '{NONCE}', '{{}}', '{given}', {now});")
    ours = is_genuine(KEY, ASK, TIME, NONCE, b"{}", given, NOW + timedelta(seconds=seconds))
    assert (answer == "") is ours
    assert answer in ("", "time")


def test_every_php_file_of_both_packages_is_sound(php: str) -> None:
    files = sorted(COMPANION.rglob("*.php"))
    assert len(files) == 7
    for file in files:
        done = subprocess.run([php, "-l", str(file)], capture_output=True, text=True, timeout=30)
        assert done.returncode == 0, done.stdout


def test_packages_are_built_alike_each_time_and_hold_the_shared_part(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        subprocess.run(["python3", str(COMPANION / "build.py"), str(tmp_path / folder)], check=True, timeout=30)
    for name, place in (
        ("tieout-opencart3.ocmod.zip", "upload/system/library/tieout/door.php"),
        ("tieout.ocmod.zip", "system/library/door.php"),
    ):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
        with zipfile.ZipFile(tmp_path / "one" / name) as package:
            assert package.read(place) == DOOR.read_bytes()
    with zipfile.ZipFile(tmp_path / "one" / "tieout.ocmod.zip") as package:
        assert json.loads(package.read("install.json"))["name"] == "Tieout for Xero"


def test_the_door_gives_every_column_that_we_read_and_no_setting_that_we_do_not(php: str) -> None:
    tables = json.loads(run(php, "echo json_encode(TieoutDoor::TABLES);"))
    for table, columns in WANTED.items():
        assert set(columns) <= set(tables[table]), table
    assert json.loads(run(php, "echo json_encode(TieoutDoor::SETTINGS);")) == list(SETTINGS)
    secret = {"password", "salt", "token", "code"}
    assert not secret & set(tables["customer"])
    assert "user" not in tables


class Database:
    """Runs the door's statements on a shop's database and keeps what was asked."""

    def __init__(self, shop: ShopDatabase) -> None:
        self.statements: list[str] = []
        outer, connection = self, shop.connect()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                text = self.rfile.read(int(self.headers["content-length"])).decode()
                outer.statements.append(text)
                with connection.cursor() as cursor:
                    cursor.execute(text)
                    names = [column[0] for column in cursor.description]
                    rows = [
                        {n: None if v is None else str(v) for n, v in zip(names, row, strict=True)}
                        for row in cursor.fetchall()
                    ]
                body = json.dumps(rows).encode()
                self.send_response(200)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                return

        self._connection = connection
        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._connection.close()


class Served:
    """The door of a recorded shop, answering over loopback. options: of a connection to it."""

    def __init__(self, url: str, database: Database, shop: ShopDatabase) -> None:
        self.url = url
        self.database = database
        self.shop = shop
        self.options = {"url": url, "access": "extension", "extension_key": KEY}


@pytest.fixture(params=["3.0.5.1", "4.1.0.4"])
def served(php: str, shops: Shops, request: pytest.FixtureRequest) -> Iterator[Served]:
    shop = shops.recorded(request.param)
    database = Database(shop)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    route = DOORS[2] if request.param.startswith("3") else DOORS[0]
    environment = {**os.environ, "DOOR": str(DOOR), "ROUTE": route, "DATABASE": database.url, "KEY": KEY}
    router = Path(__file__).parent / "door_router.php"
    server = subprocess.Popen(
        [php, "-S", f"127.0.0.1:{port}", str(router)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield Served(f"http://127.0.0.1:{port}/", database, shop)
    finally:
        server.terminate()
        server.wait(timeout=10)
        database.close()


def test_both_ways_in_give_the_same_documents(served: Served) -> None:
    through = OPENCART.reader(served.options, allow_private=True)
    direct = served.shop.reader()
    assert through.test().counts == direct.test().counts
    for kind in (DocumentKind.ORDER, DocumentKind.CUSTOMER, DocumentKind.PRODUCT):
        assert {k: r.body for k, r in read_all(through, kind)[0].items()} == {
            k: r.body for k, r in read_all(direct, kind)[0].items()
        }
    assert through.context() == direct.context()
    assert read_all(through)[1] == read_all(direct)[1]
    assert all(text.startswith("SELECT ") for text in served.database.statements)


def ask(served: Served, question: object, key: str = KEY, moment: int | None = None) -> httpx.Response:
    body = json.dumps(question).encode()
    when = str(int(time.time()) if moment is None else moment)
    headers = {
        "x-tieout-time": when,
        "x-tieout-nonce": NONCE,
        "x-tieout-signature": signature(key, ASK, when, NONCE, body),
    }
    for door in DOORS:
        reply = httpx.post(f"{served.url}index.php", params={"route": door}, content=body, headers=headers)
        if reply.status_code != 404:
            return reply
    raise AssertionError("no door answered")


def test_a_stranger_gets_nothing_and_no_statement_is_run(served: Served) -> None:
    before = len(served.database.statements)
    assert ask(served, {"ask": "now"}, key="x" * 64).json() == {"error": "signature"}
    assert ask(served, {"ask": "now"}, moment=1).json() == {"error": "time"}
    assert len(served.database.statements) == before
    with pytest.raises(NeedsOperator):
        OPENCART.reader({**served.options, "extension_key": "x" * 64}, allow_private=True).test()


@pytest.mark.parametrize(
    "question",
    [
        {"ask": "select", "table": "user", "columns": ["username"], "where": []},
        {"ask": "select", "table": "customer", "columns": ["password"], "where": []},
        {"ask": "select", "table": "order", "columns": [], "where": []},
        {"ask": "select", "table": "order", "columns": ["order_id"], "where": [["ip", "=", ["1"]]]},
        {"ask": "select", "table": "order", "columns": ["order_id"], "where": [["order_id", "; DROP", ["1"]]]},
        {"ask": "select", "table": "order", "columns": ["order_id"], "where": [["order_id", "=", ["1", "2"]]]},
        {"ask": "select", "table": "order", "columns": ["order_id"], "where": [["order_id", "in", []]]},
        {"ask": "select", "table": "order", "columns": ["order_id"], "order": ["1; DELETE"], "where": []},
        {"ask": "update", "table": "order"},
        [],
        "order",
        None,
    ],
)
def test_questions_outside_the_list_are_refused(served: Served, question: object) -> None:
    before = len(served.database.statements)
    reply = ask(served, question).json()
    assert set(reply) == {"error"}
    assert len(served.database.statements) == before


def test_values_cannot_leave_their_quotes_and_secret_settings_are_never_given(served: Served) -> None:
    hostile = {
        "ask": "select",
        "table": "order",
        "columns": ["order_id"],
        "where": [["order_id", "=", ["0' OR '1'='1"]]],
    }
    assert ask(served, hostile).json() == {"rows": []}
    everything = ask(served, {"ask": "select", "table": "setting", "columns": ["key", "value"], "where": []}).json()
    keys = {row["key"] for row in everything["rows"]}
    assert keys <= {*SETTINGS, "shipping_flat_tax_class_id"}
    assert "config_currency" in keys


def test_a_shop_without_the_extension_is_told_so() -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(200, text="<html>shop</html>"))
    settings = {"url": "https://shop.example.test", "extension_key": KEY}
    with pytest.raises(NeedsOperator, match="Install it"):
        OPENCART.reader(settings, transport=transport).test()
    down = httpx.MockTransport(lambda request: httpx.Response(503, text="maintenance"))
    with pytest.raises(RetryLater):
        OPENCART.reader(settings, transport=down).test()


@pytest.mark.parametrize(
    "settings",
    [
        {"access": "extension", "extension_key": KEY},
        {"access": "extension", "url": "http://shop.example.test", "extension_key": KEY},
        {"access": "extension", "url": "https://shop.example.test", "extension_key": "short"},
        {"access": "carrier pigeon"},
        {"access": "database", "host": "db", "database": "shop"},
        {"access": "database", "user": "u", "database": "shop"},
        {"access": "database", "host": "db", "user": "u", "database": "shop", "prefix": "oc_`; DROP"},
        {"access": "database", "host": "db", "user": "u", "database": "shop", "port": "99999"},
        {"access": "database", "host": "db", "user": "u", "database": "shop", "tls": "maybe"},
    ],
)
def test_settings_that_cannot_work_are_named(settings: dict[str, str]) -> None:
    with pytest.raises(ConfigurationWrong) as wrong:
        OPENCART.reader(settings)
    assert wrong.value.setting
