"""What reading one object of the ledger tells of a posting of ours: shared by the sweep and by the turn."""

from __future__ import annotations

import msgspec

from tieout.accounting import Held
from tieout.ports.seeing import Difference, PostedObject, Update
from tieout.reconciling.drift import look_at

_DRAFTS = ("DRAFT", "SUBMITTED")
_ENDED = ("VOIDED", "DELETED")


class News(msgspec.Struct, frozen=True):
    """differences: that no person has decided about yet. update: None when status and marks are as known."""

    differences: tuple[Difference, ...]
    update: Update | None
    changed: bool
    moved: bool

    @property
    def blocks(self) -> bool:
        """Amounts, tax or status are a person's now (ACCOUNTING B11)."""
        return any(one.blocks for one in self.differences)


def news_of(ours: PostedObject, held: Held) -> News:
    """Compare what was sent with what the ledger holds, less what a person accepted already."""
    seen = look_at(ours.payload, held)
    new = [one for one in seen.changes if (one.field, one.theirs) not in ours.settled]
    marks = seen.marks if any(one.blocks for one in new) else tuple(m for m in seen.marks if m == "reconciled")
    status = _status(ours.remote_status, held.status)
    changed, moved = set(marks) != set(ours.drift), status != ours.remote_status
    return News(
        differences=tuple(Difference(ours.id, one.field, one.ours, one.theirs, one.blocks) for one in new),
        update=Update(ours.id, status, marks) if changed or moved else None,
        changed=changed,
        moved=moved,
    )


def _status(known: str, held: str) -> str:
    """A status is news when a draft was approved, or when it has ended; that our payment settled it is none."""
    return held if known in _DRAFTS or held in _ENDED else known
