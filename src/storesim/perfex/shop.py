"""The simulated CRM behind HTTP: who may come in, limits, faults, the REST module, and a control interface."""

import threading

import msgspec

from storesim.faults import Fault, Faults, with_fault
from storesim.journal import Call, Journal
from storesim.perfex.control import answer_control
from storesim.perfex.crm import Crm
from storesim.perfex.limits import Quota
from storesim.perfex.rest import RESOURCES, Rest
from storesim.perfex.webhooks import Webhooks
from storesim.wire import Request, Response, json_response

CONTROL_PREFIX = "/__sim__/"
TOKEN = "perfex-demo-token-0123456789abcdef"
_WRITES = {"POST": "post", "PUT": "put", "DELETE": "delete", "GET": "get"}


class Settings(msgspec.Struct):
    """generation: "2" or "3" of the REST module. rights: None for all, else "invoices.get" and so on.

    open_tables: tables that the custom-table endpoint shows. folder: where the CRM lives in its host.
    """

    token: str = TOKEN
    generation: str = "3"
    rights: frozenset[str] | None = None
    open_tables: frozenset[str] = frozenset()
    folder: str = ""
    calls: int = 100_000
    window_seconds: int = 3600
    control_allowed: bool = True


class PerfexShop:
    """One CRM with its REST module. `handle` answers requests; `crm` is for acting on it as people do."""

    def __init__(self, crm: Crm, settings: Settings | None = None) -> None:
        self.crm = crm
        self.settings = settings or Settings()
        self.faults = Faults()
        self.journal = Journal()
        self.webhooks = Webhooks(crm.core.clock)
        crm.core.on_event(self.webhooks.hear)
        self._quota = Quota(self.settings.calls, self.settings.window_seconds)
        self._rest = Rest(crm, self.settings.generation, self.settings.open_tables)
        self._replays: dict[str, Response] = {}
        self._lock = threading.RLock()

    @property
    def lock(self) -> threading.RLock:
        """Held while a request is answered; take it to act on the CRM while it is served."""
        return self._lock

    def handle(self, request: Request) -> Response:
        """Answer one request, whatever it holds; safe to call from several threads."""
        with self._lock:
            if request.path.startswith(CONTROL_PREFIX) and self.settings.control_allowed:
                return answer_control(self, request)
            fault = self.faults.next(request)
            if fault is None:
                response = self._answer(request)
            else:
                response = with_fault(fault, lambda: self._answer(request), lambda: _fault_answer(fault))
            path = self._path(request) or ""
            self.journal.note(
                Call(
                    at=self.crm.core.clock(), method=request.method, path=request.path, query=request.query,
                    resource=path.partition("/")[0] or None, status=response.status, documents=1,
                )
            )  # fmt: skip
            if request.method != "GET" and 200 <= response.status < 300:
                self.journal.note_written(path.partition("/")[0], path)
            return response

    def _path(self, request: Request) -> str | None:
        start = f"{self.settings.folder}/api/"
        return request.path.removeprefix(start) if request.path.startswith(start) else None

    def _answer(self, request: Request) -> Response:
        path = self._path(request)
        if path is None:
            return Response(404, b"<html><body><h1>404 Page Not Found</h1></body></html>", "text/html; charset=UTF-8")
        token = request.headers.get("authtoken") or _query_token(request.query)
        if not token:
            return json_response({"status": False, "message": "Token is not defined."}, status=401)
        if token != self.settings.token:
            return json_response({"status": False, "message": "Token invalid."}, status=401)
        allowed, headers = self._quota.take(self.crm.core.clock)
        if not allowed:
            answer = json_response({"status": False, "message": "Rate limit exceeded."}, status=429)
            return msgspec.structs.replace(answer, headers=headers)
        right = f"{path.partition('/')[0]}.{_WRITES.get(request.method, '')}"
        rights = self.settings.rights
        if rights is not None and path.partition("/")[0] in RESOURCES and right not in rights:
            answer = json_response({"status": False, "message": "Not permitted."}, status=403)
            return msgspec.structs.replace(answer, headers=headers)
        return msgspec.structs.replace(self._perform(request, path), headers=headers)

    def _perform(self, request: Request, path: str) -> Response:
        """The newer generation replays the answer to a POST that comes again under its key."""
        key = request.headers.get("idempotency-key", "")
        if request.method != "POST" or not key or self.settings.generation == "2":
            return self._rest.answer(request, path)
        if key not in self._replays:
            self._replays[key] = self._rest.answer(request, path)
        return self._replays[key]


def _query_token(query: str) -> str:
    from urllib.parse import parse_qs

    return next(iter(parse_qs(query).get("authtoken", [])), "")


def _fault_answer(fault: Fault) -> Response:
    if fault.kind == "429":
        return Response(429, b'{"status":false,"message":"Too many requests"}', headers={"retry-after": "5"})
    if fault.kind == "401":
        return json_response({"status": False, "message": "Token invalid."}, status=401)
    status = 503 if fault.kind == "503" else 500
    return Response(status, b"<html><body>A PHP Error was encountered</body></html>", "text/html; charset=UTF-8")
