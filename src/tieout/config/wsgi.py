"""The web admin as a WSGI application, with its use cases."""

from __future__ import annotations

from django.apps import apps
from django.core.wsgi import get_wsgi_application

from tieout.config import start

# Keys and database are checked before the first page is answered.
start.begin()
application = get_wsgi_application()


def _hand_over() -> None:
    from tieout.config.web_cases import WebCases

    setattr(apps.get_app_config("web"), "use_cases", WebCases())  # noqa: B010


_hand_over()
