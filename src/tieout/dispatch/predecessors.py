"""Workers of this machine that died while they held leases: their successor need not wait for the leases to end."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def dead_owners(owners: Sequence[str], host: str, *, alive: Callable[[int], bool] = is_alive) -> list[str]:
    """Owners "host:pid…" of this host whose process is no more.

    A process id that was given to another program keeps its lease until it ends. Two machines of one name must
    not share a database file; on PostgreSQL a wrong guess costs a repeated request with the same key, no more.
    """
    dead = []
    for owner in owners:
        name, _, rest = owner.partition(":")
        pid = rest.partition(":")[0]
        if name == host and pid.isdigit() and not alive(int(pid)):
            dead.append(owner)
    return dead
