"""Implements `ports.administration.Administration` with Django's ORM: rows that people and set-up change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import msgspec
from django.db import transaction
from django.db.models import F, Q

from tieout.accounting import LedgerReference
from tieout.documents import DocumentKey, DocumentKind
from tieout.ports.administration import (
    NewConnection,
    NewOrganisation,
    OrganisationEntry,
    RunPosting,
    TokenRow,
)
from tieout.ports.records import StoreConnection
from tieout.records.models import (
    App,
    Audit,
    Authorisation,
    Connection,
    Document,
    Event,
    Installation,
    Organisation,
    Run,
    Watermark,
)
from tieout.records.models import (
    Mapping as MappingRow,
)
from tieout.records.overview import Overview
from tieout.records.undoing import run_postings, want_nothing
from tieout.rules.settings import Rules


class DjangoAdministration(Overview):
    """Implements Administration."""

    # connections

    def connections(self) -> Sequence[StoreConnection]:
        return [_connection(row) for row in Connection.objects.filter(removed_at__isnull=True).order_by("id")]

    def add_connection(self, new: NewConnection, now: datetime) -> int:
        row = Connection.objects.create(
            kind=new.kind,
            name=new.name,
            address=new.address,
            options=msgspec.json.encode(dict(new.options)).decode(),
            secrets=new.secrets,
            start_date=new.start_date,
            created_at=now,
        )
        return int(row.pk)

    def context_read_at(self, connection: int) -> datetime | None:
        return Connection.objects.values_list("context_read_at", flat=True).get(pk=connection)

    def save_context(self, connection: int, context: bytes, now: datetime) -> bool:
        with transaction.atomic():
            before = bytes(Connection.objects.values_list("context", flat=True).get(pk=connection) or b"")
            Connection.objects.filter(pk=connection).update(context=context, context_read_at=now)
            return before != context

    def reading_went_well(self, connection: int, now: datetime) -> None:
        # One that was paused meanwhile stays so.
        Connection.objects.filter(pk=connection).exclude(status="paused").update(
            status="working", status_reason="", failures=0, not_before=None, last_read_at=now
        )

    def reading_failed(self, connection: int, *, status: str, reason: str, not_before: datetime | None) -> None:
        Connection.objects.filter(pk=connection).exclude(status="paused").update(
            status=status, status_reason=reason, failures=F("failures") + 1, not_before=not_before
        )

    def move_connection(self, connection: int, address: str, options: Mapping[str, str]) -> None:
        Connection.objects.filter(pk=connection).update(
            address=address, options=msgspec.json.encode(dict(options)).decode()
        )

    def forget_watermarks(self, connection: int) -> None:
        Watermark.objects.filter(connection=connection).delete()

    def roots(
        self,
        connection: int,
        kind: DocumentKind,
        after: int,
        limit: int,
        *,
        dated_from: date | None = None,
        dated_to: date | None = None,
    ) -> Sequence[tuple[int, DocumentKey]]:
        rows = Document.objects.filter(
            connection=connection, kind=kind.value, root_kind=kind.value, root_key=F("key"), id__gt=after
        )
        if dated_from is not None:
            rows = rows.filter(date__gte=dated_from)
        if dated_to is not None:
            rows = rows.filter(date__lte=dated_to)
        found = rows.order_by("id").values_list("id", "key")[:limit]
        return [(identity, DocumentKey(kind, key)) for identity, key in found]

    # organisations

    def organisations(self) -> Sequence[OrganisationEntry]:
        return [_organisation(row) for row in Organisation.objects.filter(removed_at__isnull=True).order_by("id")]

    def organisation(self, organisation: int) -> OrganisationEntry:
        return _organisation(Organisation.objects.get(pk=organisation))

    def add_organisation(self, new: NewOrganisation, now: datetime) -> int:
        """The same organisation connected again keeps its row, its postings and its limits."""
        with transaction.atomic():
            app, _ = App.objects.update_or_create(
                client_id=new.client_id,
                defaults={"name": new.app_name, "client_secret": new.client_secret, "grant": new.grant},
                create_defaults={
                    "name": new.app_name,
                    "client_secret": new.client_secret,
                    "grant": new.grant,
                    "created_at": now,
                },
            )
            authorisation = new.authorisation
            if authorisation is None:
                authorisation = Authorisation.objects.create(
                    app=app,
                    tokens=new.tokens,
                    scopes=new.scopes,
                    access_expires_at=new.access_expires_at,
                    created_at=now,
                ).pk
            connected = {
                "authorisation_id": authorisation,
                "name": new.name,
                "xero_connection_id": new.xero_connection_id,
                "status": "connected",
                "status_reason": "",
                "hold_until": None,
                "hold_scope": "",
                "hold_reason": "",
                "removed_at": None,
                # What waited for the connection goes at once.
                "due_at": now,
            }
            row, _ = Organisation.objects.update_or_create(
                tenant_id=new.tenant_id,
                defaults=connected,
                create_defaults={**connected, "day_limit": new.day_limit, "created_at": now},
            )
            return int(row.pk)

    def save_reference(self, organisation: int, reference: LedgerReference) -> None:
        facts = reference.organisation
        Organisation.objects.filter(pk=organisation).update(
            name=facts.name,
            short_code=facts.short_code,
            base_currency=facts.base_currency,
            reference=msgspec.json.encode(reference).decode(),
            reference_read_at=reference.read_at,
        )

    def next_due_at(self, now: datetime) -> datetime | None:
        # A turn clears due_at: of an organisation that somebody holds it is known only when the lease ends.
        due_or_held = Q(due_at__isnull=False) | Q(lease_until__gt=now)
        rows = Organisation.objects.filter(due_or_held, removed_at__isnull=True, status="connected")
        times = [[one for one in row if one is not None] for row in rows.values_list("due_at", "lease_until")]
        return min((max(*known, now) for known in times), default=None)

    # tokens

    def token_row(self, authorisation: int) -> TokenRow:
        return _tokens(Authorisation.objects.select_related("app").get(pk=authorisation))

    def lease_tokens(self, authorisation: int, until: datetime, now: datetime) -> TokenRow | None:
        free = Q(refresh_lease_until__isnull=True) | Q(refresh_lease_until__lte=now)
        taken = Authorisation.objects.filter(free, pk=authorisation).update(
            refresh_lease_until=until, refresh_fence=F("refresh_fence") + 1
        )
        return self.token_row(authorisation) if taken else None

    def save_tokens(
        self, row: TokenRow, sealed: str, scopes: str, *, access_expires_at: datetime, now: datetime
    ) -> bool:
        # A token set that was issued is stored even by a refresher whose lease ran out: the old one is spent.
        stored = Authorisation.objects.filter(pk=row.id, refresh_fence__lte=row.fence).update(
            tokens=sealed,
            scopes=scopes,
            access_expires_at=access_expires_at,
            refreshed_at=now,
            refresh_lease_until=None,
            status="connected",
            status_reason="",
        )
        return bool(stored)

    def end_token_lease(self, row: TokenRow) -> None:
        Authorisation.objects.filter(pk=row.id, refresh_fence=row.fence).update(refresh_lease_until=None)

    def authorisation_lost(self, authorisation: int, status: str, reason: str) -> None:
        with transaction.atomic():
            Authorisation.objects.filter(pk=authorisation).update(
                status=status, status_reason=reason, refresh_lease_until=None
            )
            Organisation.objects.filter(authorisation=authorisation).update(status="no_access", status_reason=reason)

    # rules

    def save_rules(
        self, connection: int, organisation: int, rules: Rules, *, by: str, note: str, now: datetime
    ) -> Rules:
        with transaction.atomic():
            pair = MappingRow.objects.filter(connection=connection, organisation=organisation)
            before = pair.filter(current=True).first()
            last = pair.order_by("-version").values_list("version", flat=True).first() or 0
            saved = msgspec.structs.replace(rules, version=last + 1)
            text = msgspec.json.encode(saved).decode()
            pair.filter(current=True).update(current=False)
            MappingRow.objects.create(
                connection_id=connection,
                organisation_id=organisation,
                version=saved.version,
                rules=text,
                created_at=now,
                created_by=by,
                note=note,
            )
            Audit.objects.create(
                at=now,
                user=by,
                action="mapping",
                subject=note[:200],
                before=before.rules if before else "",
                after=text,
                connection_id=connection,
                organisation_id=organisation,
            )
            return saved

    # runs and the log

    def begin_run(
        self,
        kind: str,
        *,
        by: str,
        now: datetime,
        scope: Mapping[str, str] = {},
        organisation: int | None = None,
        undoes: int | None = None,
    ) -> int:
        row = Run.objects.create(
            kind=kind,
            started_at=now,
            started_by=by,
            scope=msgspec.json.encode(dict(scope)).decode(),
            organisation_id=organisation,
            undoes_id=undoes,
        )
        return int(row.pk)

    def end_run(self, run: int, *, state: str, totals: Mapping[str, int], now: datetime) -> None:
        Run.objects.filter(pk=run).update(
            state=state, totals=msgspec.json.encode(dict(totals)).decode(), ended_at=now
        )

    def run_postings(self, run: int) -> Sequence[RunPosting]:
        return run_postings(run)

    def want_nothing(self, actions: Mapping[int, str], now: datetime, why: str) -> int:
        return want_nothing(actions, now, why)

    def note(self, *, by: str, action: str, subject: str, now: datetime, address: str = "") -> None:
        Audit.objects.create(at=now, user=by, action=action, subject=subject[:200], address=address[:64])

    def log(self, *, action: str, status: str, message: str, now: datetime, connection: int | None = None) -> None:
        Event.objects.create(at=now, action=action, status=status, message=message, connection_id=connection)

    # facts of this installation

    def fact_changed_at(self, name: str) -> datetime | None:
        return Installation.objects.filter(name=name).values_list("changed_at", flat=True).first()

    def fact(self, name: str) -> str:
        return Installation.objects.filter(name=name).values_list("value", flat=True).first() or ""

    def note_fact(self, name: str, value: str, now: datetime) -> None:
        Installation.objects.update_or_create(name=name, defaults={"value": value, "changed_at": now})


def _connection(row: Connection) -> StoreConnection:
    return StoreConnection(
        id=row.pk,
        kind=row.kind,
        name=row.name,
        address=row.address,
        options=msgspec.json.decode(row.options, type=dict[str, str]),
        secrets=row.secrets,
        context=bytes(row.context),
        status=row.status,
        start_date=row.start_date,
        not_before=row.not_before,
        failures=row.failures,
    )


def _organisation(row: Organisation) -> OrganisationEntry:
    return OrganisationEntry(
        id=row.pk,
        tenant_id=row.tenant_id,
        name=row.alias or row.name,
        short_code=row.short_code,
        base_currency=row.base_currency,
        status=row.status,
        status_reason=row.status_reason,
        authorisation=row.authorisation_id,
        reference=msgspec.json.decode(row.reference, type=LedgerReference) if row.reference else None,
        day_remaining=row.day_remaining,
        day_limit=row.day_limit,
        hold_until=row.hold_until,
        hold_reason=row.hold_reason,
        catch_up=row.catch_up,
    )


def _tokens(row: Authorisation) -> TokenRow:
    return TokenRow(
        id=row.pk,
        client_id=row.app.client_id,
        client_secret=row.app.client_secret,
        grant=row.app.grant,
        tokens=row.tokens,
        scopes=row.scopes,
        status=row.status,
        access_expires_at=row.access_expires_at,
        refreshed_at=row.refreshed_at,
        lease_until=row.refresh_lease_until,
        fence=row.refresh_fence,
    )
