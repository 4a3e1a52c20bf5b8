"""What a comparison found: one value per figure that differs, with a sentence."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from tieout.accounting import Ref
from tieout.documents import DocumentKey


class Difference(msgspec.Struct, frozen=True):
    """One figure of one document that is not the same in store and ledger.

    what: "missing", "status", "currency", "total", "tax", "tax of …", "date", "paid", "credited", "open", "refunded".
    store, ledger: the two figures as text. chosen: a rule or setting of the owner explains it (A11, B6, C1);
    it is shown, but it is no failure.
    """

    document: DocumentKey
    number: str
    what: str
    store: str
    ledger: str
    sentence: str
    ref: Ref | None = None
    chosen: bool = False


class ControlTotal(msgspec.Struct, frozen=True):
    """A sum over many documents (ACCOUNTING E1). store, ledger: decimal texts in `currency`.

    explained: the part of the difference that settings of the owner, or what is held or waits, account for.
    """

    name: str
    currency: str
    store: str
    ledger: str
    difference: str
    documents: int
    explained: str = "0"

    @property
    def is_explained(self) -> bool:
        """Whether nothing of the difference is left unexplained."""
        return Decimal(self.difference) == Decimal(self.explained)

    @property
    def agrees(self) -> bool:
        return not Decimal(self.difference)
