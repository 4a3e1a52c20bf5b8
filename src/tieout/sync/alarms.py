"""Alarms: what stops the books silently when nobody looks, said in time and in one sentence each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import msgspec

from tieout.ports.alarms import AlarmRecords, ConsentState
from tieout.ports.schedules import Heartbeat

#: A worker beats every ten seconds; after this long without one it is gone.
SILENT_AFTER = timedelta(minutes=2)
#: A consent that a worker uses is renewed every half hour; this long before its end somebody has to know.
CONSENT_WARNING = timedelta(days=30)


class Alarm(msgspec.Struct, frozen=True):
    """code: worker_silent, consent_ends, consent_gone. since: when it began to be so, or the end that nears."""

    code: str
    sentence: str
    advice: str
    since: datetime | None = None


def alarms(records: AlarmRecords, now: datetime) -> Sequence[Alarm]:
    """Everything that needs a person now; empty when all is well. Works without a worker: screens ask for it."""
    consents = records.consents()
    return [*_workers(records.heartbeats(), consents, now), *_consents(consents, now)]


def live_workers(beats: Sequence[Heartbeat], now: datetime) -> Sequence[Heartbeat]:
    return [beat for beat in beats if now - beat.at <= SILENT_AFTER]


def _workers(beats: Sequence[Heartbeat], consents: Sequence[ConsentState], now: datetime) -> Iterator[Alarm]:
    if not consents or live_workers(beats, now):
        return
    since = max((beat.at for beat in beats), default=None)
    told = f"since {since:%Y-%m-%d %H:%M} UTC" if since else "for a day or longer"
    yield Alarm(
        "worker_silent",
        f"No worker has been at work {told}: nothing is read from the stores, and nothing is sent.",
        "Start one: tieout serve, or on PostgreSQL tieout worker.",
        since,
    )


def _consents(consents: Sequence[ConsentState], now: datetime) -> Iterator[Alarm]:
    for consent in consents:
        names = ", ".join(consent.organisations)
        if consent.status != "connected":
            yield Alarm(
                "consent_gone",
                f"Xero takes the connection of {names} no more ({consent.status}); its work waits.",
                "Connect it again; everything that waits then goes by itself.",
            )
        elif consent.ends_at is not None and consent.ends_at - now <= CONSENT_WARNING:
            days = max((consent.ends_at - now).days, 0)
            yield Alarm(
                "consent_ends",
                f"The connection of {names} to Xero was last used on {consent.renewed_at:%Y-%m-%d} and ends in"
                f" {days} days, on {consent.ends_at:%Y-%m-%d}.",
                "Let a worker run: it renews the connection by itself. After the end it has to be connected again.",
                consent.ends_at,
            )
