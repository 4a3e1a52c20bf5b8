"""Xero's published files as judges of exchanges: accounting, identity, webhooks. All exceptions are listed here.

`misfit` says what a file has against one exchange. Answers in XML are judged as the JSON they stand for, read with
the file's own types; refusals that the file does not describe are judged by the dialect they must speak.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote
from xml.etree import ElementTree

import msgspec
import yaml
from jsonschema import Draft202012Validator
from openapi_core import Config, OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.templating.paths.exceptions import PathError
from openapi_core.templating.responses.exceptions import ResponseNotFound
from openapi_core.testing import MockRequest, MockResponse

from xerosim.wire import Request, Response

FOLDER = Path(__file__).resolve().parent / "openapi"
BASE, ROOT = "https://api.xero.com", "/api.xro/2.0/"

#: What the files say more narrowly than the wire; these words are taken out of them before answers are judged.
LOOSENED = {
    "maxLength": "lengths in answers are narrower than live data",
    "enum": "the enumerations lack TAX001, newer tax types and organisation classes",
    "format": "money is not a double, the wire carries exact decimals; moments of connections have no zone",
    "security": "the scopes were withdrawn; what a token may do is judged by the simulator",
}
#: Exchanges that are not judged by the file: method and status, part of the path, reason.
EXCEPTIONS: tuple[tuple[str, str, str], ...] = (
    (r"\w+ 400", r"", "the file gives 400 to some writes only; Xero refuses bad filters of reads with it too"),
)
#: Webhook events: what is not judged, with the reason.
NEW_CATEGORIES = {
    "PREPAYMENT": "since 2026-08-14, not in the file",
    "OVERPAYMENT": "since 2026-09-03, not in the file",
}
NO_EVENTS = "the proof of intent has no events and sequence 0, where the file wants 1"
TOKEN_MEMBERS = {"id_token", "access_token", "expires_in", "token_type", "refresh_token", "scope"}
_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_ANY_ID = "00000000-0000-0000-0000-000000000000"
# A number in the place of an id is documented on Xero's pages, the file knows ids only: judged as if it were one.
_BY_NUMBER = re.compile(r"^(Invoices|CreditNotes|Items|Contacts|Quotes|PurchaseOrders)/(?!\{)([^/]+)")


TAG = re.compile(rb"<([A-Za-z]+)")


def template(path: str) -> str:
    """A path with its ids and numbers taken out, so that exchanges of one operation have one name."""
    bare = path.removeprefix(ROOT)
    return _GUID.sub("{}", _BY_NUMBER.sub(lambda m: f"{m[1]}/{{}}", bare))


def misfit(request: Request, response: Response) -> str | None:
    """What the published files have against an exchange; None if nothing, or if it is none of theirs."""
    path = unquote(request.target.partition("?")[0])
    if request.target.startswith("http"):
        return webhook_misfit(request.body)
    if path.startswith(ROOT):
        return _accounting(request, response, path.removeprefix(ROOT).strip("/"))
    if path.lower().startswith("/connections"):
        return _connections(request, response, path)
    if path == "/connect/token":
        return _token(response)
    return None


# -- accounting ------------------------------------------------------------------------------------------------------


def _accounting(request: Request, response: Response, bare: str) -> str | None:
    label = f"{request.method} {response.status}"
    if response.status >= 401 or response.status in (204, 304) or not response.body:
        wrong = dialect_misfit(response)
        return f"{request.method} {bare} {response.status}: {wrong}" if wrong else None
    ours = by_tieout(request)
    if "application/pdf" in request.headers.get("accept", "") and _kind(response) == "application/pdf":
        bare = f"{bare.removesuffix('/pdf')}/pdf"
    excused = not ours and any(re.fullmatch(what, label) and re.search(part, bare) for what, part, _ in EXCEPTIONS)
    bare = _BY_NUMBER.sub(lambda m: m[0] if _GUID.fullmatch(m[2]) else f"{m[1]}/{_ANY_ID}", bare)
    try:
        binary = _binary(request, response, bare)
        if binary:
            named = _described(request.method, bare, response.status).get("content", {})
            return None if binary in named else f"{label} {bare} is not in the file as {binary}"
        content = _content(request, response, bare)
    except ValueError as error:
        return f"{request.method} {bare} {response.status}: {error}"
    query = dict(parse_qsl(request.target.partition("?")[2]))
    headers = {k: v for k, v in request.headers.items() if k != "content-type"}
    headers.setdefault("xero-tenant-id", _ANY_ID)  # custom connections reach one organisation and omit it
    if "if-modified-since" in headers:
        headers["if-modified-since"] += "Z"  # described as a date-time, documented and used without a zone
    asked = MockRequest(
        BASE, request.method.lower(), ROOT + bare, args=query, headers=headers, data=request.body or None,
        content_type="application/json",
    )  # fmt: skip
    try:
        accounting(loose=True).validate_response(
            asked, MockResponse(content, response.status, content_type="application/json")
        )
        if ours:
            accounting(loose=False).validate_request(asked)
    except (ResponseNotFound, PathError) as error:
        return None if excused else f"{label} {bare} is not in the file: {error}"
    except OpenAPIError as error:
        details = [f"{list(e.path)}: {e.message}"[:300] for e in getattr(error.__cause__, "schema_errors", [])]
        return f"{request.method} {bare} {response.status}: {error} {details[:3] or error.__cause__}"
    return None


def by_tieout(request: Request) -> bool:
    """Whether Tieout's own client sent it: then the request is judged as well, and strictly."""
    return request.headers.get("user-agent", "").lower().startswith("tieout")


