"""One supervisor per data folder on SQLite: a lock file that the system frees when its holder dies."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path

from tieout.errors import ConfigurationWrong

#: File systems over a network: SQLite's locks cannot be trusted there.
_NETWORK = frozenset(
    ("nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "afs", "9p", "fuse.sshfs", "glusterfs", "ceph", "lustre")
)


class ServeLock:
    """Held by `serve`, by `worker` on SQLite and by `restore`. Raises ConfigurationWrong when another holds it."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "serve.lock"
        self._handle: int | None = None

    def __enter__(self) -> ServeLock:
        refuse_network_folder(self._path.parent)
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(self._handle, 100, 0).decode(errors="replace").strip() or "unknown"
            os.close(self._handle)
            self._handle = None
            raise ConfigurationWrong(
                "TIEOUT_HOME",
                f"Another Tieout (process {holder}) already serves {self._path.parent}. Stop it first, or use "
                f"PostgreSQL (TIEOUT_DATABASE_URL) to run several.",
            ) from error
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, str(os.getpid()).encode(), 0)
        return self

    def __exit__(self, *_: object) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def refuse_network_folder(folder: Path) -> None:
    """Raises ConfigurationWrong when the folder lies on a network file system."""
    kind = _file_system(folder)
    if kind in _NETWORK:
        raise ConfigurationWrong(
            "TIEOUT_HOME",
            f"{folder} lies on a network file system ({kind}), where SQLite may lose data. Use a local disk, or "
            f"PostgreSQL. Example: TIEOUT_DATABASE_URL=postgresql://tieout:secret@db.example/tieout",
        )


def _file_system(folder: Path) -> str:
    """Kind of the file system of the longest mount point above the folder, "" when the system does not tell."""
    real = folder.resolve()
    best, kind = -1, ""
    for point, name in _mounts():
        if (real == point or point in real.parents) and len(point.parts) > best:
            best, kind = len(point.parts), name
    return kind


def _mounts() -> list[tuple[Path, str]]:
    if sys.platform == "darwin":
        lines = subprocess.run(["/sbin/mount"], capture_output=True, text=True, check=False).stdout.splitlines()
        parts = [(line.partition(" on ")[2].rpartition(" (")) for line in lines]
        return [(Path(place), options.split(",")[0].strip(" )")) for place, _, options in parts if place]
    try:
        fields = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    except OSError:
        return []
    return [(Path(field[1].replace("\\040", " ")), field[2]) for field in fields if len(field) > 2]
