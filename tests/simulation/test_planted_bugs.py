"""The simulation would find the mistakes that matter: three of them are planted, each is caught."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import count
from typing import Any

import msgspec
import pytest

from tieout.cli.benching.simulation import Simulation, problems
from tieout.cli.benching.simulation.world import LEASE_SECONDS
from tieout.ports.ledger import Answer, FrozenCall, Ledger
from tieout.ports.turn import Sent
from tieout.records.storage import Storage
from tieout.sync.turn import Policy
from tieout.xero import XeroLedger

SEEDS_MAX = 100
_numbers = count()


class Keyless:
    """Sends every try under another key, as if there was none."""

    def __init__(self, ledger: XeroLedger) -> None:
        self._ledger = ledger

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)

    def send(self, call: FrozenCall, idempotency_key: str) -> Answer:
        return self._ledger.send(call, f"{idempotency_key}-{next(_numbers)}")


class Unlocked(Storage):
    """Settles by what was known when the call was frozen: edits that came meanwhile are overwritten."""

    def sent_postings(self, postings: Sequence[int]) -> Sequence[Sent]:
        return [
            msgspec.structs.replace(one, wanted_digest=one.sent_digest or one.wanted_digest, state_after="")
            for one in super().sent_postings(postings)
        ]


def keyless(ledger: XeroLedger) -> Ledger:
    return Keyless(ledger)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("bug", "storage", "options"),
    [
        ("sends without a key", Storage, {"spoil_ledger": keyless}),
        ("forgets the settle lock", Unlocked, {}),
        (
            "trusts an expired key",
            Storage,
            {"policy": Policy(lease_seconds=LEASE_SECONDS, batch=3, key_life=timedelta(days=30))},
        ),
    ],
)
def test_a_planted_bug_is_caught(
    bug: str, storage: type[Storage], options: dict[str, Any], new_storage: Callable[..., Storage]
) -> None:
    for seed in range(SEEDS_MAX):
        simulation = Simulation(seed, new_storage(storage), **options)
        try:
            simulation.run()
        except AssertionError:
            return
        if problems(simulation):
            return
    pytest.fail(f"a Tieout that {bug} passes {SEEDS_MAX} seeds")
