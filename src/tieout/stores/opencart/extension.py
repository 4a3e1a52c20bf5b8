"""A shop's tables through our extension there: the same questions, signed, over HTTPS."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import httpx
import msgspec

from tieout.errors import ConfigurationWrong, ContractBroken, NeedsOperator, RetryLater
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
from tieout.stores.opencart.query import Row, Select
from tieout.stores.opencart.signing import (
    ANSWER,
    ASK,
    NONCE_HEADER,
    SIGNATURE_HEADER,
    TIME_HEADER,
    is_genuine,
    signature,
)
from tieout.stores.refusals import ACCESS_REFUSED, ADDRESS_WRONG, RIGHT_MISSING

#: Where the extension answers: 4.0.2 and later, 4.0.0 and 4.0.1, 3.x.
DOORS = (
    "extension/tieout/module/tieout.rows",
    "extension/tieout/module/tieout|rows",
    "extension/module/tieout/rows",
)
#: Rows in one answer; the extension gives no more.
ROWS_MAX = 5000
KEY_LENGTH_MIN = 32


class Answer(msgspec.Struct, frozen=True):
    """Either rows, or columns, or a value, or why not."""

    rows: list[dict[str, str]] = []
    columns: list[str] = []
    value: str = ""
    error: str = ""


class Extension:
    """Implements `query.Rows`. url: of the shop. nonce, seconds: made anew for each question."""

    def __init__(
        self,
        http: HttpClient,
        url: str,
        key: str,
        *,
        nonce: Callable[[], str] = lambda: secrets.token_hex(16),
        seconds: Callable[[], float] = time.time,
    ) -> None:
        self._http = http
        self._url = url.rstrip("/")
        self._key = key
        self._nonce = nonce
        self._seconds = seconds
        self._door = ""
        self._columns: dict[str, frozenset[str]] = {}

    def columns(self, table: str) -> frozenset[str]:
        if table not in self._columns:
            self._columns[table] = frozenset(self._ask({"ask": "columns", "table": table}).columns)
        return self._columns[table]

    def select(self, query: Select) -> list[Row]:
        return list(self._pages(query))

    def stream(self, query: Select) -> Iterator[Row]:
        return self._pages(query)

    def snapshot(self) -> AbstractContextManager[bool]:
        """Answers to several questions never belong to one moment."""
        return nullcontext(False)

    def now(self) -> str:
        return self._ask({"ask": "now"}).value

    def has_index(self, table: str, column: str) -> bool:
        return self._ask({"ask": "index", "table": table, "column": column}).value == "1"

    def close(self) -> None:
        self._http.close()

    def _pages(self, query: Select) -> Iterator[Row]:
        asked = {
            "ask": "select",
            "table": query.table,
            "columns": list(query.columns),
            "where": [[one.column, one.how, list(one.values)] for one in query.where],
            # Pages need an order that leaves nothing open.
            "order": list(dict.fromkeys([*query.order, *(query.columns if not query.limit else ())])),
            "descending": query.descending,
        }
        given = 0
        while True:
            limit = min(ROWS_MAX, query.limit - given) if query.limit else ROWS_MAX
            rows = self._ask({**asked, "limit": limit, "offset": given}).rows
            yield from rows
            given += len(rows)
            if len(rows) < limit or given == query.limit:
                return

    def _ask(self, question: Mapping[str, Any]) -> Answer:
        body = msgspec.json.encode(question)
        refusal: Exception | None = None
        for door in (self._door,) if self._door else DOORS:
            reply, moment, nonce = self._send(door, body)
            try:
                answer = self._read(reply, moment, nonce)
            except NeedsOperator as error:
                # Another version's door, or no extension at all: every shop answers something everywhere.
                refusal = error
                if error.code != _NOT_HERE:
                    raise
                continue
            self._door = door
            return answer
        assert refusal is not None
        raise NeedsOperator(str(refusal), code=ACCESS_REFUSED, scope="connection") from refusal

    def _send(self, door: str, body: bytes) -> tuple[Reply, str, str]:
        moment, nonce = str(int(self._seconds())), self._nonce()
        headers = {
            "content-type": "application/json",
            "accept": "application/json",
            TIME_HEADER: moment,
            NONCE_HEADER: nonce,
            SIGNATURE_HEADER: signature(self._key, ASK, moment, nonce, body),
        }
        try:
            return (
                self._http.send(Request("POST", f"{self._url}/index.php?route={door}", headers, body)),
                moment,
                nonce,
            )
        except AddressRefused as error:
            raise NeedsOperator(str(error), code=ADDRESS_WRONG, scope="connection") from error
        except (NotSent, Lost) as error:
            raise RetryLater(f"The shop cannot be read at present: {error}", scope="connection") from error
        except TooLarge as error:
            raise ContractBroken(str(error)) from error

    def _read(self, reply: Reply, moment: str, nonce: str) -> Answer:
        if reply.status >= 500 or reply.status == 429:
            raise RetryLater(f"The shop answered with {reply.status}; it is asked again later.", scope="connection")
        given = reply.headers.get(SIGNATURE_HEADER, "")
        if not given:
            raise NeedsOperator(
                "The Tieout extension does not answer at this address. Install it in the shop and switch it on.",
                code=_NOT_HERE,
                scope="connection",
            )
        if not is_genuine(self._key, ANSWER, moment, nonce, reply.body, given):
            raise NeedsOperator(
                "The extension's answer is not signed with this key. Copy the key again from the shop's admin.",
                code=ACCESS_REFUSED,
                scope="connection",
            )
        try:
            answer = msgspec.json.decode(reply.body, type=Answer)
        except (msgspec.MsgspecError, ValueError) as error:
            raise ContractBroken(f"The extension's answer has an unknown form: {error}.") from error
        if answer.error:
            raise _refused(answer.error)
        return answer


_NOT_HERE = "extension_missing"


def _refused(error: str) -> Exception:
    """error: the extension's word."""
    if error in ("signature", "time"):
        hint = "its clock differs from ours by more than five minutes" if error == "time" else "the key differs"
        return NeedsOperator(
            f"The extension does not accept our question: {hint}.", code=ACCESS_REFUSED, scope="connection"
        )
    if error == "table":
        return NeedsOperator(
            "The extension in the shop is too old for this version of Tieout: install the current one.",
            code=RIGHT_MISSING,
            scope="connection",
        )
    return ContractBroken(f"The extension could not answer: {error[:200]}.")


def connect(
    settings: Mapping[str, str],
    *,
    allow_private: bool = False,
    transport: httpx.BaseTransport | None = None,
    limits: Limits | None = None,
) -> Extension:
    """From a connection's settings. Raises ConfigurationWrong for settings that cannot work."""
    url = settings.get("url", "").strip()
    key = settings.get("extension_key", "").strip()
    if not url:
        raise ConfigurationWrong("url", "The address of the shop is missing, for example https://www.example.com/.")
    if not url.startswith("https://") and not allow_private:
        raise ConfigurationWrong("url", "The extension is asked over https only; enter the address with https://.")
    if len(key) < KEY_LENGTH_MIN or not key.isascii() or not key.isprintable():
        raise ConfigurationWrong("extension_key", "The extension's key is missing or not as the shop shows it.")
    guard = AddressGuard(allow_private=allow_private)
    http = HttpClient(guard=guard, redactor=Redactor((key,)), limits=limits, transport=transport)
    return Extension(http, url, key)
