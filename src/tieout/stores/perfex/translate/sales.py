"""An invoice with its payments, and a credit note with what was applied of it and given back."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import msgspec

from tieout.documents import (
    AppliedCredit,
    DocumentKey,
    DocumentKind,
    Dossier,
    MoneyBack,
    Order,
    Refund,
    StoreInvoice,
    StorePayment,
)
from tieout.money import Money
from tieout.stores.perfex import wire
from tieout.stores.perfex.payment_keys import payment_id, payment_key
from tieout.stores.perfex.settings import CREDIT_NOTE_STATES, INVOICE_STATES, REMOVED
from tieout.stores.perfex.texts import plain
from tieout.stores.perfex.translate.crm import CrmFacts, day_of
from tieout.stores.perfex.translate.figures import Figures
from tieout.stores.perfex.translate.parties import document_customer, shipping_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def invoice_state(document: wire.SaleDocument) -> str:
    """The status in words, the key of the status rules; "removed" once the CRM has it no more."""
    if document.removed_at:
        return REMOVED
    return INVOICE_STATES.get(document.sale.status, document.sale.status)


def credit_note_state(document: wire.SaleDocument) -> str:
    if document.removed_at:
        return REMOVED
    return CREDIT_NOTE_STATES.get(document.sale.status, document.sale.status)


def invoice_dossier(document: wire.SaleDocument, figures: Figures, crm: CrmFacts) -> Dossier:
    """The invoice is the sale; the order only carries it. Raises ValueError for dates and numbers that are none."""
    sale, payments = document.sale, payments_of(document, crm)
    order = _order(document, figures, crm, invoice_state(document))
    method = payments[0] if payments else None
    order = msgspec.structs.replace(
        order,
        payment_method=method.method if method is not None else "",
        payment_title=method.method_title if method is not None else "",
        paid=_sum(payments, figures),
    )
    invoice = StoreInvoice(
        key=sale.id,
        number=order.number,
        order_key=sale.id,
        state=order.state,
        created_at=order.placed_at,
        date=order.date,
        due_date=day_of(sale.duedate) if sale.duedate else None,
        lines=figures.lines,
        taxes=figures.taxes,
        total=figures.total,
        tax_total=figures.tax_total,
        exact_total=figures.total,
        url=order.url,
    )
    return Dossier(order=order, invoices=(invoice,), payments=payments)


def credit_note_dossier(document: wire.SaleDocument, figures: Figures, crm: CrmFacts) -> Dossier:
    """A credit note stands on its own: what it settles, and what went back, is in the document itself."""
    sale, currency = document.sale, figures.total.currency
    order = _order(document, figures, crm, credit_note_state(document))
    refund = Refund(
        key=sale.id,
        number=order.number,
        order_key=sale.id,
        state=order.state,
        created_at=order.placed_at,
        date=order.date,
        lines=figures.lines,
        taxes=figures.taxes,
        total=figures.total,
        tax_total=figures.tax_total,
        exact_total=figures.total,
        method="",
        reference=plain(sale.reference_no),
        url=crm.page(f"credit_notes/list_credit_notes/{sale.id}"),
        applied=tuple(
            AppliedCredit(
                key=row.id,
                invoice=DocumentKey(DocumentKind.INVOICE, row.invoice_id),
                amount=Money(row.amount, currency),
                date=day_of(row.date),
                invoice_date=day_of(row.invoice_date) if row.invoice_date else None,
                invoice_state=INVOICE_STATES.get(row.invoice_off, ""),
            )
            for row in sorted(document.applied, key=lambda one: int(one.id))
        ),
        given_back=tuple(
            MoneyBack(
                key=row.id,
                amount=Money(row.amount, currency),
                date=day_of(row.refunded_on),
                method=row.payment_mode or "unknown",
                method_title=crm.mode(row.payment_mode),
                reference=plain(row.note),
            )
            for row in sorted(document.refunds, key=lambda one: int(one.id))
        ),
    )
    zero = Money.zero(currency)
    return Dossier(
        order=msgspec.structs.replace(order, lines=(), taxes=(), total=zero, tax_total=zero), refunds=(refund,)
    )


def payments_of(document: wire.SaleDocument, crm: CrmFacts) -> tuple[StorePayment, ...]:
    """Payment records, oldest first. A record is money that somebody entered or a gateway told (ACCOUNTING C1)."""
    if document.removed_at:
        return ()
    currency = crm.currency(document)
    found = [
        StorePayment(
            document=DocumentKey(
                DocumentKind.PAYMENT, payment_key(row.id, row.amount, day_of(row.date), row.paymentmode)
            ),
            order_key=document.sale.id,
            date=day_of(row.date),
            amount=Money(row.amount, currency),
            method=row.paymentmode or "unknown",
            method_title=crm.mode(row.paymentmode, row.name),
            invoice_key=document.sale.id,
            reference=plain(row.transactionid),
        )
        for row in document.payments
    ]
    return tuple(sorted(found, key=lambda one: (one.date, int(payment_id(one.document.key)))))


def _order(document: wire.SaleDocument, figures: Figures, crm: CrmFacts, state: str) -> Order:
    sale = document.sale
    return Order(
        key=sale.id,
        number=crm.number(sale),
        state=state,
        status=state.replace("_", " "),
        store_view="",
        placed_at=crm.utc(sale.datecreated) if sale.datecreated else _EPOCH,
        date=day_of(sale.date),
        currency=figures.total.currency,
        # No exchange rates are kept, so nothing is said of another currency.
        base_currency=crm.context.base_currency or figures.total.currency,
        customer=document_customer(document, crm),
        lines=figures.lines,
        taxes=figures.taxes,
        total=figures.total,
        tax_total=figures.tax_total,
        exact_total=figures.total,
        payment_method="",
        ship_to=shipping_of(sale, crm),
        shows_gross=False,
        open=Money(sale.total - _paid(document) - document.credited, figures.total.currency),
        purchase_order="",
        url=crm.page(f"invoices/list_invoices/{sale.id}"),
    )


def _sum(payments: tuple[StorePayment, ...], figures: Figures) -> Money:
    return sum((one.amount for one in payments), Money.zero(figures.total.currency))


def _paid(document: wire.SaleDocument) -> Decimal:
    return sum((row.amount for row in document.payments), wire.ZERO)
