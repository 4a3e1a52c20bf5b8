"""Xero's words for a refused element → what follows. One row per known sentence (xero/errors.csv has the list)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

import msgspec

from tieout.accounting import Role


class Reaction(StrEnum):
    #: A person (or a mapping) has to mend something.
    HOLD = "hold"
    #: An object with our marker may be there already: look it up and take it over.
    LOOK_UP = "look_up"
    #: The contact's name belongs to another contact: read the contacts again, then match or rename.
    CONTACT_NAME = "contact_name"
    #: Something it hangs on is not in the state we think: wait and try again, a few times.
    LATER = "later"


class Refusal(msgspec.Struct, frozen=True):
    """code: of the problem catalogue. subject: what has to be mended, equal for equal causes."""

    reaction: Reaction
    code: str = "xero_refused"
    subject: str = ""


class _Row(msgspec.Struct, frozen=True):
    pattern: re.Pattern[str]
    refusal: Refusal
    roles: frozenset[Role] | None = None


def _row(text: str, refusal: Refusal, *roles: Role) -> _Row:
    return _Row(re.compile(text, re.IGNORECASE), refusal, frozenset(roles) or None)


_HELD = Refusal(Reaction.HOLD)

_ROWS = (
    _row(r"contact name .* already (assigned|exists)", Refusal(Reaction.CONTACT_NAME), Role.CONTACT),
    _row(r"contact name already exists", Refusal(Reaction.CONTACT_NAME), Role.CONTACT),
    _row(r"another contact has this contact number", Refusal(Reaction.CONTACT_NAME), Role.CONTACT),
    _row(r"account number already exists", Refusal(Reaction.CONTACT_NAME), Role.CONTACT),
    _row(r"price list item with code .* already exists", Refusal(Reaction.LOOK_UP), Role.ITEM),
    _row(r"(invoice|credit note) # must be unique", Refusal(Reaction.LOOK_UP, "number_taken", "document number")),
    _row(r"before the (period|end of year) lock date", Refusal(Reaction.HOLD, "period_locked", "lock date")),
    _row(r"not subscribed to currency (?P<subject>[A-Z]{3})", Refusal(Reaction.HOLD, "currency_not_enabled")),
    _row(
        r"account code '?(?P<subject>[\w.-]+)'? (has been archived|is not a valid)",
        Refusal(Reaction.HOLD, "account_unmapped"),
    ),
    _row(
        r"tax ?type code '?(?P<subject>[\w .-]+?)'? (does not exist|cannot be used)",
        Refusal(Reaction.HOLD, "tax_unmapped"),
    ),
    _row(r"contact .* has been archived|matched an archived contact", Refusal(Reaction.CONTACT_NAME)),
    _row(r"account type is invalid for making a payment", Refusal(Reaction.HOLD, "account_not_bank", "account")),
    _row(
        r"payments can only be made against authorised",
        Refusal(Reaction.LATER, "changed_by_person"),
        Role.PAYMENT,
        Role.REFUND_PAYMENT,
    ),
    _row(r"payment amount exceeds the amount outstanding", Refusal(Reaction.HOLD, "changed_by_person")),
    _row(r"limit of invoices you can approve", Refusal(Reaction.HOLD, "xero_refused", "Xero plan")),
)


def classify(role: Role, refusals: Sequence[str]) -> Refusal:
    """What the first known sentence means; an unknown one is held with Xero's words."""
    for sentence in refusals:
        for row in _ROWS:
            if row.roles is not None and role not in row.roles:
                continue
            match = row.pattern.search(sentence)
            if match:
                subject = match.groupdict().get("subject") or row.refusal.subject
                return Refusal(row.refusal.reaction, row.refusal.code, subject)
    return _HELD
