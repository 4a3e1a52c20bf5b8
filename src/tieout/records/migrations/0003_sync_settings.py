"""Priority and run that people give to documents before they are planned; why immediate work is collected."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0002_webhooks_and_api_tokens"),
    ]

    operations = [
        migrations.AddField(
            model_name="document",
            name="planning_priority",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="document",
            name="planning_run",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="organisation",
            name="batching_reason",
            field=models.TextField(null=True),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(
                condition=models.Q(("planning_run__isnull", False)),
                fields=["planning_run"],
                name="document_planning_run",
            ),
        ),
    ]
