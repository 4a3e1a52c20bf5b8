"""The outbox and the ledger of HTTP requests."""

from __future__ import annotations

from django.db import models

from tieout.records.models.connections import App, Organisation


class Call(models.Model):
    """One request to Xero, frozen: its exact text is sent again and again until its outcome is known.

    state: open (to be sent), sending, unknown (look up first), done. body is dropped some days after settling.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False)
    role = models.CharField(max_length=16)
    operation = models.CharField(max_length=8)
    method = models.CharField(max_length=8)
    path = models.TextField()
    body = models.TextField(blank=True, default="")
    body_digest = models.CharField(max_length=64, blank=True, default="")
    idempotency_key = models.CharField(max_length=128)
    postings = models.TextField(help_text="JSON list of posting ids, in the order of the markers")
    markers = models.TextField(help_text="JSON list of markers, in the order of the body's elements")
    count = models.IntegerField()
    #: The lease under which it was sent last; under an older one its sender is gone.
    fence = models.BigIntegerField(default=0)
    priority = models.IntegerField(default=100)
    state = models.CharField(max_length=8, default="open")
    tries = models.IntegerField(default=0)
    frozen_at = models.DateTimeField()
    first_sent_at = models.DateTimeField(null=True)
    last_sent_at = models.DateTimeField(null=True)
    not_before = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    status = models.IntegerField(null=True, help_text="HTTP status of the last answer")
    message = models.TextField(blank=True, default="")
    evidence = models.TextField(blank=True, default="", help_text="redacted answer, cut to a bound")
    #: The request row of the try under way.
    request_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "call"
        indexes = [
            models.Index(fields=["organisation", "id"], condition=~models.Q(state="done"), name="call_unsettled"),
            models.Index(fields=["settled_at"], name="call_settled"),
            # How much was urgent lately.
            models.Index(fields=["organisation", "settled_at"], name="call_lately"),
        ]


class Request(models.Model):
    """Every HTTP request to Xero: written before it, closed after it. It is the rate limiter and the report.

    counts_until: end of the call + 60 s, so that no rolling minute at the server exceeds the limit; while the call
    is under way the latest that can become of it, so that a lost request stops to count by itself.
    owner: who made it; the next holder of the organisation's lease closes what a dead one left open.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, null=True, db_index=False)
    app = models.ForeignKey(App, on_delete=models.SET_NULL, null=True, db_index=False)
    endpoint = models.CharField(max_length=60)
    method = models.CharField(max_length=8)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    counts_until = models.DateTimeField()
    #: HTTP status; 0 no answer, null under way.
    status = models.IntegerField(null=True)
    bytes_out = models.BigIntegerField(default=0)
    bytes_in = models.BigIntegerField(default=0)
    documents = models.IntegerField(default=0)
    day_remaining = models.IntegerField(null=True)
    owner = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        db_table = "request"
        indexes = [
            models.Index(fields=["organisation", "opened_at"], name="request_opened"),
            models.Index(fields=["organisation", "counts_until"], name="request_counting"),
            models.Index(fields=["app", "counts_until"], name="request_app_counting"),
        ]
