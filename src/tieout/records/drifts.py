"""What a person decides about changes that somebody made in Xero."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from tieout.records.models import Audit, Drift, Organisation, Posting

DECISIONS = ("accept", "restore", "leave")


def decide_drift(drifts: Sequence[int], decision: str, *, by: str, address: str, now: datetime) -> int:
    """accept: Xero's value is right. restore: ours is written again. leave: seen, nothing happens.

    Returns how many were open until now. Raises ValueError for another decision.
    """
    if decision not in DECISIONS:
        raise ValueError(f"{decision} is no decision about drift")
    with transaction.atomic():
        rows = Drift.objects.filter(pk__in=list(drifts), decided_at__isnull=True)
        postings = sorted(set(rows.values_list("posting_id", flat=True)))
        count = rows.update(decided_at=now, decision=decision, decided_by=by)
        if decision == "leave":
            _note(by, decision, count, address, now)
            return count
        still_open = set(
            Drift.objects.filter(posting_id__in=postings, decided_at__isnull=True).values_list(
                "posting_id", flat=True
            )
        )
        settled = [posting for posting in postings if posting not in still_open]
        Posting.objects.filter(pk__in=settled).update(drift="")
        if decision == "restore":
            # Nothing counts as posted any more, so that what is wanted is queued and stays so when planned again.
            again = Posting.objects.filter(pk__in=settled, state="posted").exclude(remote_id="")
            organisations = set(again.values_list("organisation_id", flat=True))
            again.update(state="queued", action="update", posted_digest="", queued_at=now, why="restored after drift")
            Organisation.objects.filter(pk__in=organisations).update(due_at=now)
        _note(by, decision, count, address, now)
        return count


def _note(by: str, decision: str, count: int, address: str, now: datetime) -> None:
    Audit.objects.create(at=now, user=by, action="drift", subject=f"{decision}: {count}", address=address[:64])
