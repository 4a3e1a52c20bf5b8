"""What follows a refused element, by its role and the code that its words stand for (xero/refusals.py)."""

from __future__ import annotations

from enum import StrEnum

from tieout.accounting import Role


class Reaction(StrEnum):
    #: A person (or a mapping) has to mend something.
    HOLD = "hold"
    #: An object with our marker is there already and may be ours: look it up and take it over.
    LOOK_UP = "look_up"
    #: The contact's name or number belongs to another one: read the contacts again, then link or rename.
    CONTACT_NAME = "contact_name"
    #: What it hangs on is not in the state we think: wait and try again, a few times.
    LATER = "later"


_MONEY = frozenset((Role.PAYMENT, Role.REFUND_PAYMENT, Role.ALLOCATION))


def reaction(role: Role, code: str, subject: str) -> Reaction:
    """What to do about a refusal. Items are told apart by code alone, hence an existing one is simply used (D1)."""
    if role is Role.ITEM and code == "number_taken":
        return Reaction.LOOK_UP
    if role is Role.CONTACT and code == "contact_ambiguous" and subject != "archived contact":
        return Reaction.CONTACT_NAME
    if role in _MONEY and code == "changed_by_person":
        return Reaction.LATER
    return Reaction.HOLD
