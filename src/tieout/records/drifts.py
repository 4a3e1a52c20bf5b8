"""What a person decides about changes that somebody made in Xero."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from tieout.records.models import Audit, Drift, Organisation, Posting
from tieout.records.sql import Database
from tieout.records.standing import refresh_documents

DECISIONS = ("accept", "restore", "leave")


def decide_drift(
    drifts: Sequence[int], decision: str, *, by: str, address: str, now: datetime, using: str = "default"
) -> int:
    """accept: Xero's value is right. restore: ours is written again. leave: seen, nothing happens.

    Returns how many were open until now. Raises ValueError for another decision.
    """
    if decision not in DECISIONS:
        raise ValueError(f"{decision} is no decision about drift")
    with transaction.atomic(using=using):
        rows = Drift.objects.using(using).filter(pk__in=list(drifts), decided_at__isnull=True)
        postings = sorted(set(rows.values_list("posting_id", flat=True)))
        count = rows.update(decided_at=now, decision=decision, decided_by=by)
        if decision == "leave":
            _note(by, decision, count, address, now, using)
            return count
        open_rows = Drift.objects.using(using).filter(posting_id__in=postings, decided_at__isnull=True)
        still_open = set(open_rows.values_list("posting_id", flat=True))
        settled = [posting for posting in postings if posting not in still_open]
        chosen = Posting.objects.using(using).filter(pk__in=settled)
        chosen.update(drift="")
        if decision == "restore":
            _write_again(chosen, now, using)
            refresh_documents(Database(using), sorted(set(chosen.values_list("document_id", flat=True))))
        _note(by, decision, count, address, now, using)
        return count


def _write_again(chosen: QuerySet[Posting], now: datetime, using: str) -> None:
    """Nothing counts as posted any more, so that what is wanted is queued and stays so when planned again."""
    again = chosen.filter(state="posted").exclude(remote_id="")
    waiting = chosen.filter(state="held", code="changed_by_person").exclude(remote_id="")
    organisations = set(chosen.values_list("organisation_id", flat=True))
    # What was held before it could overwrite a person's change goes now, whether it changes or ends the document.
    fields = {"posted_digest": "", "queued_at": now, "why": "restored after drift"}
    waiting.filter(wanted_digest="").update(state="queued", code="", reason="", **fields)
    waiting.exclude(wanted_digest="").update(state="queued", action="update", code="", reason="", **fields)
    again.update(state="queued", action="update", **fields)
    Organisation.objects.using(using).filter(pk__in=organisations).update(due_at=now)


def _note(by: str, decision: str, count: int, address: str, now: datetime, using: str) -> None:
    Audit.objects.using(using).create(
        at=now, user=by, action="drift", subject=f"{decision}: {count}", address=address[:64]
    )
