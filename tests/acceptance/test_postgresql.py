"""The same flow on PostgreSQL: set-based SQL, leases and locks meet a server that has real ones."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
from acceptance_tools import run_flow


def test_the_sample_shop_ties_out_on_postgresql(postgresql_url: str, tmp_path: Path) -> None:
    name = f"flow_{uuid4().hex}"
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    parts = urlsplit(postgresql_url)
    address = f"postgresql://{parts.netloc}/{name}"
    first, second = run_flow(tmp_path, "run", "run", address=address)
    assert first["differences"] == []
    assert first["held"] == []
    assert first["posted"]["order"] == 24
    assert second["xero_calls"] == 0
