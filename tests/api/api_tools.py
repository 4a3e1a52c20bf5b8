"""A program that calls the API with a token."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from tieout.web.access import UserRole
from tieout.web.api import tokens


def token_for(user: User, role: str = "owner", *, expires_at: datetime | None = None, name: str = "nightly") -> str:
    return tokens.make(user, name, UserRole(role), expires_at, timezone.now())


class HandClock:
    """The time of now, moved by hand."""

    def __init__(self) -> None:
        self.time = datetime.now(UTC)

    def now(self) -> datetime:
        return self.time

    def move(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


class Program:
    """Calls below /api/v1/, answers decoded; amounts stay texts."""

    def __init__(self, token: str, address: str = "203.0.113.9") -> None:
        self.token = token
        self.client = Client(REMOTE_ADDR=address)

    def get(self, path: str, **query: object) -> tuple[int, Any]:
        return self._told(self.client.get(f"/api/v1/{path}", query, headers=self.headers))

    def post(self, path: str, body: object, **headers: str) -> tuple[int, Any]:
        data = body if isinstance(body, bytes) else msgspec.json.encode(body)
        answer = self.client.post(
            f"/api/v1/{path}", data, content_type="application/json", headers={**self.headers, **headers}
        )
        return self._told(answer)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def _told(self, answer: Any) -> tuple[int, Any]:
        kind = "application/json; charset=utf-8" if answer.status_code < 400 else "application/problem+json"
        assert answer["Content-Type"] == kind
        assert not answer.cookies
        return answer.status_code, msgspec.json.decode(answer.content)
