"""The rules of the way back: who wins, what an end in Xero means, and the store's words for accounts and taxes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum

import msgspec

from tieout.documents.entries import EntryKind


class Winner(StrEnum):
    """Whose value both sides have after both changed the same field."""

    STORE = "store"
    LEDGER = "ledger"
    #: The side where the record was made first.
    ORIGIN = "origin"


class Ended(StrEnum):
    """What happens in the store when something was voided, deleted or archived in Xero."""

    LEAVE = "leave"
    CANCEL = "cancel"
    DELETE = "delete"


class WinnerRule(msgspec.Struct, frozen=True):
    """field: of the entry ("phone", "billing.city", "lines"); "" for all fields of the kind."""

    kind: EntryKind
    winner: Winner
    field: str = ""


class EndedRule(msgspec.Struct, frozen=True):
    kind: EntryKind
    what: Ended


class InwardTax(msgspec.Struct, frozen=True):
    """A tax type of Xero → the taxes of the store by name and percent; several for a composite rate."""

    tax_type: str
    taxes: tuple[tuple[str, Decimal], ...]


class InwardMethod(msgspec.Struct, frozen=True):
    """Payments into this account of Xero → this payment method of the store."""

    account_code: str
    method: str


#: Defaults: money and tax rates are the ledger's word, the rest is the word of where it was made.
WINNERS: dict[EntryKind, Winner] = {
    EntryKind.CUSTOMER: Winner.ORIGIN,
    EntryKind.TAX_RATE: Winner.LEDGER,
    EntryKind.INVOICE: Winner.ORIGIN,
    EntryKind.PAYMENT: Winner.LEDGER,
}
ENDED: dict[EntryKind, Ended] = {
    EntryKind.CUSTOMER: Ended.LEAVE,
    EntryKind.TAX_RATE: Ended.LEAVE,
    EntryKind.INVOICE: Ended.CANCEL,
    EntryKind.PAYMENT: Ended.DELETE,
}


class InwardRules(msgspec.Struct, frozen=True, omit_defaults=True):
    """The rules of one organisation into one store. Which entities come at all is in the Sync settings.

    new_customers: every customer contact of Xero comes; else only those that an invoice needs.
    since: invoices and payments dated earlier do not come; None: those of before the way back was switched on do
    not come either, except as they change.
    """

    winners: tuple[WinnerRule, ...] = ()
    ended: tuple[EndedRule, ...] = ()
    taxes: tuple[InwardTax, ...] = ()
    methods: tuple[InwardMethod, ...] = ()
    new_customers: bool = True
    since: date | None = None

    def winner(self, kind: EntryKind, field: str, *, made_in_store: bool) -> Winner:
        """STORE or LEDGER for a field; the most specific rule."""
        named = {rule.field: rule.winner for rule in self.winners if rule.kind is kind}
        chosen = named.get(field) or named.get("") or WINNERS[kind]
        if chosen is not Winner.ORIGIN:
            return chosen
        return Winner.STORE if made_in_store else Winner.LEDGER

    def end(self, kind: EntryKind) -> Ended:
        return next((rule.what for rule in self.ended if rule.kind is kind), ENDED[kind])
