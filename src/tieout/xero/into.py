"""Translation in: Xero's elements → `Held` and `ContactEntry`."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from tieout.accounting import ContactEntry, Held, HeldLine, Role
from tieout.money import Money
from tieout.xero import wire
from tieout.xero.codec import ZERO_ID, date_in, moment_in

_ZERO = Decimal(0)


def known_id(*candidates: str | None) -> str:
    """The first id that is one; "" when all are missing or zero."""
    for candidate in candidates:
        if candidate and candidate != ZERO_ID:
            return candidate.lower()
    return ""


def _money(amount: Decimal | None, currency: str) -> Money | None:
    return None if amount is None else Money(amount, currency)


def _rate(rate: Decimal | None) -> str:
    return "" if rate is None else format(rate, "f")


def _lines(lines: Sequence[wire.Line] | None, currency: str) -> tuple[HeldLine, ...]:
    return tuple(
        HeldLine(
            line.AccountCode or "",
            line.TaxType or "",
            Money(line.LineAmount or _ZERO, currency),
            Money(line.TaxAmount or _ZERO, currency),
            line.Description or "",
        )
        for line in lines or ()
    )


def held_invoice(role: Role, element: wire.InvoiceWire) -> Held:
    """An invoice or a credit note. Without LineItems (unpaged lists) only its totals are known."""
    currency = element.CurrencyCode or ""
    return Held(
        role=role,
        remote_id=known_id(element.InvoiceID, element.CreditNoteID),
        status=element.Status or "",
        number=element.InvoiceNumber or element.CreditNoteNumber or "",
        reference=element.Reference or "",
        contact_id=known_id(element.Contact.ContactID) if element.Contact else "",
        date=date_in(element.Date, element.DateString),
        due_date=date_in(element.DueDate, element.DueDateString),
        currency=currency,
        sub_total=_money(element.SubTotal, currency),
        total_tax=_money(element.TotalTax, currency),
        total=_money(element.Total, currency),
        amount_due=_money(element.AmountDue, currency),
        amount_paid=_money(element.AmountPaid, currency),
        amount_credited=_money(element.AmountCredited, currency),
        remaining_credit=_money(element.RemainingCredit, currency),
        rate=_rate(element.CurrencyRate),
        lines=_lines(element.LineItems, currency),
        has_lines=bool(element.LineItems),
        updated_at=moment_in(element.UpdatedDateUTC),
    )


def held_payment(role: Role, element: wire.PaymentWire, currency: str = "") -> Held:
    """A payment. Its currency is its document's; `currency` where the answer does not tell it."""
    target = element.Invoice or element.CreditNote or element.Overpayment or wire.DocumentRef()
    # Payments of credit notes are also answered with the note dressed as an invoice; its own id then wins.
    target_id = known_id(
        element.CreditNote.CreditNoteID if element.CreditNote else None,
        element.Overpayment.OverpaymentID if element.Overpayment else None,
        target.InvoiceID,
        target.CreditNoteID,
        target.OverpaymentID,
    )
    currency = target.CurrencyCode or currency or (element.Account.CurrencyCode if element.Account else "") or ""
    due = target.AmountDue if target.AmountDue is not None else target.RemainingCredit
    return Held(
        role=role,
        remote_id=known_id(element.PaymentID),
        status=element.Status or "",
        reference=element.Reference or "",
        number=target.InvoiceNumber or target.CreditNoteNumber or "",
        date=date_in(element.Date, element.DateString),
        currency=currency,
        amount=_money(element.Amount, currency),
        amount_due=_money(due, currency),
        account_code=(element.Account.Code if element.Account else "") or "",
        target_id=target_id,
        rate=_rate(element.CurrencyRate),
        has_lines=False,
        updated_at=moment_in(element.UpdatedDateUTC),
        is_reconciled=bool(element.IsReconciled),
    )


