"""Shops, each connected with an organisation of the simulated Xero of its own, with rules for all they have."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from storesim.process import StoreProcess
from tieout.cli.demo_flow import set_up
from tieout.config.wiring import Wiring
from tieout.ports.administration import NewConnection
from tieout.rules.settings import SalesDocuments
from xerosim.process import Running


class Connected(msgspec.Struct, frozen=True):
    """A shop's connection and its organisation, by our ids and Xero's."""

    connection: int
    organisation: int
    tenant: str


def connect(wired: Wiring, shops: Sequence[StoreProcess], xero: Running) -> list[Connected]:
    """Connect shop by shop; every order is posted that is not cancelled, whatever its status."""
    made = []
    for shop, told in zip(shops, xero.organisations, strict=True):
        options = {"url": shop.base_url, "access": "bearer"}
        secrets = wired.seal_secrets({"access_token": shop.credentials.access_token})
        new = NewConnection("magento2", f"Shop {told['name']}", shop.base_url, options, secrets)
        wired.administration.add_connection(new, wired.clock.now())
        wired.connecting().custom(told["client_id"], told["client_secret"])
        store = wired.administration.connections()[-1]
        organisation = wired.administration.organisations()[-1]
        pulled = wired.puller().pull(store, wired.adapter(store), wired.reader(store))
        assert not pulled.failure, pulled.failure
        store = wired.administration.connections()[-1]
        set_up(wired, store, organisation, SalesDocuments.ORDERS, all_statuses=True)
        made.append(Connected(store.id, organisation.id, told["tenant"]))
    return made


def forget_what_was_read(wired: Wiring, connected: Sequence[Connected]) -> None:
    """The workers read everything themselves."""
    from tieout.records.models import Document

    Document.objects.all().delete()
    for one in connected:
        wired.administration.forget_watermarks(one.connection)


def pull_often(wired: Wiring, connected: Sequence[Connected], seconds: int) -> None:
    """Ask the shops for changes more often than once a minute, so that a drill needs not wait for it."""
    for one in connected:
        wired.records.ensure_job(
            f"pull:{one.connection}",
            "pull",
            connection=one.connection,
            every_seconds=seconds,
            due_at=wired.clock.now(),
        )


def is_done(since: float) -> bool:
    """Whether our tables want nothing more, and every shop was read from beginning to end after this moment.

    since: seconds since 1970.
    """
    from datetime import UTC, datetime

    from django.db.models import F

    from tieout.records.models import Call, Document, Organisation, Posting, Schedule

    moment = datetime.fromtimestamp(since, UTC)
    pulls = Schedule.objects.filter(job="pull")
    if pulls.exclude(last_started_at__gt=moment, last_ended_at__gt=F("last_started_at"), failures=0).exists():
        return False
    if Document.objects.filter(planning_due=True).exists() or Organisation.objects.filter(catch_up=True).exists():
        return False
    if Call.objects.exclude(state="done").exists():
        return False
    return not Posting.objects.filter(state__in=("queued", "sending")).exists()
