"""Xero's Node SDK and its MCP server as clients. Their calls to Xero's hosts are led to a served world."""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import services
from xerosim.server import start_background
from xerosim.world import World

HERE = Path(__file__).resolve().parent / "node"
INSTALL_SECONDS, RUN_SECONDS = 45, 30
pytestmark = pytest.mark.xdist_group("node")


@pytest.fixture(scope="module")
def modules() -> Path:
    """The installed packages, kept in the user's cache under a digest of the lock file."""
    if not (shutil.which("node") and shutil.which("npm")):
        services.leave_out("Xero's Node clients were not tried: node and npm are missing.")
        pytest.skip("no node")
    lock = (HERE / "package-lock.json").read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "xerosim-node"
    folder = cache / hashlib.sha256(lock).hexdigest()[:16]
    if not folder.exists():
        cache.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=cache))
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, made)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        try:
            subprocess.run(command, cwd=made, check=True, capture_output=True, timeout=INSTALL_SECONDS)
            made.rename(folder)
        except (subprocess.SubprocessError, OSError) as error:
            shutil.rmtree(made, ignore_errors=True)
            if not folder.exists():
                services.leave_out(f"Xero's Node clients were not tried: npm could not install them ({error}).")
                pytest.skip("npm could not install the packages")
    return folder / "node_modules"


@pytest.fixture
def environment(modules: Path) -> Iterator[dict[str, str]]:
    """Variables for a Node program that reaches one fresh organisation."""
    world = World()
    tenant = world.add_organisation("uk").id
    custom = world.custom_app(tenant)
    with start_background(world) as server:
        yield {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "NODE_OPTIONS": f"--require {HERE / 'redirect.cjs'}",
            "XEROSIM_URL": server.url,
            "XEROSIM_MODULES": str(modules),
            "XERO_CLIENT_ID": custom.id,
            "XERO_CLIENT_SECRET": custom.secret,
            "TENANT": tenant,
        }


def test_the_node_sdk_invoices_pays_and_reads_reports(environment: dict[str, str]) -> None:
    run = subprocess.run(
        ["node", str(HERE / "sdk.cjs")], env=environment, capture_output=True, text=True, timeout=RUN_SECONDS
    )
    assert run.returncode == 0, run.stderr[-3000:]
    seen = json.loads(run.stdout)
    assert seen.pop("tenant") == seen.pop("organisation") == environment["TENANT"]
    assert seen.pop("short").startswith("!")
    assert seen == {
        "updated": True,
        "total": 120,
        "status": "PAID",
        "due": 0,
        "beyond": 0,
        "refused": True,
        "report": "Trial Balance",
    }


def test_the_mcp_server_lists_and_creates(environment: dict[str, str], modules: Path, tmp_path: Path) -> None:
    calls: list[tuple[str, dict[str, Any]]] = [
        ("list-organisation-details", {}),
        ("list-accounts", {}),
        ("list-tax-rates", {}),
        ("create-contact", {"name": "Mina Mcp", "email": "mina@example.test"}),
        ("list-contacts", {"page": 1}),
        ("list-trial-balance", {}),
    ]
    program = modules / "@xeroapi" / "xero-mcp-server" / "dist" / "index.js"
    with subprocess.Popen(
        ["node", str(program)],
        env=environment,
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            texts = {name: _tool(server, number, name, given) for number, (name, given) in enumerate(calls, 2)}
        finally:
            server.terminate()
    assert environment["TENANT"] in texts["list-organisation-details"]
    assert "OUTPUT2" in texts["list-tax-rates"]
    assert "Mina Mcp" in texts["list-contacts"]
    assert not [name for name, text in texts.items() if "error" in text.lower()], texts


def _tool(server: "subprocess.Popen[str]", number: int, name: str, given: dict[str, Any]) -> str:
    """What a tool of the server says; the first call introduces us."""
    if number == 2:
        client = {"name": "tests", "version": "1"}
        hello = {"protocolVersion": "2024-11-05", "capabilities": {}, "clientInfo": client}
        _ask(server, {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello})
        _say(server, {"jsonrpc": "2.0", "method": "notifications/initialized"})
    params = {"name": name, "arguments": given}
    answer = _ask(server, {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params})
    assert "result" in answer, answer
    return "\n".join(part["text"] for part in answer["result"]["content"])


def _say(server: "subprocess.Popen[str]", message: dict[str, Any]) -> None:
    assert server.stdin is not None
    server.stdin.write(json.dumps(message) + "\n")
    server.stdin.flush()


def _ask(server: "subprocess.Popen[str]", message: dict[str, Any]) -> Any:
    _say(server, message)
    assert server.stdout is not None
    for said in server.stdout:
        answer = json.loads(said)
        if answer.get("id") == message["id"]:
            return answer
    assert server.stderr is not None
    raise AssertionError(server.stderr.read()[-2000:])
