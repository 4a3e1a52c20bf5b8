"""`bench web`: server time of the pages that grow, through the whole stack, while a back-fill writes beside it."""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from html import unescape

import msgspec
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpResponseBase
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tieout.cli.bench_web_rows import Filler
from tieout.config.clocks import SystemClock

#: Milliseconds that 95 of 100 answers may take.
BAR_MS = 200
_QUEUE = {
    "first page": "",
    "oldest first": "sort=queued_at",
    "held": "state=held",
    "held, oldest first": "state=held&sort=queued_at",
    "one entity": "entity=refund",
    "one action": "action=update",
    "one store": "store={store}",
    "one organisation, oldest first": "organisation={organisation}&sort=queued_at",
    "all filters": "state=held&entity=refund&action=update&store={store}&organisation={organisation}",
    "number begins with": "q=10009",
    "words in reasons": "q=archived+long+ago",
    "words that are everywhere": "q=mapped",
}
_LOG = {
    "first page": "",
    "oldest first": "sort=at",
    "errors": "status=error",
    "errors, oldest first": "status=error&sort=at",
    "one entity": "entity=refund",
    "one store": "store={store}",
    "one organisation, oldest first": "organisation={organisation}&sort=at",
    "all filters": "status=skipped&entity=refund&store={store}&organisation={organisation}",
    "number begins with": "q=10009",
    "one day long ago": "since={day}&until={day}",
}
#: The link to the page after this one.
_NEXT = re.compile(r'href="([^"]*after=[^"]*)"')
_OTHERS = ("dashboard", "problems", "plan", "orders")


def measure(rows: int, rounds: int) -> dict[str, object]:
    """The figures, with `p95_ms` by page, `queries` by page, and `verdict`. rounds: answers asked of each address."""
    started = time.monotonic()
    filler = Filler(SystemClock().now())
    filler.fill(min(200, rows))
    browser = _Browser(filler)
    few = browser.queries()
    filler.fill(rows - filler.rows)
    _analyse()
    filled = time.monotonic()
    with _back_fill(filler.stores[0]) as written:
        times = browser.times(rounds)
        orders = written()
    many = browser.queries()
    by_filter = {
        page: {name: _p95([one.wall for one in found]) for name, found in of.items()} for page, of in times.items()
    }
    p95 = {page: max(of.values()) for page, of in by_filter.items()}
    grown = sorted(page for page in many if many[page] != few[page])
    met = all(one <= BAR_MS for one in p95.values()) and not grown and (orders > 0 or rows < 1_000)
    return {
        "rows": rows,
        "p95_ms": p95,
        "bar_ms": BAR_MS,
        "worst": {page: max(of, key=lambda name: of[name]) for page, of in by_filter.items()},
        "p95_ms_by_filter": by_filter,
        "cpu_ms": {
            page: max(_median([one.cpu for one in found]) for found in of.values()) for page, of in times.items()
        },
        "queries": many,
        "queries_that_grow": grown,
        "orders_written_meanwhile": orders,
        "seconds_to_fill": round(filled - started, 1),
        "seconds": round(time.monotonic() - started, 1),
        "verdict": "met" if met else "missed",
    }


def gzip_text(answer: HttpResponseBase) -> str:
    """The page's text, unpacked."""
    content = getattr(answer, "content", b"")
    return (gzip.decompress(content) if answer.get("Content-Encoding") == "gzip" else content).decode()


class Spent(msgspec.Struct, frozen=True):
    """Milliseconds of one answer: by the clock on the wall, and of this thread's processor time."""

    wall: float
    cpu: float


def _p95(times: Sequence[float]) -> float:
    """The 95th of 100, by the nearest rank."""
    return round(sorted(times)[-(-len(times) * 95 // 100) - 1], 1)


def _median(times: Sequence[float]) -> float:
    return round(sorted(times)[len(times) // 2], 1)


def _analyse() -> None:
    """What a database does by itself in the course of a day."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


class _Browser:
    """An owner who is logged in, asking through all of the middleware; answers come packed, as to a browser."""

    def __init__(self, filler: Filler) -> None:
        user = User.objects.create_superuser("bench", password=None)
        self._client = Client(SERVER_NAME="localhost", HTTP_ACCEPT_ENCODING="gzip")
        self._client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        self._values = {"store": filler.stores[1], "organisation": filler.organisations[1]}

    def _addresses(self) -> Mapping[str, Mapping[str, str]]:
        day = SystemClock().now().date().replace(day=1).isoformat()
        pages: dict[str, dict[str, str]] = {}
        for page, variants in (("queue", _QUEUE), ("log", _LOG)):
            base = reverse(page)
            pages[page] = {
                name: f"{base}?{query.format(**self._values, day=day)}" for name, query in variants.items()
            }
            if further := self._further(base):
                pages[page]["a later page"] = further
        return pages | {page: {"": reverse(page)} for page in _OTHERS}

    def _further(self, base: str) -> str:
        """The second page by its cursor, from the other end of the table."""
        sort = "sort=queued_at" if base == reverse("queue") else "sort=at"
        text = gzip_text(self._client.get(f"{base}?{sort}"))
        found = _NEXT.search(text)
        return f"{base}{unescape(found[1])}" if found else ""

    def _get(self, address: str) -> Spent:
        wall, cpu = time.perf_counter(), time.thread_time()
        answer = self._client.get(address)
        spent = Spent((time.perf_counter() - wall) * 1_000, (time.thread_time() - cpu) * 1_000)
        assert answer.status_code == 200, f"{address} answered {answer.status_code}"
        return spent

    def times(self, rounds: int) -> dict[str, dict[str, list[Spent]]]:
        """Each answer, by page and variant; the variants take turns."""
        pages = self._addresses()
        found: dict[str, dict[str, list[Spent]]] = {
            page: {name: [] for name in variants} for page, variants in pages.items()
        }
        for _round in range(rounds):
            for page, variants in pages.items():
                for name, address in variants.items():
                    found[page][name].append(self._get(address))
        return found

    def queries(self) -> dict[str, int]:
        """Statements of each page, without what a first visit reads once."""
        counts = {}
        for page in ("queue", "log", *_OTHERS):
            self._get(reverse(page))
            with CaptureQueriesContext(connection) as seen:
                self._get(reverse(page))
            counts[page] = len(seen)
        return counts


@contextmanager
def _back_fill(store: int) -> Iterator[Callable[[], int]]:
    """A process that writes as a back-fill does. Yields a function that tells how many orders it wrote."""
    command = [sys.executable, "-m", "tieout.cli.bench_web_writer", str(store)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ.copy())
    assert process.stdout is not None
    told = [0]

    def listen() -> None:
        for line in process.stdout or ():
            told[0] = int(line)

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    until = time.monotonic() + 20
    while not told[0] and process.poll() is None and time.monotonic() < until:
        time.sleep(0.05)
    try:
        yield lambda: told[0]
    finally:
        process.terminate()
        process.wait(timeout=10)
        listener.join(timeout=5)
        process.stdout.close()
