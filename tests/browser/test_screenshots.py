"""Writes every screen in light, dark and at 360 px into the folder that TIEOUT_SCREENSHOTS names."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from PIL import Image
from screens import every_screen

import proof_records
import web_records
from conftest import NewPage
from web_records import Shop

FOLDER = os.environ.get("TIEOUT_SCREENSHOTS", "")
FORMS = {"light": {}, "dark": {"dark": True}, "360": {"width": 360, "height": 780}}
#: Pictures are kept in the project: at most this high, in so many colours.
HEIGHT_MAX, COLOURS = 1300, 48

pytestmark = pytest.mark.skipif(not FOLDER, reason="only for `make screenshots`: TIEOUT_SCREENSHOTS names no folder")


def keep(name: str, picture: bytes) -> None:
    """Write it small: cut to a height, with a palette of its own."""
    with Image.open(io.BytesIO(picture)) as whole:
        cut = whole.convert("RGB").crop((0, 0, whole.width, min(whole.height, HEIGHT_MAX)))
        cut.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
            Path(FOLDER) / f"{name}.png", optimize=True
        )


@pytest.mark.parametrize("form", FORMS)
def test_every_screen_is_drawn(form: str, shop: Shop, new_page: NewPage) -> None:
    web_records.make_many(shop, 60)
    proof_records.prove(shop)
    proof_records.beat()
    page = new_page("owner", **FORMS[form])
    only = os.environ.get("TIEOUT_SCREENS", "").split(",")
    for name, address in every_screen(shop).items():
        if only != [""] and name not in only:
            continue
        page.goto(address)
        page.wait_for_load_state("networkidle")
        keep(f"{name}_{form}", page.screenshot(full_page=form != "360"))
    stranger = new_page("stranger", **FORMS[form])
    stranger.goto("/login")
    keep(f"login_{form}", stranger.screenshot())