def _kind(response: Response) -> str:
    return response.headers.get("content-type", "").partition(";")[0]


def _binary(request: Request, response: Response, bare: str) -> str:
    """The media type of an answer that is not to be read as members; empty for all others. Raises ValueError."""
    if _kind(response) == "application/pdf" and bare.endswith("/pdf"):
        if not response.body.startswith(b"%PDF-"):
            raise ValueError("not a PDF")
        return "application/pdf"
    download = request.method == "GET" and re.search(r"/Attachments/[^/]+$", bare)
    return "application/octet-stream" if download else ""


def _content(request: Request, response: Response, bare: str) -> bytes:
    """The body as the file describes it. Raises ValueError where it cannot be read."""
    kind = _kind(response)
    if "xml" in kind:
        return from_xml(request.method, bare, response)
    if kind != "application/json":
        raise ValueError(f"unexpected content type {kind}")
    return _without_echoes(response.body)


def _without_echoes(body: bytes) -> bytes:
    """The answer without what refused elements say of themselves: they echo what was sent, well formed or not."""
    answer = msgspec.json.decode(body)
    for name, elements in answer.items() if isinstance(answer, dict) else ():
        if name == "Elements":
            answer[name] = [{"ValidationErrors": one.get("ValidationErrors", [])} for one in elements]
        elif isinstance(elements, list):
            answer[name] = [
                one for one in elements if not (isinstance(one, dict) and one.get("StatusAttributeString") == "ERROR")
            ]
    return msgspec.json.encode(answer)


def from_xml(method: str, bare: str, response: Response) -> bytes:
    """An answer in XML as the JSON it stands for, typed as the file says. Raises ValueError for a wrong value."""
    try:
        root = ElementTree.fromstring(response.body)
    except ElementTree.ParseError as error:
        raise ValueError(f"no XML: {error}") from error
    refused = response.status == 400
    if root.tag != ("ApiException" if refused else "Response"):
        raise ValueError(f"the root is {root.tag}")
    named = _described(method, bare, response.status).get("content", {})
    schema = named.get("application/json", {}).get("schema", {})
    return _without_echoes(msgspec.json.encode(_typed(root, schema)))


def _described(method: str, bare: str, status: int) -> Any:
    """What the file says of an answer; empty if nothing."""
    paths = _read("xero_accounting.yaml")["paths"]
    if "/" + bare in paths:
        found = paths["/" + bare]
    else:
        fits = (path for path in paths if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), "/" + bare))
        found = paths.get(next(fits, ""), {})
    return _resolved(found.get(method.lower(), {}).get("responses", {}).get(str(status), {}))


def _resolved(node: Any) -> Any:
    """What a node of the file stands for."""
    while "$ref" in node:
        _, _, kind, name = node["$ref"].split("/")
        node = _read("xero_accounting.yaml")["components"][kind][name]
    return node


def _typed(node: ElementTree.Element, schema: Any) -> Any:
    schema = _resolved(schema)
    text, kind = node.text or "", schema.get("type", "")
    if kind == "array":
        return [_typed(child, schema["items"]) for child in node]
    if len(node) or "properties" in schema:
        return {child.tag: _typed(child, schema.get("properties", {}).get(child.tag, {})) for child in node}
    if kind == "integer":
        return int(text)
    if kind == "number":
        return float(text)
    if kind == "boolean":
        if text not in ("true", "false"):
            raise ValueError(f"{node.tag} is {text!r}, neither true nor false")
        return text == "true"
    return text


