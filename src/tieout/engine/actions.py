"""What sending a posting now would do in the ledger."""

from __future__ import annotations

from enum import StrEnum

from tieout.accounting import Role
from tieout.errors import Problem

#: Statuses of an object that is no longer there for bookkeeping; a new one has to be made instead.
DEAD = frozenset(("VOIDED", "DELETED"))


class Action(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    VOID = "void"
    DELETE = "delete"
    ARCHIVE = "archive"
    #: Neither wanted nor there.
    NOTHING = "nothing"
    #: The ledger offers no such change; a person has to decide.
    IMPOSSIBLE = "impossible"


#: Xero lets these be made and deleted, never changed (xero/out.py raises for it).
_MADE_AND_DELETED = frozenset((Role.PAYMENT, Role.REFUND_PAYMENT, Role.ALLOCATION, Role.OVERPAYMENT))
#: Why money that the store changed after it was posted waits for a person.
UNCHANGEABLE = Problem(
    code="changed_by_person",
    reason="The store changed money that is in Xero already; Xero lets it be made and deleted, not changed.",
    subject="payment changed after posting",
)
_DRAFTS = frozenset(("DRAFT", "SUBMITTED"))


def action_for(*, role: Role, wanted: bool, remote_id: str, remote_status: str) -> Action:
    """What makes the ledger as wanted. remote_status: Xero's word as last answered."""
    there = bool(remote_id) and remote_status not in DEAD
    if not wanted:
        return _ending(role, remote_status) if there else Action.NOTHING
    if not there:
        return Action.CREATE
    return Action.IMPOSSIBLE if role in _MADE_AND_DELETED else Action.UPDATE


def _ending(role: Role, remote_status: str) -> Action:
    match role:
        case Role.CONTACT:
            return Action.NOTHING if remote_status == "ARCHIVED" else Action.ARCHIVE
        case Role.OVERPAYMENT:
            return Action.IMPOSSIBLE
        case Role.ITEM | Role.PAYMENT | Role.REFUND_PAYMENT | Role.ALLOCATION:
            return Action.DELETE
        case _:
            return Action.DELETE if remote_status in _DRAFTS else Action.VOID


def counts_as_there(*, role: Role, state: str, remote_id: str, remote_status: str) -> bool:
    """Whether a posting that others depend on lets them go.

    Contacts and items only need to exist; documents must be as wanted, so that a payment never meets an invoice
    whose change is still under way. What is not wanted must be gone.
    """
    if role in (Role.CONTACT, Role.ITEM):
        return bool(remote_id) or state == "gone"
    return state in ("posted", "gone")
