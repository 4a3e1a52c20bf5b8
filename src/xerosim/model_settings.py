"""An organisation's settings as frozen values (see xerosim.model): accounts, taxes, currencies, tracking, themes."""

import msgspec


class Account(msgspec.Struct, frozen=True, gc=False):
    """An entry of the chart of accounts."""

    id: str
    code: str
    name: str
    type: str
    tax_type: str
    klass: str
    status: str = "ACTIVE"
    description: str = ""
    system: str = ""
    payments: bool = False
    expense_claims: bool = False
    bank_number: str = ""
    bank_type: str = ""
    currency: str = ""
    reporting_code: str = ""
    reporting_name: str = ""
    watch: bool = False
    updated: int = 0


class TaxComponent(msgspec.Struct, frozen=True, gc=False):
    """Part of a tax rate; rate in ten-thousandths of a percent."""

    name: str
    rate: int
    compound: bool = False
    non_recoverable: bool = False


class TaxRate(msgspec.Struct, frozen=True, gc=False):
    """A tax type; `applies` holds the initials of the account classes it may be used with (A E X L R)."""

    id: str
    name: str
    rate: int
    applies: str
    components: tuple[TaxComponent, ...]
    report_type: str = ""
    status: str = "ACTIVE"
    user_defined: bool = False


class Currency(msgspec.Struct, frozen=True, gc=False):
    """An enabled currency."""

    id: str
    description: str


class TrackingOption(msgspec.Struct, frozen=True, gc=False):
    """A choice within a tracking category."""

    id: str
    name: str
    status: str = "ACTIVE"


class TrackingCategory(msgspec.Struct, frozen=True, gc=False):
    """A tag family for lines."""

    id: str
    name: str
    status: str = "ACTIVE"
    options: tuple[TrackingOption, ...] = ()


class BrandingTheme(msgspec.Struct, frozen=True, gc=False):
    """A template for documents."""

    id: str
    name: str
    sort: int = 0
    created: int = 0
    services: tuple[str, ...] = ()
