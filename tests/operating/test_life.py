"""Issue 8, Shows 2: one machine's life in a small size. The simulated Xero's journal is the judge."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from installation import Installation
from machine import begin, end, kill_when, machine

from tieout.config import home

pytestmark = pytest.mark.xdist_group("operating")

_ORDERS, _LATER = 25, 4
_SECONDS_MAX = 60


def test_nothing_is_lost_or_doubled_over_a_life_with_crash_restore_and_move(
    empty_postgresql: str, tmp_path: Path
) -> None:
    with machine(_ORDERS) as world:
        first = Installation(tmp_path / "first", **world.variables)
        first.answer("init", "--owner", "anna")
        world.connect(first, tmp_path)

        # The back-fill is killed while it writes, twice.
        for _ in range(2):
            before = world.written()
            kill_when(begin(first, "sync"), lambda before=before: world.written() > before)  # type: ignore[misc]
        first.answer("sync", "--wait", "2")
        assert world.invoices() == _ORDERS
        assert world.doubled() == {}

        # The first released schema, brought up to date; then a backup, and sales that it does not know.
        first.take_back_to("0001")
        assert "records.0002" in first.answer("upgrade")["applied"][0]
        backup = tmp_path / "monday.sqlite3"
        first.answer("backup", str(backup))
        world.sell(_LATER)
        first.answer("pull")
        first.answer("sync")
        assert world.invoices() == _ORDERS + _LATER

        # The machine is lost. Its backup goes to another folder, with the keys that were kept apart.
        second = Installation(tmp_path / "second", **world.variables)
        second.home.mkdir(mode=0o700)
        for key in (home.VAULT_KEY_FILE, home.SECRET_KEY_FILE):
            home.replace(second.home / key, (first.home / key).read_text().strip())
        assert second.answer("restore", str(backup))["organisations_catching_up"] == 1
        world.sell(_LATER)
        second.answer("pull")
        second.answer("sync", "--wait", "2")
        assert world.invoices() == _ORDERS + 2 * _LATER
        assert world.doubled() == {}

        # A bigger machine: PostgreSQL and two workers.
        second.answer("move", "--to", empty_postgresql)
        third = Installation(second.home, **world.variables, TIEOUT_DATABASE_URL=empty_postgresql)
        world.sell(_LATER)
        workers = [begin(third, "worker", "--threads", "2") for _ in range(2)]
        deadline = time.monotonic() + _SECONDS_MAX
        while world.invoices() < _ORDERS + 3 * _LATER and time.monotonic() < deadline:
            time.sleep(0.1)
        assert [end(worker) for worker in workers] == [0, 0]
        assert world.invoices() == _ORDERS + 3 * _LATER
        assert world.doubled() == {}

        third.answer("sync", "--wait", "2")
        assert third.answer("queue", "list")["queue"] == []
        assert third.answer("tie-out")["differences"] == []
        assert world.doubled() == {}
