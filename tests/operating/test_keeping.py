"""Keys, backups and upgrades as an operator does them."""

from __future__ import annotations

import socket
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from installation import Installation

from tieout.config import home
from tieout.config.vault import FernetVault, VaultLocked

pytestmark = pytest.mark.xdist_group("operating")

_COLUMNS = {"connection": "secrets", "app": "client_secret", "authorisation": "tokens"}
_SEALED = " UNION ALL ".join(f"SELECT {column} FROM {table}" for table, column in _COLUMNS.items())


def test_after_a_rotation_the_new_key_alone_opens_every_secret(installation: Installation) -> None:
    old = home.vault_keys(installation.home)
    assert installation.answer("key", "rotate") == {"resealed": len(installation.rows(_SEALED))}
    newest, *kept = home.vault_keys(installation.home)
    assert tuple(kept) == old
    home.replace(installation.home / home.VAULT_KEY_FILE, newest)
    assert installation.answer("store", "list")["stores"]
    vault = FernetVault([newest])
    assert all(vault.open(sealed) for (sealed,) in installation.rows(_SEALED))
    with pytest.raises(VaultLocked):
        FernetVault(old).open(installation.rows(_SEALED)[0][0])


def test_a_key_of_the_environment_is_rotated_there(installation: Installation) -> None:
    key = (installation.home / home.VAULT_KEY_FILE).read_text().strip()
    assert "rotate it there" in installation.refusal("key", "rotate", TIEOUT_VAULT_KEY=key)
    assert home.vault_keys(installation.home) == (key,)


def test_an_upgrade_keeps_a_snapshot_of_what_was_there(installation: Installation) -> None:
    """A table that Tieout's version of before did not have yet."""
    installation.change("DROP TABLE django_session")
    installation.change("DELETE FROM django_migrations WHERE app='sessions'")
    assert installation.answer("upgrade") == {"applied": ["sessions.0001_initial"]}
    assert installation.answer("upgrade") == {"applied": []}
    assert installation.rows("SELECT COUNT(*) FROM django_session") == [(0,)]
    [snapshot] = installation.home.glob("tieout.before-upgrade-*.sqlite3")
    kept = sqlite3.connect(snapshot)
    names = {name for (name,) in kept.execute("SELECT name FROM sqlite_master WHERE type='table'")}
    postings = kept.execute("SELECT COUNT(*) FROM posting").fetchone()[0]
    kept.close()
    assert "django_session" not in names
    assert postings == installation.rows("SELECT COUNT(*) FROM posting")[0][0] > 0


def test_a_backup_holds_everything_but_the_keys_and_restores_elsewhere(
    installation: Installation, tmp_path: Path
) -> None:
    file = tmp_path / "backups" / "monday.sqlite3"
    assert installation.answer("backup", str(file))["checked"] is True
    assert file.stat().st_mode & 0o077 == 0
    key = (installation.home / home.VAULT_KEY_FILE).read_bytes().strip()
    assert key not in file.read_bytes()
    assert "is already there" in installation.refusal("backup", str(file))

    other = Installation(tmp_path / "other")
    other.home.mkdir(mode=0o700)
    assert "no vault key" in other.refusal("restore", str(file))
    for name in (home.VAULT_KEY_FILE, home.SECRET_KEY_FILE):
        home.replace(other.home / name, (installation.home / name).read_text().strip())
    assert other.answer("restore", str(file))["organisations_catching_up"] == 1
    assert other.rows("SELECT catch_up FROM organisation") == [(1,)]
    assert other.rows("SELECT COUNT(*) FROM posting") == installation.rows("SELECT COUNT(*) FROM posting")
    assert other.rows("SELECT value FROM installation WHERE name='writer'") != installation.rows(
        "SELECT value FROM installation WHERE name='writer'"
    )


def test_a_backup_folder_keeps_the_newest_copies(installation: Installation, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    others = [folder / "tieout.sqlite3", folder / "notes.txt"]
    old = [folder / f"tieout.backup-202610{day:02d}-023000.sqlite3" for day in range(1, 5)]
    for file in (*others, *old):
        file.write_text("")
    answer = installation.answer("backup", str(folder), "--keep", "3")
    assert answer["deleted"] == [str(old[0]), str(old[1])]
    assert sorted(folder.iterdir()) == sorted([*others, *old[2:], Path(answer["file"])])
    assert "is a folder" in installation.refusal("backup", str(folder))


def test_a_restore_replaces_only_when_told_and_keeps_what_was_there(
    installation: Installation, tmp_path: Path
) -> None:
    file = tmp_path / "monday.sqlite3"
    installation.answer("backup", str(file))
    installation.change("UPDATE connection SET name='Renamed since'")
    assert "--force" in installation.refusal("restore", str(file))
    assert installation.rows("SELECT name FROM connection") == [("Renamed since",)]
    kept = installation.answer("restore", str(file), "--force")["kept"]
    assert installation.rows("SELECT name FROM connection") == [("Tidewater Tools",)]
    reader = sqlite3.connect(kept)
    assert reader.execute("SELECT name FROM connection").fetchone() == ("Renamed since",)
    reader.close()


def test_verbs_of_sqlite_say_what_to_use_on_postgresql(installation: Installation, empty_postgresql: str) -> None:
    there = Installation(installation.home, TIEOUT_DATABASE_URL=empty_postgresql)
    assert "Run: tieout upgrade" in there.refusal("store", "list")
    assert there.answer("upgrade")["applied"]
    assert there.answer("catch-up") == {"organisations_catching_up": 0}
    assert "pg_dump" in there.refusal("backup", "/tmp/never-written.sqlite3")
    assert "tieout catch-up" in there.refusal("restore", str(installation.database))


def test_a_database_that_was_put_back_by_other_means_can_be_told_to_catch_up(installation: Installation) -> None:
    assert installation.answer("catch-up") == {"organisations_catching_up": 1}
    assert installation.rows("SELECT catch_up, catch_up_since IS NOT NULL FROM organisation") == [(1, 1)]


def test_sync_never_ends_as_done_while_a_killed_process_holds_the_work(installation: Installation) -> None:
    """Of this machine: taken over at once. Of another one, which may live: the command says until when it waits."""
    host = socket.gethostname()[:40]
    until = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%d %H:%M:%S")
    held = f"UPDATE organisation SET due_at=NULL, lease_until='{until}', lease_owner="
    installation.change(f"{held}'elsewhere:1'")
    waiting = installation.answer("sync", "--wait", "1", code=1)
    assert waiting["waits_until"].startswith(until[:10])
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    installation.change(f"{held}'{host}:{ended.pid}'")
    assert installation.answer("sync", "--wait", "1")["waits_until"] is None
    assert installation.rows("SELECT lease_owner FROM organisation") == [("",)]
