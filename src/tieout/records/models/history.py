"""What happened: the log people read, changes made by people, runs."""

from __future__ import annotations

from django.db import models

from tieout.records.models.connections import Connection, Organisation
from tieout.records.models.documents import Document


class Run(models.Model):
    """A piece of work with a beginning and an end: a sync, a back-fill, a pull, an undo, a tie-out."""

    kind = models.CharField(max_length=16)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    #: running, paused, done, failed, undone
    state = models.CharField(max_length=12, default="running")
    started_by = models.CharField(max_length=150, blank=True, default="")
    scope = models.TextField(default="{}", help_text="JSON: what was asked for")
    totals = models.TextField(default="{}", help_text="JSON: what came of it")
    connection = models.ForeignKey(Connection, on_delete=models.SET_NULL, null=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.SET_NULL, null=True)
    undoes = models.ForeignKey("self", on_delete=models.SET_NULL, null=True)

    class Meta:
        db_table = "run"
        indexes = [models.Index(fields=["started_at", "id"], name="run_started")]


class Event(models.Model):
    """The log: append only, one row per document and turn (and one for each other thing worth reading).

    status: success, error, held, skipped.  entity: customer, product, order, invoice, refund, payment, or "".
    """

    at = models.DateTimeField()
    entity = models.CharField(max_length=16, blank=True, default="")
    number = models.CharField(max_length=120, blank=True, default="")
    action = models.CharField(max_length=24)
    status = models.CharField(max_length=8)
    code = models.CharField(max_length=40, blank=True, default="")
    message = models.TextField(blank=True, default="")
    duration_ms = models.IntegerField(null=True)
    role = models.CharField(max_length=16, blank=True, default="")
    remote_id = models.CharField(max_length=64, blank=True, default="")
    connection_id = models.BigIntegerField(null=True)
    organisation_id = models.BigIntegerField(null=True)
    document = models.ForeignKey(Document, on_delete=models.SET_NULL, null=True, db_index=False)
    posting_id = models.BigIntegerField(null=True)
    call_id = models.BigIntegerField(null=True)
    run_id = models.BigIntegerField(null=True)
    #: The element's slice of the answer, or other detail, as redacted text.
    detail = models.TextField(blank=True, default="")

    class Meta:
        db_table = "event"
        indexes = [
            models.Index(fields=["at", "id"], name="event_time"),
            models.Index(fields=["status", "at", "id"], name="event_status"),
            models.Index(fields=["document", "id"], name="event_document"),
            models.Index(fields=["number"], name="event_number"),
        ]


class Audit(models.Model):
    """A change made by a person: mapping, access, money, a decision. Kept at least a year, append only."""

    at = models.DateTimeField()
    user = models.CharField(max_length=150)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=200, blank=True, default="")
    before = models.TextField(blank=True, default="")
    after = models.TextField(blank=True, default="")
    address = models.CharField(max_length=64, blank=True, default="")
    organisation_id = models.BigIntegerField(null=True)
    connection_id = models.BigIntegerField(null=True)
    document_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "audit"
        indexes = [models.Index(fields=["at", "id"], name="audit_time")]
