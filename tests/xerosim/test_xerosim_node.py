"""Xero's Node SDK and its MCP server as clients. Their calls to Xero's hosts are led to a served world."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from xerosim_journey import journey, prepare, untouched
from xerosim_steps import Step

import services
from xerosim.identity.scopes import GRANULAR
from xerosim.people import DEEDS
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
def served() -> World:
    """A world whose only organisation the programs reach."""
    world = World(tier="advanced")
    tenant = world.add_organisation("uk").id
    prepare(world, tenant)
    for app in world.identity.apps:
        world.limits_of(app).enforced = False
    return world


@pytest.fixture
def environment(modules: Path, served: World) -> Iterator[dict[str, str]]:
    """Variables for a Node program that reaches the served world."""
    (tenant,) = served.organisations
    custom = served.custom_app(tenant)
    with start_background(served) as server:
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


def test_the_node_sdk_does_everything_it_can(environment: dict[str, str]) -> None:
    told = json.dumps({"scopes": sorted(GRANULAR), "steps": [_told(step) for step in journey()]})
    command = ["node", str(HERE / "journey.cjs")]
    run = subprocess.run(
        command, env=environment, input=told, capture_output=True, text=True, timeout=RUN_SECONDS, check=False
    )
    assert run.returncode == 0, run.stderr[-3000:]
    assert untouched({_snake(name) for name in json.loads(run.stdout)}) == set()


def _told(step: Step) -> Step:
    """A step as JSON: bodies are marked, as JSON has no pairs."""
    given = {
        name: {"model": value[0], "members": value[1]} if isinstance(value, tuple) else value
        for name, value in step["with"].items()
    }
    return {**step, "with": given}


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])[A-Z]|(?<=[A-Z])[A-Z](?=[a-z])", lambda found: "_" + found[0], name).lower()


class Mcp:
    """Xero's MCP server, spoken to as an assistant does."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self._number = 0
        self.called: set[str] = set()
        client = {"name": "tests", "version": "1"}
        self.ask("initialize", {"protocolVersion": "2024-11-05", "capabilities": {}, "clientInfo": client})
        self._say({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def tools(self) -> set[str]:
        return {tool["name"] for tool in self.ask("tools/list", {})["tools"]}

    def __call__(self, tool: str, **given: object) -> str:
        """What a tool says, which must not be an error."""
        answer = self.ask("tools/call", {"name": tool, "arguments": given})
        said = "\n".join(part["text"] for part in answer["content"])
        assert "error" not in said.lower(), (tool, said)
        self.called.add(tool)
        return said

    def id(self, tool: str, **given: object) -> str:
        """The id of what a tool made."""
        said = self(tool, **given)
        found = re.search(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", said)
        assert found, (tool, said)
        return found[0]

    def _say(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()

    def ask(self, method: str, params: dict[str, Any]) -> Any:
        self._number += 1
        self._say({"jsonrpc": "2.0", "id": self._number, "method": method, "params": params})
        assert self._process.stdout is not None
        for said in self._process.stdout:
            answer = json.loads(said)
            if answer.get("id") == self._number:
                assert "result" in answer, answer
                return answer["result"]
        assert self._process.stderr is not None
        raise AssertionError(self._process.stderr.read()[-2000:])


@pytest.fixture
def mcp(environment: dict[str, str], modules: Path, tmp_path: Path) -> Iterator[Mcp]:
    program = modules / "@xeroapi" / "xero-mcp-server" / "dist" / "index.js"
    with subprocess.Popen(
        ["node", str(program)],
        env=environment,
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Mcp(process)
        finally:
            process.terminate()


LINE = {"description": "Part", "quantity": 1, "unitAmount": 100, "accountCode": "200", "taxType": "OUTPUT2"}
COST = {**LINE, "accountCode": "400", "taxType": "INPUT2"}


def test_every_tool_of_the_mcp_server_does_its_work(mcp: Mcp, environment: dict[str, str], served: World) -> None:
    tenant = environment["TENANT"]
    assert tenant in mcp("list-organisation-details")
    bank = next(a.id for a in served.organisations[tenant].accounts.values() if a.code == "090")
    assert bank in mcp("list-accounts")
    assert "OUTPUT2" in mcp("list-tax-rates")
    contact = mcp.id("create-contact", name="Mina Mcp", email="mina@example.test")
    mcp("update-contact", contactId=contact, name="Mina Mcp", firstName="Mina", phone="555")
    assert "Mina Mcp" in mcp("list-contacts", page=1, searchTerm="mina")
    mcp("list-contact-groups")
    item = mcp.id("create-item", code="TEE", name="Tee", salesDetails={"unitPrice": 19.99, "accountCode": "200"})
    mcp("update-item", itemId=item, code="TEE", name="Shirt")
    assert "Shirt" in mcp("list-items", page=1)
    category = mcp.id("create-tracking-category", name="Shop")
    mcp("create-tracking-options", trackingCategoryId=category, optionNames=["Online", "Street"])
    option = served.organisations[tenant].tracking[category].options[0].id
    mcp("update-tracking-options", trackingCategoryId=category, options=[{"trackingOptionId": option, "name": "Web"}])
    mcp("update-tracking-category", trackingCategoryId=category, name="Channel")
    assert "Channel" in mcp("list-tracking-categories", includeArchived=True)
    assert "Web" in mcp("list-tracking-categories")
    _documents_by_mcp(mcp, served, tenant, contact, bank)
    for report in ("list-trial-balance", "list-profit-and-loss", "list-report-balance-sheet"):
        mcp(report, paymentsOnly=False)
    for report in ("list-aged-receivables-by-contact", "list-aged-payables-by-contact"):
        mcp(report, contactId=contact)
    payroll = {name for name in mcp.tools() if "payroll" in name or "timesheet" in name}  # not simulated
    assert mcp.tools() - mcp.called == payroll


def _documents_by_mcp(mcp: Mcp, served: World, tenant: str, contact: str, bank: str) -> None:
    invoice = mcp.id("create-invoice", contactId=contact, lineItems=[LINE], type="ACCREC", reference="M-1")
    mcp("update-invoice", invoiceId=invoice, reference="M-2", dueDate="2026-12-31")
    served.person(tenant, lambda ctx: DEEDS["approve"](ctx, {"id": invoice}))
    assert "M-2" in mcp("list-invoices", page=1, contactIds=[contact])
    mcp.id("create-payment", invoiceId=invoice, accountId=bank, amount=120)
    assert "120" in mcp("list-payments", page=1, invoiceId=invoice)
    assert served.organisations[tenant].invoices[invoice].status == "PAID"
    note = mcp.id("create-credit-note", contactId=contact, lineItems=[LINE])
    mcp("update-credit-note", creditNoteId=note, reference="back", lineItems=[{**LINE, "unitAmount": 50}])
    assert "back" in mcp("list-credit-notes", page=1, contactId=contact)
    quote = mcp.id("create-quote", contactId=contact, lineItems=[LINE], title="Offer")
    mcp("update-quote", quoteId=quote, summary="cheap", contactId=contact, date="2026-09-01")
    assert "cheap" in mcp("list-quotes", page=1, contactId=contact)
    spent = mcp.id("create-bank-transaction", type="SPEND", bankAccountId=bank, contactId=contact, lineItems=[COST])
    mcp("update-bank-transaction", bankTransactionId=spent, reference="fee")
    assert "fee" in mcp("list-bank-transactions", page=1, bankAccountId=bank)
    lines = [{"lineAmount": 5, "accountCode": "404"}, {"lineAmount": -5, "accountCode": "429"}]
    journal = mcp.id("create-manual-journal", narration="Fees", manualJournalLines=lines)
    mcp("update-manual-journal", manualJournalID=journal, narration="Card fees", manualJournalLines=lines)
    assert "Card fees" in mcp("list-manual-journals", page=1)
