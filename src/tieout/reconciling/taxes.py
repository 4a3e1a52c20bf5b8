"""Which of the store's taxes went to which tax types, so that both sides can be added up and compared.

Worked out from the lines alone, not by planning: a store's tax and a tax type belong together when some line
carries both. Taxes and types that hang together are compared as one sum (a composite rate stands for several
taxes, and one tax may stand on several types).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import msgspec

from tieout.accounting import HeldLine, LedgerLine
from tieout.documents import Line, TaxTotal

_ZERO = Decimal(0)


class TaxGroup(msgspec.Struct, frozen=True):
    """Taxes of the store and tax types of the ledger that stand for each other."""

    codes: tuple[str, ...]
    tax_types: tuple[str, ...]


def tax_groups(lines: Iterable[Line], sent: Sequence[LedgerLine]) -> tuple[TaxGroup, ...]:
    """Groups over one document. lines: the store's. sent: the ledger lines made of them."""
    types_by_key: dict[str, set[str]] = {}
    for ledger_line in sent:
        if not ledger_line.counts_as_tax:
            # A further tax of a line may stand on a line of its own, under the line's key and the tax's code.
            key = ledger_line.key.partition(":tax:")[0]
            types_by_key.setdefault(key, set()).add(ledger_line.tax_type)
    groups: list[tuple[set[str], set[str]]] = []
    for line in lines:
        codes = {share.code for share in line.taxes if not share.fixed and share.amount.amount}
        types = types_by_key.get(line.key, set())
        if not codes or not types:
            continue
        joined = (codes, types)
        rest = []
        for group in groups:
            if group[0] & joined[0] or group[1] & joined[1]:
                joined = (joined[0] | group[0], joined[1] | group[1])
            else:
                rest.append(group)
        groups = [*rest, joined]
    return tuple(TaxGroup(tuple(sorted(codes)), tuple(sorted(types))) for codes, types in groups)


def store_tax(taxes: Iterable[TaxTotal], codes: Sequence[str]) -> Decimal:
    return sum([tax.amount.amount for tax in taxes if tax.code in codes], _ZERO)


def ledger_tax(lines: Iterable[HeldLine], tax_types: Sequence[str]) -> Decimal:
    return sum([line.tax.amount for line in lines if line.tax_type in tax_types], _ZERO)


def sent_tax(lines: Iterable[LedgerLine], tax_types: Sequence[str]) -> Decimal:
    return sum([line.tax.amount for line in lines if line.tax_type in tax_types], _ZERO)


def list_adds_up(taxes: Sequence[TaxTotal], tax_total: Decimal) -> bool:
    """Whether the store's own list of taxes is its tax total; a list that is not judges nothing."""
    return sum([tax.amount.amount for tax in taxes], _ZERO) == tax_total


def titles(taxes: Iterable[TaxTotal], codes: Sequence[str]) -> str:
    named: Mapping[str, str] = {tax.code: tax.title or tax.code for tax in taxes}
    return " + ".join(named.get(code, code) for code in codes)
