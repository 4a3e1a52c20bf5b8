"""The REST module: one method per way of asking, errors in the words of `tieout.errors`.

Both generations of the module end here: bare arrays of everything, and pages with data and meta. A 404 is what the
module says of an empty list, of a failed validation and of a wrong address alike; it alone never means gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import msgspec

from tieout.errors import ConfigurationWrong, ContractBroken, NeedsOperator, OutcomeUnknown, RetryLater
from tieout.http import (
    AddressGuard,
    AddressRefused,
    HttpClient,
    Limits,
    Lost,
    NotSent,
    Redactor,
    Reply,
    Request,
    TooLarge,
)
from tieout.stores.perfex.forms import multipart
from tieout.stores.perfex.source import Row
from tieout.stores.refusals import ACCESS_REFUSED, ADDRESS_WRONG, RIGHT_MISSING

#: What the module says of an empty list.
_EMPTY = "no data were found"
#: Pages read of one list at most; a module that always says there is more must not be read for ever.
PAGES_MAX = 100_000
RETRY_AFTER_MAX = 86_400
TOKEN_LENGTH_MAX = 2000

Json = dict[str, Any]

_encoder = msgspec.json.Encoder(decimal_format="string")


class NoSuchRecord(Exception):
    """A 404 for one record: gone, or one of the other things that the module calls 404."""


class Refusal(msgspec.Struct, frozen=True):
    """The module said no to a write. sentence: its own words; status: 200 for the older form."""

    status: int
    sentence: str
    evidence: str


class PerfexClient:
    """Asks one CRM. url: of the CRM, without /api. page_size: 0 reads lists at once."""

    def __init__(self, http: HttpClient, url: str, token: str, page_size: int = 0) -> None:
        self._http = http
        self._url = url.rstrip("/")
        self._token = token
        self._page_size = page_size

    def rows(self, path: str) -> list[Row]:
        """Every row of a list, texts by column. Raises RetryLater, NeedsOperator, ContractBroken."""
        query = f"page=1&per_page={self._page_size}" if self._page_size else ""
        answer = self._list(path, query)
        if isinstance(answer, list):
            return [_row(one) for one in answer]
        found = [_row(one) for one in answer["data"]]
        number = 1
        while _has_more(answer, number) and number < PAGES_MAX:
            number += 1
            size = self._page_size or _size(answer)
            answer = self._list(path, f"page={number}&per_page={size}")
            if isinstance(answer, list) or _number(answer, "page", number) != number:
                # Pages past the end give the last one again: rows were deleted meanwhile.
                break
            found += [_row(one) for one in answer["data"]]
        return found

    def record(self, path: str) -> Json:
        """One record by its path. Raises NoSuchRecord for a 404 that speaks of it."""
        reply = self._send("GET", path)
        if reply.status == 404:
            if not _is_json(reply):
                raise _no_module()
            raise NoSuchRecord(path)
        found = self._decode(reply)
        if isinstance(found, dict) and isinstance(found.get("data"), dict):
            found = found["data"]
        if isinstance(found, list) and len(found) == 1:
            found = found[0]
        if not isinstance(found, dict) or found.get("status") is False:
            raise ContractBroken(f"The CRM's answer about {path} has an unknown form.", evidence=self._shown(reply))
        return found

    def write(
        self, method: str, path: str, body: Json | None, idempotency_key: str = "", *, form: bool = False
    ) -> Json | Refusal:
        """form: as a classic form, which both generations read with POST; else JSON.

        Raises OutcomeUnknown when it may have been done, RetryLater when surely not, NeedsOperator.
        """
        headers = {"idempotency-key": idempotency_key} if idempotency_key else {}
        content = b""
        if body is not None and form:
            headers["content-type"], content = multipart(body)
        elif body is not None:
            headers["content-type"], content = "application/json", _encoder.encode(body)
        try:
            reply = self._ask(method, f"{self._url}/api/{path}", headers, content)
        except (Lost, TooLarge) as error:
            raise OutcomeUnknown(f"The CRM's answer was lost: {error}") from error
        if reply.status in (401, 403, 429, 503) or 300 <= reply.status < 400:
            raise self._refusal(reply)
        if reply.status >= 500:
            raise OutcomeUnknown(f"The CRM reports an error of its own ({reply.status}); it may have been done.")
        if not _is_json(reply):
            raise OutcomeUnknown(f"The CRM answered {reply.status} with something that is not JSON.")
        try:
            found = msgspec.json.decode(reply.body)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise OutcomeUnknown("The CRM's answer was cut short.") from error
        if not isinstance(found, dict):
            raise OutcomeUnknown("The CRM's answer has an unknown form.")
        if reply.status >= 300 or found.get("status") is False:
            return Refusal(reply.status, self._http.redactor.text(sentence_of(found)), self._shown(reply))
        return found

    def open_table(self, table: str) -> list[Row] | None:
        """The rows of a table by the custom-table path; None where the administrator does not allow it."""
        reply = self._send("GET", f"thirdparty/customtable/{table}")
        if reply.status in (400, 403, 405) or (reply.status == 404 and not _is_empty(reply)):
            return None
        if reply.status == 404:
            return []
        found = self._decode(reply)
        rows = found.get("data") if isinstance(found, dict) else found
        return [_row(one) for one in rows] if isinstance(rows, list) else None

    def _list(self, path: str, query: str) -> list[Any] | Json:
        reply = self._send("GET", f"{path}?{query}" if query else path)
        if reply.status == 404:
            if _is_empty(reply):
                return []
            raise _no_module()
        found = self._decode(reply)
        if isinstance(found, list) or (isinstance(found, dict) and isinstance(found.get("data"), list)):
            return found
        raise ContractBroken(f"The CRM's list of {path} has an unknown form.", evidence=self._shown(reply))

    def _send(self, method: str, path: str) -> Reply:
        """A reading call. Other statuses than 200 and 404 are raised, but for what a table may answer."""
        try:
            reply = self._ask(method, f"{self._url}/api/{path}", {}, b"")
        except (Lost, TooLarge) as error:
            # Reading changes nothing, so a lost answer is simply asked for again.
            raise RetryLater(f"The CRM cannot be read at present: {error}", scope="connection") from error
        table = path.startswith("thirdparty/")
        if reply.status in (200, 404) or (table and reply.status in (400, 403, 405)):
            return reply
        raise self._refusal(reply)

    def _ask(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        sent = {"accept": "application/json", "authtoken": self._token, **headers}
        try:
            return self._http.send(Request(method, url, sent, body))
        except AddressRefused as error:
            raise NeedsOperator(str(error), code=ADDRESS_WRONG, scope="connection") from error
        except NotSent as error:
            raise RetryLater(f"The CRM cannot be reached at present: {error}", scope="connection") from error

    def _decode(self, reply: Reply) -> Any:
        if not _is_json(reply):
            raise _no_module()
        try:
            return msgspec.json.decode(reply.body)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise RetryLater("The CRM's answer was cut short.", scope="connection") from error

    def _refusal(self, reply: Reply) -> Exception:
        if reply.status == 429:
            return RetryLater("The CRM's quota of calls is used up.", scope="connection", after_seconds=_pause(reply))
        if reply.status in (401, 403):
            right = reply.status == 403
            return NeedsOperator(
                "The API token may not do this: tick the right for it in the CRM, under Setup › API."
                if right
                else "The CRM does not know the API token. Copy it again from Setup › API.",
                code=RIGHT_MISSING if right else ACCESS_REFUSED,
                scope="connection",
            )
        if 300 <= reply.status < 400:
            return NeedsOperator(
                "The CRM sends us on to another address. Enter the address that it really uses.",
                code=ADDRESS_WRONG,
                scope="connection",
            )
        if reply.status >= 500:
            return RetryLater(
                f"The CRM reports an error of its own ({reply.status}).",
                scope="outage" if reply.status != 503 else "connection",
            )
        return ContractBroken(f"The CRM refused a request ({reply.status}).", evidence=self._shown(reply))

    def _shown(self, reply: Reply) -> str:
        return self._http.redactor.body(reply.body)


def sentence_of(answer: Json) -> str:
    """The module's own words: a text, or reasons by field."""
    parts: list[str] = []
    for name in ("message", "errors", "error"):
        value = answer.get(name)
        if isinstance(value, dict):
            parts += [f"{field}: {reason}" for field, reason in value.items()]
        elif isinstance(value, str) and value and value != "validation_failed":
            parts.append(value)
    return "; ".join(dict.fromkeys(parts))[:500] or "without a reason"


