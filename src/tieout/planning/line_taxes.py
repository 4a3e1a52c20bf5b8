"""Which tax type a line of a document goes to (ACCOUNTING A5, A8, A9, A10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import msgspec

from tieout.accounting import LedgerLine
from tieout.documents import Line, LineKind, TaxShare, TaxTotal
from tieout.errors import Problem
from tieout.planning.apart import base_key
from tieout.rules.book import RuleBook
from tieout.rules.catalogue import Code
from tieout.rules.choices import SaleFacts, TaxChoice
from tieout.rules.tax_sets import codes_of, sets_differ

_ZERO = Decimal(0)

#: Lines that are no supply: always the out-of-scope type (ACCOUNTING A2).
_OUT_OF_SCOPE_KINDS = frozenset((LineKind.ROUNDING, LineKind.ADJUSTMENT))


class Copied(msgspec.Struct, frozen=True, gc=False):
    """Account and tax type of an invoice line that a credit note repeats (ACCOUNTING A10)."""

    account_code: str
    tax_type: str
    number: str


def copies_of(lines: Sequence[LedgerLine], number: str) -> dict[str, Copied]:
    """What a credit note repeats of an invoice's lines, by store line key."""
    return {line.key: Copied(line.account_code, line.tax_type, number) for line in lines}


class LineTaxes:
    """Chooses for one document. copies: store line key → what a credit note repeats."""

    def __init__(
        self,
        book: RuleBook,
        facts: SaleFacts,
        on: date,
        copies: Mapping[str, Copied],
        out_of_scope: TaxChoice,
    ) -> None:
        self.book = book
        self.facts = facts
        self.on = on
        self.copies = copies
        self.out_of_scope = out_of_scope
        self.as_liability = book.rules.tax_as_liability and book.organisation.version.startswith("US")
        #: Taxes get lines of their own instead of composite rates (see `planning.apart`).
        self.apart = False
        self.codes_by_percent: dict[Decimal, str] = {}

    def look_over(self, lines: Sequence[Line], taxes: Sequence[TaxTotal]) -> None:
        """Take in the whole document before its lines are asked about one by one."""
        self.codes_by_percent = {tax.percent: tax.code for tax in taxes}
        self.apart = not self.copies and sets_differ(lines)

    def choose(self, line: Line, copied: Copied | None) -> TaxChoice | Problem:
        """The tax type of a line: its invoice's, else by the rules about its taxes or about having none."""
        if copied is not None:
            return self.book.tax_type(copied.tax_type, f"as on {copied.number}")
        if self.as_liability or (line.kind in _OUT_OF_SCOPE_KINDS and not line.tax.amount):
            return self.out_of_scope
        return self._own_tax(line)

    def _own_tax(self, line: Line) -> TaxChoice | Problem:
        taxes = line.taxes
        if len(taxes) == 1 and not taxes[0].fixed:
            share = taxes[0]
            return self.book.tax((share.code,), share.country or self.facts.country, share.percent, self.on)
        shares = [share for share in taxes if not share.fixed]
        if len(shares) > 1 and self.is_apart(line):
            return self.single(min(shares, key=lambda share: share.code))
        if shares:
            percent = sum([share.percent for share in shares], _ZERO)
            country = shares[0].country or self.facts.country
            return self.book.tax(tuple(sorted({s.code for s in shares})), country, percent, self.on)
        if line.tax.amount and not taxes:
            name = f"{line.tax_percent:f} % without a name"
            return Problem(
                Code.TAX_UNMAPPED, f"The store charged tax on {line.name} without saying which tax.", f"tax {name}"
            )
        return self._no_tax(line)

    def single(self, share: TaxShare) -> TaxChoice | Problem:
        """The tax type of one tax by itself."""
        return self.book.tax((share.code,), share.country or self.facts.country, share.percent, self.on)

    def is_apart(self, line: Line) -> bool:
        """A refund does as its invoice did, line by line (ACCOUNTING A10)."""
        return self.apart or any(base_key(line.key, code) in self.copies for code in codes_of(line))

    def _no_tax(self, line: Line) -> TaxChoice | Problem:
        """A line on which no percentage tax was charged; one of amount zero never holds a document (A9).

        A discount that did not lower the tax is out of scope (ACCOUNTING A2, A6), as are vouchers sold (C6).
        """
        if line.kind in (LineKind.VOUCHER_SALE, LineKind.DISCOUNT):
            return self.out_of_scope
        if line.kind is LineKind.UNKNOWN:
            rule = self.book.unknown_total(line.code)
            if rule is not None and rule.tax_type:
                return self.book.tax_type(rule.tax_type, f"total {line.code} is named by hand")
        if line.tax_percent and (code := self.codes_by_percent.get(line.tax_percent)):
            found = self.book.tax((code,), self.facts.country, line.tax_percent, self.on)
            if not isinstance(found, Problem):
                return found
        found = self.book.zero_tax(self.facts, line.tax_class, line.kind.value)
        if isinstance(found, Problem) and not line.net.amount:
            return self.out_of_scope
        return found
