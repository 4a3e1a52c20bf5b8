"""The door bell on PostgreSQL: procrastinate tells workers on any host that an organisation has work.

One task, no lock, no periodic tasks, no retries: the tables say what is to be done, leases say who does it, and the
sweep finds what a lost ring did not tell. A ring carries nothing but a number.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterable

import structlog
from django.db import DatabaseError, connections, transaction
from procrastinate import App, exceptions
from procrastinate.contrib.django import utils
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.psycopg_connector import PsycopgConnector

#: Name of the queue and of its only task.
QUEUE, TASK = "bell", "look_at_organisation"
#: Rung for no organisation in particular: a job of the schedule was made due.
ANY = 0
#: How often the bell's own table is looked at when a notification was lost.
_POLL_SECONDS = 5.0
#: After the database went away the bell is taken up again; the sweep works meanwhile.
_AGAIN_SECONDS = 5.0
#: Rings done at once; each is a flag that is set.
_CONCURRENCY = 4
#: One connection listens, one takes rings.
_CONNECTIONS_MAX = 3

_log = structlog.get_logger(__name__)


class ProcrastinateBell:
    """Implements ports.Bell, and the side that listens."""

    def __init__(self, alias: str = "default") -> None:
        self._alias = alias
        self._heard: Callable[[int], None] = lambda organisation: None
        self._app = App(connector=DjangoConnector(alias=alias))
        self._task = self._app.task(name=TASK, queue=QUEUE)(self._look)

    def ring(self, organisations: Iterable[int]) -> None:
        """After the commit of what is under way, in a transaction of its own. A ring that fails is told, not raised.

        A ring that waits already is enough: its lock lets it wait once for each organisation.
        """
        wanted = sorted(set(organisations))
        if wanted:
            transaction.on_commit(lambda: self._defer(wanted), using=self._alias)

    def _defer(self, organisations: Iterable[int]) -> None:
        for organisation in organisations:
            try:
                with transaction.atomic(using=self._alias):
                    self._task.configure(queueing_lock=f"organisation {organisation}").defer(
                        organisation=organisation
                    )
            except exceptions.AlreadyEnqueued:
                continue
            except (exceptions.ConnectorException, DatabaseError) as error:
                _log.warning("the bell could not be rung", organisation=organisation, error=type(error).__name__)

    async def _look(self, organisation: int) -> None:
        self._heard(organisation)

    def listen(self, heard: Callable[[int], None], stop: threading.Event) -> None:
        """Hear rings until told to stop; called in a thread of its own. heard: must only set a flag."""
        # It writes a line for every ring.
        logging.getLogger("procrastinate").setLevel(logging.WARNING)
        self._heard = heard
        while not stop.is_set():
            try:
                asyncio.run(self._serve(stop))
            except Exception as error:  # noqa: BLE001 - told; everything works on without the bell, a sweep later
                _log.warning("the bell is silent for now", error=type(error).__name__)
                stop.wait(_AGAIN_SECONDS)
        connections.close_all()

    def forget_broken(self) -> int:
        """Rings whose hearer was killed while it heard them; nobody waits for them. Returns how many."""
        with connections[self._alias].cursor() as cursor:
            cursor.execute(
                "DELETE FROM procrastinate_jobs WHERE queue_name=%s AND status<>'todo' AND worker_id IS NULL", [QUEUE]
            )
            return int(cursor.rowcount)

    async def _serve(self, stop: threading.Event) -> None:
        connector = PsycopgConnector(
            kwargs=utils.connector_params(self._alias), min_size=1, max_size=_CONNECTIONS_MAX, timeout=_AGAIN_SECONDS
        )
        async with self._app.with_connector(connector).open_async() as app:
            worker = asyncio.create_task(
                app.run_worker_async(
                    queues=[QUEUE],
                    concurrency=_CONCURRENCY,
                    fetch_job_polling_interval=_POLL_SECONDS,
                    delete_jobs="always",
                    install_signal_handlers=False,
                )
            )
            while not stop.is_set() and not worker.done():
                await asyncio.wait([worker], timeout=0.2)
            worker.cancel()
            await asyncio.gather(worker, return_exceptions=stop.is_set())
