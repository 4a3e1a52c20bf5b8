"""Several taxes on one line, where composite rates would hide what each tax is.

A composite rate (ACCOUNTING A8) tells its taxes apart only while all taxed lines of a document carry the same
ones. In a document whose lines carry different sets (a city's tax on everything, a transit tax on some) no figure
in the ledger would equal a tax that the store showed. There each tax gets a line of its own: the first stays on
the line, every further one stands on a line with the taxable amount, and one out-of-scope line per account takes
those amounts out again. Revenue and total are unchanged; each tax and its base can be read per tax type (A5).
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import msgspec

from tieout.proof.sheet import DraftLine
from tieout.rules.choices import TaxChoice


def base_key(line_key: str, code: str) -> str:
    """Key of the line that carries a further tax of a store line, so that refunds find it again (A10)."""
    return f"{line_key}:tax:{code}"


def base_line(draft: DraftLine, code: str, title: str, tax: Decimal, choice: TaxChoice) -> DraftLine:
    """The line with the taxable amount of one further tax."""
    return DraftLine(
        key=base_key(draft.key, code),
        description=f"{title} on: {draft.description}",
        quantity=Decimal(1),
        net=draft.net,
        tax=tax,
        gross=draft.net + tax,
        account_code=draft.account_code,
        tax_choice=choice,
        shares=((code, tax),),
        tracking=draft.tracking,
        why_account=draft.why_account,
    )


def contra_lines(bases: Iterable[DraftLine], out_of_scope: TaxChoice) -> list[DraftLine]:
    """Take the taxable amounts out again: one out-of-scope line per account and tracking."""
    sums: dict[tuple[str, tuple[tuple[str, str], ...]], DraftLine] = {}
    for base in bases:
        group = (base.account_code, base.tracking)
        before = sums.get(group)
        amount = (before.net if before else Decimal(0)) - base.net
        sums[group] = msgspec.structs.replace(
            base,
            key="tax:contra",
            description="Amounts above that only carry a further tax",
            net=amount,
            tax=Decimal(0),
            gross=amount,
            tax_choice=out_of_scope,
            shares=(),
        )
    return list(sums.values())
