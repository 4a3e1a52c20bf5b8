"""Tracked items: bills bring stock in, sales take it out, and nobody sells what is not there."""

import msgspec

from xerosim.errors import Invalid
from xerosim.model import Document
from xerosim.resources.context import Context

# What a document of a type does to the quantity on hand.
_SIGNS = {"ACCPAY": 1, "ACCREC": -1, "ACCPAYCREDIT": -1, "ACCRECCREDIT": 1}
SHORT = "Insufficient stock. Items are eligible for backorder."


def move(ctx: Context, document: Document, *, back: bool = False) -> None:
    """Move the stock of a document's tracked items. Raises Invalid where a sale would go below zero.

    back: undo what the document did. `allowBackorders=true` on the call lets stock go below zero.
    Cost of sales is not posted.
    """
    sign = _SIGNS.get(document.type, 0) * (-1 if back else 1)
    for line in document.lines:
        item = ctx.org.items.first("code", line.item_code.casefold()) if line.item_code else None
        if item is None or not item.tracked or not line.quantity:
            continue
        quantity = item.quantity + sign * line.quantity
        if quantity < 0 and not back and document.type == "ACCREC" and not ctx.flag("allowBackorders"):
            raise Invalid(SHORT)
        pool = item.cost_pool + (line.line_amount if document.type == "ACCPAY" and not back else 0)
        ctx.org.items.put(msgspec.structs.replace(item, quantity=quantity, cost_pool=pool))
