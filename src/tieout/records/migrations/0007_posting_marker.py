"""Look postings up by their number in Xero."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0006_urgent_first"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="posting",
            index=models.Index(fields=["marker"], name="posting_marker"),
        ),
    ]
