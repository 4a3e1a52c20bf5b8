"""Tie-outs of the worker: by night within their share, asked for on the screen, and told when they fail."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet

from storesim.magento2.generator import generate
from tieout.cli.bench_calls import world_of
from tieout.config import proving
from tieout.config.wiring import Wiring
from tieout.ports.proofs import Period
from tieout.records.models import Posting, Proof, Request, Run
from xerosim.wire import Response
from xerosim.world import World


@pytest.fixture
def house(db: None, monkeypatch: pytest.MonkeyPatch) -> tuple[Wiring, World]:
    """A generated shop that was read and planned, and a new simulated Xero."""
    monkeypatch.setenv("TIEOUT_XERO_URL", "http://xero.test")
    monkeypatch.setenv("TIEOUT_VAULT_KEY", Fernet.generate_key().decode())
    running, flow = world_of(generate(orders=5, seed=1))
    flow.pull()
    flow.press_buttons()
    flow.plan()
    return flow.wired, running.world


def nightly(wired: Wiring, *, stopping: bool = False) -> str:
    return proving.nightly(wired, None, lambda: stopping)  # type: ignore[arg-type]


def test_what_is_queued_is_no_difference_and_what_was_lost_is_one(house: tuple[Wiring, World]) -> None:
    wired, _world = house
    assert wired.tie_out(None, None).differences == ()
    Posting.objects.filter(role="invoice").delete()
    assert {row.field for row in wired.tie_out(None, None).differences} >= {"missing"}


def test_e04_the_nightly_tie_out_keeps_its_result_and_its_calls(house: tuple[Wiring, World]) -> None:
    wired, _world = house
    before = Request.objects.count()
    assert "documents tie out, no difference" in nightly(wired)
    proof = Proof.objects.select_related("run").get()
    assert (proof.run.state, proof.run.started_by, proof.differences) == ("done", "nightly", 0)
    assert proof.calls == Request.objects.count() - before
    assert proof.dated_to == wired.clock.now().date()


def test_what_a_person_asks_for_is_done_by_the_worker(house: tuple[Wiring, World]) -> None:
    wired, _world = house
    organisation = wired.administration.organisations()[0]
    run = proving.Proving(wired).records.ask_proof(organisation.id, Period(), by="ada", now=wired.clock.now())
    assert proving.asked(wired, None, lambda: False) == "1 done"  # type: ignore[arg-type]
    assert Run.objects.get(pk=run).state == "done"
    assert Proof.objects.get(pk=run).body


def test_a_refusal_of_xero_is_the_reason_that_the_run_tells(house: tuple[Wiring, World]) -> None:
    wired, world = house
    refusal = b'{"Title":"Forbidden","Status":403,"Detail":"AuthenticationUnsuccessful"}'
    world.handle = lambda request: Response(403, {}, refusal)  # type: ignore[method-assign]
    assert "access" in nightly(wired).casefold()
    proof = Proof.objects.select_related("run").get()
    assert proof.run.state == "failed"
    assert proof.progress


def test_a_worker_that_is_stopped_ends_its_tie_out_and_says_so(house: tuple[Wiring, World]) -> None:
    wired, _world = house
    organisation = wired.administration.organisations()[0]
    run = proving.Proving(wired).records.ask_proof(organisation.id, Period(), by="ada", now=wired.clock.now())
    answers = iter((False, True))
    proving.asked(wired, None, lambda: next(answers, True))  # type: ignore[arg-type]
    assert Run.objects.get(pk=run).state == "failed"
    assert "Press “Tie out now” once more" in Proof.objects.get(pk=run).progress
