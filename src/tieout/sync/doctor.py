"""The doctor: looks at everything that has to be right before documents flow, and says what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import msgspec

from tieout.ports import Clock
from tieout.ports.administration import Administration, OrganisationEntry
from tieout.ports.records import DocumentRecords, StoreConnection
from tieout.rules.book import compile_rules
from tieout.rules.settings import Rules

#: Accounts, rates and lock dates read longer ago than this may be wrong.
REFERENCE_AGE_MAX = timedelta(days=2)
BACKUP_AGE_MAX = timedelta(days=2)
FREE_BYTES_MIN = 500_000_000


class Finding(msgspec.Struct, frozen=True):
    """One thing looked at. advice: what to do, "" when it is fine."""

    what: str
    found: str
    fine: bool = True
    advice: str = ""


class Machine(msgspec.Struct, frozen=True):
    """What only the process can know. backup_at: None when none was ever made."""

    home: str
    free_bytes: int
    backup_at: datetime | None
    database: str


def examine(
    records: DocumentRecords, administration: Administration, clock: Clock, machine: Machine
) -> Sequence[Finding]:
    """All findings, those about this machine first."""
    now = clock.now()
    found = [*_machine(machine, now)]
    stores, organisations = administration.connections(), administration.organisations()
    if not stores:
        found.append(Finding("stores", "none connected", False, "tieout store add magento2 …"))
    for store in stores:
        found.extend(_store(store, records))
    if not organisations:
        found.append(Finding("organisations", "none connected", False, "tieout connect …"))
    for organisation in organisations:
        found.extend(_organisation(organisation, now))
    for store in stores:
        for assignment in records.assignments(store.id):
            entry = next((one for one in organisations if one.id == assignment.organisation), None)
            if entry is not None and entry.reference is not None:
                found.extend(_mapping(store, entry, assignment.rules))
    return found


def _machine(machine: Machine, now: datetime) -> Iterator[Finding]:
    yield Finding("data folder", machine.home)
    yield Finding("database", machine.database)
    free = f"{machine.free_bytes // 1_000_000} MB free"
    enough = machine.free_bytes >= FREE_BYTES_MIN
    yield Finding("disk", free, enough, "" if enough else "Make room: a full disk stops everything.")
    if machine.backup_at is None:
        yield Finding("backup", "never made", False, "tieout backup FILE; then once a day, to another machine.")
    else:
        young = now - machine.backup_at <= BACKUP_AGE_MAX
        made = f"made {machine.backup_at:%Y-%m-%d %H:%M} UTC"
        yield Finding("backup", made, young, "" if young else "tieout backup FILE")


def _store(store: StoreConnection, records: DocumentRecords) -> Iterator[Finding]:
    what = f"store {store.name}"
    if store.status in ("failing", "refused"):
        yield Finding(what, store.status, False, f"tieout store test {store.id}")
    else:
        yield Finding(what, store.status)
    if not records.assignments(store.id):
        yield Finding(what, "goes to no organisation", False, "Assign it to one on the Connections screen.")


def _organisation(entry: OrganisationEntry, now: datetime) -> Iterator[Finding]:
    what = f"organisation {entry.name}"
    if entry.status != "connected":
        yield Finding(what, f"{entry.status}: {entry.status_reason}", False, "Connect it again: tieout connect …")
    if entry.catch_up:
        yield Finding(what, "catching up: looks up in Xero what changed before it creates anything")
    if entry.reference is None:
        yield Finding(what, "its accounts and tax rates were never read", False, "Refresh it on the Accounts screen.")
        return
    facts = entry.reference.organisation
    locks = [day for day in (facts.period_lock_date, facts.end_of_year_lock_date) if day is not None]
    locked = f"locked until {max(locks)}" if locks else "no period is locked"
    young = now - entry.reference.read_at <= REFERENCE_AGE_MAX
    yield Finding(what, f"{facts.country}, {facts.base_currency}, {locked}")
    if facts.status not in ("", "ACTIVE"):
        found = f"{facts.status.lower()} in Xero since its settings were read last"
        yield Finding(what, found, False, "Xero may refuse documents: look at the organisation's subscription there.")
    if not young:
        yield Finding(
            what,
            f"accounts and tax rates were read {entry.reference.read_at:%Y-%m-%d %H:%M} UTC",
            False,
            "Refresh it on the Accounts screen; the worker does so every day.",
        )


def _mapping(store: StoreConnection, entry: OrganisationEntry, rules: Rules) -> Iterator[Finding]:
    assert entry.reference is not None
    what = f"mapping {store.name} → {entry.name}"
    gaps = compile_rules(rules, entry.reference).gaps()
    if not gaps:
        yield Finding(what, f"version {rules.version}, nothing missing")
    for gap in gaps:
        yield Finding(what, gap.reason, False, "Mend it on the Accounts or Mapping screen.")
