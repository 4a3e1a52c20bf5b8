"""The site builds from docs/ without a warning, and its pages need no other host: issue 8, Shows 4."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from reference_pages import PROJECT

#: What a browser would fetch by itself; a link that a reader may follow is none.
_FETCHED = re.compile(r"""<(?:script|img|iframe)[^>]*\ssrc=["'](?:https?:)?//|<link[^>]*\shref=["'](?:https?:)?//""")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [sys.executable, "-m", "properdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=PROJECT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr
    return folder


def test_every_page_of_the_menu_is_built(site: Path) -> None:
    menu = re.findall(r": (\S+)\.md$", (PROJECT / "properdocs.yml").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(menu) > 15
    assert not [page for page in menu if not (site / f"{page}.html").exists()]


def test_pages_fetch_nothing_from_another_host(site: Path) -> None:
    guilty = [page.name for page in site.rglob("*.html") if _FETCHED.search(page.read_text(encoding="utf-8"))]
    guilty += [
        sheet.name for sheet in site.rglob("*.css") if re.search(r"url\(['\"]?(https?:)?//", sheet.read_text())
    ]
    assert not guilty
