"""Judges every exchange between any test and a simulated Xero by Xero's published OpenAPI description.

A pytest plugin: it stands in front of `World.handle`. Exchanges of one operation, status and shape are judged once
per process, the shape being names and kinds of members at every depth; so the cost stays small. Judged are answers to
everybody, and requests of Tieout's own client (told by its User-Agent). A misfit fails the test that caused it.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

import msgspec
import pytest
import yaml
from openapi_core import Config, OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.templating.paths.exceptions import PathError
from openapi_core.templating.responses.exceptions import ResponseNotFound
from openapi_core.testing import MockRequest, MockResponse

from xerosim.wire import Request, Response
from xerosim.world import World

DESCRIPTION = Path(__file__).resolve().parent / "openapi" / "xero_accounting.yaml"
BASE, ROOT = "https://api.xero.com", "/api.xro/2.0/"

#: What the file says more narrowly than the wire; these words are taken out of it before answers are judged.
LOOSENED = {
    "maxLength": "lengths in answers are narrower than live data",
    "enum": "its enumerations lack TAX001, newer tax types and organisation classes",
    "format": "money is not a double; the wire carries exact decimals",
    "security": "its scopes were withdrawn; what a token may do is judged by the simulator",
}
#: Exchanges that are not judged: method and status, part of the path, reason.
EXCEPTIONS: tuple[tuple[str, str, str], ...] = (
    (r"GET 200", r"^InvoiceReminders/Settings$", "the file wants a list named InvoiceReminders, given here too"),
    (r"\w+ (401|403|404|405|408|413|415|429|5\d\d)", r"", "the file describes refusals of validation only"),
    (r"\w+ (204|304)", r"", "no body"),
    (r"GET 200", r"/pdf$", "the file knows the PDF only; a client that asks for JSON gets the document"),
)
#: Shapes judged per operation, status and process: a bound on the time this takes.
SHAPES_MAX = 12
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_NUMBERED = re.compile(r"^(\w+)/(?!\{)[^/]+")

_seen: set[tuple[object, ...]] = set()
_counts: dict[str, int] = {}
_found: list[str] = []
_guard = threading.Lock()


@cache
def _description(loose: bool) -> OpenAPI:
    with DESCRIPTION.open(encoding="utf-8") as file:
        read: Any = yaml.load(file, Loader=yaml.CSafeLoader)
    _loosen(read, LOOSENED if loose else ("security",))
    return OpenAPI.from_dict(read, config=Config(spec_validator_cls=None))


def _loosen(node: Any, names: Any) -> None:
    if isinstance(node, dict):
        for name in names:
            if not isinstance(node.get(name), dict):
                node.pop(name, None)
        for value in node.values():
            _loosen(value, names)
    elif isinstance(node, list):
        for value in node:
            _loosen(value, names)


def shape(value: object) -> object:
    """Names and kinds of members at every depth; of a list the different shapes in it."""
    if isinstance(value, dict):
        return tuple(sorted((name, shape(member)) for name, member in value.items()))
    if isinstance(value, list):
        return ("list", frozenset(shape(member) for member in value))
    return type(value).__name__


def problem(request: Request, response: Response) -> str | None:
    """What the description has against an exchange, None if nothing or if one like it was judged before."""
    bare = unquote(request.target.partition("?")[0]).removeprefix(ROOT)
    label = f"{request.method} {response.status}"
    if any(re.fullmatch(what, label) and re.search(path, bare) for what, path, _ in EXCEPTIONS):
        return None
    operation = _ID.sub("{}", bare)
    if _NUMBERED.match(operation) and not operation.startswith("Reports/"):
        operation = _NUMBERED.sub(r"\1/{number}", operation)
        if request.method == "GET":
            return None  # read by number: documented on Xero's pages, while the file knows ids only
    name = f"{label} {operation}"
    ours = request.headers.get("user-agent", "").lower().startswith("tieout")
    if _counts.get(name, 0) >= SHAPES_MAX:
        return None
    try:
        answer = shape(msgspec.json.decode(response.body))
        asked = shape(msgspec.json.decode(request.body)) if ours and request.body else None
    except msgspec.DecodeError:
        return None  # XML, PDF, attachments: the file describes JSON; a body of ours is always JSON
    query = parse_qsl(request.target.partition("?")[2])
    key = (name, answer, asked, ours, tuple(sorted(dict(query))))
    with _guard:
        if key in _seen:
            return None
        _seen.add(key)
        _counts[name] = _counts.get(name, 0) + 1
    return _judge(request, response, bare, dict(query), ours)


def _judge(request: Request, response: Response, bare: str, query: dict[str, str], ours: bool) -> str | None:
    headers = {k: v for k, v in request.headers.items() if k != "content-type"}
    if "if-modified-since" in headers:
        headers["if-modified-since"] += "Z"  # described as a date-time, documented and used without a zone
    asked = MockRequest(
        BASE, request.method.lower(), ROOT + bare, args=query, headers=headers, data=request.body or None,
        content_type="application/json",
    )  # fmt: skip
    said = MockResponse(_without_echoes(response), response.status, content_type="application/json")
    try:
        _description(True).validate_response(asked, said)
        if ours:
            _description(False).validate_request(asked)
    except ResponseNotFound:
        # The file gives 400 to writes only, and not to all of them; Xero refuses bad filters of reads with it too.
        return None if response.status == 400 else f"{request.method} {bare}: {response.status} is not in the file"
    except PathError:
        return f"{request.method} {bare}: not an operation of the file" if ours else None
    except OpenAPIError as error:
        details = [f"{list(e.path)}: {e.message}"[:300] for e in getattr(error.__cause__, "schema_errors", [])]
        return f"{request.method} {bare} {response.status}: {error} {details[:3] or error.__cause__}"
    return None


def _without_echoes(response: Response) -> bytes:
    """The answer without what refused elements say of themselves: they echo what was sent, well formed or not."""
    answer = msgspec.json.decode(response.body)
    for name, elements in answer.items() if isinstance(answer, dict) else ():
        if name == "Elements":
            answer[name] = [{"ValidationErrors": one.get("ValidationErrors", [])} for one in elements]
        elif isinstance(elements, list):
            answer[name] = [
                one for one in elements if not (isinstance(one, dict) and one.get("StatusAttributeString") == "ERROR")
            ]
    return msgspec.json.encode(answer)


def _watched(handle: Any) -> Any:
    def watched(self: World, request: Request) -> Response:
        response: Response = handle(self, request)
        if request.target.startswith(ROOT):
            found = problem(request, response)
            if found is not None:
                _found.append(found)
        return response

    return watched


@pytest.fixture(scope="session", autouse=True)
def _every_exchange_is_judged() -> Iterator[None]:
    original = World.handle
    World.handle = _watched(original)  # type: ignore[method-assign]
    yield
    World.handle = original  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def _no_exchange_misfits(_every_exchange_is_judged: None) -> Iterator[None]:
    yield
    told, _found[:] = list(_found), []
    assert not told, "Exchanges that Xero's description does not allow:\n" + "\n".join(told[:5])
