"""What part of an order each invoice and credit memo takes, and the totals of any part."""

from collections.abc import Sequence

import msgspec

from storesim.magento2.generator.dice import Dice
from storesim.magento2.generator.figures import Amounts, Basket, Line, Shipping
from storesim.magento2.generator.sketch import Sketch
from storesim.magento2.generator.units import UNIT, share

_SUBJECT = 5
_NOTHING = Shipping()
_NO_AMOUNTS = Amounts()


class Portion(msgspec.Struct, frozen=True):
    """A part of an order: quantities and figures by line, delivery, adjustments.

    A quantity of 0 leaves the line out.  back, kept: adjustment refund and fee, no tax in either.
    """

    quantities: tuple[int, ...]
    shown: tuple[Amounts, ...]
    base: tuple[Amounts, ...]
    shipping: Shipping = _NOTHING
    base_shipping: Shipping = _NOTHING
    takes_shipping: bool = False
    back: int = 0
    kept: int = 0
    base_back: int = 0
    base_kept: int = 0


class Totals(msgspec.Struct, frozen=True):
    """The header of an order, invoice or credit memo in one currency; discount is positive here."""

    subtotal: int
    subtotal_incl: int
    tax: int
    discount: int
    hidden: int
    fpt: int
    shipping: Shipping
    grand: int


def totals(lines: Sequence[Line], amounts: Sequence[Amounts], shipping: Shipping, adjustment: int = 0) -> Totals:
    """Add up the lines that carry money, delivery and an adjustment.

    grand total = subtotal + delivery + tax − discount + hidden taxes + recycling charge + adjustment.
    """
    carrying = [part for line, part in zip(lines, amounts, strict=True) if line.carries]
    subtotal = sum(part.row for part in carrying)
    fpt = sum(part.fpt_row for part in carrying)
    fpt_tax = sum(part.fpt_tax for part in carrying)
    tax = sum(part.tax for part in carrying) + fpt_tax + shipping.tax
    discount = sum(part.discount for part in carrying) + shipping.discount
    hidden = sum(part.hidden for part in carrying)
    return Totals(
        subtotal=subtotal,
        subtotal_incl=sum(part.row_incl for part in carrying) + fpt + fpt_tax,
        tax=tax,
        discount=discount,
        hidden=hidden,
        fpt=fpt,
        shipping=shipping,
        grand=subtotal + shipping.net + tax - discount + hidden + shipping.hidden + fpt + adjustment,
    )


def whole(basket: Basket) -> Portion:
    """All of the order."""
    return Portion(
        quantities=tuple(line.quantity for line in basket.lines),
        shown=tuple(line.shown for line in basket.lines),
        base=tuple(line.base for line in basket.lines),
        shipping=basket.shipping,
        base_shipping=basket.base_shipping,
        takes_shipping=not basket.is_virtual,
    )


def invoice_portions(sketch: Sketch, basket: Basket) -> tuple[Portion, ...]:
    """One portion an invoice; parts that follow each other add up to the order exactly."""
    if not sketch.invoiced:
        return ()
    if sketch.fate not in ("two_invoices", "part_invoiced", "part_canceled"):
        return (whole(basket),)
    first = _part(basket, _first_half(basket), takes_shipping=not basket.is_virtual)
    if sketch.fate != "two_invoices":
        return (first,)
    return (first, _rest(basket, first))


