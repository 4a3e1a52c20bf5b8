"""The adviser: how much Xero was given, against what it bears well."""

from __future__ import annotations

from datetime import date

from records_world import World

from tieout.ports.volume import Volume
from tieout.sync.volume import advice


def test_c118_the_volume_is_measured_from_what_was_posted(world: World) -> None:
    world.save_orders(range(1, 4))
    world.plan()
    assert world.storage.volume(world.organisation, date(2026, 1, 1)).invoices == 0
    world.finish()
    assert world.storage.volume(world.organisation, date(2026, 1, 1)).invoices == 3
    assert world.storage.volume(world.organisation, date(2026, 12, 1)).invoices == 0


def test_c118_an_organisation_too_full_for_xeros_comfort_gets_advice() -> None:
    assert advice(Volume(invoices=1_000, contacts=10_000)) == ""
    assert "1,000 sales invoices a month" in advice(Volume(invoices=1_001, contacts=0))
    assert "one web customer" in advice(Volume(invoices=0, contacts=10_001))
