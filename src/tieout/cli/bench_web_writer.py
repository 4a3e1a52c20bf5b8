"""The back-fill that runs beside `bench web`: a process that writes pages of orders until it is stopped."""

from __future__ import annotations

import itertools
import os
import sys
import time
from datetime import timedelta

from tieout.config import start
from tieout.config.clocks import SystemClock

#: Orders of a page, and the pause after each: some 250 orders a second, the floor of the pipeline.
PAGE, PAUSE_SECONDS = 100, 0.3


def main(connection: int) -> None:
    """Save new orders and log them, page after page, as a back-fill does. Ends with its parent."""
    start.begin()
    from tieout.documents import DocumentKey, DocumentKind, Envelope
    from tieout.ports.store import Mark, RawDocument
    from tieout.records.models import Event
    from tieout.records.storage import Storage

    storage, clock, parent = Storage(), SystemClock(), os.getppid()
    for page in itertools.count():
        if os.getppid() != parent:
            return
        now = clock.now()
        rows = []
        for index in range(PAGE):
            number = f"{500_000_000 + page * PAGE + index}"
            key = DocumentKey(DocumentKind.ORDER, number)
            at = now - timedelta(milliseconds=PAGE - index)
            body = b'{"increment_id":"%s","grand_total":61.9}' % number.encode() + b" " * 3_000
            envelope = Envelope(
                document=key,
                root=key,
                number=number,
                digest=number,
                updated_at=at,
                title="Bo Back-fill",
                state="complete",
            )
            rows.append((RawDocument(DocumentKind.ORDER, number, at, body), envelope))
        storage.save_page(connection, DocumentKind.ORDER, rows, Mark(now, rows[-1][0].key), now)
        Event.objects.bulk_create(
            Event(at=now, entity="order", number=one.number, action="create", status="success", message="OK")
            for _raw, one in rows
        )
        sys.stdout.write(f"{(page + 1) * PAGE}\n")
        sys.stdout.flush()
        time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    main(int(sys.argv[1]))