def connect(
    settings: Mapping[str, str],
    *,
    allow_private: bool = False,
    transport: httpx.BaseTransport | None = None,
    limits: Limits | None = None,
) -> PerfexClient:
    """A client from a connection's settings. Raises ConfigurationWrong for settings that cannot work."""
    url, token = settings.get("url", "").strip(), settings.get("token", "").strip()
    if not url:
        raise ConfigurationWrong("url", "The address of the CRM is missing, for example https://crm.example.com/.")
    if not url.startswith("https://") and not allow_private:
        raise ConfigurationWrong("url", "The token is sent over https only; enter the address with https://.")
    if not token or not token.isascii() or not token.isprintable() or len(token) > TOKEN_LENGTH_MAX:
        raise ConfigurationWrong("token", "The API token is missing or not as the CRM shows it.")
    size = settings.get("page_size", "").strip() or "0"
    if not size.isascii() or not size.isdigit() or int(size) > 100:
        raise ConfigurationWrong("page_size", f"{size[:20]!r} rows per page: 1 to 100, or empty for whole lists.")
    guard = AddressGuard(allow_private=allow_private)
    http = HttpClient(guard=guard, redactor=Redactor((token,)), limits=limits, transport=transport)
    return PerfexClient(http, url, token, int(size))


def _row(value: Any) -> Row:
    """Scalars as texts, whichever way the module sends them; parts within are left out."""
    if not isinstance(value, dict):
        raise ContractBroken("The CRM's list holds something that is no record.")
    return {name: _text(one) for name, one in value.items() if isinstance(one, str | int | float | bool)}


