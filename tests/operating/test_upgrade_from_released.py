"""A database of every released schema, as that version left it, is brought up to date and goes on with every link.

`released/schema-NNNN.tar.xz` holds the state folder of a demo that ran once with that version: its database, its keys
and what its simulated Xero held.
"""

from __future__ import annotations

import tarfile
from pathlib import Path
from typing import Any

import psycopg
import pytest
from installation import Installation, run_tieout

pytestmark = pytest.mark.xdist_group("operating")

_RELEASED = sorted((Path(__file__).parent / "released").glob("schema-*.tar.xz"))
_LINKS = "SELECT id, role, marker, remote_id, posted_digest, organisation_id FROM posting ORDER BY id"
_MAPPINGS = "SELECT * FROM mapping ORDER BY id"
_TABLES_THAT_RETENTION_MAY_SHORTEN = {"call", "request", "event", "django_session", "sqlite_sequence"}


@pytest.fixture(params=_RELEASED, ids=lambda file: file.name.partition(".")[0])
def state(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    with tarfile.open(request.param) as archive:
        archive.extractall(tmp_path, filter="data")
    return tmp_path


def _counts(installation: Installation) -> dict[str, int]:
    names = [name for (name,) in installation.rows("SELECT name FROM sqlite_master WHERE type='table'")]
    kept = sorted(set(names) - _TABLES_THAT_RETENTION_MAY_SHORTEN)
    return {name: installation.rows(f"SELECT COUNT(*) FROM {name}")[0][0] for name in kept}


def _newest(installation: Installation) -> str:
    query = "SELECT name FROM django_migrations WHERE app='records' ORDER BY name DESC LIMIT 1"
    return str(installation.rows(query)[0][0])


def test_an_upgrade_keeps_every_row_and_every_link(state: Path) -> None:
    stored = Installation(state / "tieout")
    before, links, mappings = _counts(stored), stored.rows(_LINKS), stored.rows(_MAPPINGS)
    was = _newest(stored)
    applied = stored.answer("upgrade")["applied"]
    assert bool(applied) == (_newest(stored) != was)
    assert stored.answer("upgrade") == {"applied": []}
    after = _counts(stored)
    # Migrations may add rows of Django's own (permissions of new tables), never take one away.
    assert {name: count for name, count in before.items() if after.get(name, 0) < count} == {}
    assert stored.rows(_LINKS) == links
    assert [row[: len(mappings[0])] for row in stored.rows(_MAPPINGS)] == mappings


def test_an_upgraded_installation_goes_on_and_posts_nothing_again(state: Path) -> None:
    """What the version of before posted ties out, and a second run costs no call."""
    stored = Installation(state / "tieout")
    links = [(row[0], row[3]) for row in stored.rows(_LINKS)]
    done = run_tieout("demo", "--once", "--json", "--state", str(state))
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = stored.decoded(done)
    assert answer["differences"] == []
    assert answer["xero_calls"] == 0
    assert [(row[0], row[3]) for row in stored.rows(_LINKS)] == links


def test_an_older_database_moves_to_postgresql_with_every_link(state: Path, empty_postgresql: str) -> None:
    stored = Installation(state / "tieout")
    links = stored.rows(_LINKS)
    stored.answer("upgrade")
    stored.answer("move", "--to", empty_postgresql)
    there = Installation(stored.home, TIEOUT_DATABASE_URL=empty_postgresql)
    assert there.answer("upgrade") == {"applied": []}
    assert there.answer("queue", "list")["queue"] == []
    with psycopg.connect(empty_postgresql) as moved:
        assert moved.execute(_LINKS).fetchall() == links
