"""Whether this installation has a bell: on PostgreSQL, unless it is switched off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from tieout.dispatch.bell import ProcrastinateBell


def made_bell() -> ProcrastinateBell | None:
    """The bell of a process, None where there is nobody to ring for or where it is switched off."""
    if not settings.TIEOUT_BELL:
        return None
    # Its library knows PostgreSQL only.
    from tieout.dispatch.bell import ProcrastinateBell

    return ProcrastinateBell()
