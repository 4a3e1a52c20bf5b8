"""The web admin as a WSGI application, with its use cases."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tieout.config.settings")
application = get_wsgi_application()


def _prepare() -> None:
    # Imported after the settings were loaded: the models behind them need those.
    from tieout.config.handing import hand_over
    from tieout.config.start import prepare_logging

    prepare_logging()
    hand_over()


_prepare()