def held_overpayment(element: wire.BankTransactionWire) -> Held:
    """An overpayment, read as one or as its bank transaction. Its id is the OverpaymentID."""
    currency = element.CurrencyCode or ""
    return Held(
        role=Role.OVERPAYMENT,
        remote_id=known_id(element.OverpaymentID, element.BankTransactionID),
        status=element.Status or "",
        reference=element.Reference or "",
        contact_id=known_id(element.Contact.ContactID) if element.Contact else "",
        date=date_in(element.Date, element.DateString),
        currency=currency,
        sub_total=_money(element.SubTotal, currency),
        total_tax=_money(element.TotalTax, currency),
        total=_money(element.Total, currency),
        remaining_credit=_money(element.RemainingCredit, currency),
        amount=_money(element.Total, currency),
        account_code=(element.BankAccount.Code if element.BankAccount else "") or "",
        rate=_rate(element.CurrencyRate),
        lines=_lines(element.LineItems, currency),
        has_lines=bool(element.LineItems),
        updated_at=moment_in(element.UpdatedDateUTC),
        is_reconciled=bool(element.IsReconciled),
    )


def held_allocation(element: wire.AllocationWire, source_id: str = "", currency: str = "") -> Held:
    """An allocation. target_id: the invoice. number: the credit it comes from, since an allocation has none."""
    invoice = element.Invoice or wire.DocumentRef()
    currency = invoice.CurrencyCode or currency
    own_source = known_id(
        element.CreditNote.CreditNoteID if element.CreditNote else None,
        element.Overpayment.OverpaymentID if element.Overpayment else None,
    )
    return Held(
        role=Role.ALLOCATION,
        remote_id=known_id(element.AllocationID),
        status="DELETED" if element.IsDeleted else "AUTHORISED",
        number=own_source or source_id,
        date=date_in(element.Date),
        currency=currency,
        amount=_money(element.Amount, currency),
        target_id=known_id(invoice.InvoiceID),
        has_lines=False,
    )


def held_contact(element: wire.ContactWire) -> Held:
    """A contact. number: its ContactNumber; reference: its name."""
    return Held(
        role=Role.CONTACT,
        remote_id=known_id(element.ContactID),
        status=element.ContactStatus or "ACTIVE",
        number=element.ContactNumber or "",
        reference=element.Name or "",
        has_lines=False,
        updated_at=moment_in(element.UpdatedDateUTC),
    )


def held_item(element: wire.ItemWire) -> Held:
    """An item. number: its code; reference: its name."""
    return Held(
        role=Role.ITEM,
        remote_id=known_id(element.ItemID),
        status="ACTIVE",
        number=element.Code or "",
        reference=element.Name or "",
        has_lines=False,
        updated_at=moment_in(element.UpdatedDateUTC),
    )


def contact_entry(element: wire.ContactWire) -> ContactEntry:
    return ContactEntry(
        contact_id=known_id(element.ContactID),
        name=element.Name or "",
        email=element.EmailAddress or "",
        contact_number=element.ContactNumber or "",
        account_number=element.AccountNumber or "",
        tax_number=element.TaxNumber or "",
        status=element.ContactStatus or "ACTIVE",
        merged_to=known_id(element.MergedToContactID),
        # Xero has no such flag; a registration or tax number is what only companies carry.
        company=bool(element.CompanyNumber or element.TaxNumber),
    )


def held(role: Role, element: wire.Judged, *, source_id: str = "", currency: str = "") -> Held:
    """Any element as held under a role."""
    match element:
        case wire.InvoiceWire():
            return held_invoice(role, element)
        case wire.PaymentWire():
            return held_payment(role, element, currency)
        case wire.BankTransactionWire():
            return held_overpayment(element)
        case wire.AllocationWire():
            return held_allocation(element, source_id, currency)
        case wire.ContactWire():
            return held_contact(element)
        case wire.ItemWire():
            return held_item(element)
    raise AssertionError(f"{type(element).__name__} is not held under a role")
