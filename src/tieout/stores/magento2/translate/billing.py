"""Invoices, credit memos and the payments that the shop tells through them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from tieout.documents import (
    DocumentKey,
    DocumentKind,
    Line,
    MeansOfPayment,
    Refund,
    StoreInvoice,
    StorePayment,
    TaxTotal,
)
from tieout.money import Money, Rounding
from tieout.stores.magento2 import wire
from tieout.stores.magento2.methods import OFFLINE_METHODS
from tieout.stores.magento2.translate.context import Shop, local_date, utc_time
from tieout.stores.magento2.translate.lines import OrderFacts, invoice_lines, refund_lines
from tieout.stores.magento2.translate.means import STORE_CREDIT, means_of_payment, means_total
from tieout.stores.magento2.translate.taxes import fit_shares, tax_totals
from tieout.stores.magento2.translate.unknown import add_unknown_total

INVOICE_STATES = {1: "open", 2: "paid", 3: "cancelled"}
REFUND_STATES = {1: "open", 2: "refunded", 3: "cancelled"}


def state_word(states: Mapping[int, str], state: object) -> str:
    """The store's state as a word; a number that Magento does not have stays as it is."""
    if isinstance(state, str) and state.isascii() and state.isdigit():
        state = int(state[:9])
    return states.get(state, str(state)) if isinstance(state, int) else str(state or "")


def translate_invoice(facts: OrderFacts, invoice: wire.Invoice, body: bytes, shop: Shop) -> StoreInvoice:
    """Raises ValueError, ArithmeticError, OverflowError for data that is none."""
    currency = facts.currency
    created_at = utc_time(invoice.created_at)
    builder = invoice_lines(facts, invoice)
    means = means_of_payment(invoice.extension_attributes, currency)
    exact_total = Money(invoice.grand_total + means_total(means), currency)
    add_unknown_total(builder, body, exact_total.amount, invoice.tax_amount, base=shop.base_amounts)
    tax_total = Money(invoice.tax_amount, currency).rounded(Rounding.HALF_UP)
    lines, taxes = _with_taxes(builder.lines, tax_total)
    return StoreInvoice(
        key=str(invoice.entity_id),
        number=invoice.increment_id or str(invoice.entity_id),
        order_key=str(facts.order.entity_id),
        state=state_word(INVOICE_STATES, invoice.state),
        created_at=created_at,
        date=local_date(created_at, facts.view),
        lines=lines,
        taxes=taxes,
        total=exact_total.rounded(Rounding.HALF_UP),
        tax_total=tax_total,
        exact_total=exact_total,
        means=means,
        url=shop.admin_url("sales/order_invoice/view/invoice_id", invoice.entity_id),
    )


def _with_taxes(lines: Sequence[Line], tax_total: Money) -> tuple[tuple[Line, ...], tuple[TaxTotal, ...]]:
    """The taxes of a document that has no list of its own, and its lines fitted to them."""
    taxes = tax_totals([share for line in lines for share in line.taxes], tax_total.amount, tax_total.currency)
    return fit_shares(tuple(lines), [(tax.code, tax.amount.amount) for tax in taxes]), taxes


def translate_refund(
    facts: OrderFacts, memo: wire.CreditMemo, body: bytes, shop: Shop, *, money_moved: bool, base_total: Decimal
) -> Refund:
    """base_total: the grand total in base currency. Raises ValueError, ArithmeticError, OverflowError."""
    currency = facts.currency
    created_at = utc_time(memo.created_at)
    builder = refund_lines(facts, memo)
    used = means_of_payment(memo.extension_attributes, currency)
    exact_total = Money(memo.grand_total + means_total(used), currency)
    builder.leave_to_discounted_shipping(exact_total.amount)
    add_unknown_total(builder, body, exact_total.amount, memo.tax_amount, base=shop.base_amounts)
    tax_total = Money(memo.tax_amount, currency).rounded(Rounding.HALF_UP)
    lines, taxes = _with_taxes(builder.lines, tax_total)
    base_currency = memo.base_currency_code or facts.order.base_currency_code
    return Refund(
        key=str(memo.entity_id),
        number=memo.increment_id or str(memo.entity_id),
        order_key=str(facts.order.entity_id),
        state=state_word(REFUND_STATES, memo.state),
        created_at=created_at,
        date=local_date(created_at, facts.view),
        lines=lines,
        taxes=taxes,
        total=exact_total.rounded(Rounding.HALF_UP),
        tax_total=tax_total,
        exact_total=exact_total,
        method=facts.order.payment.method,
        invoice_key=str(memo.invoice_id) if memo.invoice_id else "",
        money_moved=money_moved,
        base_total=_base(base_total, base_currency, currency),
        means=used + _given_as_credit(memo, currency),
        reference=memo.transaction_id,
        url=shop.admin_url("sales/order_creditmemo/view/creditmemo_id", memo.entity_id),
    )


def _given_as_credit(memo: wire.CreditMemo, currency: str) -> tuple[MeansOfPayment, ...]:
    """The part of the money total that the shop gave back as store credit (Adobe Commerce)."""
    credited = memo.extension_attributes.customer_bal_total_refunded
    if credited <= 0:
        return ()
    return (MeansOfPayment(STORE_CREDIT, "Store credit", Money(credited, currency)),)


def _base(amount: Decimal, base_currency: str, currency: str) -> Money | None:
    if not base_currency or base_currency == currency:
        return None
    return Money(amount, base_currency).rounded(Rounding.HALF_UP)


def translate_payment(
    facts: OrderFacts,
    invoice: wire.Invoice,
    translated: StoreInvoice,
    captures: Mapping[str, wire.Transaction],
    base_total: Decimal,
    title: str,
) -> StorePayment | None:
    """The money of a paid invoice; None for an open or cancelled one and for nothing to pay.

    captures: the order's capture transactions by the gateway's id. Dated by the capture, else by the invoice
    (ACCOUNTING C2): the shop keeps no payment date.
    """
    if translated.state != "paid" or invoice.grand_total <= 0:
        return None
    currency = facts.currency
    capture = captures.get(invoice.transaction_id) if invoice.transaction_id else None
    method = facts.order.payment.method
    day = local_date(utc_time(capture.created_at), facts.view) if capture else translated.date
    return StorePayment(
        document=DocumentKey(DocumentKind.INVOICE, translated.key),
        order_key=translated.order_key,
        date=day,
        amount=Money(invoice.grand_total, currency).rounded(Rounding.HALF_UP),
        method=method,
        method_title=title,
        invoice_key=translated.key,
        reference=invoice.transaction_id,
        base_amount=_base(base_total, invoice.base_currency_code or facts.order.base_currency_code, currency),
        offline=method in OFFLINE_METHODS,
    )


def captures_of(transactions: Sequence[wire.Transaction]) -> dict[str, wire.Transaction]:
    return {entry.txn_id: entry for entry in transactions if entry.txn_type == "capture" and entry.txn_id}


def refunds_of(transactions: Sequence[wire.Transaction]) -> set[str]:
    return {entry.txn_id for entry in transactions if entry.txn_type == "refund" and entry.txn_id}
