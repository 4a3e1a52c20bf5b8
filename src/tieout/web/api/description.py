"""The OpenAPI description of the API, made from the endpoints and their types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tieout.web.access import RIGHTS
from tieout.web.api import documents, figures, queue, runs, status
from tieout.web.api.endpoints import Endpoint
from tieout.web.api.refusals import MEDIA_TYPE, ApiCode, ProblemDetails, status_of

ENDPOINTS: tuple[Endpoint, ...] = (
    *status.ENDPOINTS,
    *queue.ENDPOINTS,
    *documents.ENDPOINTS,
    *figures.ENDPOINTS,
    *runs.ENDPOINTS,
)

VERSION = "1.0.0"
BASE = "/api/v1/"
_COMPONENTS = "#/components/schemas/"
_ALWAYS = (
    ApiCode.TOKEN_MISSING,
    ApiCode.TOO_MANY_TRIES,
    ApiCode.RIGHT_MISSING,
    ApiCode.QUERY_WRONG,
    ApiCode.BROKEN,
)
_WITH_BODY = (
    ApiCode.BODY_WRONG,
    ApiCode.BODY_TOO_LARGE,
    ApiCode.MEDIA_TYPE_WRONG,
    ApiCode.NEEDS_PERSON,
    ApiCode.TRY_LATER,
)
_TEXTS = {
    400: "The request cannot be read",
    401: "No token, or one that is not good",
    403: "The token may not do this",
    404: "There is no such thing",
    409: "A person has to do something first",
    413: "The body is too large",
    415: "The body must be JSON",
    429: "Too many wrong tokens from this address",
    500: "Something went wrong inside",
    503: "Not now; Retry-After tells when",
}
_INTRODUCTION = (
    "Reads the queue, documents, runs and tie-outs of an installation of Tieout, and asks for work. Amounts are "
    "decimals as text, times are RFC 3339 in UTC. Refusals are problem details (RFC 9457) with a code of a closed "
    "list. A token may do what its role and its user both may."
)


@lru_cache(maxsize=1)
def description() -> dict[str, Any]:
    """The whole description as plain values."""
    types = {one: None for endpoint in ENDPOINTS for one in (endpoint.result, endpoint.query, endpoint.body) if one}
    _, components = msgspec.json.schema_components([*types, ProblemDetails], ref_template=_COMPONENTS + "{name}")
    for one in components.values():
        if "description" in one:
            one["description"] = " ".join(one["description"].split())
    queries = {endpoint.query: components.pop(endpoint.query.__name__) for endpoint in ENDPOINTS if endpoint.query}
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in ENDPOINTS:
        operation = _operation(endpoint, queries.get(endpoint.query, {}) if endpoint.query else {})
        paths.setdefault(BASE + endpoint.path, {})[endpoint.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tieout",
            "version": VERSION,
            "description": _INTRODUCTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(components.items())),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(endpoint: Endpoint, query: Mapping[str, Any]) -> dict[str, Any]:
    roles = ", ".join(role.value for role, rights in RIGHTS.items() if endpoint.right in rights)
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "description": f"Roles: {roles}.",
        "tags": [endpoint.path.partition("/")[0]],
        "responses": {
            str(endpoint.status): {
                "description": "Done" if endpoint.status == 200 else "Taken",
                "content": {"application/json": {"schema": _ref(endpoint.result)}},
            },
            **_refusals(endpoint),
        },
    }
    parameters = [_id(name) for name in endpoint.id_names] + _parameters(query)
    if parameters:
        operation["parameters"] = parameters
    if endpoint.body is not None:
        content = {"application/json": {"schema": _ref(endpoint.body)}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _ref(type_: type[Any]) -> dict[str, str]:
    return {"$ref": _COMPONENTS + type_.__name__}


def _id(name: str) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _parameters(query: Mapping[str, Any]) -> list[dict[str, Any]]:
    needed = query.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in needed, "schema": _plain(schema)}
        for name, schema in query.get("properties", {}).items()
    ]


def _plain(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A parameter that is left out is not null."""
    kept = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    found = {**schema, **kept[0]} if len(kept) == 1 else dict(schema)
    found.pop("anyOf", None)
    if found.get("default", "") in (None, ""):
        found.pop("default", None)
    return found


def _refusals(endpoint: Endpoint) -> dict[str, Any]:
    codes: Sequence[ApiCode] = (*_ALWAYS, *(_WITH_BODY if endpoint.body else ()), *endpoint.refusals)
    content = {MEDIA_TYPE: {"schema": _ref(ProblemDetails)}}
    statuses = sorted({status_of(code) for code in codes})
    return {str(one): {"description": _TEXTS[one], "content": content} for one in statuses}


@login_not_required
@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """The description holds no data and no secret; a stranger may read it."""
    return HttpResponse(msgspec.json.encode(description()), content_type="application/json; charset=utf-8")
