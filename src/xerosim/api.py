"""An accounting call from the outside in: token, organisation, limits, faults, idempotency, then the resource."""

from typing import TYPE_CHECKING

import msgspec

from xerosim import routes
from xerosim.dates import ms_plain
from xerosim.errors import (
    ApiException,
    Invalid,
    NotFound,
    PlainRefusal,
    Problem,
    Refusal,
    Validation,
)
from xerosim.faults import Fault
from xerosim.idempotency import IdempotencyCache
from xerosim.identity.scopes import allowed
from xerosim.journal import Call
from xerosim.organisation import Organisation
from xerosim.resources import repeating
from xerosim.resources.context import BatchRefused, Context
from xerosim.resources.listing import NotModified
from xerosim.routing import Answer
from xerosim.wire import HTML, JSON, TEXT, XML, Json, Request, Response, decode, encode, from_xml, to_xml

if TYPE_CHECKING:
    from xerosim.world import World

BODY_MOST = 3_500_000
PREFIX = len("/api.xro/2.0/")
_MAINTENANCE = "The Xero API is currently offline for maintenance"
_OUTAGE = "The Xero API is temporarily unavailable"
_OFFLINE = "The Organisation is offline"
_UNHANDLED = "An unhandled error with the Xero API occurred. Contact the Xero API team if problems persist."


# Faults of the edge: the call never reached what remembers keys. (Internal errors did, and are remembered.)
_NEVER_ARRIVED = frozenset(
    {"drop", "hang", "minute", "day", "concurrent", "maintenance", "organisation_offline", "html_403"}
)


class _Call(msgspec.Struct):
    """What the journal will say about the call in hand."""

    tenant: str = ""
    app: str = ""
    in_flight: int = 0
    replayed: bool = False
    fault: str = ""
    problem: str = ""
    delayed: bool = False
    ctx: object = None
    headers: dict[str, str] = msgspec.field(default_factory=dict)


def handle(world: "World", request: Request, path: str) -> Response:
    """Answer an accounting call and write it into the journal."""
    now = world.clock.now()
    call = _Call()
    json = wants_json(request)
    number = len(world.journal.calls) + 1
    try:
        response = _admitted(world, request, path, now, call, json, number)
    except Refusal as refusal:
        response = refusal_response(world, refusal, json)
    response.headers.update(call.headers)
    response.headers["xero-correlation-id"] = world.identity.new_id()
    ctx = call.ctx
    counts = ctx.counts if isinstance(ctx, Context) else None
    _delay(world, call, response)
    end = now + response.delay_seconds
    if call.tenant and not call.problem:
        world.limits_of(call.app).begin(call.tenant, end)
    world.journal.calls.append(
        Call(
            number,
            now,
            end,
            call.tenant,
            call.app,
            request.method,
            path,
            response.status,
            len(request.body),
            len(response.body),
            call.in_flight,
            call.replayed,
            counts.created if counts else 0,
            counts.updated if counts else 0,
            counts.refused if counts else 0,
            call.problem,
            call.fault,
            request.headers.get("idempotency-key", ""),
        )
    )
    if world.state is not None:
        world.state.write_call(world, call.app, request.headers.get("idempotency-key"))
    return response


def _delay(world: "World", call: _Call, response: Response) -> None:
    """How long the answer takes: once per call, by the latency in force."""
    if call.delayed or not call.tenant or call.problem:
        return
    call.delayed = True
    if not response.delay_seconds:
        counts = call.ctx.counts if isinstance(call.ctx, Context) else None
        response.delay_seconds = world.faults.delay(counts.created + counts.updated if counts else 0)


def wants_json(request: Request) -> bool:
    """Xero answers XML unless JSON is asked for."""
    return "json" in request.headers.get("accept", "").lower()


