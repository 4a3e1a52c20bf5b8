"""What the doctor says of an organisation that is no longer active in Xero."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tieout.accounting import LedgerReference
from tieout.accounting.chart import OrganisationFacts
from tieout.ports.administration import OrganisationEntry
from tieout.sync.doctor import _organisation

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def entry(status: str) -> OrganisationEntry:
    facts = OrganisationFacts("id", "Books", "!x", "GB", "UK", "GBP", "Europe/London", status=status)
    reference = LedgerReference(organisation=facts, accounts=(), tax_rates=(), currencies=("GBP",), read_at=NOW)
    return OrganisationEntry(
        id=1, tenant_id="t", name="Books", short_code="!x", base_currency="GBP", status="connected",
        status_reason="", authorisation=1, reference=reference, day_remaining=None, day_limit=5_000,
        hold_until=None, hold_reason="", catch_up=False,
    )  # fmt: skip


@pytest.mark.parametrize(("status", "wrong"), [("", 0), ("ACTIVE", 0), ("EXPIRED", 1)])
def test_an_organisation_that_ended_in_xero_is_noticed(status: str, wrong: int) -> None:
    found = [one for one in _organisation(entry(status), NOW) if not one.fine]
    assert len(found) == wrong
    assert all("expired in Xero" in one.found for one in found)
