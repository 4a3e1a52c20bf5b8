"""Issue 8, Shows 3: wrong keys, wrong schema, wrong disks. One sentence each, nothing damaged."""

from __future__ import annotations

import ctypes
import hashlib
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from installation import Installation

from tieout.config import home

pytestmark = pytest.mark.xdist_group("operating")


def _contents(file: Path) -> str:
    return hashlib.blake2b(file.read_bytes()).hexdigest()


def test_a_wrong_key_is_refused_by_every_start(installation: Installation) -> None:
    key = installation.home / home.VAULT_KEY_FILE
    right = key.read_text()
    home.replace(key, Fernet.generate_key().decode())
    assert "does not fit" in installation.refusal("store", "list")
    # Even when the canary beside it was made for the wrong key, the database has its own.
    (installation.home / home.CANARY_FILE).unlink()
    assert "does not fit this database" in installation.refusal("store", "list")
    home.replace(key, right)
    assert installation.answer("store", "list")["stores"]


def test_a_missing_key_is_named_and_never_replaced_by_a_new_one(installation: Installation) -> None:
    key = installation.home / home.VAULT_KEY_FILE
    key.rename(installation.home / "elsewhere")
    assert "There is no vault key" in installation.refusal("store", "list")
    assert "is missing although secrets were sealed" in installation.refusal("init")
    assert not key.exists()


def test_an_unreadable_key_is_named(installation: Installation) -> None:
    key = installation.home / home.VAULT_KEY_FILE
    key.unlink()
    key.mkdir(mode=0o700)
    told = installation.refusal("store", "list")
    assert str(key) in told
    assert "cannot be read" in told


def test_a_key_that_others_may_read_is_refused(installation: Installation) -> None:
    (installation.home / home.VAULT_KEY_FILE).chmod(0o640)
    assert "chmod 600" in installation.refusal("store", "list")


def test_text_that_is_no_key_is_refused(installation: Installation) -> None:
    home.replace(installation.home / home.VAULT_KEY_FILE, "swordfish")
    assert "is not a key" in installation.refusal("store", "list")


def test_a_database_of_a_newer_version_is_refused_and_left_as_it_is(installation: Installation) -> None:
    installation.change(
        "INSERT INTO django_migrations (app, name, applied) VALUES ('records', '9999_future', '2030-01-01')"
    )
    before = _contents(installation.database)
    for verb in (("store", "list"), ("upgrade",)):
        assert "made by a newer Tieout (9999_future)" in installation.refusal(*verb)
    assert _contents(installation.database) == before


def test_a_damaged_database_is_told_and_not_written(installation: Installation) -> None:
    for suffix in ("-wal", "-shm"):
        Path(f"{installation.database}{suffix}").unlink(missing_ok=True)
    installation.database.write_bytes(b"This is a letter, not a database. " * 100)
    before = _contents(installation.database)
    assert "tieout restore" in installation.refusal("store", "list", code=1)
    assert _contents(installation.database) == before


def test_a_read_only_disk_is_told_in_one_sentence(installation: Installation) -> None:
    code, told = _without_write_rights(installation, "queue", "retry", "--held")
    assert code == 1
    assert told.startswith("The database cannot be")
    assert "data folder" in told
    assert installation.answer("queue", "retry", "--held") == {"count": 0}


def test_a_new_installation_on_a_read_only_disk_is_told_in_one_sentence(installation: Installation) -> None:
    shutil.rmtree(installation.home)
    code, told = _without_write_rights(installation, "init")
    assert code == 1
    assert f"{installation.home} cannot be used: Permission denied" in told


def _without_write_rights(installation: Installation, *arguments: str) -> tuple[int, str]:
    """Run where nothing may be written, which is what a read-only disk looks like to us."""
    closed = [file for file in (installation.home, *installation.home.glob("*")) if file.exists()]
    before = {file: file.stat().st_mode for file in (installation.home.parent, *closed)}
    for file, mode in before.items():
        file.chmod(mode & 0o555)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "tieout.cli.main", *arguments],
            env={**os.environ, **installation.variables}, capture_output=True, text=True, check=False, timeout=60,
            preexec_fn=_give_up_the_right_of_root_to_write_everywhere,
        )  # fmt: skip
    finally:
        for file, mode in before.items():
            file.chmod(mode)
    assert len(done.stderr.splitlines()) == 1, done.stderr
    return done.returncode, done.stderr


def _give_up_the_right_of_root_to_write_everywhere() -> None:
    """Linux: drop CAP_DAC_OVERRIDE (1) from what the program to come may have; other users never had it."""
    drop_from_bounding_set, capability = 24, 1
    if os.getuid() == 0 and ctypes.CDLL(None, use_errno=True).prctl(drop_from_bounding_set, capability, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "cannot give up CAP_DAC_OVERRIDE")


def test_a_full_disk_is_told_and_the_database_stays_sound(installation: Installation, tmp_path: Path) -> None:
    """A bound on the size of files stands for the bound of the disk."""
    target = tmp_path / "backups" / "monday.sqlite3"
    size = installation.database.stat().st_size
    done = subprocess.run(
        [sys.executable, "-m", "tieout.cli.main", "backup", str(target)],
        env={**os.environ, **installation.variables}, capture_output=True, text=True, check=False, timeout=60,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size // 2, size // 2)),
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert not target.exists()
    assert installation.rows("PRAGMA integrity_check") == [("ok",)]
    assert installation.run("backup", str(target)).returncode == 0


def test_a_clock_that_was_years_ahead_blocks_nothing_for_good(installation: Installation) -> None:
    """Times that were written by a wrong clock lie in the future; commands work and show them."""
    future = (datetime.now(UTC) + timedelta(days=3 * 365)).strftime("%Y-%m-%d %H:%M:%S")
    installation.change(f"UPDATE request SET opened_at='{future}', counts_until='{future}'")
    installation.change(f"UPDATE event SET at='{future}'")
    assert installation.answer("log", "--limit", "1")["log"]
    assert installation.answer("queue", "list")["queue"] is not None


def test_a_backup_that_is_no_database_is_refused_before_anything_is_replaced(
    installation: Installation, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.sqlite3"
    broken.write_bytes(installation.database.read_bytes()[:5000])
    told = installation.refusal("restore", str(broken), "--force", code=1)
    assert str(broken) in told
    assert installation.answer("store", "list")["stores"]
    empty = tmp_path / "empty.sqlite3"
    sqlite3.connect(empty).close()
    assert "lacks its tables" in installation.refusal("restore", str(empty), "--force", code=1)
