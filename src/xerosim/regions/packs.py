"""From region tables to an organisation's first accounts, tax rates, currency and branding theme."""

import msgspec

from xerosim.model_settings import Account, BrandingTheme, Currency, TaxComponent, TaxRate
from xerosim.numbers import FINE, scaled
from xerosim.organisation import Organisation
from xerosim.regions import anz, uk, us_global
from xerosim.resources.accounts import CLASSES
from xerosim.resources.currency import NAMES

AccountRow = tuple[str, str, str, str, str, bool]
TaxRow = tuple[str, str, str, str]


class Pack(msgspec.Struct, frozen=True):
    """What an edition brings. no_tax: the tax type of untaxed lines."""

    version: str
    country: str
    currency: str
    timezone: str
    zone: str
    year_end: tuple[int, int]
    accounts: tuple[AccountRow, ...]
    tax_rates: tuple[TaxRow, ...]
    tax_number: str
    tax_basis: str = "ACCRUALS"
    tax_period: str = "QUARTERLY"
    no_tax: str = "NONE"
    name: str = "Demo Company"


PACKS: dict[str, Pack] = {
    "uk": Pack(
        name="Demo Company (UK)",
        version="UK",
        country="GB",
        currency="GBP",
        timezone="GMTSTANDARDTIME",
        zone="Europe/London",
        year_end=(31, 3),
        accounts=uk.ACCOUNTS,
        tax_rates=uk.TAX_RATES,
        tax_number="GB 123456789",
    ),
    "au": Pack(
        name="Demo Company (AU)",
        version="AU",
        country="AU",
        currency="AUD",
        timezone="AUSEASTERNSTANDARDTIME",
        zone="Australia/Sydney",
        year_end=(30, 6),
        accounts=anz.AU_ACCOUNTS,
        tax_rates=anz.AU_TAX_RATES,
        tax_number="11 111 111 111",
        tax_basis="CASH",
        no_tax="BASEXCLUDED",
    ),
    "nz": Pack(
        name="Demo Company (NZ)",
        version="NZ",
        country="NZ",
        currency="NZD",
        timezone="NEWZEALANDSTANDARDTIME",
        zone="Pacific/Auckland",
        year_end=(31, 3),
        accounts=anz.NZ_ACCOUNTS,
        tax_rates=anz.NZ_TAX_RATES,
        tax_number="111-111-111",
        tax_basis="PAYMENTS",
        tax_period="TWOMONTHS",
    ),
    "us": Pack(
        name="Demo Company (US)",
        version="US",
        country="US",
        currency="USD",
        timezone="EASTERNSTANDARDTIME",
        zone="America/New_York",
        year_end=(31, 12),
        accounts=us_global.ACCOUNTS,
        tax_rates=us_global.US_TAX_RATES,
        tax_number="101-2-303",
    ),
    "global": Pack(
        name="Demo Company (Global)",
        version="GLOBAL",
        country="CA",
        currency="USD",
        timezone="EASTERNSTANDARDTIME",
        zone="America/Toronto",
        year_end=(31, 12),
        accounts=us_global.ACCOUNTS,
        tax_rates=us_global.GLOBAL_TAX_RATES,
        tax_number="101-2-303",
        tax_period="3MONTHLY",
    ),
}
_REPORTING = {"ASSET": "ASS", "LIABILITY": "LIA", "EQUITY": "EQU", "EXPENSE": "EXP", "REVENUE": "REV"}


def furnish(org: Organisation, pack: Pack, now: int) -> None:
    """Give a fresh organisation its chart of accounts, tax rates, base currency and branding theme."""
    for position, (code, name, type_, tax, system, payments) in enumerate(pack.accounts):
        klass = CLASSES[type_]
        bank = type_ == "BANK"
        org.accounts.put(
            Account(
                org.new_id(),
                code,
                name,
                type_,
                tax,
                klass,
                system=system,
                payments=payments,
                bank_number=f"{20_00_00_00_000_000 + position}" if bank else "",
                bank_type="BANK" if bank else "",
                currency=pack.currency if bank else "",
                reporting_code=_REPORTING[klass],
                reporting_name=klass.title(),
                updated=now,
            )
        )
    for id, name, percent, applies in pack.tax_rates:
        value = scaled(percent, FINE)
        status = "ACTIVE"
        if name.startswith("-"):
            name, status = name[1:], "DELETED"
        component = TaxComponent(name, value)
        org.tax_rates.put(TaxRate(id, name, value, applies, (component,), status=status))
    org.currencies.put(Currency(pack.currency, NAMES[pack.currency]))
    org.themes.put(BrandingTheme(org.new_id(), "Standard", 0, now))
    org.changes.clear()
