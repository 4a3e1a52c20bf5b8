"""Services that tests need: a running one is used, else a private one is started, else it is installed when we may.

What could not be had is named in the test summary. One run shares what was started among its processes: the first
that needs a service starts it under a file lock and leaves its address in the run's folder.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

#: Folder of this run's services; set by the process that pytest was started in, inherited by its workers.
RUN = "TIEOUT_TEST_SERVICES"

_START_SECONDS_MAX = 60
_INSTALL_SECONDS_MAX = 300


def begin() -> None:
    os.environ[RUN] = tempfile.mkdtemp(prefix="tieout-services-")
    # A server that runs as another user must be able to walk into the folder.
    os.chmod(os.environ[RUN], 0o755)


def end() -> None:
    folder = Path(os.environ.pop(RUN))
    for pid_file in folder.glob("*.pid"):
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(pid_file.read_text()), 15)
            _wait_for_end(int(pid_file.read_text()))
    shutil.rmtree(folder, ignore_errors=True)


def _wait_for_end(pid: int) -> None:
    for _ in range(100):
        if not _alive(pid):
            return
        time.sleep(0.1)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def left_out() -> list[str]:
    """Sentences about services that could not be had in this run."""
    file = Path(os.environ[RUN]) / "left_out"
    return sorted(set(file.read_text().splitlines())) if file.exists() else []


def leave_out(sentence: str) -> None:
    with (Path(os.environ[RUN]) / "left_out").open("a") as file:
        file.write(sentence + "\n")


def postgresql() -> str | None:
    """Address of a PostgreSQL server whose user may create databases, None when there is none."""
    return _shared("postgresql", "TIEOUT_TEST_POSTGRESQL_URL", _start_postgresql)


def mariadb() -> str | None:
    """Address of a MariaDB server whose user may create databases, None when there is none."""
    return _shared("mariadb", "TIEOUT_TEST_MARIADB_URL", _start_mariadb)


def chromium() -> str | None:
    """Path of the system's Chromium, None when there is none."""
    return _shared("chromium", "TIEOUT_TEST_CHROMIUM", lambda: _program("chromium", "chromium", "google-chrome"))


def php() -> str | None:
    """Path of a PHP that runs programs and can call out, None when there is none."""
    return _shared("php", "TIEOUT_TEST_PHP", lambda: _program("php-cli php-curl", "php"))


def _shared(name: str, variable: str, start: Callable[[], str | None]) -> str | None:
    if variable in os.environ:
        return os.environ[variable]
    folder = Path(os.environ[RUN])
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        address = folder / f"{name}.address"
        if not address.exists():
            try:
                found = start() or ""
            except (OSError, subprocess.SubprocessError, TimeoutError) as error:
                leave_out(f"{name}: {error}")
                found = ""
            if not found:
                leave_out(f"{name}: not here and could not be installed; set {variable} to use one")
            address.write_text(found)
        return address.read_text() or None


def _program(packages: str, *names: str, folders: str = "") -> str | None:
    """Where a program is; packages with blanks between are installed first when we are root and may."""

    def find() -> str | None:
        places = [str(folder) for folder in sorted(Path("/").glob(folders), reverse=True)] if folders else []
        path = os.pathsep.join([*places, os.environ.get("PATH", ""), "/usr/sbin"])
        return next(filter(None, (shutil.which(name, path=path) for name in names)), None)

    if (found := find()) or os.geteuid() != 0 or not shutil.which("apt-get"):
        return found
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", *packages.split()]):
        subprocess.run(
            ["apt-get", "--quiet", *command], env=environment, timeout=_INSTALL_SECONDS_MAX, capture_output=True
        )
    return find()


def _start_postgresql() -> str | None:
    initdb = _program("postgresql", "initdb", folders="usr/lib/postgresql/*/bin")
    server = _program("postgresql", "postgres", folders="usr/lib/postgresql/*/bin")
    if not initdb or not server:
        return None
    data, port = _data_folder("postgresql", "postgres"), _free_port()
    with _as_user("postgres") as user:
        subprocess.run(
            [initdb, "--pgdata", data, "--auth", "trust", "--username", "tieout", "--encoding", "UTF8",
             "--locale", "C"],
            check=True, capture_output=True, cwd="/", timeout=_START_SECONDS_MAX, **user,
        )  # fmt: skip
        _start(
            "postgresql",
            [server, "-D", data, "-p", str(port), "-c", "listen_addresses=127.0.0.1",
             "-c", f"unix_socket_directories={data}", "-c", "max_connections=200", "-c", "fsync=off"],
            port, user,
        )  # fmt: skip
    return f"postgresql://tieout@127.0.0.1:{port}/postgres"


def _start_mariadb() -> str | None:
    install = _program("mariadb-server", "mariadb-install-db", "mysql_install_db")
    server = _program("mariadb-server", "mariadbd", "mysqld")
    if not install or not server:
        return None
    data, port = _data_folder("mariadb", "mysql"), _free_port()
    with _as_user("mysql") as user:
        subprocess.run(
            [install, "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal",
             "--skip-test-db"],
            check=True, capture_output=True, cwd="/", timeout=_START_SECONDS_MAX, **user,
        )  # fmt: skip
        _start(
            "mariadb",
            [server, "--no-defaults", f"--datadir={data}", f"--port={port}", "--bind-address=127.0.0.1",
             f"--socket={data}/server.sock", f"--pid-file={data}/server.pid"],
            port, user,
        )  # fmt: skip
    return f"mysql://root@127.0.0.1:{port}/"


def _data_folder(name: str, user: str) -> str:
    folder = Path(os.environ[RUN]) / name
    folder.mkdir(mode=0o700)
    if os.geteuid() == 0:
        shutil.chown(folder, _user_name(user), pwd.getpwnam(_user_name(user)).pw_gid)
    return str(folder)


def _user_name(wanted: str) -> str:
    """The service's own user where the system has it; database servers refuse to run as root."""
    try:
        return pwd.getpwnam(wanted).pw_name
    except KeyError:
        return "nobody"


@contextlib.contextmanager
def _as_user(wanted: str) -> Iterator[dict[str, Any]]:
    if os.geteuid() != 0:
        yield {}
        return
    entry = pwd.getpwnam(_user_name(wanted))
    yield {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _start(name: str, command: list[str], port: int, user: dict[str, Any]) -> None:
    """Start a server that outlives the process of pytest which happened to need it first."""
    folder = Path(os.environ[RUN])
    with (folder / f"{name}.log").open("wb") as log:
        # The shell ends at once and leaves the server behind, so that no test sees an unfinished child.
        started = subprocess.run(
            ["/bin/sh", "-c", '"$@" >&2 & echo $!', "sh", *command],
            check=True, stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL, cwd="/",
            start_new_session=True, **user,
        )  # fmt: skip
    pid = int(started.stdout)
    (folder / f"{name}.pid").write_text(str(pid))
    deadline = time.monotonic() + _START_SECONDS_MAX
    while time.monotonic() < deadline and _alive(pid):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            time.sleep(0.3)
            return
        time.sleep(0.1)
    raise TimeoutError(f"{name} did not start: {(folder / f'{name}.log').read_text()[-500:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