def row_of(value: Any) -> dict[str, str]:
    """The same for one record."""
    return dict(_row(value))


def rows_of(value: Any) -> list[dict[str, str]]:
    """A list within a record; absent and null give none."""
    return [row_of(one) for one in value] if isinstance(value, list) else []


def _text(value: str | int | float | bool) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


def _is_json(reply: Reply) -> bool:
    return reply.content_type == "application/json" or reply.body[:1] in (b"{", b"[")


def _is_empty(reply: Reply) -> bool:
    """The 404 that only says that a list is empty."""
    if not _is_json(reply):
        return False
    try:
        found = msgspec.json.decode(reply.body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return False
    return isinstance(found, dict) and _EMPTY in str(found.get("message", "")).lower()


def _no_module() -> NeedsOperator:
    return NeedsOperator(
        "The REST API module does not answer at this address. Check the address, also its folder, and that the "
        "module is active in the CRM under Setup › Modules.",
        code=ADDRESS_WRONG,
        scope="connection",
    )


def _pause(reply: Reply) -> int | None:
    """Seconds until the window ends: as the answer says, by its own clock where it tells it."""
    after = reply.headers.get("retry-after", "").strip()
    if after.isascii() and after.isdigit():
        return min(int(after[:9]), RETRY_AFTER_MAX)
    reset = reply.headers.get("x-ratelimit-reset", "").strip()
    try:
        now = parsedate_to_datetime(reply.headers["date"]).timestamp()
        return min(max(int(reset) - int(now), 1), RETRY_AFTER_MAX)
    except (KeyError, ValueError, TypeError, OverflowError):
        return None


def _has_more(answer: Json, page: int) -> bool:
    meta = answer.get("meta")
    if not isinstance(meta, dict):
        return False
    return bool(meta.get("has_more")) and page < _number(answer, "total_pages", PAGES_MAX)


def _number(answer: Json, name: str, default: int) -> int:
    meta = answer.get("meta")
    value = meta.get(name) if isinstance(meta, dict) else None
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() else default


def _size(answer: Json) -> int:
    return max(_number(answer, "per_page", 25), 1)
