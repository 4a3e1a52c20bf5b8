"""The first user of an installation."""

from __future__ import annotations

from tieout.config import first_owner
from tieout.config.cases.wired import Wired


class FirstRun(Wired):
    """Implements `tieout.web.cases.first_run.FirstRunCases`."""

    def claim_first_code(self, code: str) -> bool:
        return first_owner.claim(self._wired.connections, code)
