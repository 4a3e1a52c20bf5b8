"""One authorised HTTP call: token, tenant, one refresh after a 401; reads with their errors as exceptions."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from urllib.parse import quote, urlencode

from tieout.errors import ContractBroken, NeedsOperator, OutcomeUnknown, RetryLater
from tieout.ports.ledger import Limits, Meter, TokenKeeper
from tieout.xero.addresses import Addresses
from tieout.xero.answers import no_access
from tieout.xero.codec import decode_loose
from tieout.xero.dialects import evidence, messages_in, read_error
from tieout.xero.headers import limits_of, rate_limit, retry_after
from tieout.xero.refusals import explain
from tieout.xero.transport import ANSWER_LOST, NO_ANSWER, NOTHING_SENT, Reply, Request, Transport

#: Xero's number of the error for a filter that would touch more than 100,000 rows.
HIGH_VOLUME = 51
USER_AGENT = "Tieout (store to ledger connector)"


class TooManyRows(ContractBroken):
    """Xero does not filter this field in an organisation of this size."""


class Caller:
    """Calls of one organisation. tenant_id: "" for custom connections, which have one organisation only."""

    def __init__(
        self, transport: Transport, tokens: TokenKeeper, tenant_id: str, addresses: Addresses, user_agent: str
    ) -> None:
        self._transport = transport
        self._tokens = tokens
        self._tenant_id = tenant_id
        self._base = addresses.accounting
        self._user_agent = user_agent

    def call(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Reply:
        """The reply, after at most one refresh of the token. Raises NO_ANSWER and what TokenKeeper raises."""
        token = self._tokens.access_token()
        reply = self._transport.send(self._request(method, path, body, headers, token))
        if reply.status == 401 and self._is_token(reply):
            token = self._tokens.refresh_after_401(token)
            reply = self._transport.send(self._request(method, path, body, headers, token))
        return reply

    def _is_token(self, reply: Reply) -> bool:
        """A 401 about the token itself; one about a missing scope would only come back."""
        error = read_error(reply.body)
        return no_access(401, reply.headers, error, b"").code != "scope_missing"

    def _request(self, method: str, path: str, body: bytes, headers: Mapping[str, str] | None, token: str) -> Request:
        sent = {
            "Accept": "application/json",
            "Authorization": f"Bearer {token}",
            "User-Agent": self._user_agent,
            **(headers or {}),
        }
        if self._tenant_id:
            sent["xero-tenant-id"] = self._tenant_id
        if body:
            sent["Content-Type"] = "application/json"
        return Request(method, f"{self._base}/{path}", sent, body)

    def get(
        self, path: str, query: Mapping[str, str], meter: Meter, headers: Mapping[str, str] | None = None
    ) -> Reply | None:
        """A read; None for 304 and 404. Raises RetryLater, NeedsOperator, ContractBroken."""
        full = f"{path}?{urlencode(query, quote_via=quote, safe='')}" if query else path
        try:
            reply = self._metered("GET", full, b"", headers, meter)
        except NO_ANSWER as error:
            raise RetryLater("Xero did not answer", scope="connection") from error
        if reply.status in (304, 404):
            return None
        if reply.status != 200:
            raise self._error(reply)
        return reply

    def put(self, path: str, body: bytes, meter: Meter) -> Reply:
        """A creation outside the queue (accounts, rates, currencies), safe to repeat within minutes by its key."""
        key = hashlib.sha256(f"{self._tenant_id} {path} ".encode() + body).hexdigest()
        try:
            reply = self._metered("PUT", path, body, {"Idempotency-Key": key}, meter)
        except NOTHING_SENT as error:
            raise RetryLater("Xero cannot be reached", scope="connection") from error
        except ANSWER_LOST as error:
            raise OutcomeUnknown("Xero did not answer; read the organisation's settings again") from error
        if reply.status != 200:
            raise self._error(reply, writing=True)
        return reply

    def _metered(self, method: str, path: str, body: bytes, headers: Mapping[str, str] | None, meter: Meter) -> Reply:
        request = meter.open(path.partition("?")[0].partition("/")[0], method, len(body))
        try:
            reply = self.call(method, path, body, headers)
        except Exception:
            meter.close(request, status=0, bytes_in=0, limits=Limits())
            raise
        meter.close(request, status=reply.status, bytes_in=len(reply.body), limits=limits_of(reply.headers))
        return reply

    def _error(self, reply: Reply, *, writing: bool = False) -> Exception:
        error = read_error(reply.body)
        if reply.status == 429:
            return RetryLater(
                "Xero's limit of calls is reached",
                scope=rate_limit(reply.headers),
                after_seconds=retry_after(reply.headers),
            )
        if reply.status in (401, 403):
            refused = no_access(reply.status, reply.headers, error, reply.body)
            return NeedsOperator(f"Xero refuses access: {refused.message}", code=refused.code, scope="connection")
        if reply.status >= 500 and reply.status != 501:
            if writing and reply.status != 503:
                return OutcomeUnknown(f"Xero answered {reply.status}: {error.message}")
            return RetryLater(
                f"Xero answered {reply.status}: {error.message}",
                scope="outage",
                after_seconds=retry_after(reply.headers),
            )
        if writing:
            problems = explain(refusals_of(reply)) or explain((error.message or f"status {reply.status}",))
            return NeedsOperator(problems[0].reason, code=problems[0].code, scope="organisation")
        broken = TooManyRows if error.number == HIGH_VOLUME else ContractBroken
        return broken(f"Xero refused a read ({reply.status}): {error.message}", evidence=evidence(reply.body))


def refusals_of(reply: Reply) -> tuple[str, ...]:
    """Validation messages of a reply, from every depth."""
    error = read_error(reply.body)
    return tuple(message for element in error.elements for message in messages_in(decode_loose(element)))
