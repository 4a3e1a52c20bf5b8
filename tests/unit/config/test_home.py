import sqlite3
import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from tieout.config import home, schema
from tieout.config.vault import FernetVault, VaultLocked
from tieout.errors import ConfigurationWrong


@pytest.fixture(autouse=True)
def _no_keys_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TIEOUT_SECRET_KEY", "TIEOUT_VAULT_KEY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)


def test_keys_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    made = home.make(folder)
    assert {path.name for path in made} == {"django.key", "vault.key", "vault.canary"}
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in made)
    keys = (home.secret_key(folder), home.vault_keys(folder))
    assert home.make(folder) == []
    assert (home.secret_key(folder), home.vault_keys(folder)) == keys


def test_a_key_that_others_may_read_stops_the_start(tmp_path: Path) -> None:
    home.make(tmp_path)
    (tmp_path / "vault.key").chmod(0o644)
    with pytest.raises(ConfigurationWrong, match="chmod 600"):
        home.open_vault(tmp_path)


def test_a_wrong_vault_key_stops_the_start(tmp_path: Path) -> None:
    home.make(tmp_path)
    home.replace(tmp_path / "vault.key", Fernet.generate_key().decode())
    with pytest.raises(ConfigurationWrong, match="does not fit"):
        home.open_vault(tmp_path)


def test_a_lost_vault_key_is_not_silently_replaced(tmp_path: Path) -> None:
    home.make(tmp_path)
    (tmp_path / "vault.key").unlink()
    with pytest.raises(ConfigurationWrong, match="is missing although"):
        home.make(tmp_path)


def test_a_text_that_is_no_key_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TIEOUT_VAULT_KEY", "short")
    with pytest.raises(ConfigurationWrong, match="is not a key"):
        home.open_vault(tmp_path)


def test_after_a_rotation_old_secrets_open_and_new_ones_use_the_new_key(tmp_path: Path) -> None:
    home.make(tmp_path)
    sealed = home.open_vault(tmp_path).seal("refresh token")
    old_keys = home.vault_keys(tmp_path)
    home.rotate(tmp_path)
    vault = home.open_vault(tmp_path)
    assert vault.open(sealed) == "refresh token"
    with pytest.raises(VaultLocked):
        FernetVault(old_keys).open(vault.reseal(sealed))


def test_a_relative_data_folder_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIEOUT_HOME", "data")
    with pytest.raises(ConfigurationWrong, match="not an absolute path"):
        home.folder()


def test_a_file_as_data_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TIEOUT_HOME", str(tmp_path / "file"))
    with pytest.raises(ConfigurationWrong, match="a file and not a folder"):
        home.folder()


def test_tables_half_made_by_a_killed_process_are_made_to_the_end(tmp_path: Path) -> None:
    file = tmp_path / "tieout.sqlite3"
    with sqlite3.connect(file) as begun:
        begun.execute("CREATE TABLE django_migrations (id integer primary key, app text, name text, applied text)")
    assert not schema._has_records(file)
    with sqlite3.connect(file) as made:
        made.execute("CREATE TABLE posting (id integer primary key)")
    assert schema._has_records(file)
