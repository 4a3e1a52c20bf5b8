"""Implements `ports.proofs.ProofRecords` with Django's ORM: tie-outs and what a month end lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import msgspec
from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from tieout.accounting import Held, Ref, Role
from tieout.documents import LEADING, DocumentKey, DocumentKind
from tieout.ports.proofs import AskedProof, Period, ProofFigures
from tieout.records.codec import pack, unpack
from tieout.records.models import Document, Event, HeldFigures, Posting, Proof, Run, Schedule
from tieout.records.month_end import MonthEndLists
from tieout.records.sql import Database
from tieout.records.standing import refresh_dependents, refresh_documents
from tieout.rules.catalogue import Code

#: Run states of a tie-out that a worker has not begun.
ASKED = "asked"
#: The job that does what was asked for.
PROOF_JOB = "tie_out_asked"
_PROGRESS_LENGTH_MAX = 300
_CHUNK = 2_000
_NOT_SENT = ("queued", "sending", "waiting", "held", "removed")
_IMPLAUSIBLE = Code.RATE_IMPLAUSIBLE.value
_LEADING = [kind.value for kind in LEADING]
_decode_held = msgspec.msgpack.Decoder(Held).decode


def dated(period: Period, column: str = "date") -> Q:
    """Rows whose date lies in the period."""
    bounds = Q()
    if period.first is not None:
        bounds &= Q(**{f"{column}__gte": period.first})
    if period.last is not None:
        bounds &= Q(**{f"{column}__lte": period.last})
    return bounds


def of_period(organisation: int, period: Period) -> QuerySet[Proof]:
    """Tie-outs of exactly this period."""
    rows = Proof.objects.filter(organisation=organisation)
    for column, day in (("dated_from", period.first), ("dated_to", period.last)):
        rows = rows.filter(**({f"{column}__isnull": True} if day is None else {column: day}))
    return rows


class DjangoProofs(MonthEndLists):
    """Implements ProofRecords."""

    def ask_proof(self, organisation: int, period: Period, *, by: str, now: datetime) -> int:
        with transaction.atomic():
            run = self._make(organisation, period, by, now, ASKED)
            Schedule.objects.get_or_create(name=PROOF_JOB, defaults={"job": PROOF_JOB})
            Schedule.objects.filter(name=PROOF_JOB).update(due_at=now)
            return run

    def begin_proof(self, organisation: int, period: Period, *, by: str, now: datetime) -> int:
        with transaction.atomic():
            return self._make(organisation, period, by, now, "running")

    def _make(self, organisation: int, period: Period, by: str, now: datetime, state: str) -> int:
        scope = {
            name: day.isoformat() for name, day in (("from", period.first), ("to", period.last)) if day is not None
        }
        run = Run.objects.create(
            kind="tie_out",
            started_at=now,
            started_by=by,
            state=state,
            scope=msgspec.json.encode(scope).decode(),
            organisation_id=organisation,
        )
        Proof.objects.create(
            run=run, organisation_id=organisation, dated_from=period.first, dated_to=period.last, progress=""
        )
        return int(run.pk)

    def asked_proofs(self) -> Sequence[AskedProof]:
        rows = Proof.objects.filter(run__state=ASKED).select_related("run").order_by("run_id")
        return [
            AskedProof(row.run_id, row.organisation_id, Period(row.dated_from, row.dated_to), row.run.started_by)
            for row in rows
        ]

    def tell_proof(self, run: int, progress: str) -> None:
        with transaction.atomic():
            Run.objects.filter(pk=run, state=ASKED).update(state="running")
            Proof.objects.filter(run=run).update(progress=progress[:_PROGRESS_LENGTH_MAX])

    def end_proof(self, run: int, figures: ProofFigures, body: bytes, *, read_at: datetime, now: datetime) -> None:
        with transaction.atomic():
            Proof.objects.filter(run=run).update(
                progress="",
                body=pack(body),
                read_at=read_at,
                **{name: getattr(figures, name) for name in ProofFigures.__struct_fields__},
            )
            totals = {"documents": figures.documents, "differences": figures.differences, "calls": figures.calls}
            Run.objects.filter(pk=run).update(state="done", ended_at=now, totals=msgspec.json.encode(totals).decode())

    def fail_proof(self, run: int, reason: str, now: datetime) -> None:
        with transaction.atomic():
            Proof.objects.filter(run=run).update(progress=reason[:_PROGRESS_LENGTH_MAX])
            Run.objects.filter(pk=run).update(state="failed", ended_at=now)

    def end_lost_proofs(self, before: datetime, now: datetime) -> int:
        with transaction.atomic():
            lost = Run.objects.filter(kind="tie_out", state="running", started_at__lt=before)
            Proof.objects.filter(run__in=lost).update(progress="It was ended with its process.")
            return lost.update(state="failed", ended_at=now)

    def proof_body(self, run: int) -> bytes | None:
        body = Proof.objects.filter(run=run).values_list("body", flat=True).first()
        return None if body is None else unpack(body)

    def read_at(self, run: int) -> datetime:
        at = Proof.objects.values_list("read_at", flat=True).get(run=run)
        assert at is not None, "a tie-out that came to an end knows when it read"
        return at

    def proof_under_way(self, organisation: int, period: Period) -> int | None:
        rows = of_period(organisation, period).filter(run__state__in=(ASKED, "running"))
        return rows.order_by("-run_id").values_list("run_id", flat=True).first()

    def latest_proof(self, organisation: int, period: Period) -> int | None:
        rows = of_period(organisation, period).filter(run__state="done")
        return rows.order_by("-run_id").values_list("run_id", flat=True).first()

    # what a comparison needs

    def roots_of_period(
        self, connection: int, organisation: int, period: Period, after: int, limit: int
    ) -> Sequence[tuple[int, DocumentKey]]:
        rows = Document.objects.filter(
            connection=connection, kind__in=_LEADING, root_kind=F("kind"), root_key=F("key"), id__gt=after
        )
        if period != Period():
            members = Document.objects.filter(
                dated(period),
                connection=OuterRef("connection"),
                root_kind=OuterRef("kind"),
                root_key=OuterRef("key"),
            )
            postings = Posting.objects.filter(dated(period), root=OuterRef("pk"), organisation=organisation)
            rows = rows.filter(dated(period) | Q(Exists(members)) | Q(Exists(postings)))
        found = rows.order_by("id").values_list("id", "kind", "key")[:limit]
        return [(identity, DocumentKey(DocumentKind(kind), key)) for identity, kind, key in found]

    def held_in_period(
        self, organisation: int, roots: Sequence[int], period: Period, since: datetime
    ) -> Mapping[int, Mapping[Ref, Held]]:
        read = Q(read_at__gte=since)
        if period != Period():
            read |= ~dated(period, "posting__date")
        rows = HeldFigures.objects.filter(
            read, posting__organisation=organisation, posting__root__in=list(roots), body__isnull=False
        ).values_list(
            "posting__root",
            "posting__role",
            "posting__document__kind",
            "posting__document__key",
            "posting__ordinal",
            "body",
        )
        found: dict[int, dict[Ref, Held]] = {}
        for root, role, kind, key, ordinal, body in rows:
            assert body is not None
            ref = Ref(Role(role), DocumentKey(DocumentKind(kind), key), ordinal)
            found.setdefault(root, {})[ref] = _decode_held(unpack(body))
        return found

    def not_sent(self, organisation: int, roots: Sequence[int]) -> Mapping[int, frozenset[Ref]]:
        rows = Posting.objects.filter(
            organisation=organisation, root__in=list(roots), state__in=_NOT_SENT, remote_id=""
        ).values_list("root", "role", "document__kind", "document__key", "ordinal")
        found: dict[int, set[Ref]] = {}
        for root, role, kind, key, ordinal in rows:
            found.setdefault(root, set()).add(Ref(Role(role), DocumentKey(DocumentKind(kind), key), ordinal))
        return {root: frozenset(refs) for root, refs in found.items()}

    def judge_rates(self, organisation: int, period: Period, implausible: Mapping[str, str], now: datetime) -> int:
        ours = Posting.objects.filter(dated(period), organisation=organisation)
        with transaction.atomic():
            wrong = list(ours.filter(marker__in=list(implausible), state="posted").values_list("pk", "marker"))
            for posting, marker in wrong:
                Posting.objects.filter(pk=posting).update(
                    state="held", code=_IMPLAUSIBLE, reason=implausible[marker], subject="exchange rate"
                )
            right = list(
                ours.filter(state="held", code=_IMPLAUSIBLE, wanted_digest=F("posted_digest"))
                .exclude(marker__in=list(implausible))
                .values_list("pk", flat=True)
            )
            Posting.objects.filter(pk__in=right).update(state="posted", code="", reason="", subject="")
            moved = [posting for posting, _marker in wrong] + right
            if moved:
                database = Database()
                refresh_dependents(database, moved)
                documents = Posting.objects.filter(pk__in=moved).values_list("document_id", flat=True)
                refresh_documents(database, list(documents))
                Event.objects.bulk_create(
                    Event(
                        at=now, entity="order", number=marker, action="tie_out", status="held", code=_IMPLAUSIBLE,
                        message=implausible[marker], organisation_id=organisation, posting_id=posting,
                    )
                    for posting, marker in wrong
                )  # fmt: skip
        return len(moved)

    def held_dated(self, organisation: int, period: Period) -> Iterator[Held]:
        rows = HeldFigures.objects.filter(
            dated(period, "posting__date"), posting__organisation=organisation, body__isnull=False
        ).order_by()
        for body in rows.values_list("body", flat=True).iterator(chunk_size=_CHUNK):
            assert body is not None
            yield _decode_held(unpack(body))

    def dated_count(self, organisation: int, period: Period) -> Mapping[str, int]:
        rows = Posting.objects.filter(dated(period), organisation=organisation).exclude(remote_id="").order_by()
        return dict(rows.values_list("role").annotate(Count("id")))
