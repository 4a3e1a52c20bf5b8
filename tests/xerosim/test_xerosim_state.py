"""The state file: a world read back is the world that was written."""

from pathlib import Path

from xerosim_tools import Caller, invoice

from xerosim.clock import VirtualClock
from xerosim.world import World


def _busy(world: World) -> Caller:
    call = Caller(world, next(iter(world.organisations)))
    made = call.invoice(InvoiceNumber="W-1")
    call("PUT", "Payments", {"Invoice": {"InvoiceID": made["InvoiceID"]}, "Account": {"Code": "090"}, "Amount": 20})
    call("PUT", "Items", {"Code": "SKU"})
    call("PUT", "Currencies", {"Code": "EUR"})
    return call


def test_a_saved_world_reads_back_the_same(world: World, tmp_path: Path) -> None:
    call = _busy(world)
    world.save(tmp_path / "w.sqlite")
    again = World.load(tmp_path / "w.sqlite", clock=VirtualClock())
    assert again.ledger(call.tenant) == world.ledger(call.tenant)
    assert again.organisations[call.tenant].balances == world.organisations[call.tenant].balances
    assert (again.app, again.user) == (world.app, world.user)


def test_a_kept_file_holds_every_change_at_once(tmp_path: Path) -> None:
    world = World.load(tmp_path / "w.sqlite", clock=VirtualClock())
    world.add_organisation("uk")
    call = _busy(world)
    before = world.ledger(call.tenant)
    again = World.load(tmp_path / "w.sqlite", clock=VirtualClock())
    assert again.ledger(call.tenant) == before
    later = Caller(again, call.tenant)
    assert later("GET", "Invoices/W-1")["Invoices"][0]["AmountPaid"] == 20
    new = later.invoice(InvoiceNumber="W-2")
    assert new["InvoiceID"] not in {one["InvoiceID"] for one in before["Invoices"]}  # type: ignore[attr-defined]
    assert later.invoice(InvoiceNumber=None)["InvoiceNumber"] == "INV-0001"


def test_a_refused_call_leaves_nothing_in_the_file(tmp_path: Path) -> None:
    world = World.load(tmp_path / "w.sqlite", clock=VirtualClock())
    world.add_organisation("uk")
    call = Caller(world, next(iter(world.organisations)))
    call.refused("PUT", "Invoices", {"Invoices": [invoice(), invoice(DueDate=None)]})
    again = World.load(tmp_path / "w.sqlite", clock=VirtualClock())
    assert again.ledger(call.tenant)["Contacts"] == []


def test_tokens_survive_a_restart(tmp_path: Path) -> None:
    world = World.load(tmp_path / "w.sqlite", clock=VirtualClock())
    org = world.add_organisation("uk")
    call = Caller(world, org.id)
    world.touch_identity()
    again = World.load(tmp_path / "w.sqlite", clock=VirtualClock())
    call.world = again
    assert call("GET", "Organisation")["Organisations"][0]["OrganisationID"] == org.id


def test_the_journal_goes_on_after_a_restart(tmp_path: Path) -> None:
    world = World.load(tmp_path / "w.sqlite", clock=VirtualClock())
    world.add_organisation("uk")
    call = _busy(world)
    again = World.load(tmp_path / "w.sqlite", clock=VirtualClock())
    assert (again.journal.calls, again.journal.made) == (world.journal.calls, world.journal.made)
    before = len(world.journal.calls)
    call.world = again
    call.invoice()
    third = World.load(tmp_path / "w.sqlite", clock=VirtualClock())
    assert third.journal.made == again.journal.made
    assert [one.number for one in third.journal.calls] == list(range(1, before + 2))


def test_keys_are_remembered_over_a_restart(tmp_path: Path) -> None:
    clock = VirtualClock()
    world = World.load(tmp_path / "w.sqlite", clock=clock)
    world.add_organisation("uk")
    call = Caller(world, next(iter(world.organisations)))
    body = {"Name": "Grace"}
    first = call.send("PUT", "Contacts", body, idempotency_key="k")
    call.world = World.load(tmp_path / "w.sqlite", clock=clock)
    assert call.send("PUT", "Contacts", body, idempotency_key="k").body == first.body
    assert call.send("PUT", "Contacts", {"Name": "Ada"}, idempotency_key="k").status == 400
    clock.advance(361)
    assert call.send("PUT", "Contacts", {"Name": "Ada"}, idempotency_key="k").status == 200


def test_webhooks_wait_over_a_restart(tmp_path: Path) -> None:
    clock = VirtualClock()
    world = World.load(tmp_path / "w.sqlite", clock=clock)
    world.add_organisation("uk")
    hook = world.webhooks.subscribe("https://shop.test/hook")
    answers = iter([200, 401, 200])
    world.pump(lambda url, headers, body: next(answers))
    Caller(world, next(iter(world.organisations))).invoice()
    again = World.load(tmp_path / "w.sqlite", clock=clock)
    assert again.webhooks.subscriptions == {hook.id: hook}
    assert again.pump(lambda url, headers, body: 200) == 2
    third = World.load(tmp_path / "w.sqlite", clock=clock)
    assert third.webhooks.subscriptions[hook.id].queue == []
    assert third.webhooks.subscriptions[hook.id].delivered == 2


def test_a_saved_world_carries_journal_keys_and_webhooks(world: World, tmp_path: Path) -> None:
    call = _busy(world)
    call.send("PUT", "Contacts", {"Name": "Grace"}, idempotency_key="k")
    world.webhooks.subscribe("https://shop.test/hook")
    world.save(tmp_path / "w.sqlite")
    again = World.load(tmp_path / "w.sqlite", clock=VirtualClock())
    assert again.journal.calls == world.journal.calls
    assert again.journal.made == world.journal.made
    assert again.webhooks.subscriptions == world.webhooks.subscriptions
    assert again.idempotency.remembered(world.app.id, "k") == world.idempotency.remembered(world.app.id, "k")
