"""A seeded world in one thread: workers that crash, a Xero that misbehaves, people, a shop that goes on selling."""

from tieout.cli.benching.simulation.checks import problems
from tieout.cli.benching.simulation.world import Simulation

__all__ = ["Simulation", "problems"]
