"""Access of programs: tokens that users made for them."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import models


class ApiToken(models.Model):
    """A key of the JSON API. It may do what its role may, and never more than its user may at that moment.

    Only the digest is kept: the token itself is shown once and has 256 random bits, so that no slow hash is needed.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    role = models.CharField(max_length=16)
    #: SHA-256 of the token, hexadecimal.
    digest = models.CharField(max_length=64, unique=True)
    #: How it begins, so that a person recognises it.
    beginning = models.CharField(max_length=16)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    #: Written at most once a minute.
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "api_token"

    def __str__(self) -> str:
        return self.name
