"""What the ledger would say of something if nobody but us had written it: for telling an echo from a change. Pure."""

from __future__ import annotations

import msgspec

from tieout.accounting import Contact, Held, HeldLine, Invoice, Payload, Payment, Role
from tieout.accounting.brought import LedgerContact, LedgerInvoice, LedgerInvoiceLine, LedgerPayment, Sighting


def as_we_wrote_it(sighting: Sighting, payload: Payload | None) -> Sighting | None:
    """The sighting with everything that our payload states as it states it; None when it states nothing of it.

    What the payload does not state (a website, the settling by payments) stays as the ledger has it.
    """
    match sighting, payload:
        case LedgerInvoice(), Invoice():
            return msgspec.structs.replace(
                sighting,
                number=payload.number,
                reference=payload.reference,
                status="AUTHORISED" if sighting.status == "PAID" else payload.status.value,
                date=payload.date,
                due_date=payload.due_date,
                currency=payload.currency,
                line_amount_types=payload.line_amount_types,
                lines=tuple(
                    LedgerInvoiceLine(
                        line.description,
                        line.quantity,
                        line.unit_amount,
                        line.amount,
                        line.tax,
                        line.tax_type,
                        line.account_code,
                    )
                    for line in payload.lines
                ),
                sub_total=payload.totals.sub_total,
                total_tax=payload.totals.total_tax,
                total=payload.totals.total,
            )
        case LedgerPayment(), Payment():
            return msgspec.structs.replace(
                sighting, status="AUTHORISED", date=payload.date, amount=payload.amount, reference=payload.reference
            )
        case LedgerContact(), Contact():
            return msgspec.structs.replace(
                sighting,
                name=payload.name,
                status="ACTIVE",
                first_name=payload.first_name,
                last_name=payload.last_name,
                email=payload.email,
                phone=payload.phone,
                tax_number=payload.tax_number,
                contact_number=payload.contact_number,
                addresses=payload.addresses,
            )
    return None


def same(one: Sighting, other: Sighting) -> bool:
    """Equal in everything that a store is told: times, payments of it and the case of numbers do not count."""
    return _plain(one) == _plain(other)


def _plain(one: Sighting) -> Sighting:
    match one:
        case LedgerInvoice():
            status = "AUTHORISED" if one.status == "PAID" else one.status
            lines = tuple(
                msgspec.structs.replace(
                    line,
                    description=" ".join(line.description.split()),
                    quantity=None if line.quantity is None else line.quantity.normalize(),
                    unit_amount=None if line.unit_amount is None else line.unit_amount.normalize(),
                )
                for line in one.lines
            )
            return msgspec.structs.replace(one, status=status, lines=lines, updated_at=None)
        case LedgerContact():
            addresses = tuple(
                msgspec.structs.replace(address, attention_to="")
                for address in sorted(one.addresses, key=lambda a: a.type)
            )
            return msgspec.structs.replace(one, addresses=addresses, updated_at=None)
        case LedgerPayment():
            return msgspec.structs.replace(one, updated_at=None)
        case _:
            return one


def held_of(sighting: Sighting) -> Held | None:
    """An invoice or payment as the sweep reads it, for comparing it as the sweep does; None for other kinds."""
    match sighting:
        case LedgerInvoice():
            return Held(
                role=Role.INVOICE,
                remote_id=sighting.remote_id,
                status=sighting.status,
                number=sighting.number,
                reference=sighting.reference,
                contact_id=sighting.contact_id,
                date=sighting.date,
                due_date=sighting.due_date,
                currency=sighting.currency,
                sub_total=sighting.sub_total,
                total_tax=sighting.total_tax,
                total=sighting.total,
                lines=tuple(
                    HeldLine(line.account_code, line.tax_type, line.amount, line.tax, line.description)
                    for line in sighting.lines
                ),
                has_lines=bool(sighting.lines),
            )
        case LedgerPayment():
            return Held(
                role=Role.PAYMENT,
                remote_id=sighting.remote_id,
                status=sighting.status,
                reference=sighting.reference,
                date=sighting.date,
                currency=sighting.amount.currency,
                amount=sighting.amount,
                account_code=sighting.account_code,
                target_id=sighting.invoice_id,
                has_lines=False,
            )
    return None
