"""The demo as its users run it: a command in a process of its own."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
SAMPLE = PROJECT / "sample_data" / "magento2"

Json = dict[str, Any]


def run_tieout(*arguments: str, home: Path | None = None, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    """Run the `tieout` command as a user would."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TIEOUT_")}
    if home is not None:
        environment["TIEOUT_HOME"] = str(home)
    command = [sys.executable, "-m", "tieout.cli.main", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=timeout, env=environment, check=False, cwd="/"
    )


class Demo:
    """A demo with a state folder of its own."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.ledger: Json = {}
        self.exit_code = -1
        self.told = ""

    def run(self, *options: str, data: Path = SAMPLE) -> Json:
        """One `demo --once --json`; returns its object, keeps what the simulated Xero holds."""
        file = self.state.with_suffix(".ledger.json")
        kept = ("--data", str(data), "--state", str(self.state), "--ledger", str(file))
        done = run_tieout("demo", "--once", "--json", *kept, *options)
        self.exit_code, self.told = done.returncode, done.stderr
        assert done.stdout, done.stderr
        self.ledger = json.loads(file.read_text(), parse_float=Decimal)
        answer: Json = json.loads(done.stdout, parse_float=Decimal)
        return answer


def edit(folder: Path, name: str, change: Callable[[list[Json]], None]) -> None:
    """Change one of a shop folder's lists of documents."""
    file = folder / f"{name}.json.gz"
    content = json.loads(gzip.decompress(file.read_bytes()), parse_float=Decimal)
    change(content["items"])
    file.write_bytes(gzip.compress(json.dumps(content, default=_plain).encode()))


def _plain(value: object) -> object:
    assert isinstance(value, Decimal)
    return float(value)


def order_of(orders: list[Json], number: str) -> Json:
    return next(order for order in orders if order["increment_id"] == number)


def run_flow(folder: Path, *steps: str, address: str = "", data: Path = SAMPLE) -> list[Json]:
    """Run steps of the flow in a process of its own; returns what each came to."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TIEOUT_")}
    program = Path(__file__).with_name("flow_program.py")
    command = [sys.executable, str(program), str(folder), address, str(data), *steps]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=180, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    answer: list[Json] = json.loads(done.stdout, parse_float=Decimal)["results"]
    return answer
