"""Whether this installation can do its work."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db import DatabaseError, connection

from tieout.config import canary, schema
from tieout.config.cases.wired import Wired
from tieout.errors import TieoutError
from tieout.sync.alarms import live_workers
from tieout.web.cases.health import Check


class Health(Wired):
    """Implements `tieout.web.cases.health.HealthCases`."""

    def readiness(self) -> Sequence[Check]:
        found: list[Check] = []
        looks: tuple[tuple[str, Callable[[], str]], ...] = (
            ("database", _database),
            ("schema", _schema),
            ("vault", self._vault_opens),
            ("worker", self._worker),
        )
        for name, look in looks:
            try:
                found.append(Check(name, look()))
            except (DatabaseError, TieoutError) as error:
                found.append(Check(name, str(error).partition("\n")[0] or type(error).__name__))
            if name == "database" and not found[-1].is_good:
                break
        return found

    def _vault_opens(self) -> str:
        """Raises ConfigurationWrong when the key does not fit."""
        canary.check(self._wired.vault)
        return ""

    def _worker(self) -> str:
        wired = self._wired
        alive = live_workers(wired.records.heartbeats(), wired.clock.now())
        return "" if alive else "No worker has told for two minutes that it lives."


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def _schema() -> str:
    """Raises ConfigurationWrong for a database of a newer version."""
    missing = schema.pending()
    return f"The database lacks {len(missing)} migrations. Run: tieout upgrade" if missing else ""
