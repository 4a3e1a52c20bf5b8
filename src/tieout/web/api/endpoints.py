"""What an endpoint is, and how a request becomes a call of one.

An endpoint is described once, by values: the same types decode the request, encode the answer, and are written into
the description, so that the three cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

import msgspec
import structlog
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from tieout.errors import ConfigurationWrong, NeedsOperator, OutcomeUnknown, RetryLater
from tieout.web.access import Right
from tieout.web.api.refusals import ApiCode, Refused, answer
from tieout.web.api.tokens import Bearer, bearer_of
from tieout.web.cases.actor import Actor

#: Nothing that is sent here is larger.
BODY_BYTES_MAX = 64 * 1024
#: Ids of every kind, as the databases keep them.
Id = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]

_encode = msgspec.json.Encoder(decimal_format="string").encode
_log = structlog.get_logger(__name__)


class Call(msgspec.Struct, frozen=True):
    """A request that was checked. query, body: values of the endpoint's types, None where it has none."""

    request: HttpRequest
    bearer: Bearer
    ids: Mapping[str, int]
    query: Any
    body: Any

    @property
    def actor(self) -> Actor:
        return self.bearer.actor


class Endpoint(msgspec.Struct, frozen=True):
    """One method of one address below /api/v1/.

    path: with {names} of ids. run: returns a value of `result`. query, body: types, None for none.
    right: what token and user must both have. refusals: codes besides those that every endpoint may answer.
    """

    method: str
    path: str
    name: str
    summary: str
    right: Right
    run: Callable[[Call], Any]
    result: type[Any]
    query: type[Any] | None = None
    body: type[Any] | None = None
    status: int = 200
    refusals: tuple[ApiCode, ...] = ()

    @property
    def id_names(self) -> tuple[str, ...]:
        return tuple(part[1:-1] for part in self.path.split("/") if part.startswith("{"))


def view_of(endpoints: Sequence[Endpoint]) -> Callable[..., HttpResponse]:
    """The view of one address: its endpoints by method."""
    by_method = {endpoint.method: endpoint for endpoint in endpoints}

    def view(request: HttpRequest, **ids: str) -> HttpResponse:
        try:
            endpoint = by_method.get(request.method or "")
            if endpoint is None:
                refusal = answer(Refused(ApiCode.METHOD_NOT_ALLOWED, f"It takes {', '.join(sorted(by_method))}."))
                refusal["Allow"] = ", ".join(sorted(by_method))
                return refusal
            return _served(endpoint, request, ids)
        except Refused as refused:
            return answer(refused)
        except Exception:  # noqa: BLE001 - told with its trace; the caller gets problem details, not a page
            _log.exception("api broken", address=request.path)
            return answer(Refused(ApiCode.BROKEN, "It was written to the log of this installation."))

    return login_not_required(csrf_exempt(view))


@login_not_required
@csrf_exempt
def nothing_here(request: HttpRequest, rest: str) -> HttpResponse:
    return answer(Refused(ApiCode.NOT_FOUND, "The addresses are listed in /api/openapi.json."))


def _served(endpoint: Endpoint, request: HttpRequest, ids: Mapping[str, str]) -> HttpResponse:
    bearer = bearer_of(request)
    if endpoint.right not in bearer.rights:
        raise Refused(ApiCode.RIGHT_MISSING, f"It needs the right “{endpoint.right.value}”.")
    call = Call(request, bearer, _ids(ids), _query(endpoint, request), _body(endpoint, request))
    return HttpResponse(
        _encode(_run(endpoint, call)), status=endpoint.status, content_type="application/json; charset=utf-8"
    )


def _run(endpoint: Endpoint, call: Call) -> Any:
    try:
        return endpoint.run(call)
    except RetryLater as error:
        raise Refused(ApiCode.TRY_LATER, str(error), retry_after=error.after_seconds) from error
    except (NeedsOperator, ConfigurationWrong, OutcomeUnknown) as error:
        raise Refused(ApiCode.NEEDS_PERSON, str(error)) from error


def _ids(given: Mapping[str, str]) -> dict[str, int]:
    try:
        return {name: msgspec.convert(value, type=Id, strict=False) for name, value in given.items()}
    except msgspec.ValidationError as error:
        raise Refused(ApiCode.NOT_FOUND, "That is no id.") from error


def _query(endpoint: Endpoint, request: HttpRequest) -> Any:
    given = {name: values[0] if len(values) == 1 else values for name, values in request.GET.lists()}
    try:
        _refuse_nul(given)
        if endpoint.query is None:
            if given:
                raise ValueError(f"there is no parameter {next(iter(given))}")
            return None
        return msgspec.convert(given, type=endpoint.query, strict=False)
    except ValueError as error:
        raise Refused(ApiCode.QUERY_WRONG, str(error)) from error


def _body(endpoint: Endpoint, request: HttpRequest) -> Any:
    if endpoint.body is None:
        return None
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > BODY_BYTES_MAX:
        raise Refused(ApiCode.BODY_TOO_LARGE, f"At most {BODY_BYTES_MAX} bytes are taken.")
    if request.content_type != "application/json":
        raise Refused(ApiCode.MEDIA_TYPE_WRONG, "Send the header Content-Type: application/json.")
    try:
        body = request.read(int(length))
        found = msgspec.json.decode(body, type=endpoint.body)
        _refuse_nul(msgspec.to_builtins(found))
        return found
    except ValueError as error:
        raise Refused(ApiCode.BODY_WRONG, str(error)) from error


def _refuse_nul(value: Any) -> None:
    """PostgreSQL keeps no text with NUL, and nobody means one. Raises ValueError."""
    if isinstance(value, str):
        if "\0" in value:
            raise ValueError("a text holds the character NUL")
    elif isinstance(value, Mapping):
        for one in value.values():
            _refuse_nul(one)
    elif isinstance(value, list | tuple):
        for one in value:
            _refuse_nul(one)
