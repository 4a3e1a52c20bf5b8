"""Catch-up: a database that was not the last one to write looks up in Xero before it creates anything."""

from __future__ import annotations

import uuid

from tieout.config.clocks import process_clock
from tieout.records.models import Audit, Installation, Organisation
from tieout.records.storage import Storage

_WRITER = "writer"


def writer_id() -> str:
    """Name of this database as a writer; a restored or copied one gets a new name."""
    row, _ = Installation.objects.get_or_create(
        name=_WRITER, defaults={"value": uuid.uuid4().hex, "changed_at": process_clock().now()}
    )
    return row.value


def begin() -> int:
    """Mark every organisation and give this database a new writer's name. Returns the number of organisations."""
    Installation.objects.update_or_create(
        name=_WRITER, defaults={"value": uuid.uuid4().hex, "changed_at": process_clock().now()}
    )
    storage, now = Storage(), process_clock().now()
    organisations = list(Organisation.objects.filter(removed_at__isnull=True).values_list("pk", flat=True))
    Organisation.objects.filter(pk__in=organisations).update(catch_up=True)
    for organisation in organisations:
        # From this moment on, not from the first turn: the stores are read next, and that reading counts.
        with storage.transaction():
            storage.begin_catch_up(organisation, now)
    return len(organisations)


def note(action: str, subject: str) -> None:
    """Something done at the terminal: in the audit trail, and when it was done last."""
    now = process_clock().now()
    Audit.objects.create(at=now, user="terminal", action=action, subject=subject[:200])
    Installation.objects.update_or_create(name=action, defaults={"value": subject, "changed_at": now})
