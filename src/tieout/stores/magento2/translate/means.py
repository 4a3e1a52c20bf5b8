"""Adobe Commerce: gift cards, store credit, reward points (means of payment) and gift wrapping (lines)."""

from __future__ import annotations

from typing import Any

import msgspec

from tieout.documents import MeansOfPayment
from tieout.money import Money
from tieout.stores.magento2 import wire
from tieout.stores.magento2.translate.building import LineBuilder
from tieout.stores.magento2.translate.taxes import TaxBook
from tieout.stores.magento2.wire import ZERO

GIFT_CARD = "gift_card"
STORE_CREDIT = "store_credit"
REWARD_POINTS = "reward_points"


def means_of_payment(extension: wire.MeansFields, currency: str) -> tuple[MeansOfPayment, ...]:
    """What paid a part of the document besides money (ACCOUNTING C6); amounts > 0."""
    found = []
    if extension.gift_cards_amount:
        found.append((GIFT_CARD, "Gift card", extension.gift_cards_amount, _codes(extension.gift_cards)))
    if extension.customer_balance_amount:
        found.append((STORE_CREDIT, "Store credit", extension.customer_balance_amount, ""))
    if extension.reward_currency_amount:
        found.append((REWARD_POINTS, "Reward points", extension.reward_currency_amount, ""))
    return tuple(
        MeansOfPayment(method, title, Money(abs(amount), currency), code) for method, title, amount, code in found
    )


def _codes(cards: Any) -> str:
    """Codes of the cards; older shops send a serialised text, which tells nothing that is needed."""
    if isinstance(cards, str):
        try:
            cards = msgspec.json.decode(cards)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return ""
    if not isinstance(cards, list):
        return ""
    codes = [card.get("code") or card.get("c") for card in cards if isinstance(card, dict)]
    return ", ".join(str(code) for code in codes if code)


_WRAPPING = (
    ("gift_wrapping", "Gift wrapping", "quote_gw", "gw_price", "gw_tax_amount"),
    ("gift_wrapping_items", "Gift wrapping of items", "item_gw", "gw_items_price", "gw_items_tax_amount"),
    ("printed_card", "Printed card", "printed_card_gw", "gw_card_price", "gw_card_tax_amount"),
)


def add_wrapping(builder: LineBuilder, book: TaxBook, extension: wire.MeansFields) -> None:
    for key, name, kind, price, tax in _WRAPPING:
        net = getattr(extension, price)
        if net:
            builder.fee(key, name, net, getattr(extension, tax), book.listed(kind, 0) or book.listed("shipping", 0))


def means_total(means: tuple[MeansOfPayment, ...]) -> Any:
    return sum((entry.amount.amount for entry in means), ZERO)
