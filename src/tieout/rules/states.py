"""What a store state does to a document unless a status rule says otherwise (ACCOUNTING B2)."""

from __future__ import annotations

from tieout.rules.settings import Action

_WAITING = ("new", "pending_payment", "payment_review", "holded", "1")
_CONFIRMED = ("processing", "complete", "closed", "2", "3", "5", "15")
_GONE = ("canceled", "7", "8", "10", "14", "16")
_ASKED = ("11", "12", "13")

#: (kind, state) → action. Words are Magento's states; numbers are OpenCart's order status ids.
DEFAULT_ACTIONS: dict[tuple[str, str], Action] = {
    **{("order", state): Action.WAIT for state in _WAITING},
    **{("order", state): Action.AUTHORISED for state in _CONFIRMED},
    **{("order", state): Action.UNDO for state in _GONE},
    **{("order", state): Action.ASK for state in _ASKED},
    ("invoice", "open"): Action.AUTHORISED,
    ("invoice", "paid"): Action.AUTHORISED,
    ("invoice", "cancelled"): Action.UNDO,
    ("invoice", "canceled"): Action.UNDO,
    ("refund", "open"): Action.AUTHORISED,
    ("refund", "refunded"): Action.AUTHORISED,
    ("refund", "cancelled"): Action.UNDO,
    ("refund", "canceled"): Action.UNDO,
}