def _admitted(
    world: "World", request: Request, path: str, now: float, call: _Call, json: bool, number: int
) -> Response:
    if world.switches.refuse_default_user_agent and not request.headers.get("user-agent"):
        return Response(403, {"content-type": HTML}, b"<html><body><h1>403 Forbidden</h1></body></html>")
    grant = world.grant_of(request)
    app = world.identity.apps[grant.app]
    tenant = request.headers.get("xero-tenant-id", "").lower()
    if app.kind == "custom":
        tenant = tenant or app.tenant
    org = world.organisations.get(tenant)
    if org is None or not world.identity.reaches(grant, tenant):
        raise Problem(403, "AuthenticationUnsuccessful")
    call.tenant, call.app = tenant, app.id
    verdict = world.limits_of(app.id).admit(tenant, now)
    call.headers, call.in_flight = verdict.headers, verdict.in_flight
    if verdict.problem is not None:
        call.problem = verdict.problem
        return Response(429)
    fault = world.faults.pick(request.method, path, tenant)
    if fault is not None:
        call.fault = fault.kind
    parts = [part for part in path[PREFIX:].split("/") if part]
    lower = [part.lower() for part in parts]
    if not parts:
        raise NotFound
    if not allowed(grant.scopes, request.method, lower, world.switches.items_under_invoices_scope):
        raise Problem(401, "AuthorizationUnsuccessful", {"www-authenticate": 'Bearer error="insufficient_scope"'})
    if lower[0] == "journals" and world.tier not in ("advanced", "enterprise") and app.kind != "custom":
        raise Problem(401, "AuthorizationUnsuccessful")
    if len(request.body) > BODY_MOST and "attachments" not in lower:
        raise PlainRefusal(world.switches.oversize_status, "")
    key = IdempotencyCache.key_of(request)
    if key is not None:
        found = world.idempotency.find(app.id, key, request, now)
        if found is not None:
            if found.ends > now and world.switches.idempotency_concurrent == "refuse":
                raise Validation(f"Idempotency Key: {key} is in use by a request that has not ended.")
            call.replayed = True
            call.headers = verdict.headers
            replay = Response(found.response.status, dict(found.response.headers), found.response.body)
            replay.delay_seconds = max(0.0, found.ends - now)
            call.delayed = replay.delay_seconds > 0
            if world.switches.idempotency_replay_header:
                replay.headers[world.switches.idempotency_replay_header.lower()] = "true"
            return replay
    early = _before(fault, call) if fault is not None else None
    if early is not None:
        response = early
    else:
        response = _answered(world, org, request, path, parts, call, json, grant.app, grant.user, number)
        if fault is not None:
            response = _after(fault, response)
    _delay(world, call, response)
    if key is not None and not (fault is not None and early is not None and fault.kind in _NEVER_ARRIVED):
        whole = response
        if response.drop or response.hang or response.cut is not None:
            whole = Response(response.status, response.headers, response.body, response.delay_seconds)
        world.idempotency.remember(app.id, key, request, whole, now, world.switches.idempotency_seconds)
    return response


def _answered(
    world: "World",
    org: Organisation,
    request: Request,
    path: str,
    parts: list[str],
    call: _Call,
    json: bool,
    app: str,
    user: str,
    number: int,
) -> Response:
    """Run the resource; changes last only if it succeeds."""
    try:
        body = _body(request, parts)
        repeating.catch_up(world, org)
        ctx = world.context(
            org,
            app=app,
            user=user,
            method=request.method,
            path=path,
            query=request.query,
            headers=dict(request.headers),
            body=body,
        )
        call.ctx = ctx
        answer = routes.dispatch(world, ctx, parts, request)
        response = answer if isinstance(answer, Response) else envelope(world, ctx, answer, json)
    except NotModified:
        response = Response(304)
    except (Refusal, Invalid) as refusal:
        keep = isinstance(refusal, BatchRefused) and world.switches.summarised_batch_saves_good_elements
        if not keep:
            org.changes.roll_back()
        response = refusal_response(world, refusal, json)
        if not keep:
            return response
    except BaseException:
        org.changes.roll_back()
        raise
    if isinstance(call.ctx, Context):
        world.commit(org, call.ctx, number)
    return response


def _body(request: Request, parts: list[str]) -> object:
    if request.method not in ("PUT", "POST", "PATCH") or not request.body:
        return None
    if len(parts) > 2 and parts[2].lower() == "attachments":
        return None
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    start = request.body.lstrip()[:1]
    if kind == "application/x-www-form-urlencoded":
        from urllib.parse import parse_qs

        form = parse_qs(request.body.decode("utf-8", "replace"))
        text = (form.get("xml") or form.get("json") or [""])[0].encode()
        return (from_xml(text) if text.lstrip()[:1] == b"<" else decode(text)) if text else None
    if "xml" in kind or (not kind and start == b"<"):
        return from_xml(request.body)
    if "json" in kind or not kind or kind == "text/plain":
        if start == b"<":
            return from_xml(request.body)
        return decode(request.body)
    raise PlainRefusal(415, "")


