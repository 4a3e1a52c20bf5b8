"""What is wanted in the ledger, and what is there."""

from __future__ import annotations

from django.db import models

from tieout.records.models.calls import Call
from tieout.records.models.connections import Connection, Organisation
from tieout.records.models.documents import Document
from tieout.records.models.history import Run


class Posting(models.Model):
    """One ledger object wanted by a document. Its payloads lie beside it, so that this row stays small.

    State and its exits: `tieout.engine.states`. wanted_digest "" means: must not exist.
    unmet: dependencies that are not in the ledger yet; recomputed when one of them moves.
    priority: lower goes first.  queued_at: never null, so that lists can page by (queued_at, id).
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, db_index=False)
    role = models.CharField(max_length=16)
    document = models.ForeignKey(Document, on_delete=models.CASCADE)
    ordinal = models.IntegerField(default=0)
    #: The order that leads the dossier; shared postings (contacts, items) name their own document.
    root = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="dossier_postings")

    state = models.CharField(max_length=12)
    #: While it is being sent: the state an edit meanwhile asked for ("" none), taken when the call settled.
    state_after = models.CharField(max_length=12, blank=True, default="")
    #: create, update, void, delete, archive, nothing, impossible: what sending it now would do.
    action = models.CharField(max_length=12, default="create")
    wanted_digest = models.CharField(max_length=32, blank=True, default="")
    posted_digest = models.CharField(max_length=32, blank=True, default="")
    sent_digest = models.CharField(max_length=32, blank=True, default="")
    #: Digests of its own document and the dossier's root when it was planned.
    source_digest = models.CharField(max_length=65, blank=True, default="")
    rule_version = models.IntegerField(default=0)
    marker = models.CharField(max_length=255, blank=True, default="")
    #: store (made by us), adopted (found in the ledger), ledger (brought into the store from there).
    origin = models.CharField(max_length=8, default="store")

    remote_id = models.CharField(max_length=64, blank=True, default="")
    remote_status = models.CharField(max_length=16, blank=True, default="")
    currency = models.CharField(max_length=3, blank=True, default="")
    total_minor = models.BigIntegerField(null=True, help_text="wanted total, or amount of a payment")
    tax_minor = models.BigIntegerField(null=True)
    posted_total_minor = models.BigIntegerField(null=True, help_text="as the ledger answered")
    posted_tax_minor = models.BigIntegerField(null=True)
    due_minor = models.BigIntegerField(null=True, help_text="AmountDue or remaining credit as last answered")
    date = models.DateField(null=True)
    #: Numbers that a voided or deleted object of this posting keeps taken in Xero (B8), one a line.
    burnt = models.TextField(blank=True, default="")

    code = models.CharField(max_length=40, blank=True, default="")
    reason = models.TextField(blank=True, default="")
    subject = models.CharField(max_length=200, blank=True, default="")
    #: All problems, waits and notes as JSON, when there is more than `reason` says.
    remarks = models.TextField(blank=True, default="")
    why = models.CharField(max_length=60, blank=True, default="", help_text="why it was queued")
    priority = models.IntegerField(default=100)
    not_before = models.DateTimeField(null=True)
    unmet = models.IntegerField(default=0)
    attempts = models.IntegerField(default=0)
    #: Sent alone (1) or in ever smaller batches after a batch with it was refused whole; 0 no bound.
    batch_limit = models.IntegerField(default=0)
    #: A database that was not the last one to write: looked up by its marker before it is created.
    must_check = models.BooleanField(default=False)
    #: What is known of drift: touched, deleted_by_person, reconciled ("" none), comma separated.
    drift = models.CharField(max_length=60, blank=True, default="")

    queued_at = models.DateTimeField()
    posted_at = models.DateTimeField(null=True)
    verified_at = models.DateTimeField(null=True)
    call = models.ForeignKey(Call, on_delete=models.SET_NULL, null=True, db_index=False)
    run = models.ForeignKey(Run, on_delete=models.SET_NULL, null=True, db_index=False)

    class Meta:
        db_table = "posting"
        constraints = [
            models.UniqueConstraint(fields=["document", "organisation", "role", "ordinal"], name="posting_ref")
        ]
        indexes = [
            # The next batch: conditions are literals in the SQL, so that both databases take this index.
            models.Index(
                fields=["organisation", "role", "unmet", "priority", "id"],
                condition=models.Q(state="queued"),
                name="posting_ready",
            ),
            # The queue's grid and its counts; whole: SQLite takes partial indexes for literals only.
            models.Index(fields=["state", "queued_at", "id"], name="posting_queue"),
            # The same grid over all states at once; SQLite takes it for `NOT state = …` with a parameter too.
            models.Index(fields=["queued_at", "id"], condition=~models.Q(state="posted"), name="posting_queue_time"),
            models.Index(fields=["call"], condition=models.Q(call__isnull=False), name="posting_call"),
            models.Index(fields=["code", "subject"], condition=models.Q(state="held"), name="posting_problem"),
            models.Index(fields=["organisation", "remote_id"], name="posting_remote"),
            models.Index(fields=["run"], condition=models.Q(run__isnull=False), name="posting_run"),
            # What people type is the number in Xero, from its beginning.
            models.Index(fields=["marker"], name="posting_marker"),
        ]


class PostingPayload(models.Model):
    """The payloads of a posting, encoded by `tieout.records.codec`.

    posted, sent: only where they differ from `wanted`; null means equal to it.
    """

    posting = models.OneToOneField(Posting, on_delete=models.CASCADE, primary_key=True, related_name="payloads")
    wanted = models.BinaryField(null=True)
    posted = models.BinaryField(null=True)
    sent = models.BinaryField(null=True)
    certificate = models.BinaryField(null=True)

    class Meta:
        db_table = "posting_payload"


class Dependency(models.Model):
    """`posting` may be sent when `needs` is in the ledger."""

    posting = models.ForeignKey(Posting, on_delete=models.CASCADE, related_name="dependencies", db_index=False)
    needs = models.ForeignKey(Posting, on_delete=models.CASCADE, related_name="dependents")

    class Meta:
        db_table = "posting_dependency"
        constraints = [models.UniqueConstraint(fields=["posting", "needs"], name="dependency_pair")]
