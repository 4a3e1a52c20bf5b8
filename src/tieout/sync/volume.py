"""What Xero advises about the size of an organisation, against what it was given. Nothing is refused beyond it, but
its lists and reports get slow. Source: Xero's own guidance, 1,000 sales invoices a month and 10,000 contacts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from tieout.ports.administration import Administration
from tieout.ports.volume import Volume, VolumeRecords
from tieout.sync.doctor import Finding

INVOICES_A_MONTH, CONTACTS = 1_000, 10_000
#: Days of the month that is counted.
DAYS = 30


def advice(volume: Volume) -> str:
    """What to do about it, "" within the advice."""
    told = []
    if volume.invoices > INVOICES_A_MONTH:
        told.append(
            f"Xero advises at most {INVOICES_A_MONTH:,} sales invoices a month; beyond that its reports get slow. "
            "Everything still goes. Talk to the accountant: another organisation can take a part of the documents "
            "by a rule of its own, a store view or a currency for example."
        )
    if volume.contacts > CONTACTS:
        told.append(
            f"Xero gets slow above {CONTACTS:,} contacts. On the Mapping screen choose one web customer for all."
        )
    return " ".join(told)


def measure(records: VolumeRecords, administration: Administration, now: datetime) -> Iterator[Finding]:
    """A finding for each organisation."""
    for organisation in administration.organisations():
        volume = records.volume(organisation.id, (now - timedelta(days=DAYS)).date())
        found = f"{volume.invoices} invoices in {DAYS} days, {volume.contacts} contacts"
        told = advice(volume)
        yield Finding(f"volume of {organisation.name}", found, not told, told)