def envelope(world: "World", ctx: Context, answer: Answer, json: bool) -> Response:
    """Wrap an answer as Xero does: Id, Status, ProviderName, DateTimeUTC, pagination, the list."""
    provider = world.identity.apps[ctx.app].name if ctx.app in world.identity.apps else ""
    wrapped: Json = {
        "Id": world.identity.new_id(),
        "Status": "OK",
        "ProviderName": provider,
        "DateTimeUTC": ms_plain(ctx.now),
    }
    if answer.pagination is not None:
        wrapped["pagination"] = answer.pagination
    if answer.extra:
        wrapped.update(answer.extra)
    wrapped[answer.plural] = answer.elements
    if json:
        return Response(
            200, {"content-type": JSON, "cache-control": "no-cache, no-store, max-age=0"}, encode(wrapped)
        )
    return Response(200, {"content-type": XML}, to_xml("Response", wrapped))


def refusal_response(world: "World", refusal: Refusal | Invalid, json: bool) -> Response:
    """A refusal in its dialect."""
    if isinstance(refusal, Problem):
        body: Json = {
            "Type": None,
            "Title": refusal.title,
            "Status": refusal.status,
            "Detail": refusal.detail,
            "Instance": world.identity.new_id(),
            "Extensions": {},
        }
        return Response(refusal.status, {"content-type": "application/json", **refusal.headers}, encode(body))
    if isinstance(refusal, NotFound):
        return Response(404, {"content-type": HTML})
    if isinstance(refusal, PlainRefusal):
        return Response(refusal.status, {"content-type": TEXT, **refusal.headers}, refusal.text.encode())
    if isinstance(refusal, Invalid):
        error: Json = {
            "ErrorNumber": 10,
            "Type": "ValidationException",
            "Message": "A validation exception occurred",
            "Elements": [{"ValidationErrors": [{"Message": message} for message in refusal.messages]}],
        }
        status = 400
    else:
        assert isinstance(refusal, ApiException), "every refusal has a dialect"
        error = {"ErrorNumber": refusal.number, "Type": refusal.type, "Message": refusal.message}
        if isinstance(refusal, BatchRefused):
            error["Elements"] = refusal.elements
        status = refusal.status
    if json:
        return Response(status, {"content-type": JSON}, encode(error))
    return Response(status, {"content-type": XML}, to_xml("ApiException", error))


def _before(fault: Fault, call: _Call) -> Response | None:
    """What a fault answers instead of letting the call take effect; None where it strikes later."""
    kind = fault.kind
    if kind in ("minute", "day", "concurrent"):
        call.problem = kind
        call.headers["x-rate-limit-problem"] = kind
        if kind != "concurrent":
            call.headers["retry-after"] = str(int(fault.seconds))
        return Response(429)
    if kind == "maintenance":
        return Response(503, {"content-type": TEXT}, _MAINTENANCE.encode())
    if kind == "organisation_offline":
        return Response(503, {"content-type": TEXT}, _OFFLINE.encode())
    if kind == "html_403":
        return Response(403, {"content-type": HTML}, b"<html><body><h1>403 Forbidden</h1></body></html>")
    if fault.when == "after" or kind in ("cut", "slow"):
        return None
    return _broken(fault, Response(200))


def _after(fault: Fault, response: Response) -> Response:
    if fault.kind == "cut":
        response.cut = min(fault.keep, max(0, len(response.body) - 1))
        return response
    if fault.kind == "slow":
        response.delay_seconds = fault.seconds
        return response
    return _broken(fault, response)


def _broken(fault: Fault, response: Response) -> Response:
    kind = fault.kind
    if kind == "drop":
        response.drop = True
        return response
    if kind == "hang":
        response.hang = True
        response.delay_seconds = fault.seconds
        return response
    text = _OUTAGE if kind == "503" else _UNHANDLED
    return Response(int(kind), {"content-type": TEXT}, text.encode())
