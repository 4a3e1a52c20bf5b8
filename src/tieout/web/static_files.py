"""Addresses of static files that change with their content, so that browsers may keep them for a year.

No build step and no second copy of the packages' files: an installation by pip is ready to serve.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


@lru_cache(maxsize=256)
def content_version(name: str) -> str:
    """The first digits of the file's digest. Raises ValueError for a file that no app brings."""
    path = finders.find(name)
    if not path:
        raise ValueError(f"no app brings the static file {name}")
    return hashlib.blake2b(Path(path).read_bytes(), digest_size=5).hexdigest()


class ContentVersions(StaticFilesStorage):
    """ "/static/web/tieout.css?v=0a1b2c3d4e"."""

    def url(self, name: str | None) -> str:
        assert name is not None
        return f"{super().url(name)}?v={content_version(name)}"
