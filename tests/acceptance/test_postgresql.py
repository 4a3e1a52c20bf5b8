"""The same flow on PostgreSQL: set-based SQL, leases and locks meet a server that has real ones."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
from acceptance_tools import SAMPLE


def test_the_sample_shop_ties_out_on_postgresql(postgresql_url: str, tmp_path: Path) -> None:
    name = f"flow_{uuid4().hex}"
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    parts = urlsplit(postgresql_url)
    address = f"postgresql://{parts.netloc}/{name}"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TIEOUT_")}
    program = Path(__file__).with_name("flow_on_postgresql.py")
    command = [sys.executable, str(program), str(tmp_path), address, str(SAMPLE)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    answer = json.loads(done.stdout)
    assert answer["first"]["differences"] == []
    assert answer["first"]["held"] == []
    assert answer["first"]["posted"]["order"] == 24
    assert answer["second"]["xero_calls"] == 0
