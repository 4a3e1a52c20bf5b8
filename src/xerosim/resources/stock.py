"""Tracked items: purchases bring stock in at their cost, sales take it out at the average cost and post it.

The inventory account holds what the items hold: every movement of a cost pool has its entry in the ledger. A
purchase's line is coded to the inventory account itself; a sale posts cost of sales beside its own entry.
"""

import msgspec

from xerosim import ledger
from xerosim.arithmetic import net_of, to_base
from xerosim.errors import Invalid
from xerosim.ledger import Posting
from xerosim.model import Document, Item, Line, StockMove
from xerosim.numbers import divide
from xerosim.resources.context import Context

# What a document of a type does to the quantity on hand, and whether it is a sale (which goes at average cost).
_SIGNS = {"ACCPAY": 1, "ACCREC": -1, "ACCPAYCREDIT": -1, "ACCRECCREDIT": 1, "SPEND": 1, "RECEIVE": -1}
_SALES = frozenset({"ACCREC", "ACCRECCREDIT", "RECEIVE"})
SHORT = "Insufficient stock. Items are eligible for backorder."


def move(ctx: Context, document: Document) -> None:
    """Move the stock of an approved document's tracked items and post what the sales among them cost.

    Raises Invalid where a sale would go below zero; `allowBackorders=true` on the call lets it. What is sold before
    it was bought costs nothing.
    """
    sign = _SIGNS.get(document.type, 0)
    if not sign:
        return
    costs: list[Posting] = []
    for line in document.lines:
        item = tracked(ctx, line)
        if item is None or not line.quantity:
            continue
        quantity = sign * line.quantity
        if item.quantity + quantity < 0 and sign < 0 and document.type in _SALES and not ctx.flag("allowBackorders"):
            raise Invalid(SHORT)
        if document.type in _SALES:
            cost = _average(item, quantity)
            costs += _cost_of_sale(ctx, item, cost)
        else:
            net = net_of(line, document.line_types)
            cost = sign * to_base(net, document.rate, ctx.switches.rate_is_foreign_per_base)
        _put(ctx, item, quantity, cost)
        ctx.org.stock_moves.put(StockMove(ctx.org.new_id(), document.id, item.id, quantity, cost))
    if any(cents for _, cents, _, _ in costs):
        ledger.post(
            ctx.org,
            now=ctx.now,
            date=document.date,
            source_type=document.type,
            source=document.id,
            reference=document.number or document.reference,
            lines=costs,
        )


def move_back(ctx: Context, document: Document) -> None:
    """Undo what a document did to the stock. Its entries in the ledger are reversed with the document's own."""
    for moved in ctx.org.stock_moves.by("document", document.id):
        item = ctx.org.items.get(moved.item)
        if item is not None:
            _put(ctx, item, -moved.quantity, -moved.cost)
        ctx.org.stock_moves.remove(moved.id)


def tracked(ctx: Context, line: Line) -> Item | None:
    """The tracked item that a line names."""
    item = ctx.org.items.first("code", line.item_code.casefold()) if line.item_code else None
    return item if item is not None and item.tracked else None


def _average(item: Item, quantity: int) -> int:
    """Cents that a sold (negative) or returned quantity moves the pool by, at the average cost.

    The last piece takes what is left of the pool; pieces returned to an empty shelf come back at the purchase price.
    """
    if item.quantity <= 0:
        price = item.purchase_price or 0
        return divide(quantity * price, 10**6) if quantity > 0 else 0
    if quantity <= -item.quantity:
        return -item.cost_pool
    return divide(item.cost_pool * quantity, item.quantity)


def _cost_of_sale(ctx: Context, item: Item, cost: int) -> list[Posting]:
    asset, expense = ctx.org.account_by_code(item.inventory_account), ctx.org.account_by_code(item.purchase_cogs)
    assert asset is not None, "a tracked item names its inventory account"
    assert expense is not None, "a tracked item names its account of cost of sales"
    return [(asset.id, cost, "", 0), (expense.id, -cost, "", 0)]


def _put(ctx: Context, item: Item, quantity: int, cost: int) -> None:
    ctx.org.items.put(
        msgspec.structs.replace(item, quantity=item.quantity + quantity, cost_pool=item.cost_pool + cost)
    )
