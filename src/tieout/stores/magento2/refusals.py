"""What a shop's answer other than a document means, and what the operator is told.

Magento says 401 for a missing right as for a missing token, and whatever stands before the shop (maintenance,
firewall, cache) answers with a page of HTML. So JSON is read only where the content type says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from tieout.errors import ContractBroken, NeedsOperator, RetryLater
from tieout.http import Redactor, Reply
from tieout.stores.refusals import ACCESS_REFUSED, ADDRESS_WRONG, RIGHT_MISSING

#: Codes of `NeedsOperator` for a connection.

#: Seconds to wait at most because an answer said so; a day is the longest any hoster means.
RETRY_AFTER_MAX = 86_400

_PROXY_HINT = (
    "If every call fails this way although the four strings are right, a proxy before the shop changes scheme, "
    "host, port or path of the request: have it pass on the Host header unchanged and tell PHP about TLS."
)


class Complaint(msgspec.Struct, frozen=True):
    """Magento's error body. parameters: a list or an object that fills %1 or %name of the message."""

    message: str = ""
    parameters: Any = None

    def sentence(self) -> str:
        text = self.message
        for name, value in _named(self.parameters):
            text = text.replace(f"%{name}", str(value)[:200])
        text = text[:500].rstrip()
        return text if not text or text.endswith((".", "!", "?")) else f"{text}."

    def parameter(self, name: str) -> str:
        return next((str(value) for key, value in _named(self.parameters) if key == name), "")


def _named(parameters: Any) -> list[tuple[str, Any]]:
    if isinstance(parameters, Mapping):
        # Longest first: %field must not eat the start of %fieldName.
        return sorted(((str(key), value) for key, value in parameters.items()), key=lambda pair: -len(pair[0]))
    if isinstance(parameters, list):
        return [(str(number), value) for number, value in enumerate(parameters, start=1)]
    return []


class TooHeavy(RetryLater):
    """The shop did not get ready in time, or sent more than we take; fewer documents at once may help."""


class PageSizeTooLarge(Exception):
    """The shop gives at most `limit` documents at once; ask again with that."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"at most {limit} documents at once")
        self.limit = limit


def is_json(reply: Reply) -> bool:
    return reply.content_type == "application/json" or reply.content_type.endswith("+json")


def complaint(reply: Reply) -> Complaint:
    """The error body, empty when it is none."""
    if not is_json(reply):
        return Complaint()
    try:
        return msgspec.json.decode(reply.body, type=Complaint)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return Complaint()


def refuse(reply: Reply, redactor: Redactor) -> Exception:
    """The error for an answer that is not the document asked for; the caller raises it."""
    told = complaint(reply)
    sentence = redactor.text(told.sentence())
    status = reply.status
    if status == 504:
        return TooHeavy("The shop did not get ready in time (504).", scope="connection")
    if status in (429, 502, 503) or (status == 403 and not told.message):
        return _wait(reply)
    if status in (401, 403):
        return _not_admitted(told, sentence)
    if 300 <= status < 400:
        target = redactor.text(reply.headers.get("location", ""))[:200]
        return NeedsOperator(
            f"The shop sends us on to {target or 'another address'}. Enter the address that the shop really uses, "
            "with https:// and with or without www.",
            code=ADDRESS_WRONG,
            scope="connection",
        )
    if status == 404:
        return NeedsOperator(
            "There is no Magento REST interface at this address. Check the shop's address, also its folder.",
            code=ADDRESS_WRONG,
            scope="connection",
        )
    limit = told.parameter("max")
    if status == 400 and limit.isascii() and limit.isdigit() and int(limit[:9]) > 0:
        return PageSizeTooLarge(int(limit[:9]))
    if status >= 500:
        return RetryLater(
            f"The shop reports an error of its own ({status}){': ' + sentence if sentence else '.'} "
            "If it stays, the shop's developer finds it in Magento's log.",
            scope="outage",
        )
    if "signature" in sentence.lower():
        return _not_admitted(told, sentence)
    return ContractBroken(
        f"The shop refused a request ({status}): {sentence or 'without a reason.'}",
        evidence=redactor.body(reply.body),
    )


def _wait(reply: Reply) -> RetryLater:
    after = reply.headers.get("retry-after", "").strip()
    seconds = min(int(after[:9]), RETRY_AFTER_MAX) if after.isascii() and after.isdigit() else None
    texts = {
        429: "The shop's host asks us to call less often.",
        403: "Something before the shop (a firewall or cache) turned us away.",
        503: "The shop is in maintenance or overloaded.",
    }
    message = texts.get(reply.status, f"The shop does not answer at present ({reply.status}).")
    return RetryLater(message, scope="connection", after_seconds=seconds)


def _not_admitted(told: Complaint, sentence: str) -> Exception:
    lower = told.message.lower()
    if "%resources" in told.message or "isn't authorized to access" in lower:
        resource = told.parameter("resources") or "a resource"
        return NeedsOperator(
            f"The shop does not let us read {resource}. Either the integration lacks this right, or its token is "
            "not accepted: tick the right in the integration's API list and activate it again; a bearer token must "
            "also be allowed in the shop's OAuth settings, or use signed requests.",
            code=RIGHT_MISSING,
            scope="connection",
        )
    if "nonce" in lower:
        # The shop has seen this signature: a repeated delivery on the way. The next one is signed anew.
        return RetryLater("The shop has seen this request already; it is signed anew.", scope="connection")
    if "signature" in lower:
        return NeedsOperator(
            f"The shop does not accept the signature: {sentence} Check the four strings of the integration. "
            f"{_PROXY_HINT}",
            code=ACCESS_REFUSED,
            scope="connection",
        )
    return NeedsOperator(
        f"The shop refuses the integration: {sentence or 'no reason given.'} Check the strings of the integration "
        "and that it is active.",
        code=ACCESS_REFUSED,
        scope="connection",
    )


def not_json(reply: Reply) -> Exception:
    """A 200 whose body is no JSON: a page of somebody else."""
    return RetryLater(
        f"The shop answered with {reply.content_type or 'something unnamed'} instead of data: a login, maintenance "
        "or firewall page, or the address is not the shop's.",
        scope="connection",
    )
