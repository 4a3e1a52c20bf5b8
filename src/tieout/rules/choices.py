"""What the rules answer: a tax type with its rate in exact form, an account, a payment account."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from tieout.accounting import Account, TaxRate


class TaxChoice(msgspec.Struct, frozen=True, gc=False):
    """A tax type and the rate Xero calculates with.

    percent: effective percent in Xero. numerator / exclusive_divisor, numerator / inclusive_divisor: the tax
    within a net or a gross line amount, as whole numbers so that predictions are exact.
    why: the rule that chose, for people.
    """

    tax_type: str
    percent: Decimal
    numerator: int
    exclusive_divisor: int
    inclusive_divisor: int
    why: str = ""


class AccountChoice(msgspec.Struct, frozen=True, gc=False):
    code: str
    why: str


class MethodChoice(msgspec.Struct, frozen=True, gc=False):
    """Where money of a payment method goes. currency: of the account."""

    account: Account
    currency: str
    offline: bool
    money_seen: bool
    due_days: int


class SaleFacts(msgspec.Struct, frozen=True, gc=False):
    """What the rules about tax-free lines may look at (ACCOUNTING A9).

    country: where the goods go, ISO. customer_group, has_tax_number: of the buyer.
    """

    store_view: str
    country: str
    customer_group: str
    has_tax_number: bool


def tax_choice(rate: TaxRate, why: str) -> TaxChoice:
    """The exact form of a rate: percent = numerator / scale, both whole."""
    scale = 10 ** max(0, -_exponent(rate.rate))
    numerator = int(rate.rate * scale)
    return TaxChoice(
        tax_type=rate.tax_type,
        percent=rate.rate,
        numerator=numerator,
        exclusive_divisor=100 * scale,
        inclusive_divisor=100 * scale + numerator,
        why=why,
    )


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int):
        raise ValueError(f"{value} is not a percentage")
    return exponent
