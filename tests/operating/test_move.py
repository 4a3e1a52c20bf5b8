"""From SQLite to PostgreSQL: everything arrives, and the new database looks up before it creates."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from installation import Installation

pytestmark = pytest.mark.xdist_group("operating")


def _count(address: str, query: str) -> int:
    with psycopg.connect(address) as reader:
        row = reader.execute(query).fetchone()  # type: ignore[call-overload]
        assert row is not None
        return int(row[0])


def test_everything_arrives_and_every_organisation_catches_up(
    installation: Installation, empty_postgresql: str, tmp_path: Path
) -> None:
    tables = [name for (name,) in installation.rows("SELECT name FROM sqlite_master WHERE type='table'")]
    counts = {
        name: installation.rows(f'SELECT COUNT(*) FROM "{name}"')[0][0]
        for name in tables
        if name not in ("sqlite_sequence", "django_migrations")
    }
    address = tmp_path / "address"
    address.write_text(empty_postgresql + "\n")
    moved = installation.answer("move", "--to-file", str(address))
    assert {one["table"]: one["rows"] for one in moved["tables"]} == counts
    assert moved["organisations_catching_up"] == 1
    assert _count(empty_postgresql, "SELECT COUNT(*) FROM posting WHERE state='posted'") > 50
    assert _count(empty_postgresql, "SELECT COUNT(*) FROM organisation WHERE catch_up") == 1
    assert not installation.database.exists()
    assert Path(moved["kept"]).exists()

    there = Installation(installation.home, TIEOUT_DATABASE_URL=empty_postgresql)
    assert there.answer("store", "list")["stores"][0]["name"] == "Tidewater Tools"
    assert there.answer("user", "list")["users"] == []
    # Ids go on after the moved ones.
    assert there.run("user", "add", "anna", "--role", "owner").returncode == 0
    assert "already" in there.refusal("move", "--to", empty_postgresql)


def test_a_database_that_is_in_use_is_refused_and_left_alone(
    installation: Installation, empty_postgresql: str
) -> None:
    other = Installation(installation.home, TIEOUT_DATABASE_URL=empty_postgresql)
    assert other.run("upgrade").returncode == 0
    with psycopg.connect(empty_postgresql) as writer:
        writer.execute("INSERT INTO installation (name, value, changed_at) VALUES ('x', '', '2026-01-01Z')")
    assert "holds data already" in installation.refusal("move", "--to", empty_postgresql, code=1)
    assert _count(empty_postgresql, "SELECT COUNT(*) FROM posting") == 0
    assert installation.database.exists()


def test_text_that_postgresql_cannot_hold_stops_the_move_and_changes_nothing(
    installation: Installation, empty_postgresql: str
) -> None:
    installation.change("UPDATE event SET message='a' || char(0) || 'b' WHERE id=1")
    told = installation.refusal("move", "--to", empty_postgresql, code=1)
    assert told.startswith("The table event cannot be moved:")
    assert _count(empty_postgresql, "SELECT COUNT(*) FROM document") == 0
    assert installation.database.exists()


def test_an_address_that_is_not_postgresql_is_refused(installation: Installation) -> None:
    assert "PostgreSQL only" in installation.refusal("move", "--to", "mysql://db.example/tieout")
    assert "Say where to" in installation.refusal("move")


def test_a_server_that_does_not_answer_is_told_in_one_sentence(installation: Installation) -> None:
    assert "cannot be reached" in installation.refusal("move", "--to", "postgresql://tieout@127.0.0.1:9/tieout")
    assert installation.database.exists()
