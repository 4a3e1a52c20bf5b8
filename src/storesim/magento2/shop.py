"""The simulated shop: Magento's REST interface over recorded or generated documents.

Routes, errors and search behaviour follow answers recorded from a running Magento Open Source
2.4.7; `ShopSettings` switches what differs in other versions and set-ups.
"""

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from storesim.faults import Fault, Faults, with_fault
from storesim.journal import Call, Journal
from storesim.magento2.auth import Credentials, Gate
from storesim.magento2.columns import Value
from storesim.magento2.control import answer_control
from storesim.magento2.errors import (
    ShopError,
    accept_page,
    internal_error,
    maintenance_page,
    not_authorised,
)
from storesim.magento2.folder import Recorded, read_folder
from storesim.magento2.reading import Reader
from storesim.magento2.resources import BY_NAME, RESOURCES
from storesim.magento2.routes import Route, find_route
from storesim.magento2.search import Finder
from storesim.magento2.settings import ShopSettings
from storesim.magento2.table import Key, Table, UnknownColumn
from storesim.magento2.writes import add_comment, edit_document, save_order
from storesim.magento2.xml import to_xml
from storesim.wire import Request, Response, decode, encode, json_response

CONTROL_PREFIX = "/__sim__/"
_FIRST_HISTORY_ID = 1_000_001


def system_clock() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)


