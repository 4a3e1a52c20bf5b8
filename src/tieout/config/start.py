"""Starting a process of Tieout: settings, keys and database are checked before anything else happens."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

import structlog
from structlog.typing import Processor

from tieout.config import environment, home


def make(folder: Path | None = None) -> list[Path]:
    """Make the data folder, its keys and its database where missing. Returns the files that were made."""
    folder = folder or home.folder()
    made = home.make(folder)
    begin()
    return made


def begin() -> None:
    """Check the data folder's keys and the database. Raises ConfigurationWrong with one sentence."""
    prepare_django()
    from tieout.config import canary, schema

    vault = home.open_vault(home.folder())
    schema.make_or_check()
    canary.check(vault)


def prepare_django() -> None:
    """Load Django with our settings; logs go to stderr as one event a line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tieout.config.settings")
    import django

    django.setup()
    prepare_logging()


def prepare_logging() -> None:
    level = environment.text("TIEOUT_LOG_LEVEL", "warning", example="info").upper()
    if level not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        what = f"is {level.lower()!r}, not debug, info, warning or error"
        raise environment.wrong("TIEOUT_LOG_LEVEL", what, "info")
    watched = sys.stderr.isatty()
    renderer: Processor = (
        structlog.dev.ConsoleRenderer(colors=False) if watched else structlog.processors.JSONRenderer()
    )
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    line = "%(asctime)s %(levelname)s %(name)s %(message)s"
    logging.basicConfig(level=level, stream=sys.stderr, format=line, force=True)
    # Its lines hold whole addresses with their queries; `http` logs what may be logged.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("httpcore").setLevel(logging.WARNING)
