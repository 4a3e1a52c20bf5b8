"""What differs from country to country: the European Union, and the tax types of Xero's editions."""

from __future__ import annotations

from tieout.accounting import OrganisationFacts

#: Member states of the European Union, ISO 3166-1 alpha-2 (Greece is GR there; tax numbers say EL).
EU_COUNTRIES = frozenset(
    (
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
        *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
    )
)

#: Organisations of these countries use only rates that Xero made for own-country tax (ACCOUNTING A1): rates
#: made through the API do not feed their returns.
RETURN_FROM_OWN_RATES = frozenset({"GB", "AU", "NZ"})

#: Shops of these countries show prices without tax; line mode is always Exclusive (ACCOUNTING A12).
ALWAYS_EXCLUSIVE = frozenset({"US", "CA"})


def country_of(organisation: OrganisationFacts) -> str:
    """ISO country of an organisation; from Xero's edition when the country is not told."""
    if organisation.country:
        return organisation.country
    return {"UK": "GB", "AU": "AU", "NZ": "NZ", "US": "US"}.get(organisation.version.removesuffix("ONRAMP"), "")


def out_of_scope_type(organisation: OrganisationFacts) -> str:
    """The tax type for lines that are no supply at all: rounding, adjustments, vouchers (ACCOUNTING A2)."""
    return "BASEXCLUDED" if country_of(organisation) == "AU" else "NONE"
