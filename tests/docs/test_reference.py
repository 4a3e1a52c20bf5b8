"""The reference pages say what the code does: issue 8, Shows 4."""

from __future__ import annotations

import re

import pytest
from reference_pages import DOCS, PAGES, PROJECT
from settings_in_code import SOURCES, settings

_ROW = re.compile(r"^\| `(TIEOUT_[A-Z_]+)` \| (.*?) \| (.*?) \| `(.*?)` \| (.+) \|$", re.MULTILINE)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_made_from_the_code_is_up_to_date(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](), "run scripts/reference"


def _documented() -> dict[str, tuple[str, str, str]]:
    rows = _ROW.findall((DOCS / "reference" / "settings.md").read_text(encoding="utf-8"))
    assert len({row[0] for row in rows}) == len(rows)
    return {name: (kind, default, example) for name, kind, default, example, _ in rows}


def test_every_setting_of_the_code_is_documented_and_no_other() -> None:
    assert set(_documented()) == {one.name for one in settings()}


@pytest.mark.parametrize("setting", settings(), ids=lambda one: one.name)
def test_type_default_and_example_of_a_setting_are_as_documented(setting: object) -> None:
    from settings_in_code import Setting

    assert isinstance(setting, Setting)
    kind, default, example = _documented()[setting.name]
    if setting.type:
        assert kind == setting.type
    if isinstance(setting.default, bool):
        assert default == ("`on`" if setting.default else "`off`")
    elif setting.default in ("", ()):
        # Nothing given: the page says in words what holds then.
        assert not default.startswith("`TIEOUT_HOME")
        assert default
    elif isinstance(setting.default, str | int) and setting.name != "TIEOUT_XERO_URL":
        assert default == f"`{setting.default}`"
    assert example == setting.example


def test_no_setting_is_read_past_the_typed_readers() -> None:
    """Only these modules know os.environ: the readers, and those that look whether a key was given or set one."""
    direct = {
        str(file.relative_to(SOURCES)) for file in SOURCES.rglob("*.py") if "os.environ" in file.read_text("utf-8")
    }
    allowed = {"config/environment.py", "config/home.py", "config/start.py", "config/wsgi.py"}
    assert not {name for name in direct - allowed if not name.startswith("cli/")}


def test_the_glossary_gives_each_word_one_meaning() -> None:
    text = (DOCS / "reference" / "glossary.md").read_text(encoding="utf-8")
    words = re.findall(r"^\| \*\*(.+?)\*\*", text, re.MULTILINE)
    assert len(words) > 25
    assert len(set(words)) == len(words)


def test_pages_of_the_reference_are_all_in_the_menu() -> None:
    menu = (PROJECT / "properdocs.yml").read_text(encoding="utf-8")
    pages = [
        str(file.relative_to(DOCS)) for folder in ("reference", "howto") for file in (DOCS / folder).glob("*.md")
    ]
    assert pages
    assert not [page for page in pages if page not in menu]
