"""What was sent for one document and what was answered, cut out of a call that carried many."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from tieout.records.models import Call

#: Longer texts are cut: a page is for reading, the whole is in the exports.
TEXT_MAX = 20_000


class Exchange(msgspec.Struct, frozen=True):
    """One request as far as it concerns one posting. sent "" when its bytes were dropped by retention."""

    call: int
    method: str
    path: str
    role: str
    count: int
    tries: int
    status: int | None
    sent: str
    answer: str
    message: str


def exchange(call: Call, posting: int | None, answer: str) -> Exchange:
    """answer: the element's own slice of the answer as kept in the log, else the whole call's evidence."""
    return Exchange(
        call=call.pk,
        method=call.method,
        path=call.path,
        role=call.role,
        count=call.count,
        tries=call.tries,
        status=call.status,
        sent=_slice(call, posting),
        answer=pretty(answer or call.evidence),
        message=call.message,
    )


def _slice(call: Call, posting: int | None) -> str:
    """The posting's own element of the body, by its place in the list of postings."""
    if not call.body:
        return ""
    try:
        body: Any = json.loads(call.body, parse_float=str)
        places: list[int] = json.loads(call.postings or "[]")
    except ValueError:
        return call.body[:TEXT_MAX]
    elements = body
    if isinstance(body, dict):
        elements = next((value for value in body.values() if isinstance(value, list)), None)
    if posting is not None and isinstance(elements, list) and posting in places:
        place = places.index(posting)
        if place < len(elements):
            return _dump(elements[place])
    return _dump(body)


def pretty(text: str) -> str:
    """JSON with indents, anything else as it is; cut to a bound."""
    try:
        return _dump(json.loads(text, parse_float=str))
    except ValueError:
        return text[:TEXT_MAX]


def _dump(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)[:TEXT_MAX]
