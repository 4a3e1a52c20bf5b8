"""A fresh world per test."""

import pytest
from xerosim_tools import Caller

from xerosim.clock import VirtualClock
from xerosim.world import World


@pytest.fixture
def world() -> World:
    """A world with a virtual clock and one British organisation, calls counted but not refused."""
    made = World(clock=VirtualClock())
    made.add_organisation("uk")
    made.limits_of(made.app.id).enforced = False
    return made


@pytest.fixture
def call(world: World) -> Caller:
    """A caller of the world's only organisation."""
    return Caller(world, next(iter(world.organisations)))
