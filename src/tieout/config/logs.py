"""Logs of every process: one event a line on standard error, JSON where nobody watches.

Whatever is logged, by us or by a library, passes here: tracebacks are places and lines, never the values of
variables, and secrets that this process knows are taken out of every text.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable, MutableMapping
from typing import Any

import structlog
from structlog.typing import Processor

from tieout.config import environment, reporting
from tieout.http import Redactor

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
#: Longest text of one event; a traceback keeps its end, where it went wrong.
TEXT_LENGTH_MAX = 16_000
#: Libraries whose lines hold whole addresses with their queries; `http` logs what may be logged.
_TALKATIVE = ("httpx", "httpcore", "urllib3")
#: Servers that bring handlers of their own.
_SERVERS = ("gunicorn.error", "gunicorn.access")


def begin(secrets: Iterable[str] = ()) -> None:
    """Set up logging of this process. secrets: values that must not be seen.

    Raises ConfigurationWrong for a level that does not exist.
    """
    level = environment.text("TIEOUT_LOG_LEVEL", "warning", example="info").upper()
    if level not in LEVELS:
        what = f"is {level.lower()!r}, not debug, info, warning or error"
        raise environment.wrong("TIEOUT_LOG_LEVEL", what, "info")
    watched = sys.stderr.isatty()
    renderer: Processor = (
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
        if watched
        else structlog.processors.JSONRenderer()
    )
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        reporting.report,
        structlog.processors.format_exc_info,
        Hider(secrets),
    ]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in _SERVERS:
        server = logging.getLogger(name)
        server.handlers.clear()
        server.propagate = True


class Hider:
    """A processor that takes known secrets, and what looks like one, out of every text of an event."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._redactor = Redactor(secrets)

    def __call__(self, logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        # Names with an underscore are structlog's own between two processors.
        for key, value in event.items():
            if not key.startswith("_"):
                event[key] = self._hidden(value)
        return event

    def _hidden(self, value: Any) -> Any:
        if isinstance(value, str):
            return "\n".join(self._redactor.text(line) for line in value[-TEXT_LENGTH_MAX:].split("\n"))
        if isinstance(value, int | float | bool) or value is None:
            return value
        if isinstance(value, list | tuple):
            return [self._hidden(one) for one in value]
        if isinstance(value, dict):
            return {str(key): self._hidden(one) for key, one in value.items()}
        return self._hidden(str(value))
