"""Implements the summaries of `ports.administration.Administration`, and what tie-out keeps of the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from django.db.models import Count

from tieout.accounting import Held, Ref, Role
from tieout.documents import DocumentKey, DocumentKind
from tieout.money import Money
from tieout.ports.administration import (
    Outcome,
)
from tieout.records.codec import pack
from tieout.records.drifts import decide_drift
from tieout.records.models import (
    Document,
    HeldFigures,
    Posting,
)


class Overview:
    """Counts, outcomes, and figures that the ledger was seen to hold."""

    def documents_by_state(self) -> Mapping[tuple[str, str], int]:
        rows = Document.objects.order_by().values_list("kind", "sync_state").annotate(count=Count("id"))
        return {(kind, state): count for kind, state, count in rows}

    def postings_by_state(self, organisation: int | None = None) -> Mapping[tuple[str, str], int]:
        rows = Posting.objects.order_by()
        if organisation is not None:
            rows = rows.filter(organisation=organisation)
        counted = rows.values_list("role", "state").annotate(count=Count("id"))
        return {(role, state): count for role, state, count in counted}

    def held(self) -> Sequence[Outcome]:
        rows = (
            Posting.objects.filter(state="held")
            .order_by("document__kind", "document__number", "id")
            .values_list("document__kind", "document__number", "document__key", "code", "reason", "subject")
        )
        found = [
            Outcome(DocumentKind(kind), number or key, code, reason, subject)
            for kind, number, key, code, reason, subject in rows
        ]
        return list(dict.fromkeys(found))

    def skipped(self) -> Sequence[Outcome]:
        rows = (
            Document.objects.exclude(skipped_code="")
            .order_by("kind", "number", "id")
            .values_list("kind", "number", "key", "skipped_code", "skipped_reason")
        )
        return [Outcome(DocumentKind(kind), number or key, code, reason) for kind, number, key, code, reason in rows]

    def in_ledger(self, connection: int, organisation: int, refs: Sequence[Ref]) -> frozenset[Ref]:
        wanted = frozenset(refs)
        found: set[Ref] = set()
        for kind in {ref.document.kind for ref in wanted}:
            rows = Posting.objects.filter(
                connection=connection,
                organisation=organisation,
                document__kind=kind.value,
                document__key__in=[ref.document.key for ref in wanted if ref.document.kind is kind],
            ).exclude(remote_id="")
            for role, key, ordinal in rows.values_list("role", "document__key", "ordinal"):
                found.add(Ref(Role(role), DocumentKey(kind, key), ordinal))
        return wanted & found

    def decide_drift(self, drifts: Sequence[int], decision: str, *, by: str, address: str, now: datetime) -> int:
        return decide_drift(drifts, decision, by=by, address=address, now=now)

    # what the ledger holds

    def keep_held(self, organisation: int, page: Sequence[Held], now: datetime) -> frozenset[str]:
        by_id: dict[str, list[Held]] = {}
        for held in page:
            by_id.setdefault(held.remote_id, []).append(held)
        ours = Posting.objects.filter(organisation=organisation, remote_id__in=list(by_id))
        rows = []
        for posting, role, remote_id in ours.values_list("pk", "role", "remote_id"):
            for held in by_id[remote_id]:
                if _same_list(held.role, Role(role)):
                    rows.append(_held_row(posting, held, now))
        figures = ("total_minor", "tax_minor", "due_minor", "amount_minor")
        columns = ("status", "currency", *figures, "updated_at", "read_at", "body")
        HeldFigures.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["posting"], update_fields=columns, batch_size=500
        )
        return frozenset(remote_id for _, _, remote_id in ours.values_list("pk", "role", "remote_id"))

    def strangers_with_our_number(
        self, organisation: int, page: Sequence[Held], ours: frozenset[str]
    ) -> Sequence[Held]:
        others = [held for held in page if held.remote_id not in ours and held.number and held.status not in _GONE]
        if not others:
            return []
        known = set(
            Posting.objects.filter(
                organisation=organisation,
                role__in=[Role.INVOICE.value, Role.CREDIT_NOTE.value, Role.DIFFERENCE.value],
                marker__in=[held.number for held in others],
            )
            .exclude(remote_id="")
            .values_list("marker", flat=True)
        )
        return [held for held in others if held.number in known]


_GONE = ("VOIDED", "DELETED")
_encode_held = msgspec.msgpack.Encoder().encode


def _same_list(read: Role, wanted: Role) -> bool:
    """Whether an entry read from one of Xero's lists can be a posting of a role: differences are documents."""
    if wanted is Role.DIFFERENCE:
        return read in (Role.INVOICE, Role.CREDIT_NOTE)
    return read is wanted


def _held_row(posting: int, held: Held, now: datetime) -> HeldFigures:
    return HeldFigures(
        posting_id=posting,
        status=held.status,
        currency=held.currency,
        total_minor=_minor(held.total),
        tax_minor=_minor(held.total_tax),
        due_minor=_minor(held.amount_due if held.amount_due is not None else held.remaining_credit),
        amount_minor=_minor(held.amount),
        updated_at=held.updated_at,
        read_at=now,
        body=pack(_encode_held(held)),
    )


def _minor(money: Money | None) -> int | None:
    """None also for an amount with a fraction of a minor unit: such a figure is shown from the value itself."""
    if money is None:
        return None
    try:
        return money.to_minor()
    except ValueError:
        return None
