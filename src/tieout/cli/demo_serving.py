"""The demo that stays: simulators in this process, web admin and worker as its children."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import click

from tieout.cli.demo_flow import Wishes, write_ledger
from tieout.cli.demo_flows import flow_of
from tieout.cli.demo_world import Source, simulators
from tieout.cli.locking import ServeLock
from tieout.cli.output import say
from tieout.cli.serving import SETTLE_SECONDS_MAX, web_child, worker_child
from tieout.cli.supervising import Supervisor
from tieout.cli.users import make_user
from tieout.config import home
from tieout.config.wiring import Wiring, use
from tieout.errors import ConfigurationWrong

USER = "demo"
_PASSWORD_FILE = "password"


def stay(source: Source, wishes: Wishes, folder: Path, ledger_file: Path | None, listen: str) -> int:
    """Sync the sample shop, then serve until stopped."""
    host, mark, port = listen.rpartition(":")
    if not mark or not port.isdigit():
        raise ConfigurationWrong("listen", f"--listen is {listen!r}, not a host and a port. Example: 127.0.0.1:8000")
    os.environ["TIEOUT_LISTEN"] = listen
    with ServeLock(home.folder()), simulators(source, folder) as running:
        os.environ["TIEOUT_XERO_URL"] = running.xero_url
        # The children go by the real time, so nothing is skipped here.
        wired = use(Wiring(clock=running.clock))
        flow = flow_of(wishes.kind)(wired, running, wishes, say)
        flow.connect(source)
        result = flow.run()
        if ledger_file:
            write_ledger(running, ledger_file)
        password = _password(folder)
        click.echo(f"\nThe shop answers at {running.store_url}, the simulated Xero at {running.xero_url}.")
        click.echo(f"Everything of this demo is kept in {folder}.")
        click.echo(f"\n  Open   http://{host}:{port}/\n  User   {USER}\n  Password   {password}\n")
        click.echo(f"{sum(result.posted.values())} documents are posted. Stop with Ctrl-C.")
        return Supervisor([web_child(listen), worker_child()], settle_seconds=SETTLE_SECONDS_MAX).run()


def _password(folder: Path) -> str:
    """One random password per state folder."""
    from django.contrib.auth.models import User

    file = folder / _PASSWORD_FILE
    if file.exists() and User.objects.filter(username=USER).exists():
        return file.read_text().strip()
    User.objects.filter(username=USER).delete()
    password = make_user(USER, "owner", secrets.token_urlsafe(9))
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as stream:
        stream.write(password + "\n")
    return password
