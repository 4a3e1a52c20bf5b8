"""Several organisations: routing, targets; the way back: what was brought, conflicts."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0003_sync_settings"),
    ]

    operations = [
        migrations.CreateModel(
            name="Brought",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=12)),
                ("remote_id", models.CharField(max_length=64)),
                ("parent_id", models.CharField(blank=True, default="", max_length=64)),
                ("number", models.CharField(blank=True, default="", max_length=120)),
                ("title", models.CharField(blank=True, default="", max_length=300)),
                ("currency", models.CharField(blank=True, default="", max_length=3)),
                ("total_minor", models.BigIntegerField(null=True)),
                ("date", models.DateField(null=True)),
                ("remote_status", models.CharField(blank=True, default="", max_length=16)),
                ("remote_updated_at", models.DateTimeField(null=True)),
                ("key", models.CharField(blank=True, default="", max_length=400)),
                ("origin", models.CharField(default="ledger", max_length=8)),
                ("state", models.CharField(default="queued", max_length=12)),
                ("operation", models.CharField(blank=True, default="", max_length=8)),
                ("marker", models.CharField(blank=True, default="", max_length=60)),
                ("due", models.BooleanField(default=True)),
                ("seen", models.BinaryField(null=True)),
                ("seen_digest", models.CharField(blank=True, default="", max_length=32)),
                ("base", models.BinaryField(null=True)),
                ("write", models.BinaryField(null=True)),
                ("code", models.CharField(blank=True, default="", max_length=40)),
                ("reason", models.TextField(blank=True, default="")),
                ("subject", models.CharField(blank=True, default="", max_length=200)),
                ("attempts", models.IntegerField(default=0)),
                ("not_before", models.DateTimeField(null=True)),
                ("seen_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("written_at", models.DateTimeField(null=True)),
                ("writes", models.IntegerField(default=0)),
                (
                    "connection",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="records.connection"
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="brought",
                        to="records.document",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="records.organisation"
                    ),
                ),
            ],
            options={
                "db_table": "brought",
            },
        ),
        migrations.CreateModel(
            name="BroughtMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=12)),
                (
                    "read_to",
                    models.DateTimeField(
                        help_text="changes before this time are known; Xero's clock, less an overlap"
                    ),
                ),
                ("read_at", models.DateTimeField()),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="records.organisation"
                    ),
                ),
            ],
            options={
                "db_table": "brought_mark",
            },
        ),
        migrations.CreateModel(
            name="Conflict",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("field", models.CharField(max_length=60)),
                ("store", models.TextField(blank=True, default="")),
                ("ledger", models.TextField(blank=True, default="")),
                ("winner", models.CharField(max_length=8)),
                ("seen_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.CharField(blank=True, default="", max_length=150)),
                (
                    "brought",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="conflicts", to="records.brought"
                    ),
                ),
            ],
            options={
                "db_table": "conflict",
            },
        ),
        migrations.CreateModel(
            name="DocumentTarget",
            fields=[
                (
                    "document",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="target",
                        serialize=False,
                        to="records.document",
                    ),
                ),
                ("decided_at", models.DateTimeField()),
                ("decided_by", models.CharField(blank=True, default="", max_length=150)),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="records.organisation"),
                ),
            ],
            options={
                "db_table": "document_target",
            },
        ),
        migrations.CreateModel(
            name="RoutingRules",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.IntegerField()),
                ("rules", models.TextField(blank=True, default="")),
                ("current", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField()),
                ("created_by", models.CharField(blank=True, default="", max_length=150)),
                (
                    "connection",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="records.connection"),
                ),
            ],
            options={
                "db_table": "routing",
            },
        ),
        migrations.AddIndex(
            model_name="brought",
            index=models.Index(
                condition=models.Q(("due", True)), fields=["connection", "kind", "id"], name="brought_due"
            ),
        ),
        migrations.AddIndex(
            model_name="brought",
            index=models.Index(fields=["connection", "state", "id"], name="brought_state"),
        ),
        migrations.AddIndex(
            model_name="brought",
            index=models.Index(fields=["connection", "kind", "key"], name="brought_key"),
        ),
        migrations.AddIndex(
            model_name="brought",
            index=models.Index(fields=["organisation", "kind", "remote_id"], name="brought_remote"),
        ),
        migrations.AddIndex(
            model_name="brought",
            index=models.Index(fields=["seen_at", "id"], name="brought_seen"),
        ),
        migrations.AddConstraint(
            model_name="brought",
            constraint=models.UniqueConstraint(
                fields=("connection", "organisation", "kind", "remote_id"), name="brought_object"
            ),
        ),
        migrations.AddConstraint(
            model_name="broughtmark",
            constraint=models.UniqueConstraint(fields=("organisation", "kind"), name="brought_mark_of"),
        ),
        migrations.AddConstraint(
            model_name="conflict",
            constraint=models.UniqueConstraint(
                condition=models.Q(("decided_at__isnull", True)), fields=("brought", "field"), name="conflict_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="routingrules",
            constraint=models.UniqueConstraint(fields=("connection", "version"), name="routing_version"),
        ),
        migrations.AddConstraint(
            model_name="routingrules",
            constraint=models.UniqueConstraint(
                condition=models.Q(("current", True)), fields=("connection",), name="routing_current"
            ),
        ),
    ]
