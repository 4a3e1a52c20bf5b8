"""References, exchange rates and the items a document refers to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from tieout.accounting import LedgerLine, Ref, Role
from tieout.documents import DocumentKey, DocumentKind, Line
from tieout.planning.work import Work
from tieout.rules.texts import REFERENCE_LENGTH_MAX, line_text, name_text

#: Decimals of an exchange rate that Xero keeps.
_RATE_PLACES = Decimal("0.000001")


def item_refs(ledger_lines: Sequence[LedgerLine], lines: Sequence[Line]) -> tuple[Ref, ...]:
    """The items that lines refer to, each once."""
    if not any(line.item_code for line in ledger_lines):
        return ()
    sent = {line.key for line in ledger_lines if line.item_code}
    skus = dict.fromkeys(line.sku for line in lines if line.key in sent)
    return tuple([Ref(Role.ITEM, DocumentKey(DocumentKind.PRODUCT, f"sku:{sku}")) for sku in skus if sku])


def reference_text(order_number: str, purchase_order: str = "", own_date: date | None = None) -> str:
    """What bookkeepers search by: the order's number, the buyer's own, and the date of a moved document."""
    parts = [name_text(order_number)]
    if purchase_order:
        parts.append(f"PO {name_text(purchase_order, 100)}")
    if own_date is not None:
        parts.append(f"dated {own_date}")
    return line_text(", ".join(parts), REFERENCE_LENGTH_MAX)


def shop_rate(work: Work) -> Decimal | None:
    """The shop's exchange rate, only where the owner chose it and both base currencies agree (C9)."""
    order, book = work.dossier.order, work.book
    if (
        not book.rules.send_shop_rate
        or order.rate is None
        or order.currency == book.base_currency
        or order.base_currency != book.base_currency
    ):
        return None
    return order.rate.quantize(_RATE_PLACES, "ROUND_HALF_UP")
