"""The app `web`; `config` hands it the use cases and the settings it shows."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class WebConfig(AppConfig):
    name = "tieout.web"
    label = "web"
    default_auto_field = "django.db.models.BigAutoField"
    #: `use_cases.UseCases`, set by `config` once Django is ready.
    use_cases: Any = None

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from tieout.web.sessions import note_beginning

        user_logged_in.connect(note_beginning)
        # Of the app that owns the groups' table: an app without models, as this one, sends no signal.
        post_migrate.connect(make_groups, sender=apps.get_app_config("auth"))


def make_groups(sender: AppConfig, using: str = "default", **_: Any) -> None:
    """One group per role, after every migration, so that a user can be given one."""
    from django.contrib.auth.models import Group

    from tieout.web.access import UserRole

    known = set(Group.objects.using(using).values_list("name", flat=True))
    Group.objects.using(using).bulk_create([Group(name=role.value) for role in UserRole if role.value not in known])
