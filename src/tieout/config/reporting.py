"""Reports of errors to a Sentry-compatible server: off unless TIEOUT_SENTRY_DSN names one.

A report is made anew from the few things that help to find a bug: kinds of errors, places in the code, the version.
What an error says, values of variables, requests, users and the machine's name never leave.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, MutableMapping
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from tieout.config import environment
from tieout.errors import TieoutError

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint

DSN = "TIEOUT_SENTRY_DSN"
EXAMPLE = "https://key@errors.example.com/7"
#: What is kept of a report, of an error in it, and of a place.
_EVENT = ("event_id", "timestamp", "platform", "level", "release")
_ERROR = ("type", "module")
_PLACE = ("filename", "function", "module", "lineno", "context_line", "in_app")
_FLUSH_SECONDS = 2

_is_on = False


def dsn() -> str:
    """Where reports go, "" for nowhere."""
    return environment.text(DSN, "", example=EXAMPLE)


def begin() -> None:
    """Start reporting where it is asked for. Raises ConfigurationWrong when it cannot work."""
    global _is_on
    address = dsn()
    _is_on = bool(address)
    if not address:
        return
    if find_spec("sentry_sdk") is None:
        raise environment.wrong(DSN, 'is set, but its library is missing: pip install "tieout[errors]"', EXAMPLE)
    import sentry_sdk
    from sentry_sdk.utils import BadDsn

    try:
        sentry_sdk.init(
            dsn=address,
            release=f"tieout@{version('tieout')}",
            server_name="",
            default_integrations=False,
            auto_enabling_integrations=False,
            include_local_variables=False,
            max_request_body_size="never",
            max_breadcrumbs=0,
            shutdown_timeout=_FLUSH_SECONDS,
            before_send=only_what_helps,
        )
    except BadDsn as error:
        raise environment.wrong(DSN, "is not the address of a project", EXAMPLE) from error


def report(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A processor of the logs: reports the error of an event at the level error, when there is one under way.

    What `tieout.errors` tells is for the operator, not for whoever writes the code.
    """
    if _is_on and event.get("level") in ("error", "critical", "exception"):
        error = _error_of(event.get("exc_info"))
        if error is not None and not isinstance(error, TieoutError):
            import sentry_sdk

            sentry_sdk.capture_exception(error)
    return event


def _error_of(exc_info: Any) -> BaseException | None:
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple):
        return exc_info[1] if isinstance(exc_info[1], BaseException) else None
    return sys.exc_info()[1]


def only_what_helps(event: Event, hint: Hint) -> Event:
    """A report with nothing in it but kinds and places."""
    given: Mapping[str, Any] = event
    errors = (given.get("exception") or {}).get("values") or ()
    kept: Any = {name: given[name] for name in _EVENT if name in given}
    kept["exception"] = {"values": [_error(one) for one in errors]}
    found: Event = kept
    return found


def _error(one: Mapping[str, Any]) -> dict[str, Any]:
    frames = (one.get("stacktrace") or {}).get("frames") or ()
    places = [{name: frame[name] for name in _PLACE if name in frame} for frame in frames]
    return {**{name: one.get(name) for name in _ERROR}, "value": "", "stacktrace": {"frames": places}}
