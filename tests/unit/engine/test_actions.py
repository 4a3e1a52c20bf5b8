"""What sending a posting would do, row by row."""

from __future__ import annotations

import pytest

from tieout.accounting import Role
from tieout.engine.actions import Action, action_for, counts_as_there


@pytest.mark.parametrize(
    ("role", "wanted", "remote_id", "status", "action"),
    [
        (Role.INVOICE, True, "", "", Action.CREATE),
        (Role.INVOICE, True, "x", "AUTHORISED", Action.UPDATE),
        (Role.INVOICE, True, "x", "VOIDED", Action.CREATE),
        (Role.INVOICE, True, "x", "DELETED", Action.CREATE),
        (Role.INVOICE, False, "", "", Action.NOTHING),
        (Role.INVOICE, False, "x", "VOIDED", Action.NOTHING),
        (Role.INVOICE, False, "x", "AUTHORISED", Action.VOID),
        (Role.INVOICE, False, "x", "DRAFT", Action.DELETE),
        (Role.CREDIT_NOTE, False, "x", "SUBMITTED", Action.DELETE),
        (Role.DIFFERENCE, False, "x", "AUTHORISED", Action.VOID),
        (Role.PAYMENT, True, "x", "AUTHORISED", Action.IMPOSSIBLE),
        (Role.PAYMENT, False, "x", "AUTHORISED", Action.DELETE),
        (Role.REFUND_PAYMENT, False, "x", "AUTHORISED", Action.DELETE),
        (Role.ALLOCATION, False, "x", "", Action.DELETE),
        (Role.ALLOCATION, True, "x", "", Action.IMPOSSIBLE),
        (Role.OVERPAYMENT, False, "x", "AUTHORISED", Action.IMPOSSIBLE),
        (Role.CONTACT, True, "x", "ACTIVE", Action.UPDATE),
        (Role.CONTACT, False, "x", "ACTIVE", Action.ARCHIVE),
        (Role.CONTACT, False, "x", "ARCHIVED", Action.NOTHING),
        (Role.ITEM, False, "x", "", Action.DELETE),
    ],
)
def test_action(role: Role, wanted: bool, remote_id: str, status: str, action: Action) -> None:
    assert action_for(role=role, wanted=wanted, remote_id=remote_id, remote_status=status) is action


@pytest.mark.parametrize(
    ("role", "state", "remote_id", "there"),
    [
        (Role.CONTACT, "queued", "", False),
        (Role.CONTACT, "queued", "x", True),
        (Role.CONTACT, "held", "x", True),
        (Role.ITEM, "sending", "", False),
        (Role.INVOICE, "queued", "x", False),
        (Role.INVOICE, "sending", "x", False),
        (Role.INVOICE, "posted", "x", True),
        (Role.INVOICE, "held", "x", False),
        (Role.ALLOCATION, "gone", "", True),
    ],
)
def test_a_payment_never_meets_an_invoice_whose_change_is_under_way(
    role: Role, state: str, remote_id: str, there: bool
) -> None:
    assert counts_as_there(role=role, state=state, remote_id=remote_id, remote_status="") is there
