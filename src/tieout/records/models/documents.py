"""What the stores said, and how far they were read."""

from __future__ import annotations

from django.db import models

from tieout.records.models.connections import Connection


class Document(models.Model):
    """One row per (connection, kind, store key): what lists and grouping need; the body lies beside it.

    Guests and products known from orders only have a key of our own and no body.
    root_kind/root_key: the order that leads the dossier; text, because a refund may arrive before its order.
    version counts changes of `digest`; planned_version is the one that was planned last.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, db_index=False)
    kind = models.CharField(max_length=16)
    key = models.CharField(max_length=400)
    root_kind = models.CharField(max_length=16)
    root_key = models.CharField(max_length=400)
    number = models.CharField(max_length=120, blank=True, default="")
    title = models.CharField(max_length=300, blank=True, default="")
    email = models.CharField(max_length=320, blank=True, default="")
    #: The store's own word for its state.
    state = models.CharField(max_length=40, blank=True, default="")
    store_view = models.CharField(max_length=80, blank=True, default="")
    url = models.TextField(blank=True, default="")
    date = models.DateField(null=True)
    total_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True, default="")
    updated_at = models.DateTimeField(help_text="the store's own time of change, UTC")
    read_at = models.DateTimeField(help_text="when this version was read")
    digest = models.CharField(max_length=64, blank=True, default="")
    version = models.IntegerField(default=1)
    planned_version = models.IntegerField(default=0)
    planning_due = models.BooleanField(default=True)
    #: Why planning is due: document, rules, release.
    planning_cause = models.CharField(max_length=16, default="document")
    #: Priority and run that a person gave it (Sync now, Add to queue); null: by its entity's mode.
    planning_priority = models.IntegerField(null=True)
    planning_run = models.BigIntegerField(null=True)
    #: What could not be read of it (JSON list of Problem).
    problems = models.TextField(blank=True, default="")
    removed = models.BooleanField(default=False, help_text="the store has it no more")
    never_send = models.BooleanField(default=False)
    never_send_reason = models.TextField(blank=True, default="")
    skipped_code = models.CharField(max_length=40, blank=True, default="")
    skipped_reason = models.TextField(blank=True, default="")
    #: Which of the store's documents are this dossier's revenue, fixed when the first was posted (B1).
    sales_documents = models.CharField(max_length=10, blank=True, default="")
    #: Derived from the postings: received, skipped, held, waiting, queued, sending, posted, removed.
    sync_state = models.CharField(max_length=12, default="received")

    class Meta:
        db_table = "document"
        constraints = [models.UniqueConstraint(fields=["connection", "kind", "key"], name="document_key")]
        indexes = [
            models.Index(fields=["connection", "root_kind", "root_key"], name="document_root"),
            models.Index(
                fields=["connection", "id"], condition=models.Q(planning_due=True), name="document_planning_due"
            ),
            # What people asked for goes before what changed, and that before what was added in bulk.
            models.Index(
                fields=["connection", "planning_priority", "id"],
                condition=models.Q(planning_due=True),
                name="document_planning_first",
            ),
            models.Index(
                fields=["planning_run"], condition=models.Q(planning_run__isnull=False), name="document_planning_run"
            ),
            models.Index(fields=["kind", "updated_at", "id"], name="document_kind_updated"),
            models.Index(fields=["kind", "sync_state", "updated_at", "id"], name="document_kind_sync_state"),
            models.Index(fields=["number"], name="document_number"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number or self.key}"


class DocumentBody(models.Model):
    """The document's JSON exactly as the store sent it, compressed (zlib). Apart, so that lists stay quick."""

    document = models.OneToOneField(Document, on_delete=models.CASCADE, primary_key=True, related_name="body_row")
    body = models.BinaryField()

    class Meta:
        db_table = "document_body"


class Watermark(models.Model):
    """How far an entity of a connection was read: the end of the last page that was stored whole."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, db_index=False)
    kind = models.CharField(max_length=16)
    updated_at = models.DateTimeField()
    key = models.CharField(max_length=200, blank=True, default="")
    read_at = models.DateTimeField()

    class Meta:
        db_table = "watermark"
        constraints = [models.UniqueConstraint(fields=["connection", "kind"], name="watermark_entity")]
