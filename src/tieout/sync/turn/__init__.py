"""A turn for one organisation: claim → prepare → send → settle → release.

Five functions with plain values between them; clock, ids and jitter are arguments. Production drives them with
threads (`tieout.sync.turn.driver`), the simulation from one seeded scheduler, where a crash is a step not called.
"""

from tieout.sync.turn.prepare import prepare
from tieout.sync.turn.send import send
from tieout.sync.turn.settle import settle
from tieout.sync.turn.values import Nothing, Outcome, Policy, Step, Work

__all__ = ["Nothing", "Outcome", "Policy", "Step", "Work", "prepare", "send", "settle"]
