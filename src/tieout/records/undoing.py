"""Undoing: the postings of a run, and taking them back in the order in which Xero allows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from tieout.accounting import Role
from tieout.ports.administration import RunPosting
from tieout.records.models import Dependency, Organisation, Posting, PostingPayload
from tieout.records.sql import Database
from tieout.records.standing import refresh_documents, refresh_unmet


def run_postings(run: int) -> Sequence[RunPosting]:
    """What a run posted and the ledger still holds, in the order in which it was made."""
    rows = Posting.objects.filter(run=run).exclude(remote_id="").exclude(remote_status__in=("VOIDED", "DELETED"))
    return [
        RunPosting(
            id=row.pk,
            organisation=row.organisation_id,
            role=Role(row.role),
            state=row.state,
            marker=row.marker,
            remote_id=row.remote_id,
            remote_status=row.remote_status,
            date=row.date,
            drift=row.drift,
            total_minor=row.total_minor,
        )
        for row in rows.order_by("id")
    ]


def want_nothing(actions: Mapping[int, str], now: datetime, why: str) -> int:
    """Queue postings to be deleted or voided. actions: by posting. What depended on another goes before it."""
    with transaction.atomic():
        chosen = list(Posting.objects.filter(pk__in=list(actions), state="posted").values_list("pk", flat=True))
        payloads = PostingPayload.objects.filter(posting_id__in=chosen)
        payloads.update(posted=Coalesce(F("posted"), F("wanted")))
        payloads.update(wanted=None)
        for posting in chosen:
            Posting.objects.filter(pk=posting).update(
                wanted_digest="", state="queued", action=actions[posting], queued_at=now, why=why, code="", reason=""
            )
        _turn_round(chosen)
        database = Database()
        refresh_unmet(database, chosen)
        refresh_documents(
            database, sorted(set(Posting.objects.filter(pk__in=chosen).values_list("document_id", flat=True)))
        )
        organisations = Posting.objects.filter(pk__in=chosen).values_list("organisation_id", flat=True)
        Organisation.objects.filter(pk__in=set(organisations)).update(due_at=now)
        return len(chosen)


def _turn_round(chosen: Sequence[int]) -> None:
    """A payment is deleted before its invoice is voided: dependencies among the chosen point the other way now."""
    own = Dependency.objects.filter(posting_id__in=chosen)
    pairs = [(posting, needs) for posting, needs in own.values_list("posting_id", "needs_id") if needs in set(chosen)]
    own.delete()
    Dependency.objects.bulk_create(
        [Dependency(posting_id=needs, needs_id=posting) for posting, needs in pairs], ignore_conflicts=True
    )
