"""Several organisations and the way back: where documents go, what was brought from Xero into a store."""

from __future__ import annotations

from django.db import models

from tieout.records.models.connections import Connection, Organisation
from tieout.records.models.documents import Document


class RoutingRules(models.Model):
    """One version of the rules that send a store's documents to one of several organisations; text as written."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE)
    version = models.IntegerField()
    rules = models.TextField(blank=True, default="")
    current = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=150, blank=True, default="")

    class Meta:
        db_table = "routing"
        constraints = [
            models.UniqueConstraint(fields=["connection", "version"], name="routing_version"),
            models.UniqueConstraint(fields=["connection"], condition=models.Q(current=True), name="routing_current"),
        ]


class DocumentTarget(models.Model):
    """A person's word on which organisation a document goes to, whatever the rules say."""

    document = models.OneToOneField(Document, on_delete=models.CASCADE, primary_key=True, related_name="target")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    decided_at = models.DateTimeField()
    decided_by = models.CharField(max_length=150, blank=True, default="")

    class Meta:
        db_table = "document_target"


class Brought(models.Model):
    """One object of a ledger as a store has it, or shall have it: the outbox of the way back.

    key: the store's key, "" before it was made there.  origin: ledger (made in Xero first), store.
    state: queued, sending, unknown (looked up before anything is sent again), held, waiting (for what it belongs
    to), synchronised, ended, skipped.  seen: what Xero held when read last.  base: the entry that both sides had
    last, from which changes of either side are told.  write: the frozen request, stored before it is sent.
    due: what was seen is not decided yet.  Values are encoded by `tieout.records.inward`.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, db_index=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False)
    kind = models.CharField(max_length=12)
    remote_id = models.CharField(max_length=64)
    #: The contact of an invoice, the invoice of a payment.
    parent_id = models.CharField(max_length=64, blank=True, default="")
    number = models.CharField(max_length=120, blank=True, default="")
    title = models.CharField(max_length=300, blank=True, default="")
    currency = models.CharField(max_length=3, blank=True, default="")
    total_minor = models.BigIntegerField(null=True)
    date = models.DateField(null=True)
    remote_status = models.CharField(max_length=16, blank=True, default="")
    remote_updated_at = models.DateTimeField(null=True)

    key = models.CharField(max_length=400, blank=True, default="")
    document = models.ForeignKey(Document, on_delete=models.SET_NULL, null=True, related_name="brought")
    origin = models.CharField(max_length=8, default="ledger")
    state = models.CharField(max_length=12, default="queued")
    operation = models.CharField(max_length=8, blank=True, default="")
    marker = models.CharField(max_length=60, blank=True, default="")
    due = models.BooleanField(default=True)
    seen = models.BinaryField(null=True)
    seen_digest = models.CharField(max_length=32, blank=True, default="")
    base = models.BinaryField(null=True)
    write = models.BinaryField(null=True)

    code = models.CharField(max_length=40, blank=True, default="")
    reason = models.TextField(blank=True, default="")
    subject = models.CharField(max_length=200, blank=True, default="")
    attempts = models.IntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    seen_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    written_at = models.DateTimeField(null=True)
    #: How often the store was written to for this object, for reports and for tests of loops.
    writes = models.IntegerField(default=0)

    class Meta:
        db_table = "brought"
        constraints = [
            models.UniqueConstraint(fields=["connection", "organisation", "kind", "remote_id"], name="brought_object")
        ]
        indexes = [
            models.Index(fields=["connection", "kind", "id"], condition=models.Q(due=True), name="brought_due"),
            models.Index(fields=["connection", "state", "id"], name="brought_state"),
            models.Index(fields=["connection", "kind", "key"], name="brought_key"),
            models.Index(fields=["organisation", "kind", "remote_id"], name="brought_remote"),
            models.Index(fields=["seen_at", "id"], name="brought_seen"),
        ]


class BroughtMark(models.Model):
    """How far a list of an organisation was read for the way back."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False)
    kind = models.CharField(max_length=12)
    read_to = models.DateTimeField(help_text="changes before this time are known; Xero's clock, less an overlap")
    read_at = models.DateTimeField()

    class Meta:
        db_table = "brought_mark"
        constraints = [models.UniqueConstraint(fields=["organisation", "kind"], name="brought_mark_of")]


class Conflict(models.Model):
    """A field that both sides changed; the winner of the rules was taken, a person may turn it round."""

    brought = models.ForeignKey(Brought, on_delete=models.CASCADE, related_name="conflicts")
    field = models.CharField(max_length=60)
    store = models.TextField(blank=True, default="")
    ledger = models.TextField(blank=True, default="")
    #: store or ledger: whose value both sides have now.
    winner = models.CharField(max_length=8)
    seen_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=150, blank=True, default="")

    class Meta:
        db_table = "conflict"
        constraints = [
            models.UniqueConstraint(
                fields=["brought", "field"], condition=models.Q(decided_at__isnull=True), name="conflict_open"
            )
        ]
