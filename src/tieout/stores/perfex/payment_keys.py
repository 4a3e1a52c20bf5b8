"""What identifies a payment: its id together with amount, day and mode.

A ledger's payment cannot be edited. So one that is edited in the CRM is another payment: the old one is taken back,
the new one is made, and neither is mistaken for the other on the way back.
"""

from __future__ import annotations

import hashlib
from datetime import date
from decimal import Decimal


def payment_key(identity: str, amount: Decimal, day: date, mode: str) -> str:
    """ "12.3f9a": the id, and two bytes of what it says."""
    said = f"{amount:.2f}|{day.isoformat()}|{mode}"
    return f"{identity}.{hashlib.blake2b(said.encode(), digest_size=2).hexdigest()}"


def payment_id(key: str) -> str:
    """The CRM's own id."""
    return key.partition(".")[0]
