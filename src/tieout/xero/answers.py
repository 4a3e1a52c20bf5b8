"""What an HTTP answer to a frozen call means. Pure: status, headers and body in, `Answer` out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import msgspec

from tieout.accounting import Held, Role
from tieout.ports.ledger import Answer, AnswerKind, Element, FrozenCall
from tieout.xero import tie, wire
from tieout.xero.codec import ZERO_ID, decode_loose, decoder, encode
from tieout.xero.dialects import ErrorBody, bounded, evidence, messages_in, read_error
from tieout.xero.headers import limits_of, rate_limit, retry_after
from tieout.xero.into import held
from tieout.xero.refusals import explain

_envelope = decoder(wire.Envelope)
_kinds = {name: decoder(kind) for name, kind in wire.KINDS.items()}

#: Sentences of a 503 that is said before anything is processed.
_OFFLINE = re.compile(r"offline for maintenance|temporarily unavailable|organisation is offline", re.I)
_KEY_USED = re.compile(r"idempotency.?key.*different request", re.I | re.S)
#: How long to leave an organisation that is offline, in seconds (Xero's page: try again in about 5 minutes).
OFFLINE_SECONDS = 300


def read_answer(call: FrozenCall, status: int, headers: Mapping[str, str], body: bytes) -> Answer:
    """The meaning of an answer. headers: names in lower case."""
    answer = _read(call, status, headers, body)
    return msgspec.structs.replace(answer, status=status, limits=limits_of(headers), bytes_in=len(body))


def _read(call: FrozenCall, status: int, headers: Mapping[str, str], body: bytes) -> Answer:
    if 200 <= status < 300:
        return _taken(call, status, body)
    if status == 404 and call.method == "DELETE":
        # Xero ignores idempotency keys of deletions: a second try finds nothing, which is what was wanted.
        return _deleted(call, status)
    if status == 429:
        return Answer(
            kind=AnswerKind.RETRY,
            status=status,
            retry_after=retry_after(headers),
            limit=rate_limit(headers),
            message="Xero's limit of calls is reached",
        )
    error = read_error(body)
    if status in (401, 403):
        return no_access(status, headers, error, body)
    if status == 503:
        return _unavailable(error, headers, body)
    if status in (400, 404) and _KEY_USED.search(error.message):
        return _whole(AnswerKind.KEY_CONFLICT, status, error, body)
    if 400 <= status < 500 and status != 408:
        return _refused(call, status, error, body)
    if status == 501:
        return _refused(call, status, error, body)
    return _whole(AnswerKind.UNKNOWN, status, error, body)


def _whole(kind: AnswerKind, status: int, error: ErrorBody, body: bytes, code: str = "") -> Answer:
    return Answer(
        kind=kind,
        status=status,
        message=error.message or f"Xero answered {status}",
        code=code or error.kind,
        evidence=evidence(body),
    )


def no_access(status: int, headers: Mapping[str, str], error: ErrorBody, body: bytes) -> Answer:
    """401 and 403. code: token_expired, token_rejected, scope_missing, disconnected, forbidden, blocked."""
    # Both spellings of the scope error are on record.
    scope = re.search(r"insuffici?ent_scope", headers.get("www-authenticate", ""), re.I)
    detail = error.message
    if scope or (status == 401 and "AuthorizationUnsuccessful" in detail):
        code = "scope_missing"
    elif status == 401:
        code = "token_expired" if re.match(r"TokenExpired|token_expired", detail) else "token_rejected"
        if error.kind == "token_expired":
            code = "token_expired"
    elif "AuthenticationUnsuccessful" in detail:
        code = "disconnected"
    else:
        code = "blocked" if error.kind == "html" else "forbidden"
    return _whole(AnswerKind.NO_ACCESS, status, error, body, code)


def _unavailable(error: ErrorBody, headers: Mapping[str, str], body: bytes) -> Answer:
    if "rate limit exceeded" in error.kind:
        # How limits were told until about 2020; kept because an old gateway costs nothing to understand.
        return Answer(kind=AnswerKind.RETRY, status=503, limit="minute", message=error.message)
    if not _OFFLINE.search(error.message):
        return _whole(AnswerKind.UNKNOWN, 503, error, body)
    wait = retry_after(headers)
    organisation = "organisation is offline" in error.message.lower()
    return Answer(
        kind=AnswerKind.RETRY,
        status=503,
        limit="outage",
        retry_after=wait if wait is not None else (OFFLINE_SECONDS if organisation else None),
        message=error.message,
    )


def _refused(call: FrozenCall, status: int, error: ErrorBody, body: bytes) -> Answer:
    """400 and its kin: per element where Xero names them, for the only element, else as a whole."""
    if error.elements:
        elements = _elements(call, error.elements, status)
        if elements:
            return Answer(
                kind=AnswerKind.SETTLED, status=status, elements=elements, message=error.message, code=error.kind
            )
    if len(call.markers) == 1:
        message = error.message or (
            "Xero does not know this document" if status == 404 else f"Xero refused the request ({status})"
        )
        element = _refusal(call.markers[0], (message,), evidence(body))
        return Answer(kind=AnswerKind.SETTLED, status=status, elements=(element,), message=message, code=error.kind)
    return _whole(AnswerKind.REFUSED_WHOLE, status, error, body)


def _refusal(marker: str, messages: tuple[str, ...], proof: str, warnings: tuple[str, ...] = ()) -> Element:
    return Element(
        marker=marker, ok=False, refusals=messages, problems=explain(messages), evidence=proof, warnings=warnings
    )


def _taken(call: FrozenCall, status: int, body: bytes) -> Answer:
    if call.method == "DELETE":
        return _deleted(call, status)
    try:
        envelope = _envelope.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        # Cut off, or not of Xero: the request may well have been processed.
        return Answer(
            kind=AnswerKind.UNKNOWN, status=status, message="the answer is not whole", evidence=evidence(body)
        )
    raws = getattr(envelope, list_name(call)) or envelope.Elements
    if not raws:
        return Answer(kind=AnswerKind.UNKNOWN, status=status, message="the answer is empty", evidence=evidence(body))
    return Answer(
        kind=AnswerKind.SETTLED, status=status, elements=_elements(call, [bytes(raw) for raw in raws], status)
    )


def _deleted(call: FrozenCall, status: int) -> Answer:
    remote_id = call.path.rpartition("/")[2]
    gone = Held(role=call.role, remote_id=remote_id, status="DELETED", has_lines=False)
    element = Element(marker=call.markers[0], ok=True, remote_id=remote_id, held=gone)
    return Answer(kind=AnswerKind.SETTLED, status=status, elements=(element,))


def list_name(call: FrozenCall) -> str:
    """The list that carries the elements, in the body and in the answer."""
    path = call.path.partition("?")[0]
    return "Allocations" if "/Allocations" in path else path.partition("/")[0]


def _elements(call: FrozenCall, raws: Sequence[bytes], status: int) -> tuple[Element, ...]:
    name = list_name(call)
    sent = tie.sent_elements(call.body)
    answered: list[tie.Sent | None] = []
    for raw in raws:
        try:
            answered.append(tie.identify(raw))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            answered.append(None)
    if len(call.markers) == 1 and len(raws) == 1 and name in ("Payments", "Allocations") and len(sent) != 1:
        ties = {0: 0}
    else:
        ties = tie.tie(name, sent, answered)
    found = [_element(call, name, call.markers[place], raws[index], status) for index, place in ties.items()]
    order = {marker: place for place, marker in enumerate(call.markers)}
    return tuple(sorted((one for one in found if one), key=lambda one: order[one.marker]))


def _element(call: FrozenCall, name: str, marker: str, raw: bytes, status: int) -> Element | None:
    """The outcome of one element; None when it cannot be read, hence is unknown."""
    try:
        typed = _kinds[name].decode(raw)
        outcome = held(call.role, typed, source_id=_source(call))
    except (msgspec.DecodeError, ValueError, RecursionError):
        return _unreadable(marker, raw, status)
    warnings = tuple(one.Message for one in typed.Warnings or () if one.Message)
    failed = (
        status >= 400
        or (typed.StatusAttributeString or "").upper() == "ERROR"
        or bool(typed.HasErrors or typed.HasValidationErrors or typed.ValidationErrors)
    )
    # Messages may sit in lines or in the contact only; looking for them costs, hence the test on the text.
    messages = tuple(messages_in(decode_loose(raw))) if failed or b'"Message"' in raw else ()
    if failed or messages:
        return _refusal(marker, messages or (_no_reason(status),), evidence(raw), warnings)
    if not outcome.remote_id and name == "Allocations":
        # Old answers lack the id; looking the allocation up gives it.
        return None
    if not outcome.remote_id:
        return _refusal(marker, ("Xero answered without an id, so nothing was saved",), evidence(raw), warnings)
    return Element(
        marker=marker,
        ok=True,
        remote_id=outcome.remote_id,
        held=outcome,
        warnings=warnings,
        evidence=bounded(encode(typed)),
    )


def _no_reason(status: int) -> str:
    return f"Xero refused this without naming a reason ({status})"


def _unreadable(marker: str, raw: bytes, status: int) -> Element | None:
    """An element of unexpected shape: still a refusal when it says so, else unknown."""
    try:
        value = decode_loose(raw)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None
    messages = tuple(messages_in(value))
    return _refusal(marker, messages, evidence(raw)) if messages else None


def _source(call: FrozenCall) -> str:
    """The credit's id in the path of an allocation."""
    parts = call.path.partition("?")[0].split("/")
    return parts[1] if call.role is Role.ALLOCATION and len(parts) > 1 and parts[1] != ZERO_ID else ""
