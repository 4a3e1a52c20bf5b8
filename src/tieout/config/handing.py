"""What the web admin is given: the use cases behind its buttons."""

from __future__ import annotations

from django.apps import apps


def hand_over() -> None:
    """Give the app `web` its use cases. Once per process, after Django is ready."""
    if apps.is_installed("tieout.web"):
        from tieout.config.web_cases import WebCases

        apps.get_app_config("web").use_cases = WebCases()  # type: ignore[attr-defined]
