"""Who is connected with whom: stores, Xero apps, authorisations, organisations, and the rules between them."""

from __future__ import annotations

from django.db import models


class Connection(models.Model):
    """An authorised link to one store. Secrets are sealed by the vault; options hold nothing secret."""

    kind = models.CharField(max_length=32)
    name = models.CharField(max_length=120)
    address = models.CharField(max_length=500, blank=True, default="")
    options = models.TextField(default="{}", help_text="JSON object of text values, as the adapter describes them")
    secrets = models.TextField(blank=True, default="", help_text="sealed JSON object")
    #: Sealed; the store signs its calls on changes with it, where its kind has no key of its own for that.
    webhook_secret = models.TextField(blank=True, default="", db_default="")
    #: new, working, failing, paused, refused
    status = models.CharField(max_length=16, default="new")
    status_reason = models.TextField(blank=True, default="")
    start_date = models.DateField(null=True)
    #: What translation needs to know of the store (StoreReader.context), JSON bytes.
    context = models.BinaryField(default=b"")
    context_read_at = models.DateTimeField(null=True)
    #: Per entity: mode, interval, direction, switched on (JSON); see the Sync settings screen.
    entities = models.TextField(default="{}")
    failures = models.IntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    last_read_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "connection"

    def __str__(self) -> str:
        return self.name


class App(models.Model):
    """One app registered at Xero; its minute limit counts over all organisations."""

    name = models.CharField(max_length=120)
    client_id = models.CharField(max_length=120, unique=True)
    client_secret = models.TextField(blank=True, default="", help_text="sealed")
    #: Sealed; Xero signs the webhooks of this app with it.
    webhook_key = models.TextField(blank=True, default="", db_default="")
    #: code (authorisation code), code_pkce, custom (client credentials)
    grant = models.CharField(max_length=16, default="code")
    minute_limit = models.IntegerField(default=10_000)
    minute_remaining = models.IntegerField(null=True)
    hold_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "app"

    def __str__(self) -> str:
        return self.name


class Authorisation(models.Model):
    """One token set of Xero with its own refresh lease; serves one or many organisations."""

    app = models.ForeignKey(App, on_delete=models.PROTECT)
    tokens = models.TextField(blank=True, default="", help_text="sealed JSON: access, refresh, scopes")
    scopes = models.TextField(blank=True, default="")
    xero_user = models.CharField(max_length=200, blank=True, default="")
    #: connected, expired, withdrawn, disconnected
    status = models.CharField(max_length=16, default="connected")
    status_reason = models.TextField(blank=True, default="")
    access_expires_at = models.DateTimeField(null=True)
    refreshed_at = models.DateTimeField(null=True)
    #: Refresh tokens end 60 days after their last use; the alarm looks here.
    refresh_expires_at = models.DateTimeField(null=True)
    refresh_lease_until = models.DateTimeField(null=True)
    refresh_fence = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "authorisation"


class Organisation(models.Model):
    """A Xero organisation: limits, when to look at it next, who holds it, what its batches bear.

    Application code never locks this row; `fence` tells an expired holder that it lost the lease.
    """

    authorisation = models.ForeignKey(Authorisation, on_delete=models.PROTECT, null=True)
    tenant_id = models.CharField(max_length=64, unique=True)
    xero_connection_id = models.CharField(max_length=64, blank=True, default="")
    name = models.CharField(max_length=200)
    alias = models.CharField(max_length=60, blank=True, default="")
    short_code = models.CharField(max_length=16, blank=True, default="")
    base_currency = models.CharField(max_length=3, blank=True, default="")
    reference = models.TextField(blank=True, default="", help_text="LedgerReference as JSON")
    reference_read_at = models.DateTimeField(null=True)
    #: connected, no_access, paused, disconnected
    status = models.CharField(max_length=16, default="connected")
    status_reason = models.TextField(blank=True, default="")

    day_limit = models.IntegerField(default=1_000)
    day_reserve = models.IntegerField(default=50)
    minute_limit = models.IntegerField(default=60)
    concurrency_limit = models.IntegerField(default=5)
    day_remaining = models.IntegerField(null=True)
    day_remaining_at = models.DateTimeField(null=True)
    #: Nothing is sent before this time; hold_scope says why: minute, day, concurrent, outage, no_access.
    hold_until = models.DateTimeField(null=True)
    hold_scope = models.CharField(max_length=16, blank=True, default="")
    hold_reason = models.TextField(blank=True, default="")
    failures = models.IntegerField(default=0)

    due_at = models.DateTimeField(null=True)
    served_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    lease_owner = models.CharField(max_length=80, blank=True, default="")
    fence = models.BigIntegerField(default=0)
    #: Batch sizes learnt, per role (JSON object role -> size).
    batches = models.TextField(default="{}")
    #: The installation that wrote last, and whether look-ups must come before anything is created.
    last_writer = models.CharField(max_length=64, blank=True, default="")
    catch_up = models.BooleanField(default=False)
    #: When the catch-up began (its first turn); null before that.
    catch_up_since = models.DateTimeField(null=True)
    contacts_read_at = models.DateTimeField(null=True)
    #: Why changes that should go at once are collected for now, null while they are not (engine.forecast).
    batching_reason = models.TextField(null=True)
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "organisation"
        indexes = [models.Index(fields=["due_at"], name="organisation_due")]

    def __str__(self) -> str:
        return self.alias or self.name


class Mapping(models.Model):
    """One version of the rules of a connection into an organisation; the highest version applies.

    Several rows per connection: several organisations; several connections may name one organisation.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    version = models.IntegerField()
    rules = models.TextField(help_text="Rules as JSON")
    #: Only the newest version of a pair is current.
    current = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=150, blank=True, default="")
    note = models.TextField(blank=True, default="")

    class Meta:
        db_table = "mapping"
        constraints = [
            models.UniqueConstraint(fields=["connection", "organisation", "version"], name="mapping_version"),
            models.UniqueConstraint(
                fields=["connection", "organisation"], condition=models.Q(current=True), name="mapping_current"
            ),
        ]
