"""The web admin as a WSGI application, with its use cases."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tieout.config.settings")
application = get_wsgi_application()


def _hand_over() -> None:
    # Imported after the settings were loaded: the models behind it need them.
    from tieout.config.handing import hand_over

    hand_over()


_hand_over()
