"""The control API under /__sim__: what people and chaos do. Never reachable through Xero's paths."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from xerosim import people
from xerosim.dates import NotADate, day_of
from xerosim.errors import Invalid, Refusal
from xerosim.faults import Fault, Latency
from xerosim.limits import TIERS
from xerosim.regions import PACKS
from xerosim.resources import repeating
from xerosim.resources.context import BatchRefused
from xerosim.webhooks import CATEGORIES
from xerosim.wire import Json, Request, Response, decode, json_response

if TYPE_CHECKING:
    from xerosim.world import World

Action = Callable[["World", Json, dict[str, str]], object]


def handle(world: "World", request: Request, path: str) -> Response:
    """Answer a control call: 200 with JSON, 400 with a sentence, 404 for unknown actions."""
    name = path.removeprefix("/__sim__/").strip("/")
    action = (READS if request.method == "GET" else WRITES).get(name)
    if action is None:
        return json_response(404, {"error": f"no control action {request.method} {name}"})
    try:
        body = decode(request.body) if request.body else {}
        if not isinstance(body, dict):
            raise ValueError("the body must be a JSON object")
        return json_response(200, action(world, body, request.query))
    except BatchRefused as refusal:
        messages = [error["Message"] for element in refusal.elements for error in _errors_of(element)]
        return json_response(400, {"error": "; ".join(messages)})
    except (ValueError, KeyError, TypeError, NotADate, msgspec.ValidationError, Invalid, Refusal) as error:
        return json_response(400, {"error": str(error) or type(error).__name__})


def _errors_of(element: Json) -> list[dict[str, str]]:
    found = element.get("ValidationErrors")
    return found if isinstance(found, list) else []


def tenant_of(world: "World", members: Json | dict[str, str]) -> str:
    """The organisation a control call is about; with one organisation it need not be named."""
    tenant = members.get("tenant")
    if not tenant and len(world.organisations) == 1:
        return next(iter(world.organisations))
    if not isinstance(tenant, str) or tenant not in world.organisations:
        raise ValueError("name an organisation: tenant=<id>")
    return tenant


def _describe(world: "World", body: Json, query: dict[str, str]) -> object:
    """GET world: what somebody needs to connect."""
    return {
        "now": world.clock.now(),
        "virtual": world.clock.virtual,
        "tier": world.tier,
        "seed": world.seed,
        "app": {"client_id": world.app.id, "client_secret": world.app.secret},
        "organisations": [
            {
                "tenant": org.id,
                "name": org.settings.name,
                "region": org.settings.region,
                "short_code": org.settings.short_code,
                "client_id": custom.id,
                "client_secret": custom.secret,
            }
            for org in world.organisations.values()
            for custom in (world.custom_app(org.id),)
        ],
    }


def _add_organisation(world: "World", body: Json, query: dict[str, str]) -> object:
    region = str(body.pop("region", "uk"))
    if region not in PACKS:
        raise ValueError(f"unknown region {region}: {', '.join(PACKS)}")
    name = body.pop("name", None)
    org = world.add_organisation(region, str(name) if name else None, **body)
    custom = world.custom_app(org.id)
    return {"tenant": org.id, "name": org.settings.name, "client_id": custom.id, "client_secret": custom.secret}


def _settings(world: "World", body: Json, query: dict[str, str]) -> object:
    """POST settings: period_lock and year_end_lock as dates or null, any other organisation setting."""
    tenant = tenant_of(world, body)
    changes: dict[str, object] = {key: value for key, value in body.items() if key != "tenant"}
    for lock in ("period_lock", "year_end_lock"):
        if changes.get(lock) is not None:
            changes[lock] = day_of(changes[lock])
    known = set(type(world.organisations[tenant].settings).__struct_fields__) - {"id", "counters"}
    if not changes or not set(changes) <= known:
        raise ValueError(f"settings are: {', '.join(sorted(known))}")
    world.person(tenant, lambda ctx: ctx.org.change_settings(**changes))
    return {"ok": True}


def _person(world: "World", body: Json, query: dict[str, str]) -> object:
    """POST person: {"do": name, ...} does as a person inside Xero."""
    tenant = tenant_of(world, body)
    name = str(body.get("do", ""))
    deed = people.DEEDS.get(name)
    if deed is None:
        raise ValueError(f"a person can: {', '.join(people.DEEDS)}")
    members = {key: value for key, value in body.items() if key not in ("do", "tenant")}
    return world.person(tenant, lambda ctx: deed(ctx, members)) or {"ok": True}


def _faults(world: "World", body: Json, query: dict[str, str]) -> object:
    """POST faults: one fault, or {"clear": true}."""
    if body.pop("clear", False):
        world.faults.clear()
    if body:
        world.faults.add(msgspec.convert(body, Fault, strict=False))
    return {"standing": len(world.faults.orders)}


def _latency(world: "World", body: Json, query: dict[str, str]) -> object:
    world.faults.latency = msgspec.convert(body, Latency, strict=False)
    return {"ok": True}


def _clock(world: "World", body: Json, query: dict[str, str]) -> object:
    """POST clock: {"advance": seconds}; what comes due by it, such as repeating invoices, happens."""
    seconds = float(str(body.get("advance", 0)))
    world.clock.advance(seconds)
    for org in world.organisations.values():
        repeating.catch_up(world, org)
    return {"now": world.clock.now()}


def _switches(world: "World", body: Json, query: dict[str, str]) -> object:
    world.switch(**body)
    return msgspec.to_builtins(world.switches)


def _tier(world: "World", body: Json, query: dict[str, str]) -> object:
    tier = str(body.get("tier", ""))
    if tier not in TIERS:
        raise ValueError(f"tiers: {', '.join(TIERS)}")
    world.set_tier(tier)
    return {"tier": tier}


def _limits(world: "World", body: Json, query: dict[str, str]) -> object:
    """POST limits: {"enforced": bool} for runs that measure something else."""
    enforced = bool(body.get("enforced", True))
    for app in world.identity.apps:
        world.limits_of(app).enforced = enforced
    return {"enforced": enforced}


def _revoke(world: "World", body: Json, query: dict[str, str]) -> object:
    """POST revoke: all access tokens die; with "refresh": true the refresh tokens too."""
    world.identity.grants.clear()
    if body.get("refresh"):
        world.identity.refreshes.clear()
    world.touch_identity()
    return {"ok": True}


def _disconnect(world: "World", body: Json, query: dict[str, str]) -> object:
    gone = world.identity.disconnect(tenant_of(world, body))
    world.touch_identity()
    return {"connections_removed": gone}


def _reconnect(world: "World", body: Json, query: dict[str, str]) -> object:
    tenant = tenant_of(world, body)
    for app in (world.app, world.custom_app(tenant)):
        world.identity.connect(app, world.user, tenant, world.identity.new_id(), world.clock.now())
    world.touch_identity()
    return {"ok": True}


def _journal(world: "World", body: Json, query: dict[str, str]) -> object:
    """GET journal: calls and made objects, from a number on."""
    start = int(query.get("from", "0"))
    tenant = query.get("tenant")
    return {
        "calls": [msgspec.to_builtins(c) for c in world.journal.calls[start:] if tenant in (None, c.tenant)],
        "made": [msgspec.to_builtins(m) for m in world.journal.made if m.call > start and tenant in (None, m.tenant)],
    }


def _statistics(world: "World", body: Json, query: dict[str, str]) -> object:
    return world.journal.statistics(query.get("tenant"), world.switches.egress_counts_writes)


def _show_switches(world: "World", body: Json, query: dict[str, str]) -> object:
    return msgspec.to_builtins(world.switches)


def _show_faults(world: "World", body: Json, query: dict[str, str]) -> object:
    faults = world.faults
    return {"standing": [msgspec.to_builtins(fault) for fault in faults.orders], "happened": faults.happened}


def _subscribe(world: "World", body: Json, query: dict[str, str]) -> object:
    """POST webhooks: {"url", "key"?, "categories"?} subscribes, {"enable": id} switches on again."""
    if "enable" in body:
        world.webhooks.enable(str(body["enable"]))
        world.touch_webhooks()
        return {"ok": True}
    categories = body.get("categories") or CATEGORIES
    if not isinstance(categories, list | tuple):
        raise ValueError("categories must be a list")
    made = world.webhooks.subscribe(str(body["url"]), str(body.get("key", "")), [str(one) for one in categories])
    world.touch_webhooks()
    return msgspec.to_builtins(made)


def _webhooks(world: "World", body: Json, query: dict[str, str]) -> object:
    return [msgspec.to_builtins(one) for one in world.webhooks.subscriptions.values()]


READS: dict[str, Action] = {
    "world": _describe, "journal": _journal, "statistics": _statistics,
    "ledger": lambda world, body, query: world.ledger(tenant_of(world, query)),
    "switches": _show_switches,
    "faults": _show_faults,
    "webhooks": _webhooks,
    "trial-balance": lambda world, body, query: people.trial_balance(world, tenant_of(world, query)),
}  # fmt: skip
WRITES: dict[str, Action] = {
    "webhooks": _subscribe,
    "organisations": _add_organisation,
    "settings": _settings,
    "person": _person,
    "faults": _faults,
    "latency": _latency,
    "clock": _clock,
    "switches": _switches,
    "tier": _tier,
    "limits": _limits,
    "revoke": _revoke,
    "disconnect": _disconnect,
    "reconnect": _reconnect,
}
