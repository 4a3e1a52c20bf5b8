"""Whose leases a worker that starts may free."""

from __future__ import annotations

import os

from tieout.dispatch.predecessors import dead_owners, is_alive


def test_only_dead_processes_of_this_machine_are_named() -> None:
    owners = ["shop:10", "shop:11:extra", "other:10", "shop:12", "", "shop:x"]
    assert dead_owners(owners, "shop", alive=lambda pid: pid == 12) == ["shop:10", "shop:11:extra"]


def test_this_process_is_alive() -> None:
    assert is_alive(os.getpid())
