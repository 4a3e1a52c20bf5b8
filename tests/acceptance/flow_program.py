"""Run as a program by tests: steps of the demo's flow over one world. Prints what each came to as one JSON object.

Arguments: folder, address of our database ("" for SQLite), the shop's data, steps: run, undo, held.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main(folder: Path, address: str, data: str, steps: list[str]) -> None:
    os.environ["TIEOUT_HOME"] = str(folder / "tieout")
    os.environ["TIEOUT_ALLOW_PRIVATE"] = "on"
    if address:
        os.environ["TIEOUT_DATABASE_URL"] = address
    from tieout.config import home, start

    home.make(home.folder())
    start.prepare_django()
    if address:
        from tieout.config import schema

        schema.upgrade()
    start.begin()
    from tieout.cli.demo_flow import Flow, Wishes
    from tieout.cli.demo_world import Source, simulators
    from tieout.cli.output import emit
    from tieout.config.wiring import Wiring, use
    from tieout.rules.settings import SalesDocuments

    source = Source(folder=data)
    results: list[object] = []
    with simulators(source, folder) as running:
        os.environ["TIEOUT_XERO_URL"] = running.xero_url
        wired = use(Wiring(clock=running.clock, wait=running.clock.skip_to))
        flow = Flow(wired, running, Wishes("magento2", SalesDocuments.ORDERS), lambda sentence: None)
        flow.connect(source)
        for step in steps:
            if step == "run":
                results.append(flow.run())
            elif step == "undo":
                planned = wired.undoing().plan(flow.last_run)
                wired.undoing().queue(planned, by="a test")
                flow.sync()
                results.append({"plan": planned.steps, "held": wired.administration.held()})
        ledger = running.ledger()
    (folder / "ledger.json").write_bytes(ledger)
    emit({"results": results})


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4:])
