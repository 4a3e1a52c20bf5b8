"""The way back: what was made or changed in Xero is brought into stores that can be written to.

A round for one organisation: *read* what changed, *decide* each object (pure), *write* what was decided, each write
stored before it leaves and looked up before it is repeated, then *agree*: take what both sides have now as posted.
"""

from tieout.sync.inward.rounds import InwardRounds, Round, StoreSide

__all__ = ["InwardRounds", "Round", "StoreSide"]
