"""What Xero holds, as last read."""

from __future__ import annotations

from django.db import models

from tieout.records.models.connections import Organisation
from tieout.records.models.postings import Posting


class RemoteContact(models.Model):
    """The local index of the organisation's contacts, for matching before one is created (ACCOUNTING D3)."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False)
    contact_id = models.CharField(max_length=64)
    name = models.CharField(max_length=500)
    name_folded = models.CharField(max_length=500)
    email_folded = models.CharField(max_length=320, blank=True, default="")
    contact_number = models.CharField(max_length=60, blank=True, default="")
    account_number = models.CharField(max_length=60, blank=True, default="")
    tax_number = models.CharField(max_length=60, blank=True, default="")
    status = models.CharField(max_length=16, default="ACTIVE")
    merged_to = models.CharField(max_length=64, blank=True, default="")
    company = models.BooleanField(default=False)

    class Meta:
        db_table = "remote_contact"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "contact_id"], name="remote_contact_id"),
        ]
        indexes = [
            models.Index(fields=["organisation", "name_folded"], name="remote_contact_name"),
            models.Index(fields=["organisation", "email_folded"], name="remote_contact_email"),
            models.Index(fields=["organisation", "contact_number"], name="remote_contact_number"),
            models.Index(fields=["organisation", "account_number"], name="remote_contact_account"),
        ]


class HeldFigures(models.Model):
    """What Xero held of a posting when it was last read (tie-out, sweep), in whole minor units."""

    posting = models.OneToOneField(Posting, on_delete=models.CASCADE, primary_key=True, related_name="held")
    status = models.CharField(max_length=16)
    currency = models.CharField(max_length=3, blank=True, default="")
    total_minor = models.BigIntegerField(null=True)
    tax_minor = models.BigIntegerField(null=True)
    due_minor = models.BigIntegerField(null=True)
    amount_minor = models.BigIntegerField(null=True)
    updated_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField()
    body = models.BinaryField(null=True, help_text="Held, encoded")

    class Meta:
        db_table = "held"


class Drift(models.Model):
    """A field that a person changed in Xero; open until a person decides (accept, restore, leave)."""

    posting = models.ForeignKey(Posting, on_delete=models.CASCADE, related_name="drifts")
    field = models.CharField(max_length=60)
    ours = models.TextField(blank=True, default="")
    theirs = models.TextField(blank=True, default="")
    #: Amounts, tax, contact and status block; account, text, tracking, reference, due date do not (B11).
    blocks = models.BooleanField(default=False)
    seen_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=8, blank=True, default="")
    decided_by = models.CharField(max_length=150, blank=True, default="")

    class Meta:
        db_table = "drift"
        constraints = [
            models.UniqueConstraint(
                fields=["posting", "field"], condition=models.Q(decided_at__isnull=True), name="drift_open"
            )
        ]
