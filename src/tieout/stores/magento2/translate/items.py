"""Which items of an order carry money, and what invoices and credit memos must know of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from tieout.stores.magento2 import wire
from tieout.stores.magento2.decode import levies
from tieout.stores.magento2.translate.taxes import Tax, TaxBook
from tieout.stores.magento2.wire import ZERO


class Levy(msgspec.Struct, frozen=True):
    """A fixed product tax on an item, over the whole ordered quantity. tax: the ordinary tax on it."""

    title: str
    net: Decimal
    tax: Decimal


class Item(msgspec.Struct, frozen=True):
    """An item of the order that carries money.

    net, tax: over the whole ordered quantity, after discount, without levies.
    discount: >= 0, as the shop states it; compensation: the tax inside the discount.
    taxes: the shop's list, empty when it gave none; levy_taxes: the same for the levies.
    """

    wire: wire.OrderItem
    net: Decimal
    tax: Decimal
    discount: Decimal
    compensation: Decimal
    levies: tuple[Levy, ...]
    taxes: tuple[Tax, ...]
    levy_taxes: tuple[Tax, ...]
    product_key: str
    options: tuple[str, ...]


class Items(msgspec.Struct, frozen=True):
    """carrying: in the order of the order. shadows: ids of bundle parents that only repeat their children."""

    carrying: tuple[Item, ...]
    by_id: Mapping[int, Item]
    shadows: frozenset[int]


def read_items(order: wire.Order, book: TaxBook, *, base: bool) -> Items:
    """The items that carry money (facts, section 5): parents, except of bundles with a dynamic price.

    Raises ValueError and ArithmeticError for figures that are none.
    """
    children: dict[int, list[wire.OrderItem]] = {}
    parents: dict[int, wire.OrderItem] = {}
    for item in order.items:
        if item.parent_item_id:
            children.setdefault(item.parent_item_id, []).append(item)
        else:
            parents[item.item_id] = item
    dynamic = frozenset(
        key
        for key, parts in children.items()
        if key in parents and parents[key].product_type == "bundle" and any(part.price for part in parts)
    )
    carrying = []
    for item in order.items:
        parent = item.parent_item_id
        if parent:
            if parent in dynamic:
                carrying.append(_item(item, (parents[parent].name,), str(item.product_id), book, base))
            elif parent not in parents:
                carrying.append(_item(item, (), str(item.product_id), book, base))
        elif item.item_id not in dynamic:
            options, product = _variant(item, children.get(item.item_id, ()))
            carrying.append(_item(item, options, product, book, base))
    return Items(
        carrying=tuple(carrying),
        by_id={item.wire.item_id: item for item in carrying},
        shadows=dynamic,
    )


def _variant(item: wire.OrderItem, parts: Sequence[wire.OrderItem]) -> tuple[tuple[str, ...], str]:
    """What was chosen, and the id of the product that was sold: of a configurable product its child's."""
    options = tuple([part.name for part in parts if part.name and part.name != item.name])
    product = parts[0].product_id if parts and item.product_type == "configurable" else item.product_id
    return options, str(product)


def _item(item: wire.OrderItem, options: tuple[str, ...], product: str, book: TaxBook, base: bool) -> Item:
    if not item.qty_ordered >= 0 or not item.tax_percent.is_finite():
        raise ValueError(f"the quantity of {item.sku[:40]} is {item.qty_ordered}, its tax {item.tax_percent} %")
    found: tuple[Levy, ...] = ()
    if len(item.weee_tax_applied) > 2 or item.weee_tax_applied_row_amount:
        found = tuple(
            Levy(
                entry.title or "Fixed product tax",
                entry.row_amount,
                # Without tax the shop leaves the second figure out or writes 0.
                max(entry.row_amount_incl_tax - entry.row_amount, ZERO) if entry.row_amount_incl_tax else ZERO,
            )
            for entry in levies(item.weee_tax_applied, item.weee_tax_applied_row_amount, base=base)
        )
    tax = item.tax_amount
    net = item.row_total_incl_tax - tax
    if found:
        # Seen on a running 2.4.7: the row total holds the row's levies, its base twin only those of one piece.
        net -= item.weee_tax_applied_amount if base else sum((levy.net for levy in found), ZERO)
    return Item(
        wire=item,
        net=net,
        tax=tax,
        discount=abs(item.discount_amount),
        compensation=item.discount_tax_compensation_amount,
        levies=found,
        taxes=book.of_item(item),
        levy_taxes=book.listed("weee", item.item_id) if found else (),
        product_key=product,
        options=options,
    )
