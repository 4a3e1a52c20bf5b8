"""What was given back: by status, by return, by an amount in a comment, as the operator's rules say.

The shop keeps no refunds. A status says that everything was given back; a return says what came back, without
money; staff may write an amount. Which of these counts is the operator's choice (facts, fact 8).
"""

from __future__ import annotations

import re
from decimal import Decimal

import msgspec

from tieout.documents import Line, LineKind, MeansOfPayment, Refund, TaxShare, TaxTotal
from tieout.money import Money, Rounding
from tieout.stores.opencart import wire
from tieout.stores.opencart.methods import OFFLINE_METHODS
from tieout.stores.opencart.texts import plain
from tieout.stores.opencart.translate.charges import payment_method
from tieout.stores.opencart.translate.context import Shop
from tieout.stores.opencart.translate.lines import Figures
from tieout.stores.opencart.translate.order import Moment, first_with, order_url

#: State of a refund that comes from a return; refunds by status have the status id as their state.
RETURN = "return"
AMOUNT = "amount"
_PARTS = Decimal("0.00000001")
_NUMBER = re.compile(r"\s*:?\s*(?:[A-Z]{3}|\D{0,3}?)\s*(\d{1,9}(?:\.\d{1,4})?)(?![\d,.]*\d)")


def translate_refunds(document: wire.OrderDocument, figures: Figures, shop: Shop) -> tuple[Refund, ...]:
    """All refunds of an order, oldest first. Raises ValueError, ArithmeticError for data that is none."""
    found = [*_by_return(document, figures, shop), *_by_amount(document, figures, shop)]
    whole = first_with(document, shop.refunded, shop)
    if whole is not None and document.order.order_status_id in shop.refunded and not found:
        found.append(_everything(document, figures, shop, whole))
    return tuple(sorted(found, key=lambda refund: (refund.date, refund.key)))


def _everything(document: wire.OrderDocument, figures: Figures, shop: Shop, when: Moment) -> Refund:
    """The whole order; store credit and vouchers it used become usable again."""
    return _refund(
        document,
        shop,
        when,
        key=f"order-{document.order.order_id}",
        number=document.order.order_id,
        state=document.order.order_status_id,
        lines=figures.lines,
        taxes=figures.taxes,
        total=figures.total,
        tax_total=figures.tax_total,
        means=figures.means,
    )


def _by_return(document: wire.OrderDocument, figures: Figures, shop: Shop) -> list[Refund]:
    """Returns with an action that the operator named: the returned pieces at the price they were sold for."""
    found = []
    sold = {line.key: line for line in figures.lines}
    left = {line.key: line.quantity for line in figures.lines}
    for entry in document.returns:
        if entry.return_action_id not in shop.return_actions or not entry.return_action_id:
            continue
        keys = [key for key, line in sold.items() if _is_of(line, entry) and left[key] > 0]
        if not keys:
            continue
        line = sold[keys[0]]
        quantity = min(entry.quantity, left[line.key])
        if quantity <= 0:
            continue
        left[line.key] -= quantity
        part = _part_of(line, quantity)
        text = entry.date_modified or entry.date_added
        total, taxes, tax_total = _sums(part, figures)
        found.append(
            _refund(
                document,
                shop,
                Moment(shop.utc(text), shop.day(text), ""),
                key=f"return-{entry.return_id}",
                number=f"RMA-{entry.return_id}",
                state=RETURN,
                lines=(part,),
                taxes=taxes,
                total=total,
                tax_total=tax_total,
            )
        )
    return found


def _is_of(line: Line, entry: wire.ReturnRow) -> bool:
    """By product; a return that a customer filed by hand may only name it."""
    if line.kind is not LineKind.PRODUCT:
        return False
    if entry.product_id not in ("", "0"):
        return line.product_key == entry.product_id
    return line.name == plain(entry.product) or (bool(entry.model) and line.sku == plain(entry.model))


def _part_of(line: Line, quantity: Decimal) -> Line:
    """Some pieces of a line, with their part of net and of each tax, as minor units like a bill shows them."""
    if quantity == line.quantity:
        return line

    def part(money: Money) -> Money:
        return Money((money.amount * quantity / line.quantity).quantize(_PARTS), money.currency)

    shares = tuple(msgspec.structs.replace(share, amount=part(share.amount)) for share in line.taxes)
    net, tax = part(line.net), sum((share.amount for share in shares), Money.zero(line.net.currency))
    return msgspec.structs.replace(
        line, quantity=quantity, net=net, tax=tax, gross=net + tax, taxes=shares, discount=None
    )


def _sums(line: Line, figures: Figures) -> tuple[Money, tuple[TaxTotal, ...], Money]:
    """Total, taxes and tax total of a returned line, rounded as the shop rounds: each figure on its own."""
    titles = {(tax.code, tax.title): tax for tax in figures.taxes}
    taxes = tuple(
        TaxTotal(share.code, share.title, share.percent, _rounded(share))
        for share in line.taxes
        if (share.code, share.title) in titles
    )
    tax_total = sum((tax.amount for tax in taxes), Money.zero(line.net.currency))
    return line.gross.rounded(Rounding.HALF_UP), taxes, tax_total


def _rounded(share: TaxShare) -> Money:
    return share.amount.rounded(Rounding.HALF_UP)


def _by_amount(document: wire.OrderDocument, figures: Figures, shop: Shop) -> list[Refund]:
    """Amounts that staff wrote behind the operator's word in a status comment: "Refunded: 12.50"."""
    if not shop.amount_word:
        return []
    found = []
    for row in document.history:
        start = plain(row.comment).find(shop.amount_word)
        if start < 0:
            continue
        match = _NUMBER.match(plain(row.comment), start + len(shop.amount_word))
        if match is None:
            continue
        amount = Money(Decimal(match[1]), figures.total.currency)
        if not amount.amount:
            continue
        when = Moment(shop.utc(row.date_added), shop.day(row.date_added), row.comment)
        key, number = f"history-{row.order_history_id}", f"H-{row.order_history_id}"
        if amount == figures.money:
            whole = _everything(document, figures, shop, when)
            found.append(msgspec.structs.replace(whole, key=key, number=number, state=AMOUNT))
            continue
        zero = Money.zero(amount.currency)
        line = Line(
            key="adjustment",
            kind=LineKind.ADJUSTMENT,
            name="Refund",
            quantity=Decimal(1),
            net=amount,
            tax=zero,
            gross=amount,
        )
        found.append(
            _refund(
                document,
                shop,
                when,
                key=key,
                number=number,
                state=AMOUNT,
                lines=(line,),
                taxes=(),
                total=amount,
                tax_total=zero,
            )
        )
    return found


def _refund(
    document: wire.OrderDocument,
    shop: Shop,
    when: Moment,
    *,
    key: str,
    number: str,
    state: str,
    lines: tuple[Line, ...],
    taxes: tuple[TaxTotal, ...],
    total: Money,
    tax_total: Money,
    means: tuple[MeansOfPayment, ...] = (),
) -> Refund:
    """money_moved: for methods of gateways the operator's rule says so by naming the status; for others the
    method's own rule decides (ACCOUNTING C5)."""
    method, _ = payment_method(document.order)
    return Refund(
        key=key,
        number=number,
        order_key=document.order.order_id,
        state=state,
        created_at=when.at,
        date=when.day,
        lines=lines,
        taxes=taxes,
        total=total,
        tax_total=tax_total,
        exact_total=total,
        method=method or "unknown",
        money_moved=method not in OFFLINE_METHODS,
        means=means,
        url=order_url(document, shop),
    )
