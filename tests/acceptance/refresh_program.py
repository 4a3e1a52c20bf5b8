"""Asks for an access token in several threads at one moment; prints what each got."""

from __future__ import annotations

import json
import sys
import threading
import time
from datetime import UTC, datetime, timedelta


def main(step: str, start_at: str) -> None:
    import django

    django.setup()
    from django.db import connections

    from tieout.config.tokens import seal
    from tieout.config.wiring import Wiring
    from tieout.ports.administration import NewOrganisation
    from tieout.records.models import Authorisation
    from tieout.xero.tokens import TokenSet

    wired, now = Wiring(), datetime.now(UTC)
    if step == "make":
        old = TokenSet("access-0", now + timedelta(seconds=30), now, "refresh-0", "accounting.invoices")
        new = NewOrganisation(
            "tenant", "Books", "app", "client", wired.vault.seal("secret"), "code", seal(old, wired.vault)
        )
        wired.administration.add_organisation(new, now)
        return
    authorisation, got = Authorisation.objects.get().pk, []

    def ask() -> None:
        time.sleep(max(0.0, float(start_at) - time.time()))
        got.append(wired.tokens(authorisation).access_token())
        connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sys.stdout.write(json.dumps(got))


if __name__ == "__main__":
    main(*sys.argv[1:])
