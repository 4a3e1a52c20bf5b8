"""Run as a program by `test_postgresql`: the demo's flow with our tables on PostgreSQL. Prints the result as JSON."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main(folder: Path, address: str, data: str) -> None:
    os.environ["TIEOUT_HOME"] = str(folder / "tieout")
    os.environ["TIEOUT_ALLOW_PRIVATE"] = "on"
    os.environ["TIEOUT_DATABASE_URL"] = address
    from tieout.config import home, start

    home.make(home.folder())
    start.prepare_django()
    from tieout.config import schema

    schema.upgrade()
    start.begin()
    from tieout.cli.demo_flow import Flow, Wishes
    from tieout.cli.demo_world import Source, simulators
    from tieout.cli.output import emit
    from tieout.config.wiring import Wiring, use
    from tieout.rules.settings import SalesDocuments

    source = Source(folder=data)
    with simulators(source, folder) as running:
        os.environ["TIEOUT_XERO_URL"] = running.xero_url
        wired = use(Wiring(clock=running.clock, wait=running.clock.skip_to))
        flow = Flow(wired, running, Wishes("magento2", SalesDocuments.ORDERS), lambda sentence: None)
        flow.connect(source)
        first = flow.run()
        second = flow.run()
        emit({"first": first, "second": second})


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
