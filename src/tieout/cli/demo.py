"""Verb `demo`: a sample shop, a simulated Xero and the web admin, with nothing to configure."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import click

from tieout.cli.output import emit, say, table
from tieout.config import start

#: Kinds of sample shops that are simulated, and kinds that can be read from a database that the person names.
SIMULATED = ("magento2", "perfex")
DATABASES = ("opencart", "perfex")


@click.command(epilog="Example: tieout demo --once --json")
@click.option("--once", is_flag=True, help="Sync everything, tie out, print the result, end (1 on any difference).")
@click.option("--json", "as_json", is_flag=True, help="With --once: one JSON object on stdout.")
@click.option("--store", default="magento2", show_default=True, metavar="KIND", help="Kind of the sample shop.")
@click.option("--data", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Other recorded data.")
@click.option("--database-url", metavar="URL", help="A real shop database, for kinds that are read that way.")
@click.option("--orders", type=click.IntRange(1, 1_000_000), help="Generate this many orders instead.")
@click.option("--seed", type=int, default=1, show_default=True, help="Of the generated orders.")
@click.option(
    "--sales-documents", type=click.Choice(("orders", "invoices")), default="orders", show_default=True,
    help="Which of the shop's documents are its sales documents.",
)  # fmt: skip
@click.option(
    "--statuses", type=click.Choice(("default", "all")), default="default", show_default=True,
    help="all: post every order that is confirmed and not cancelled.",
)  # fmt: skip
@click.option(
    "--ledger", "ledger_file", type=click.Path(path_type=Path, dir_okay=False),
    help="Write what the simulated Xero holds here.",
)  # fmt: skip
@click.option(
    "--state", type=click.Path(path_type=Path, file_okay=False), help="Keep everything here and go on from it.",
)  # fmt: skip
@click.option("--until", type=click.Choice(("set-up", "plan")), help="With --once and --state: stop after this step.")
@click.option("--listen", default="127.0.0.1:8000", show_default=True, metavar="HOST:PORT", help="Of the web admin.")
def demo(
    once: bool, as_json: bool, store: str, data: Path | None, database_url: str | None, orders: int | None, seed: int,
    sales_documents: str, statuses: str, ledger_file: Path | None, state: Path | None, until: str | None, listen: str,
) -> int:  # fmt: skip
    """A sample shop, a simulated Xero and the web admin: nothing to configure, nothing outside is touched."""
    _refuse(store, data, database_url, orders, once, as_json, until, state)
    kept = state is not None
    folder = (state or Path(tempfile.mkdtemp(prefix="tieout-demo-"))).resolve()
    try:
        private_environment(folder)
        start.make()
        from tieout.cli.demo_flow import Wishes
        from tieout.cli.demo_world import SAMPLE, Source
        from tieout.rules.settings import SalesDocuments

        if database_url:
            source = Source(kind=store, database_url=database_url)
        elif store == "perfex":
            source = Source(kind=store, orders=orders or 0, seed=seed)
        else:
            source = Source(orders=orders, seed=seed) if orders else Source(folder=str(data or SAMPLE / store))
        # A CRM knows no orders.
        chosen = SalesDocuments.INVOICES if store == "perfex" else SalesDocuments(sales_documents)
        wishes = Wishes(kind=store, sales_documents=chosen, all_statuses=statuses == "all")
        if once:
            return _once(source, wishes, folder, ledger_file, as_json, until or "")
        from tieout.cli.demo_serving import stay

        return stay(source, wishes, folder, ledger_file, listen)
    finally:
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)


def _refuse(
    store: str, data: Path | None, database_url: str | None, orders: int | None, once: bool, as_json: bool,
    until: str | None, state: Path | None,
) -> None:  # fmt: skip
    if store not in (*SIMULATED, *DATABASES):
        known = ", ".join(dict.fromkeys((*SIMULATED, *DATABASES)))
        raise click.UsageError(f"The demo has no shop of the kind {store} yet; it has {known}.")
    if database_url and store not in DATABASES:
        raise click.UsageError(f"Shops of the kind {store} are read through their interface, not from a database.")
    if store not in SIMULATED and not database_url:
        raise click.UsageError(f"For a shop of the kind {store} say its database with --database-url.")
    if store == "perfex" and data:
        raise click.UsageError("The demo's CRM is generated; say --orders for how many invoices.")
    if database_url and (data or orders):
        raise click.UsageError("--database-url goes without --data and --orders.")
    if data and orders:
        raise click.UsageError("Say --data or --orders, not both.")
    if as_json and not once:
        raise click.UsageError("--json goes with --once.")
    if until and not (once and state):
        raise click.UsageError("--until goes with --once and --state.")


def private_environment(folder: Path) -> None:
    """The demo works in a folder of its own; an installation on this machine is never touched."""
    for name in ("TIEOUT_DATABASE_URL", "TIEOUT_SECRET_KEY", "TIEOUT_VAULT_KEY"):
        os.environ.pop(name, None)
        os.environ.pop(f"{name}_FILE", None)
    os.environ["TIEOUT_HOME"] = str(folder / "tieout")
    os.environ["TIEOUT_ALLOW_PRIVATE"] = "on"
    # Without a mail server the digest is a file in the data folder.
    os.environ.setdefault("TIEOUT_DIGEST_TO", "demo@localhost")


def _once(source: object, wishes: object, folder: Path, ledger_file: Path | None, as_json: bool, until: str) -> int:
    from tieout.cli.demo_flow import Wishes, write_ledger
    from tieout.cli.demo_flows import flow_of
    from tieout.cli.demo_world import Source, simulators
    from tieout.config.wiring import Wiring, use

    assert isinstance(source, Source)
    assert isinstance(wishes, Wishes)
    with simulators(source, folder) as running:
        os.environ["TIEOUT_XERO_URL"] = running.xero_url
        wired = use(Wiring(clock=running.clock, wait=running.clock.skip_to))
        flow = flow_of(wishes.kind)(wired, running, wishes, say)
        flow.connect(source)
        result = flow.run(until)
        if ledger_file:
            write_ledger(running, ledger_file)
    if as_json:
        emit(result)
    else:
        kinds = sorted(result.documents)
        table(
            "Documents",
            ("kind", "in the shop", "posted"),
            [(k, result.documents[k], result.posted.get(k, 0)) for k in kinds],
        )
        for name, rows in (("Held", result.held), ("Skipped", result.skipped), ("Differences", result.differences)):
            if rows:
                table(name, tuple(rows[0]), [tuple(row.values()) for row in rows])
        click.echo(f"{result.xero_calls} calls to Xero, {result.tie_out_calls} more to tie out, {result.seconds} s.")
    return 1 if result.differences else 0
