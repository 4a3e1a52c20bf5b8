"""The addresses that stores and Xero call. Open to the world: the signature is the only key, and it is checked
before anything of the body is read. Answers never tell whether a store exists."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from tieout.web.cases.webhooks import Received
from tieout.web.use_cases import use_cases

#: A store's call names documents by their ids.
STORE_BYTES_MAX = 64 * 1024
#: Xero sends some dozens of events of less than a kilobyte each.
XERO_BYTES_MAX = 1024 * 1024

_STATUS = {Received.KEPT: 200, Received.FORGED: 401, Received.UNREADABLE: 400}


def body_of(request: HttpRequest, bytes_max: int) -> bytes | None:
    """The body, None when it is larger than `bytes_max`; no more than that is read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > bytes_max:
        return None
    return request.read(int(length))


@login_not_required
@csrf_exempt
@require_POST
def store(request: HttpRequest, connection: int) -> HttpResponse:
    """A store tells of changes."""
    body = body_of(request, STORE_BYTES_MAX)
    if body is None:
        return HttpResponse(status=413)
    headers = {name.lower(): value for name, value in request.headers.items()}
    return HttpResponse(status=_STATUS[use_cases().store_called(connection, headers, body)])


@login_not_required
@csrf_exempt
@require_POST
def xero(request: HttpRequest) -> HttpResponse:
    """Xero tells of changes, or tests whether we know a forged call from a genuine one (intent to receive)."""
    body = body_of(request, XERO_BYTES_MAX)
    if body is None:
        return HttpResponse(status=413)
    received = use_cases().xero_called(request.headers.get("x-xero-signature", ""), body)
    # What cannot be read now cannot be read later: a refusal would only make Xero send it again for a day.
    return HttpResponse(status=401 if received is Received.FORGED else 200)
