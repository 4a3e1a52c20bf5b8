"""The proof that a document ties out, in a form a bookkeeper can follow."""

from __future__ import annotations

import msgspec

from tieout.money import Money


class Certificate(msgspec.Struct, frozen=True, gc=False):
    """The proof that a document ties out: prediction against the store's figures, line by line.

    rounding: the visible rounding line, zero when there is none. bound: what the rule allows (A4).
    taxes: (what the store calls it, store's amount, tax type it goes to, predicted amount).
    overrides: number of lines whose TaxAmount is sent (A3). steps: sentences a bookkeeper can follow.
    """

    total: Money
    predicted_total: Money
    tax: Money
    predicted_tax: Money
    rounding: Money
    bound: Money
    taxes: tuple[tuple[str, Money, str, Money], ...] = ()
    overrides: int = 0
    steps: tuple[str, ...] = ()
