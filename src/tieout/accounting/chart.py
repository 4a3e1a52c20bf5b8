"""What an organisation says of itself: accounts, tax rates, currencies, locks, contacts."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import msgspec


class Account(msgspec.Struct, frozen=True, gc=False):
    """An entry of the chart of accounts. type, account_class, tax_type: Xero's words."""

    account_id: str
    code: str
    name: str
    type: str
    account_class: str = ""
    status: str = "ACTIVE"
    tax_type: str = ""
    system_account: str = ""
    currency: str = ""
    payments_enabled: bool = False
    bank_account_type: str = ""


class TaxComponent(msgspec.Struct, frozen=True, gc=False):
    name: str
    rate: Decimal
    is_compound: bool = False


class TaxRate(msgspec.Struct, frozen=True, gc=False):
    """rate: effective percent. for_…: account classes it may be used with."""

    tax_type: str
    name: str
    rate: Decimal
    status: str = "ACTIVE"
    report_tax_type: str = ""
    components: tuple[TaxComponent, ...] = ()
    for_revenue: bool = True
    for_assets: bool = False
    for_liabilities: bool = False
    for_expenses: bool = False
    for_equity: bool = False


class OrganisationFacts(msgspec.Struct, frozen=True, gc=False):
    """country: ISO alpha-2 ("GB"); version: Xero's edition (UK, AU, NZ, US, GLOBAL). timezone: IANA name.

    year_end: (day, month) of the last day of the financial year, (0, 0) when it is not known.
    status: ACTIVE, or Xero's word for one that is not.
    """

    organisation_id: str
    name: str
    short_code: str
    country: str
    version: str
    base_currency: str
    timezone: str
    period_lock_date: date | None = None
    end_of_year_lock_date: date | None = None
    plan: str = ""
    is_demo: bool = False
    actions: tuple[tuple[str, bool], ...] = ()
    year_end: tuple[int, int] = (0, 0)
    status: str = ""


class ContactEntry(msgspec.Struct, frozen=True, gc=False):
    """A contact of the ledger as the local index for matching holds it."""

    contact_id: str
    name: str
    email: str = ""
    contact_number: str = ""
    account_number: str = ""
    tax_number: str = ""
    status: str = "ACTIVE"
    merged_to: str = ""
    company: bool = False


class TrackingCategory(msgspec.Struct, frozen=True, gc=False):
    """A dimension of reports (region, channel): name, and the names of its active options."""

    name: str
    options: tuple[str, ...] = ()


class LedgerReference(msgspec.Struct, frozen=True, gc=False):
    """All that planning needs to know of an organisation; read rarely, kept in our storage."""

    organisation: OrganisationFacts
    accounts: tuple[Account, ...]
    tax_rates: tuple[TaxRate, ...]
    currencies: tuple[str, ...]
    read_at: datetime
    tracking: tuple[TrackingCategory, ...] = ()