def dialect_misfit(response: Response) -> str | None:
    """What is wrong with a refusal that the file does not describe; each status has its dialect."""
    status, kind, body = response.status, _kind(response), response.body
    if status in (204, 304, 429):
        fits = not body and (status != 429 or "x-rate-limit-problem" in response.headers)
    elif status in (401, 403) and kind == "application/json":
        answer = msgspec.json.decode(body)
        title = "Unauthorized" if status == 401 else "Forbidden"
        fits = (answer["Title"], answer["Status"]) == (title, status)
        fits = fits and bool(answer["Detail"]) and _GUID.fullmatch(answer["Instance"]) is not None
    elif status == 403:
        fits = kind == "text/html"  # the edge network, not the API
    elif status == 404:
        fits = kind == "text/html" and not body
    elif status == 501:
        fits = b"ApiMethodNotImplementedException" in body
    elif status >= 500:
        fits = kind == "text/plain" and bool(body)
    else:
        fits = kind == "text/plain" and not body  # unsupported kinds; bodies too large, by the switch oversize_status
    return None if fits else f"a refusal of a dialect of its own: {kind} {body[:100]!r}"


# -- identity and webhooks -------------------------------------------------------------------------------------------


def _connections(request: Request, response: Response, path: str) -> str | None:
    if response.status in (401, 403, 404) and not (response.status == 404 and not response.body):
        return dialect_misfit(response)
    asked = MockRequest(BASE, request.method.lower(), "/Connections" + path[len("/connections") :])
    try:
        _identity().validate_response(
            asked, MockResponse(response.body, response.status, content_type="application/json")
        )
    except (ResponseNotFound, PathError):
        return None if response.status == 404 else f"{request.method} {path} {response.status} is not in the file"
    except OpenAPIError as error:
        return f"{request.method} {path} {response.status}: {error.__cause__ or error}"
    return None


def _token(response: Response) -> str | None:
    answer = msgspec.json.decode(response.body) if response.body else {}
    if response.status != 200:
        return None if isinstance(answer.get("error"), str) and len(answer) == 1 else f"token refused with {answer}"
    schema = _read("xero-identity.yaml")["components"]["schemas"]["AccessToken"]
    wrong = [error.message for error in Draft202012Validator(schema).iter_errors(answer)]
    wrong += [f"{name} is not a documented member" for name in set(answer) - TOKEN_MEMBERS]
    return f"token: {wrong}" if wrong else None


def webhook_misfit(body: bytes) -> str | None:
    """What the published file has against the body of a webhook."""
    sent = msgspec.json.decode(body)
    if sent["events"] == [] and sent["firstEventSequence"] == sent["lastEventSequence"] == 0:
        sent |= {"firstEventSequence": 1, "lastEventSequence": 1}  # see NO_EVENTS
    wrong = []
    for event in sent["events"]:
        if event.get("eventCategory") in NEW_CATEGORIES:
            event["eventCategory"] = "CREDITNOTE"
            event["data"]["Type"] = "ACCRECCREDIT"
        name = "CreditNoteWebhookEvent" if event.get("eventCategory") == "CREDITNOTE" else "WebhookEvent"
        wrong += [e.message[:200] for e in _hook(name).iter_errors({**sent, "events": [event]})]
    wrong += [e.message[:200] for e in _hook("WebhookEvent").iter_errors({**sent, "events": []})]
    return f"webhook: {wrong[:3]}" if wrong else None


# -- the files -------------------------------------------------------------------------------------------------------


@cache
def _read(name: str) -> Any:
    with (FOLDER / name).open(encoding="utf-8") as file:
        return yaml.load(file, Loader=yaml.CSafeLoader)


@cache
def _hook(name: str) -> Draft202012Validator:
    components = _read("xero-webhooks.yaml")["components"]
    return Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": components})


@cache
def accounting(*, loose: bool) -> OpenAPI:
    """The accounting file, for answers without what LOOSENED names."""
    return _opened("xero_accounting.yaml", tuple(LOOSENED) if loose else ("security",))


@cache
def _identity() -> OpenAPI:
    return _opened("xero-identity.yaml", tuple(LOOSENED))


def _opened(name: str, without: tuple[str, ...]) -> OpenAPI:
    with (FOLDER / name).open(encoding="utf-8") as file:
        read: Any = yaml.load(file, Loader=yaml.CSafeLoader)
    _loosen(read, without)
    return OpenAPI.from_dict(read, config=Config(spec_validator_cls=None))


def _loosen(node: Any, names: tuple[str, ...]) -> None:
    if isinstance(node, dict):
        for name in names:
            if not isinstance(node.get(name), dict):
                node.pop(name, None)
        for value in node.values():
            _loosen(value, names)
    elif isinstance(node, list):
        for value in node:
            _loosen(value, names)
