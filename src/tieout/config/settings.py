"""Django's settings, made from the environment."""

from __future__ import annotations

SECRET_KEY = "only for type checks until init made one"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "tieout.records.apps.RecordsConfig"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
USE_TZ = True
