"""Rows of a busy installation for `bench web`: written in bulk, in the shapes that real ones have."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from tieout.records.models import App, Authorisation, Connection, Document, Event, Organisation, Posting

_STORES, _ORGANISATIONS, _BATCH = 6, 4, 2_000
_NAMES = (
    "Ada Lindqvist",
    "Bo Öberg",
    "Chen Wei",
    "Dolores Ibárruri",
    "Émile Zaïre",
    "Fatima al-Fihri",
    "Grace O'Hara",
)
#: (role of the posting, kind of the document, share)
_WORK = (
    ("invoice", "order", 50),
    ("payment", "order", 25),
    ("contact", "customer", 15),
    ("credit_note", "refund", 10),
)
_STATES = (("queued", 60), ("waiting", 15), ("held", 20), ("removed", 4), ("sending", 1))
_REASONS = {
    "held": (
        ("tax_unmapped", "The tax “DE VAT 19” (19 %) is not mapped to a tax type."),
        ("account_unmapped", "No account is chosen for shipping."),
        ("xero_refused", "Xero refused it: Account code '999' is not a valid code for this document."),
        ("total_mismatch", "The lines make 61.90 and the store's total is 61.85."),
    ),
    "waiting": (("", "Waits until the invoice is approved in Xero."),),
}
_STATUSES = (("success", 80), ("held", 12), ("error", 6), ("skipped", 2))


class Filler:
    """Fills one installation; the same seed gives the same rows."""

    def __init__(self, now: datetime, seed: int = 1) -> None:
        self._now = now
        self._dice = random.Random(seed)
        self.stores = [
            Connection.objects.create(
                kind="magento2", name=f"Store {number}", created_at=now, last_read_at=now, status="working"
            ).pk
            for number in range(_STORES)
        ]
        app = App.objects.create(name="bench", client_id="bench", created_at=now)
        consent = Authorisation.objects.create(app=app, created_at=now)
        self.organisations = [
            Organisation.objects.create(
                tenant_id=f"bench-{number}", name=f"Organisation {number}", authorisation=consent, short_code="!b",
                base_currency="GBP", created_at=now,
            ).pk
            for number in range(_ORGANISATIONS)
        ]  # fmt: skip
        self.rows = 0

    def fill(self, rows: int) -> None:
        """`rows` more rows in the queue, and as many in the log."""
        for start in range(self.rows, self.rows + rows, _BATCH):
            numbers = range(start, min(start + _BATCH, self.rows + rows))
            work = self._dice.choices(_WORK, [share for *_, share in _WORK], k=len(numbers))
            documents = Document.objects.bulk_create(self._documents(numbers, work))
            Posting.objects.bulk_create(self._postings(documents, work))
            Event.objects.bulk_create(self._events(documents, work))
        self.rows += rows

    def _drawn(self, shares: Sequence[tuple[str, int]], count: int) -> list[str]:
        return self._dice.choices([name for name, _ in shares], [share for _, share in shares], k=count)

    def _documents(self, numbers: Sequence[int], work: Sequence[tuple[str, str, int]]) -> Iterator[Document]:
        for number, (_role, kind, _share) in zip(numbers, work, strict=True):
            at = self._now - timedelta(seconds=number * 3)
            yield Document(
                connection_id=self.stores[number % _STORES], kind=kind, key=str(number), root_kind=kind,
                root_key=str(number), number=f"{100_000_000 + number}", title=_NAMES[number % len(_NAMES)],
                email=f"buyer{number}@example.com", state="complete", date=at.date(), currency="GBP",
                total_minor=1_000 + number % 90_000, updated_at=at, read_at=at, planned_version=1,
                planning_due=False, sync_state="queued",
            )  # fmt: skip

    def _postings(self, documents: Sequence[Document], work: Sequence[tuple[str, str, int]]) -> Iterator[Posting]:
        states = self._drawn(_STATES, len(documents))
        for document, (role, _kind, _share), state in zip(documents, work, states, strict=True):
            code, reason = self._dice.choice(_REASONS.get(state, (("", ""),)))
            yield Posting(
                organisation_id=self.organisations[document.pk % _ORGANISATIONS],
                connection_id=document.connection_id, role=role, document=document, root=document, state=state,
                action="create" if document.pk % 7 else "update", wanted_digest="w", marker=f"SO-{document.number}",
                currency="GBP", total_minor=document.total_minor, date=document.date, code=code, reason=reason,
                subject=reason[:60], why="changed in the store", queued_at=document.updated_at,
                attempts=document.pk % 3,
            )  # fmt: skip

    def _events(self, documents: Sequence[Document], work: Sequence[tuple[str, str, int]]) -> Iterator[Event]:
        statuses = self._drawn(_STATUSES, len(documents))
        for document, (role, kind, _share), status in zip(documents, work, statuses, strict=True):
            yield Event(
                at=document.updated_at, entity=kind, number=document.number, action="create", status=status,
                message="OK" if status == "success" else "Xero refused it: the contact is archived.",
                duration_ms=document.pk % 900, role=role, remote_id=f"{document.pk:032x}",
                connection_id=document.connection_id,
                organisation_id=self.organisations[document.pk % _ORGANISATIONS], document=document,
            )  # fmt: skip
