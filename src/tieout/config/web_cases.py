"""The use cases of the web admin, put together from the wiring; handed to `tieout.web` through its AppConfig."""

from __future__ import annotations

from tieout.config.cases.connections import Connections
from tieout.config.cases.entities import Entities
from tieout.config.cases.exchange import Exchange
from tieout.config.cases.first_run import FirstRun
from tieout.config.cases.health import Health
from tieout.config.cases.organisations import Organisations
from tieout.config.cases.people import People
from tieout.config.cases.proofs import Proofs
from tieout.config.cases.queue import Queues
from tieout.config.cases.rules import RuleEditing
from tieout.config.cases.stores import Stores
from tieout.config.cases.undo import Undo
from tieout.config.cases.webhooks import Webhooks


class WebCases(
    Queues,
    Undo,
    Proofs,
    RuleEditing,
    Connections,
    Stores,
    Organisations,
    Entities,
    Exchange,
    FirstRun,
    People,
    Webhooks,
    Health,
):
    """Implements `tieout.web.use_cases.UseCases`."""
