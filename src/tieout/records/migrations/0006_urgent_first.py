"""Indexes for what is planned first, and for how much was urgent lately."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0005_proofs"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="call",
            index=models.Index(fields=["organisation", "settled_at"], name="call_lately"),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(
                condition=models.Q(("planning_due", True)),
                fields=["connection", "planning_priority", "id"],
                name="document_planning_first",
            ),
        ),
    ]
