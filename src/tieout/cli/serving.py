"""Verbs `serve` and `worker`: the processes that stay."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType

import click

from tieout.cli.locking import ServeLock, refuse_network_folder
from tieout.cli.output import say
from tieout.cli.supervising import Child, Supervisor
from tieout.config import home, start
from tieout.errors import ConfigurationWrong

#: Requests of people wait behind each other only when this many are under way.
WEB_THREADS = 8
#: A turn's HTTP call ends within its own time limits; after this long a child is killed.
SETTLE_SECONDS_MAX = 90


@click.command(epilog="Example: tieout serve --listen 127.0.0.1:8000")
@click.option("--listen", metavar="HOST:PORT", help="Where the web admin answers (TIEOUT_LISTEN).")
@click.option("--web-only", is_flag=True, help="No worker here: workers run elsewhere. Needs PostgreSQL.")
def serve(listen: str | None, web_only: bool) -> int:
    """Web admin and worker on this machine, each restarted if it dies."""
    if listen:
        os.environ["TIEOUT_LISTEN"] = listen
    if web_only:
        return _serve_web()
    with ServeLock(home.folder()):
        start.begin()
        say_first_owner()
        return Supervisor([web_child(), worker_child()], settle_seconds=SETTLE_SECONDS_MAX).run()


def _serve_web() -> int:
    """The web admin alone; as many as wanted, on any host."""
    start.begin()
    from tieout.config import schema

    if schema.is_sqlite():
        raise ConfigurationWrong(
            "TIEOUT_DATABASE_URL",
            "On SQLite web admin and worker run together. Run: tieout serve; or move to PostgreSQL with: tieout move",
        )
    say_first_owner()
    return Supervisor([web_child()], settle_seconds=SETTLE_SECONDS_MAX).run()


@click.command(epilog="Example: tieout worker --threads 4")
@click.option("--threads", type=click.IntRange(1, 64), default=4, show_default=True, help="Organisations at once.")
@click.option("--supervised", is_flag=True, hidden=True)
def worker(threads: int, supervised: bool) -> int:
    """A worker alone, started again if it dies: on PostgreSQL as many as wanted, on any host."""
    start.begin()
    from tieout.config import schema

    if supervised:
        if schema.is_sqlite():
            refuse_network_folder(home.folder())
        return _work(threads)
    supervisor = Supervisor([worker_child(threads)], settle_seconds=SETTLE_SECONDS_MAX)
    if not schema.is_sqlite():
        return supervisor.run()
    with ServeLock(home.folder()):
        return supervisor.run()


def _work(threads: int) -> int:
    from tieout.config.wiring import wiring

    wired = wiring()

    def ask_to_stop(number: int, frame: FrameType | None) -> None:
        wired.stop.set()

    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)
    wired.worker(threads).run(wired.stop)
    return 0


def web_child(listen: str = "") -> Child:
    from django.conf import settings

    host, port = settings.TIEOUT_LISTEN
    place = listen or f"{host}:{port}"
    return Child("web", (*_python(), "gunicorn", "--config", "python:tieout.config.gunicorn", "--bind", place))


def worker_child(threads: int = 4) -> Child:
    return Child("worker", (*_python(), "tieout.cli.main", "worker", "--supervised", "--threads", str(threads)))


def _python() -> Sequence[str]:
    return (sys.executable, "-m")


def say_first_owner() -> None:
    """While nobody may log in: the one-time address that makes the owner."""
    from django.conf import settings
    from django.contrib.auth.models import User

    from tieout.config import first_owner
    from tieout.config.wiring import wiring

    if User.objects.exists():
        return
    code = first_owner.new_code(wiring().administration, wiring().clock)
    host, port = settings.TIEOUT_LISTEN
    # Xero sends people back to https, and without it to this name only.
    base = settings.TIEOUT_BASE_URL.rstrip("/") or f"http://{'localhost' if host == '127.0.0.1' else host}:{port}"
    say(f"Nobody may log in yet. Make the owner, once, at\n\n  {base}/first?code={code}\n")


def say_where(place: str) -> None:
    say(f"The web admin answers at http://{place}/")
