"""Our own storage as one object: what implements the ports `records`, `turn` and `schedules`."""

from __future__ import annotations

from contextlib import AbstractContextManager

from tieout.ports import Bell
from tieout.records.catching_up import CatchingUp
from tieout.records.consents import Consents
from tieout.records.contacts import Contacts
from tieout.records.deletions import Deletions
from tieout.records.documents import Documents
from tieout.records.entities import EntitySettings
from tieout.records.facts import Facts
from tieout.records.housekeeping import Housekeeping
from tieout.records.inbox import Inbox
from tieout.records.leases import Leases
from tieout.records.outbox import Outbox
from tieout.records.pausing import Pauses
from tieout.records.plans import Plans
from tieout.records.queue import QueueActions
from tieout.records.ready import Ready
from tieout.records.routing import Routes
from tieout.records.schedules import Schedules
from tieout.records.seeing import Seeing
from tieout.records.settling import Settling
from tieout.records.sql import Database
from tieout.records.volume import Volumes


class Storage(
    Documents,
    Deletions,
    Plans,
    Routes,
    Facts,
    Leases,
    Ready,
    Outbox,
    Settling,
    Contacts,
    QueueActions,
    Schedules,
    EntitySettings,
    Pauses,
    Consents,
    CatchingUp,
    Seeing,
    Housekeeping,
    Inbox,
    Volumes,
):
    """One database, in whichever thread it is used (each has a connection of its own)."""

    def __init__(self, alias: str = "default", bell: Bell | None = None) -> None:
        self._database = Database(alias, bell)

    def transaction(self) -> AbstractContextManager[None]:
        return self._database.transaction()
