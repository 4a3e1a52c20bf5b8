"""What was made in the ledger keeps the ledger's words when the store's copy of it is planned. Pure."""

from __future__ import annotations

import msgspec

from tieout.accounting import Contact, Invoice, Payload, Payment
from tieout.planning.results import PlannedPosting


def keep_words(planned: PlannedPosting, held: Payload) -> PlannedPosting:
    """The posting with the number, payment reference and accounts that the ledger gave it.

    held: what the ledger holds of it, as our records know. Accounts are kept line by line while there are as many
    lines as before; a store that changed its lines has them coded by the rules.
    """
    payload = planned.payload
    if isinstance(payload, Invoice) and isinstance(held, Invoice):
        lines = payload.lines
        if len(lines) == len(held.lines):
            lines = tuple(
                msgspec.structs.replace(line, account_code=was.account_code, tracking=was.tracking)
                for line, was in zip(lines, held.lines, strict=True)
            )
        payload = msgspec.structs.replace(payload, number=held.number, lines=lines)
        return msgspec.structs.replace(planned, payload=payload, marker=held.number)
    if isinstance(payload, Payment) and isinstance(held, Payment):
        payload = msgspec.structs.replace(
            payload, account_code=held.account_code, account_id=held.account_id, reference=held.reference
        )
        return msgspec.structs.replace(planned, payload=payload, marker=held.reference or planned.marker)
    if isinstance(payload, Contact) and isinstance(held, Contact):
        payload = msgspec.structs.replace(payload, contact_number=held.contact_number)
        return msgspec.structs.replace(planned, payload=payload)
    return planned
