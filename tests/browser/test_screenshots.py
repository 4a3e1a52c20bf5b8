"""Writes every screen in light, dark and at 360 px into the folder that TIEOUT_SCREENSHOTS names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from screens import SCREENS

import web_records
from conftest import NewPage
from web_records import Shop

FOLDER = os.environ.get("TIEOUT_SCREENSHOTS", "")
FORMS = {"light": {}, "dark": {"dark": True}, "360": {"width": 360, "height": 780}}

pytestmark = pytest.mark.skipif(not FOLDER, reason="only for `make screenshots`: TIEOUT_SCREENSHOTS names no folder")


@pytest.mark.parametrize("form", FORMS)
def test_every_screen_is_drawn(form: str, shop: Shop, new_page: NewPage) -> None:
    web_records.make_many(shop, 60)
    page = new_page("owner", **FORMS[form])
    only = os.environ.get("TIEOUT_SCREENS", "").split(",")
    for name, address in SCREENS.items():
        if only != [""] and name not in only:
            continue
        page.goto(address(shop))
        page.wait_for_load_state("networkidle")
        page.screenshot(path=Path(FOLDER) / f"{name}_{form}.png", full_page=form != "360")
    stranger = new_page("stranger", **FORMS[form])
    stranger.goto("/login")
    stranger.screenshot(path=Path(FOLDER) / f"login_{form}.png")