class Shop:
    """One shop.  `handle` answers requests; the other methods act on it from outside."""

    def __init__(
        self,
        recorded: Recorded,
        *,
        settings: ShopSettings | None = None,
        clock: Callable[[], datetime] = system_clock,
    ) -> None:
        self.settings = settings or ShopSettings()
        self.credentials: Credentials = self.settings.credentials
        self.faults = Faults()
        self.journal = Journal()
        self.in_maintenance = False
        self.tables = {resource.name: Table(resource, recorded.documents[resource.name]) for resource in RESOURCES}
        self._finders = {name: Finder(table) for name, table in self.tables.items()}
        self._reader = Reader(recorded, self.tables, self._finders, self.settings, self.journal)
        self._gate = Gate(
            self.credentials,
            bearer_allowed=self.settings.bearer_allowed,
            methods=self.settings.signature_methods,
        )
        self._clock = clock
        self._next_history_id = _FIRST_HISTORY_ID
        self._lock = threading.RLock()

    @classmethod
    def from_folder(
        cls,
        path: str | Path,
        *,
        settings: ShopSettings | None = None,
        clock: Callable[[], datetime] = system_clock,
    ) -> "Shop":
        """A shop over a recorded folder.  Raises FileNotFoundError when there is none."""
        return cls(read_folder(Path(path)), settings=settings, clock=clock)

    def handle(self, request: Request) -> Response:
        """Answer one request, whatever it holds; safe to call from several threads."""
        with self._lock:
            if request.path.startswith(CONTROL_PREFIX) and self.settings.control_allowed:
                return answer_control(self, request)
            documents_before = self.journal.served.total
            fault = self.faults.next(request)
            route: Route | None = None
            if self.in_maintenance:
                response = maintenance_page()
            elif request.path == "/magento_version":
                response = _version_page(self.settings)
            else:
                route, response = self._answer(request, fault)
            served = self.journal.served.total - documents_before
            self.journal.note(
                Call(
                    at=self._clock(),
                    method=request.method,
                    path=request.path,
                    query=request.query,
                    resource=route.name if route else None,
                    status=response.status,
                    documents=served,
                )
            )
            return response

    def document(self, resource: str, key: Key) -> dict[str, object]:
        """A document as it stands.  Raises KeyError."""
        raw = self.tables[resource].get(key)
        if raw is None:
            raise KeyError(key)
        value = decode(raw)
        assert isinstance(value, dict)
        return value

    def edit(self, resource: str, key: Key, changes: Mapping[str, object]) -> None:
        """Change fields of a document as if done in the shop; moves `updated_at`.  Raises KeyError."""
        with self._lock:
            table = self.tables[resource]
            edit_document(table, key, changes, self._after_newest(table))

    def add(self, resource: str, document: Mapping[str, object]) -> None:
        """Put a new document into the shop, complete with its key and times."""
        with self._lock:
            table = self.tables[resource]
            key = document[BY_NAME[resource].key]
            assert isinstance(key, int | str)
            table.put(key, encode(dict(document)))

    def add_raw(self, resource: str, key: Key, text: bytes, *, columns: Mapping[str, Value]) -> None:
        """Put any bytes in a document's place, even such as no shop should send.

        columns: the values that filters and sorts see, since the text may not be readable.
        """
        with self._lock:
            self.tables[resource].put(key, text, columns)

    def remove(self, resource: str, key: Key) -> None:
        """Delete a document in the shop.  Raises KeyError."""
        with self._lock:
            self.tables[resource].remove(key)

    def _after_newest(self, table: Table) -> datetime:
        """Now, but after the newest change recorded: a shop's own clock does not lie behind it."""
        try:
            newest = table.index("updated_at")[-1:]
        except UnknownColumn:
            return self._clock()
        text = newest[0][0][1] if newest else ""
        if not isinstance(text, str) or not text:
            return self._clock()
        recorded = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
        return max(self._clock(), recorded + timedelta(seconds=1))

    def _answer(self, request: Request, fault: Fault | None) -> tuple[Route | None, Response]:
        route: Route | None = None
        try:
            route = find_route(request.method, request.path, self._reader.view_codes())
            self._gate.admit(request, route.right)
        except ShopError as error:
            return route, error.response()
        found = route
        shift = 1 if fault is not None and fault.kind == "duplicate" else 0
        if fault is None:
            return route, self._perform(request, found, shift)
        answer = with_fault(
            fault,
            lambda: self._perform(request, found, shift),
            lambda: _fault_answer(fault, found),
        )
        return route, answer

    def _perform(self, request: Request, route: Route, shift: int) -> Response:
        wanted = _wanted_type(request)
        if wanted == "html":
            return accept_page()
        try:
            if request.method == "POST":
                response = self._write(request, route)
            else:
                response = self._reader.read(request, route, shift=shift)
            if wanted == "xml":
                response = _in_xml(response)
        except ShopError as error:
            response = _in_xml(error.response()) if wanted == "xml" else error.response()
        except msgspec.DecodeError:
            # A document that was put in as rubbish: cutting it down fails here as it would there.
            response = internal_error(0).response()
        return response

    def _write(self, request: Request, route: Route) -> Response:
        table = self.tables["orders"]
        if route.kind == "save_order":
            key, answer = save_order(table, request.body, self._after_newest(table))
            self.journal.note_written("orders", key)
            return json_response(answer)
        key = self._reader.integer_key(route)
        add_comment(table, key, request.body, history_id=self._next_history_id, now=self._clock())
        self._next_history_id += 1
        self.journal.note_written("comments", key)
        return json_response(True)


def _version_page(settings: ShopSettings) -> Response:
    numbers = ".".join(str(number) for number in settings.version_numbers[:2])
    return Response(
        status=200,
        body=f"Magento/{numbers} (Community)".encode(),
        content_type="text/html; charset=UTF-8",
    )


def _wanted_type(request: Request) -> str:
    """json, xml or html: the first media type of the Accept header that the shop knows."""
    for part in request.headers.get("accept", "*/*").split(","):
        media = part.partition(";")[0].strip().lower()
        if media in ("application/json", "*/*", "application/*", ""):
            return "json"
        if media in ("application/xml", "text/xml"):
            return "xml"
    return "html"


def _in_xml(response: Response) -> Response:
    xml = to_xml(decode(response.body))
    return msgspec.structs.replace(response, body=xml, content_type="application/xml; charset=utf-8")


def _fault_answer(fault: Fault, route: Route) -> Response:
    if fault.kind == "503":
        return maintenance_page()
    if fault.kind == "401":
        return not_authorised(route.right or "self").response()
    if fault.kind == "429":
        return Response(
            status=429,
            body=b"<html><body><h1>Too Many Requests</h1></body></html>",
            content_type="text/html",
            headers={"retry-after": "5"},
        )
    return accept_page()
