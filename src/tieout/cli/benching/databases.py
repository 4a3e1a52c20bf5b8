"""An installation of a drill's own: a data folder and a database that nobody else uses, thrown away at the end."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

from tieout.cli.demo import private_environment
from tieout.config import home, start
from tieout.config.database import NAME as DATABASE_URL
from tieout.errors import ConfigurationWrong

Kind = Literal["sqlite", "postgresql"]
#: Where a server is looked for when nobody names one; its user must be allowed to create databases.
SERVER = "postgresql://postgres@127.0.0.1:5432/postgres"


class Place:
    """Where a drill's Tieout lives. url: of the PostgreSQL database, "" for SQLite."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url

    def backup(self, file: Path) -> None:
        """While everything runs: the product's own backup, on PostgreSQL the one that its docs name."""
        if self.url:
            _run(["pg_dump", "--format=custom", f"--file={file}", self.url])
        else:
            tieout("backup", str(file))

    def restore(self, file: Path) -> None:
        """Throw away what is there and put the backup in its place. Nothing of Tieout may be running."""
        if self.url:
            _recreate(self.url)
            _run(["pg_restore", "--no-owner", f"--dbname={self.url}", str(file)])
            tieout("catch-up")
            return
        tieout("restore", "--force", str(file))
        for kept in home.folder().glob("*before-restore*"):
            kept.unlink()


@contextmanager
def place(kind: Kind, server: str = SERVER) -> Iterator[Place]:
    """A fresh data folder with its database, in the environment of this process and its children.

    Raises ConfigurationWrong when the server cannot be used.
    """
    folder = Path(tempfile.mkdtemp(prefix="tieout-bench-"))
    url = ""
    try:
        private_environment(folder)
        if kind == "postgresql":
            url = _new_database(server)
            os.environ[DATABASE_URL] = url
            home.make(home.folder())
            start.prepare_django()
            from tieout.config import schema

            schema.upgrade()
        start.make()
        yield Place(folder, url)
    finally:
        if url:
            os.environ.pop(DATABASE_URL, None)
            from django.db import connections

            connections.close_all()
            _execute(_maintenance(url), f'DROP DATABASE IF EXISTS "{_name(url)}" WITH (FORCE)')
        shutil.rmtree(folder, ignore_errors=True)


def tieout(*arguments: str) -> None:
    """Run a verb of the installation as an operator would. Raises ConfigurationWrong when it fails."""
    import sys

    _run([sys.executable, "-m", "tieout.cli.main", *arguments])


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ConfigurationWrong("bench", f"{' '.join(command[:4])} failed: {done.stderr.strip()[-500:]}")


def _new_database(server: str) -> str:
    name = f"tieout_bench_{secrets.token_hex(4)}"
    _execute(server, f'CREATE DATABASE "{name}"')
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


def _recreate(url: str) -> None:
    _execute(_maintenance(url), f'DROP DATABASE "{_name(url)}" WITH (FORCE)')
    _execute(_maintenance(url), f'CREATE DATABASE "{_name(url)}"')


def _maintenance(url: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path="/postgres"))


def _name(url: str) -> str:
    return urlsplit(url).path.lstrip("/")


def _execute(url: str, statement: str) -> None:
    import psycopg

    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=10) as server:
            server.execute(statement.encode())
    except psycopg.Error as error:
        raise ConfigurationWrong("bench", f"The PostgreSQL server cannot be used: {error}") from error
