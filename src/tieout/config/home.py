"""The data folder: database, key files and their canary.

Two key files lie beside the database and never in a backup: Django's secret and the vault's keys. A canary sealed
with the vault's key lies in a file of its own, which a backup does hold: a wrong key stops the start.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet

from tieout.config import environment
from tieout.config.vault import FernetVault, VaultLocked
from tieout.errors import ConfigurationWrong

HOME = "TIEOUT_HOME"
_EXAMPLE = "/var/lib/tieout"

SECRET_KEY_FILE = "django.key"
VAULT_KEY_FILE = "vault.key"
CANARY_FILE = "vault.canary"
_CANARY = "tieout: this key fits this data folder"

#: Owner reads and writes, nobody else.
_PRIVATE = 0o600


def folder() -> Path:
    """Where Tieout keeps its data; it need not exist."""
    shared = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    given = environment.text(HOME, str(Path(shared) / "tieout"), example=_EXAMPLE)
    path = Path(given).expanduser()
    if not path.is_absolute():
        raise environment.wrong(HOME, f"is {given!r}, which is not an absolute path", _EXAMPLE)
    if path.exists() and not path.is_dir():
        raise environment.wrong(HOME, f"is {given!r}, which is a file and not a folder", _EXAMPLE)
    return path


def make(path: Path) -> list[Path]:
    """Make the folder, both keys and the canary where missing. Returns the files that were made."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = []
    if "TIEOUT_SECRET_KEY" not in os.environ and "TIEOUT_SECRET_KEY_FILE" not in os.environ:
        made += _write_new(path / SECRET_KEY_FILE, secrets.token_urlsafe(64))
    if "TIEOUT_VAULT_KEY" not in os.environ and "TIEOUT_VAULT_KEY_FILE" not in os.environ:
        if (path / CANARY_FILE).exists() and not (path / VAULT_KEY_FILE).exists():
            raise ConfigurationWrong(
                "TIEOUT_VAULT_KEY",
                f"{path / VAULT_KEY_FILE} is missing although secrets were sealed with it. Put it back; "
                f"if it is lost for good, remove {path / CANARY_FILE} and connect everything again.",
            )
        made += _write_new(path / VAULT_KEY_FILE, Fernet.generate_key().decode())
    if not (path / CANARY_FILE).exists():
        made += _write_new(path / CANARY_FILE, FernetVault(vault_keys(path)).seal(_CANARY))
    return made


def _write_new(path: Path, content: str) -> list[Path]:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
    except FileExistsError:
        return []
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(content + "\n")
        file.flush()
        os.fsync(file.fileno())
    return [path]


def secret_key(path: Path) -> str:
    """Django's secret. Before `tieout init` made one: a new one for this process only."""
    given = environment.text("TIEOUT_SECRET_KEY", "", example="a long random text")
    return given or _read_private(path / SECRET_KEY_FILE) or secrets.token_urlsafe(64)


def vault_keys(path: Path) -> tuple[str, ...]:
    """Keys of the vault, newest first. Raises ConfigurationWrong when there is none."""
    given = environment.text("TIEOUT_VAULT_KEY", "", example="a key made by: tieout key new")
    keys = tuple((given or _read_private(path / VAULT_KEY_FILE)).split())
    if not keys:
        raise ConfigurationWrong("TIEOUT_VAULT_KEY", f"There is no vault key in {path}. Run: tieout init")
    return keys


def open_vault(path: Path) -> FernetVault:
    """The vault, after its canary was opened. Raises ConfigurationWrong when the key does not fit."""
    vault = FernetVault(vault_keys(path))
    canary = path / CANARY_FILE
    try:
        fits = not canary.exists() or vault.open(canary.read_text(encoding="utf-8").strip()) == _CANARY
    except VaultLocked:
        fits = False
    if not fits:
        raise ConfigurationWrong(
            "TIEOUT_VAULT_KEY",
            f"The vault key does not fit the data in {path}: stored secrets cannot be opened with it. "
            f"Put back the key file that was made with this data folder.",
        )
    return vault


def rotate(path: Path) -> None:
    """Put a new vault key before the old ones; the canary is sealed again with it. Secrets follow by reseal."""
    if "TIEOUT_VAULT_KEY" in os.environ or "TIEOUT_VAULT_KEY_FILE" in os.environ:
        raise ConfigurationWrong("TIEOUT_VAULT_KEY", "The vault key comes from the environment; rotate it there.")
    replace(path / VAULT_KEY_FILE, "\n".join((Fernet.generate_key().decode(), *vault_keys(path))))
    replace(path / CANARY_FILE, FernetVault(vault_keys(path)).seal(_CANARY))


def replace(path: Path, content: str) -> None:
    """Replace a private file in one step: a crash leaves the old or the new one."""
    beside = path.with_name(path.name + ".new")
    beside.unlink(missing_ok=True)
    _write_new(beside, content)
    beside.replace(path)


def _read_private(path: Path) -> str:
    try:
        if path.stat().st_mode & 0o077:
            raise ConfigurationWrong(path.name, f"{path} may be read by others. Run: chmod 600 {path}")
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise ConfigurationWrong(path.name, f"{path} cannot be read: {error.strerror}") from error
