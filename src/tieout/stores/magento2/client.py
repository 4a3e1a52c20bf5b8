"""The shop's REST interface: one method per way of asking, errors in the words of `tieout.errors`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import quote, urlsplit

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
from tieout.stores.magento2.access import Access, access_of, secrets_of
from tieout.stores.magento2.criteria import Criteria
from tieout.stores.magento2.refusals import TooHeavy, is_json, not_json, refuse
from tieout.stores.refusals import ADDRESS_WRONG

T = TypeVar("T")

#: The scope of every call: documents are the same under each store view (facts, section 1).
STORE_CODE = "all"


class MalformedAnswer(ContractBroken):
    """Said to be JSON and is not. truncated: it ends too early, so asking again may help."""

    def __init__(self, message: str, *, evidence: str, truncated: bool) -> None:
        super().__init__(message, evidence=evidence)
        self.truncated = truncated


class MagentoClient:
    """Reads one shop. url: of the shop, without /rest. All methods raise RetryLater and NeedsOperator."""

    def __init__(self, http: HttpClient, access: Access, url: str) -> None:
        self._http = http
        self._access = access
        self._url = url.rstrip("/")

    def get(self, path: str, query: str = "") -> bytes | None:
        """The JSON text of an answer; None when there is no such document (404 with a sentence about it)."""
        reply = self._send(f"{self._url}/rest/{STORE_CODE}/V1/{path}", query)
        if reply.status == 404 and is_json(reply) and b"Request does not match any route" not in reply.body:
            return None
        if reply.status != 200:
            raise refuse(reply, self._http.redactor)
        if not is_json(reply):
            raise not_json(reply)
        return reply.body

    def list(self, path: str, criteria: Criteria, answer: type[T]) -> T:
        """One page. Also raises PageSizeTooLarge and MalformedAnswer."""
        body = self.get(path, criteria.query())
        if body is None:
            raise ContractBroken(f"The shop has no list of {path}.")
        return self.decode(body, answer)

    def decode(self, body: bytes, answer: type[T]) -> T:
        try:
            return msgspec.json.decode(body, type=answer)
        except msgspec.ValidationError as error:
            raise MalformedAnswer(
                f"The shop's answer has an unknown form: {error}.",
                evidence=self._http.redactor.body(body),
                truncated=False,
            ) from error
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise MalformedAnswer(
                f"The shop's answer is not the JSON it says it is: {error}.",
                evidence=self._http.redactor.body(body),
                truncated="truncated" in str(error),
            ) from error

    def version(self) -> str:
        """What the storefront says of itself, as "Magento/2.4 (Community)"; often hidden: then ""."""
        try:
            reply = self._send(f"{self._url}/magento_version", "", accept="text/plain")
        except (RetryLater, NeedsOperator):
            return ""
        text = reply.body[:60].decode("ascii", errors="replace").strip()
        return text if reply.status == 200 and text.startswith("Magento/") else ""

    def _send(self, address: str, query: str, accept: str = "application/json") -> Reply:
        url = f"{address}?{query}" if query else address
        try:
            self._http.check(url)
            headers = {"accept": accept, **self._access.headers("GET", url)}
            return self._http.send(Request("GET", url, headers))
        except AddressRefused as error:
            raise NeedsOperator(str(error), code=ADDRESS_WRONG, scope="connection") from error
        except NotSent as error:
            raise RetryLater(f"The shop cannot be read at present: {error}", scope="connection") from error
        except (Lost, TooLarge) as error:
            # Reading changes nothing, so a lost answer is simply asked for again.
            raise TooHeavy(f"The shop cannot be read at present: {error}", scope="connection") from error


def path_part(text: str) -> str:
    """A key as one part of a path."""
    return quote(text, safe="")


def connect(
    settings: Mapping[str, str],
    *,
    allow_private: bool = False,
    transport: httpx.BaseTransport | None = None,
    limits: Limits | None = None,
) -> MagentoClient:
    """A client from a connection's settings (`settings.FIELDS`).

    allow_private: shops in private networks may be called. transport: instead of the network.
    Raises ConfigurationWrong for settings that cannot work.
    """
    url = settings.get("url", "").strip()
    if not url:
        raise ConfigurationWrong("url", "The address of the shop is missing, for example https://www.example.com/.")
    access = access_of(settings)
    if settings.get("access") == "bearer" and urlsplit(url).scheme != "https" and not allow_private:
        raise ConfigurationWrong("url", "A bearer token is sent over https only; enter the address with https://.")
    guard = AddressGuard(allow_private=allow_private)
    http = HttpClient(guard=guard, redactor=Redactor(secrets_of(settings)), limits=limits, transport=transport)
    return MagentoClient(http, access, url)