def refund_portion(seed: int, sketch: Sketch, basket: Basket, view_rate: int) -> Portion | None:
    """What a credit memo gives back, or None without one.

    view_rate: order currency per base currency, in ten-thousandths.
    """
    if sketch.refund == "none":
        return None
    dice = Dice(seed, _SUBJECT, sketch.index)
    if sketch.refund == "all":
        return whole(basket)
    nothing = _part(basket, (0,) * len(basket.lines), takes_shipping=False)
    if sketch.refund == "shipping" and not basket.is_virtual:
        return msgspec.structs.replace(
            nothing,
            shipping=basket.shipping,
            base_shipping=basket.base_shipping,
            takes_shipping=True,
        )
    if sketch.refund in ("part", "part_fee"):
        part = _part(basket, _one_line(dice, basket), takes_shipping=False)
        fee = 3 * UNIT if sketch.refund == "part_fee" else 0
        base_grand = totals(basket.lines, part.base, _NOTHING).grand
        if fee >= base_grand:
            return part
        return msgspec.structs.replace(part, kept=share(fee, view_rate, UNIT), base_kept=fee)
    goodwill = min(dice.between(10, 50) * UNIT // 10, totals(basket.lines, whole(basket).base, _NOTHING).grand)
    goodwill -= goodwill % 100
    return msgspec.structs.replace(nothing, back=share(goodwill, view_rate, UNIT), base_back=goodwill)


def _first_half(basket: Basket) -> tuple[int, ...]:
    """Half of what can be halved; of single pieces every other one."""
    found: list[int] = []
    top_count = 0
    for line in basket.lines:
        if line.parent is not None:
            parent = basket.lines[line.parent]
            found.append(line.quantity * found[line.parent] // parent.quantity)
            continue
        if line.quantity % UNIT == 0 and line.quantity >= 2 * UNIT:
            found.append(line.quantity // UNIT // 2 * UNIT)
        else:
            found.append(line.quantity if top_count % 2 == 0 else 0)
        top_count += 1
    return tuple(found)


def _one_line(dice: Dice, basket: Basket) -> tuple[int, ...]:
    """One piece of one line that carries money itself, with its shadow lines."""
    candidates = [at for at, line in enumerate(basket.lines) if line.carries and line.parent is None]
    if not candidates:
        return tuple(line.quantity for line in basket.lines)
    chosen = dice.pick(candidates)
    quantity = basket.lines[chosen].quantity
    piece = UNIT if quantity % UNIT == 0 else quantity
    return tuple(
        piece if at == chosen else line.quantity * piece // quantity if line.parent == chosen else 0
        for at, line in enumerate(basket.lines)
    )


def _part(basket: Basket, quantities: tuple[int, ...], *, takes_shipping: bool) -> Portion:
    pairs = list(zip(basket.lines, quantities, strict=True))
    return Portion(
        quantities=quantities,
        shown=tuple(_amounts_part(line.shown, quantity, line.quantity) for line, quantity in pairs),
        base=tuple(_amounts_part(line.base, quantity, line.quantity) for line, quantity in pairs),
        shipping=basket.shipping if takes_shipping else _NOTHING,
        base_shipping=basket.base_shipping if takes_shipping else _NOTHING,
        takes_shipping=takes_shipping,
    )


def _amounts_part(amounts: Amounts, part: int, of: int) -> Amounts:
    if part == of:
        return amounts
    if part == 0:
        return _NO_AMOUNTS
    return Amounts(
        price=amounts.price,
        price_incl=amounts.price_incl,
        row=share(amounts.row, part, of),
        row_incl=share(amounts.row_incl, part, of),
        discount=share(amounts.discount, part, of),
        taxes=tuple(share(tax, part, of) for tax in amounts.taxes),
        hidden=share(amounts.hidden, part, of),
        fpt_piece=amounts.fpt_piece,
        fpt_row=amounts.fpt_row * part // of,
        fpt_tax=amounts.fpt_tax * part // of,
    )


def _rest(basket: Basket, first: Portion) -> Portion:
    lines = basket.lines
    return Portion(
        quantities=tuple(line.quantity - q for line, q in zip(lines, first.quantities, strict=True)),
        shown=tuple(_less(line.shown, part) for line, part in zip(lines, first.shown, strict=True)),
        base=tuple(_less(line.base, part) for line, part in zip(lines, first.base, strict=True)),
    )


def _less(amounts: Amounts, taken: Amounts) -> Amounts:
    if taken is amounts:
        return _NO_AMOUNTS
    taxes = taken.taxes or (0,) * len(amounts.taxes)
    return Amounts(
        price=amounts.price,
        price_incl=amounts.price_incl,
        row=amounts.row - taken.row,
        row_incl=amounts.row_incl - taken.row_incl,
        discount=amounts.discount - taken.discount,
        taxes=tuple(all_of_it - part for all_of_it, part in zip(amounts.taxes, taxes, strict=True)),
        hidden=amounts.hidden - taken.hidden,
        fpt_piece=amounts.fpt_piece,
        fpt_row=amounts.fpt_row - taken.fpt_row,
        fpt_tax=amounts.fpt_tax - taken.fpt_tax,
    )
