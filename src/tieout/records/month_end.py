"""What a month-end pack lists besides the comparison: credits, holds, skips, people's changes, moved documents."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import F, Q

from tieout.accounting import Invoice, Role
from tieout.money import Money
from tieout.ports.proofs import EarlyPayment, MovedDocument, OpenCredit, OutcomeRow, Period, PersonsChange
from tieout.records.codec import decode_payload
from tieout.records.models import Document, Drift, Mapping, Posting

_CREDITS = (Role.CREDIT_NOTE.value, Role.DIFFERENCE.value, Role.OVERPAYMENT.value)
_SALES = (Role.INVOICE.value, Role.CREDIT_NOTE.value)
_OPEN = ("AUTHORISED", "SUBMITTED", "DRAFT")


def _money(units: int | None, currency: str) -> Money | None:
    return Money.from_minor(units, currency) if units is not None and currency else None


def _within(period: Period, column: str) -> Q:
    bounds = Q()
    if period.first is not None:
        bounds &= Q(**{f"{column}__gte": period.first})
    if period.last is not None:
        bounds &= Q(**{f"{column}__lte": period.last})
    return bounds


class MonthEndLists:
    """The lists of `ports.proofs.ProofRecords`."""

    def open_credits(self, organisation: int) -> Sequence[OpenCredit]:
        rows = (
            Posting.objects.filter(
                organisation=organisation, role__in=_CREDITS, due_minor__gt=0, remote_status__in=_OPEN
            )
            .exclude(remote_id="")
            .order_by("date", "id")
            .values_list(
                "marker",
                "role",
                "root__number",
                "date",
                "due_minor",
                "held__due_minor",
                "currency",
                "payloads__wanted",
            )
        )
        found = []
        for marker, role, order, day, answered, read, currency, wanted in rows:
            remaining = answered if read is None else read
            # A difference document may be an invoice: what is open on it is a debt, not a credit.
            if role == Role.DIFFERENCE.value and wanted is not None and isinstance(decode_payload(wanted), Invoice):
                continue
            if remaining and currency:
                found.append(OpenCredit(marker, role, order, day, Money.from_minor(remaining, currency)))
        return found

    def held_outcomes(self, organisation: int, period: Period) -> Sequence[OutcomeRow]:
        rows = (
            Posting.objects.filter(_within(period, "document__date"), organisation=organisation, state="held")
            .order_by("document__date", "document__number", "id")
            .values_list(
                "role", "document__number", "document__key", "document__date", "total_minor", "currency", "code",
                "reason",
            )
        )  # fmt: skip
        found = [
            OutcomeRow(role, number or key, day, _money(total, currency), code, reason)
            for role, number, key, day, total, currency, code, reason in rows
        ]
        return list(dict.fromkeys(found))

    def skipped_outcomes(self, organisation: int, period: Period) -> Sequence[OutcomeRow]:
        stores = Mapping.objects.filter(organisation=organisation, current=True).values("connection")
        rows = (
            Document.objects.filter(_within(period, "date"), connection__in=stores)
            .exclude(skipped_code="")
            .order_by("date", "number", "id")
            .values_list("kind", "number", "key", "date", "total_minor", "currency", "skipped_code", "skipped_reason")
        )
        return [
            OutcomeRow(kind, number or key, day, _money(total, currency), code, reason)
            for kind, number, key, day, total, currency, code, reason in rows
        ]

    def persons_changes(self, organisation: int, period: Period) -> Sequence[PersonsChange]:
        rows = (
            Drift.objects.filter(_within(period, "posting__date"), posting__organisation=organisation)
            .order_by("seen_at", "id")
            .values_list(
                "posting__marker", "posting__role", "field", "ours", "theirs", "seen_at", "decision", "decided_by"
            )
        )
        return [PersonsChange(*row) for row in rows]

    def moved_documents(self, organisation: int, period: Period) -> Sequence[MovedDocument]:
        rows = (
            Posting.objects.filter(organisation=organisation, role__in=_SALES)
            .filter(_within(period, "date") | _within(period, "document__date"))
            .exclude(remote_id="")
            .exclude(date=F("document__date"))
            .order_by("document__date", "id")
            .values_list("marker", "role", "document__date", "date", "total_minor", "currency")
        )
        return [
            MovedDocument(marker, role, own, posted, _money(total, currency))
            for marker, role, own, posted, total, currency in rows
            if own is not None and posted is not None
        ]

    def early_payments(self, organisation: int, period: Period) -> Sequence[EarlyPayment]:
        rows = (
            Posting.objects.filter(
                _within(period, "date"),
                organisation=organisation,
                role=Role.PAYMENT.value,
                state__in=("waiting", "held"),
            )
            .order_by("date", "id")
            .values_list("root__number", "date", "total_minor", "currency", "reason")
        )
        return [
            EarlyPayment(number, day, _money(total, currency), reason)
            for number, day, total, currency, reason in rows
        ]
