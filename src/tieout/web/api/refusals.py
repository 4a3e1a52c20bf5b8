"""What the API answers when it refuses: problem details (RFC 9457) with a closed list of codes."""

from __future__ import annotations

from enum import StrEnum

import msgspec
from django.http import HttpResponse

MEDIA_TYPE = "application/problem+json"
DETAIL_LENGTH_MAX = 500


class ApiCode(StrEnum):
    """Why a request was refused; closed, and a code never changes its meaning."""

    TOKEN_MISSING = "token_missing"
    TOKEN_WRONG = "token_wrong"
    TOKEN_EXPIRED = "token_expired"
    TOO_MANY_TRIES = "too_many_tries"
    RIGHT_MISSING = "right_missing"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    QUERY_WRONG = "query_wrong"
    CURSOR_WRONG = "cursor_wrong"
    BODY_WRONG = "body_wrong"
    BODY_TOO_LARGE = "body_too_large"
    MEDIA_TYPE_WRONG = "media_type_wrong"
    NEEDS_PERSON = "needs_person"
    TRY_LATER = "try_later"
    BROKEN = "broken"


_KINDS: dict[ApiCode, tuple[int, str]] = {
    ApiCode.TOKEN_MISSING: (401, "A token is needed"),
    ApiCode.TOKEN_WRONG: (401, "The token is not known"),
    ApiCode.TOKEN_EXPIRED: (401, "The token has ended"),
    ApiCode.TOO_MANY_TRIES: (429, "Too many wrong tokens"),
    ApiCode.RIGHT_MISSING: (403, "The token may not do this"),
    ApiCode.NOT_FOUND: (404, "There is no such thing"),
    ApiCode.METHOD_NOT_ALLOWED: (405, "This address takes other methods"),
    ApiCode.QUERY_WRONG: (400, "The query cannot be read"),
    ApiCode.CURSOR_WRONG: (400, "The cursor is not one of this list"),
    ApiCode.BODY_WRONG: (400, "The body cannot be read"),
    ApiCode.BODY_TOO_LARGE: (413, "The body is too large"),
    ApiCode.MEDIA_TYPE_WRONG: (415, "The body must be JSON"),
    ApiCode.NEEDS_PERSON: (409, "A person has to do something first"),
    ApiCode.TRY_LATER: (503, "Not now"),
    ApiCode.BROKEN: (500, "Something went wrong inside"),
}


def status_of(code: ApiCode) -> int:
    return _KINDS[code][0]


class ProblemDetails(msgspec.Struct, frozen=True):
    """Why the request was refused. code: for programs; detail: a sentence for people."""

    type: str
    title: str
    status: int
    code: ApiCode
    detail: str = ""


class Refused(Exception):
    """Raised by handlers; becomes the answer."""

    def __init__(self, code: ApiCode, detail: str = "", *, retry_after: int | None = None) -> None:
        super().__init__(code.value)
        self.code = code
        self.detail = detail
        self.retry_after = retry_after


def answer(refused: Refused) -> HttpResponse:
    """The refusal as problem details."""
    status, title = _KINDS[refused.code]
    details = ProblemDetails("about:blank", title, status, refused.code, refused.detail[:DETAIL_LENGTH_MAX])
    response = HttpResponse(msgspec.json.encode(details), status=status, content_type=MEDIA_TYPE)
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="tieout"'
    if refused.retry_after is not None:
        response["Retry-After"] = str(refused.retry_after)
    return response
