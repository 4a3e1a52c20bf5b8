"""A backup taken in the middle of the trouble is brought back: nothing lost, nothing doubled."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connections

from tieout.cli.benching.simulation import Simulation, problems
from tieout.cli.benching.simulation.storages import Storages
from tieout.records import models
from tieout.records.storage import Storage

SEEDS = int(os.environ.get("TIEOUT_SEEDS", "25")) // 2


class Restored(Simulation):
    """After half of the trouble the file as of a third of it comes back, as `tieout restore` brings it."""

    def __init__(self, seed: int, storage: Storage, path: Path) -> None:
        super().__init__(seed, storage, orders=20, trouble_steps=150)
        self._path = path
        self._count = 0

    def _step(self, *, trouble: bool) -> bool:
        self._count += 1
        if self._count == 50:
            connections["simulation"].close()
            shutil.copy(self._path, self._path.with_suffix(".backup"))
        if self._count == 90:
            self._restore()
        return super()._step(trouble=trouble)

    def _restore(self) -> None:
        for worker in self.workers:
            self.crash(worker)
        self.arrivals.clear()
        connections["simulation"].close()
        shutil.copy(self._path.with_suffix(".backup"), self._path)
        models.Organisation.objects.using("simulation").update(catch_up=True)
        # The stores are read again from where the backup had come to.
        self.shop.changed.update(self.shop.orders)
        self.plan()


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_restored_backup_catches_up(seed: int, new_storage: Callable[[], Storage], storages: Storages) -> None:
    simulation = Restored(seed, new_storage(), storages.path)
    simulation.run()
    # What was edited after the backup is there with other figures than this database expects: a person decides.
    for _ in range(3):
        simulation.decide()
        simulation.finish()
    assert problems(simulation) == []
    assert not models.Organisation.objects.using("simulation").get().catch_up
