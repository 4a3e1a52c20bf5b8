"""Implements `ports.connecting.ConnectionChanges` with Django's ORM."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec
from django.db import transaction

from tieout.ports.connecting import ConsentRow, StoreChange
from tieout.records.models import (
    Authorisation,
    Connection,
    Installation,
    Organisation,
    Posting,
    Schedule,
)
from tieout.records.models import Mapping as MappingRow


class DjangoConnectionChanges:
    """Implements ConnectionChanges."""

    def change_store(self, connection: int, change: StoreChange, now: datetime) -> None:
        with transaction.atomic():
            Connection.objects.filter(pk=connection).update(
                name=change.name,
                address=change.address,
                options=msgspec.json.encode(dict(change.options)).decode(),
                secrets=change.secrets,
                start_date=change.start_date,
            )
            Connection.objects.filter(pk=connection, status__in=("failing", "refused")).update(
                status="new", status_reason="", failures=0, not_before=None
            )
            self._call("pull", connection, now)

    def pause_store(self, connection: int, reason: str) -> None:
        Connection.objects.filter(pk=connection).update(status="paused", status_reason=reason)

    def resume_store(self, connection: int, now: datetime) -> None:
        with transaction.atomic():
            Connection.objects.filter(pk=connection, status__in=("paused", "failing", "refused")).update(
                status="new", status_reason="", failures=0, not_before=None
            )
            self._call("pull", connection, now)

    def remove_store(self, connection: int, now: datetime) -> None:
        with transaction.atomic():
            Connection.objects.filter(pk=connection).update(
                status="paused", status_reason="", removed_at=now, secrets="", webhook_secret="", not_before=None
            )
            Schedule.objects.filter(connection=connection).delete()
            MappingRow.objects.filter(connection=connection, current=True).update(current=False)

    def read_now(self, connection: int, now: datetime) -> None:
        with transaction.atomic():
            Connection.objects.filter(pk=connection, status="failing").update(not_before=None)
            self._call("pull", connection, now)

    def _call(self, job: str, connection: int, now: datetime) -> None:
        Schedule.objects.filter(job=job, connection=connection, enabled=True).update(due_at=now)

    def consent(self, organisation: int) -> ConsentRow | None:
        row = Organisation.objects.select_related("authorisation__app").get(pk=organisation)
        if row.authorisation is None:
            return None
        others = Organisation.objects.filter(authorisation=row.authorisation, removed_at=None).exclude(pk=row.pk)
        return ConsentRow(
            authorisation=row.authorisation.pk,
            client_id=row.authorisation.app.client_id,
            client_secret=row.authorisation.app.client_secret,
            grant=row.authorisation.app.grant,
            xero_connection_id=row.xero_connection_id,
            shared=others.exclude(status="disconnected").exists(),
        )

    def statuses(self) -> Mapping[str, str]:
        return dict(Organisation.objects.values_list("tenant_id", "status"))

    def has_sent(self, organisation: int) -> bool:
        return Posting.objects.filter(organisation=organisation).exclude(remote_id="").exists()

    def pause_organisation(self, organisation: int, reason: str) -> None:
        Organisation.objects.filter(pk=organisation, status="connected").update(status="paused", status_reason=reason)

    def start_organisation(self, organisation: int, now: datetime) -> None:
        Organisation.objects.filter(pk=organisation, status="paused").update(
            status="connected", status_reason="", due_at=now
        )

    def access_lost(self, organisation: int, reason: str) -> None:
        Organisation.objects.filter(pk=organisation, status__in=("connected", "paused")).update(
            status="no_access", status_reason=reason
        )

    def disconnected(self, organisation: int, reason: str) -> None:
        with transaction.atomic():
            Organisation.objects.filter(pk=organisation).update(
                status="disconnected", status_reason=reason, xero_connection_id=""
            )
            consent = Authorisation.objects.filter(organisation=organisation)
            others = Organisation.objects.filter(authorisation__in=consent).exclude(status="disconnected")
            if not others.exists():
                consent.update(status="disconnected", status_reason=reason, tokens="", refresh_expires_at=None)

    def set_limits(self, organisation: int, *, day_limit: int, day_reserve: int) -> None:
        Organisation.objects.filter(pk=organisation).update(day_limit=day_limit, day_reserve=day_reserve)

    def take_fact(self, name: str, value: str) -> bool:
        deleted, _ = Installation.objects.filter(name=name, value=value).delete()
        return bool(deleted)
