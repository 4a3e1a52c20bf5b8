"""What each tie-out found, kept with its run."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0004_two_way"),
    ]

    operations = [
        migrations.CreateModel(
            name="Proof",
            fields=[
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="proof",
                        serialize=False,
                        to="records.run",
                    ),
                ),
                ("dated_from", models.DateField(null=True)),
                ("dated_to", models.DateField(null=True)),
                ("progress", models.CharField(blank=True, default="", max_length=300)),
                ("documents", models.IntegerField(default=0)),
                ("differences", models.IntegerField(default=0)),
                ("chosen", models.IntegerField(default=0)),
                ("findings", models.IntegerField(default=0)),
                ("calls", models.IntegerField(default=0)),
                ("read_at", models.DateTimeField(null=True)),
                ("body", models.BinaryField(null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="records.organisation"
                    ),
                ),
            ],
            options={
                "db_table": "proof",
                "indexes": [models.Index(fields=["organisation", "dated_from", "dated_to"], name="proof_period")],
            },
        ),
    ]
