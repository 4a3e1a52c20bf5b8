"""This installation: its own facts, schedules, and what webhooks brought."""

from __future__ import annotations

from django.db import models

from tieout.records.models.connections import Connection, Organisation


class Installation(models.Model):
    """Facts by name: writer id, schema range, vault canary, heartbeat of each process."""

    name = models.CharField(max_length=80, primary_key=True)
    value = models.TextField(default="")
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "installation"


class Schedule(models.Model):
    """The only clock of recurring work. A row that is due is taken by moving `due_at`, so it cannot pile up."""

    #: Identity, for example "pull:3:order".
    name = models.CharField(max_length=80, unique=True)
    #: pull, reference, contacts, tie_out, retention, …
    job = models.CharField(max_length=32)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, null=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, null=True)
    entity = models.CharField(max_length=16, blank=True, default="")
    every_seconds = models.IntegerField(null=True)
    cron = models.CharField(max_length=120, blank=True, default="")
    enabled = models.BooleanField(default=True)
    due_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    lease_owner = models.CharField(max_length=80, blank=True, default="")
    fence = models.BigIntegerField(default=0)
    last_started_at = models.DateTimeField(null=True)
    last_ended_at = models.DateTimeField(null=True)
    last_result = models.TextField(blank=True, default="")
    failures = models.IntegerField(default=0)

    class Meta:
        db_table = "schedule"
        indexes = [models.Index(fields=["due_at"], name="schedule_due")]


class Inbox(models.Model):
    """Webhooks as received: kept first, answered fast, handled later; hints, the poll is the truth."""

    source = models.CharField(max_length=40)
    remote_id = models.CharField(max_length=200)
    received_at = models.DateTimeField()
    body = models.TextField()
    handled_at = models.DateTimeField(null=True)
    result = models.TextField(blank=True, default="")

    class Meta:
        db_table = "inbox"
        constraints = [models.UniqueConstraint(fields=["source", "remote_id"], name="inbox_once")]
        indexes = [models.Index(fields=["id"], condition=models.Q(handled_at__isnull=True), name="inbox_unhandled")]
