"""The storage of the way back as one object; implements `ports.inward.InwardRecords`."""

from __future__ import annotations

from tieout.records.agreeing import Agreeing
from tieout.records.conflicts import Conflicts
from tieout.records.inward import Inward
from tieout.records.inward_outbox import InwardOutbox
from tieout.records.sql import Database


class InwardStorage(Inward, InwardOutbox, Agreeing, Conflicts):
    """One database, in whichever thread it is used."""

    def __init__(self, alias: str = "default") -> None:
        self._database = Database(alias)
