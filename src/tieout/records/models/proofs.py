"""Tie-outs: what each found, so that a month can be filed and compared later."""

from __future__ import annotations

from django.db import models

from tieout.records.models.connections import Organisation
from tieout.records.models.history import Run


class Proof(models.Model):
    """One tie-out of one organisation. Its times, state and person are those of its run.

    dated_from, dated_to: accounting dates, both included; null for everything. progress: a sentence while it runs,
    the reason when it failed. findings: what a person should look at though no document differs.
    """

    run = models.OneToOneField(Run, on_delete=models.CASCADE, primary_key=True, related_name="proof")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False)
    dated_from = models.DateField(null=True)
    dated_to = models.DateField(null=True)
    progress = models.CharField(max_length=300, blank=True, default="")
    documents = models.IntegerField(default=0)
    differences = models.IntegerField(default=0)
    chosen = models.IntegerField(default=0)
    findings = models.IntegerField(default=0)
    calls = models.IntegerField(default=0)
    read_at = models.DateTimeField(null=True)
    #: The whole result, encoded and compressed by `records.codec`; null until it is done.
    body = models.BinaryField(null=True)

    class Meta:
        db_table = "proof"
        indexes = [models.Index(fields=["organisation", "dated_from", "dated_to"], name="proof_period")]
