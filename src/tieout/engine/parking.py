"""What waits in the queue although it could go: for its time, for a person, or because it is paused.

Waiting is a matter of priority: beyond `PARKED_PRIORITY` nothing leaves. Releasing lowers the number again, so that
the queue stays one list in one order, with nothing copied.
"""

from __future__ import annotations

from tieout.engine.choice import IMMEDIATE_PRIORITY, SCHEDULED_PRIORITY
from tieout.rules.entities import Mode

#: From here on postings wait for their entity's time (scheduled) or for a person (manual).
PARKED_PRIORITY = 1_000
#: Added while a store or a run is paused, taken off again when it is resumed.
PAUSED_STEP = 10_000
#: More changes than this at once are no trickle: they go in batches also in immediate mode.
IMMEDIATE_DOSSIERS_MAX = 25


def priority_for(mode: Mode, *, bulk: bool, batching: bool) -> int:
    """The priority of what changed. bulk: many changed at once. batching: the day's calls would not do."""
    match mode:
        case Mode.IMMEDIATELY if batching:
            return PARKED_PRIORITY
        case Mode.IMMEDIATELY:
            return SCHEDULED_PRIORITY if bulk else IMMEDIATE_PRIORITY
        case Mode.SCHEDULED | Mode.MANUAL:
            return PARKED_PRIORITY
