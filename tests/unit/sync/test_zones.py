"""ACCOUNTING B3: a warning when store and organisation do not mean the same day."""

from __future__ import annotations

from datetime import date

from dossiers import organisation
from tieout.sync.zones import zone_findings

DAY = date(2026, 11, 21)


def found(*zones: tuple[str, str], zone: str = "Europe/London") -> list[str]:
    return [one.found for one in zone_findings("Harbour", zones, organisation(timezone=zone), DAY)]


def test_b03_a_store_in_another_zone_is_told_with_its_views() -> None:
    [text] = found(("us", "America/Chicago"), ("tx", "America/Chicago"), ("uk", "Europe/London"))
    assert "America/Chicago (views tx, us)" in text
    assert "Europe/London" in text


def test_b03_zones_that_show_the_same_time_all_year_are_no_warning() -> None:
    assert found(("uk", "Europe/London"), ("je", "Europe/Jersey")) == []
    assert found(("", "UTC")) != []
    assert found(("", "Nowhere/Else")) != []
    assert found(("", "America/Chicago"), zone="") == []
