"""Totals of extensions that we do not know: found by their amount, held until somebody names them (ACCOUNTING E3)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from tieout.stores.magento2.decode import UNREADABLE, untyped
from tieout.stores.magento2.translate.building import LineBuilder
from tieout.stores.magento2.wire import ZERO

#: Rounding per line that is no sign of a missing total (ACCOUNTING A4).
ROUNDING_PER_LINE = Decimal("0.01")
ROUNDING_MAX = Decimal("0.05")

#: Fields of Magento itself and of Adobe Commerce: their amounts are in the lines, or are sums of them.
_OWN_FIELDS = re.compile(
    r"^(base_|total_|subtotal|tax_(amount|canceled|invoiced|refunded)|discount_|adjustment|grand_total|global_|store_"
    r"|shipping_(amount|address|canceled|description|discount|incl|invoiced|refunded|tax)|payment_auth|customer_"
    r"|quote_|billing_|entity_|order_(id|currency)|gift_card|gw_|reward_|weight|is_|email_|edit_|can_|ext_"
    r"|(state|status|increment_id|invoice_id|transaction_id|coupon_code|protect_code)$|relation_|creditmemo_)"
)


def add_unknown_total(
    builder: LineBuilder, body: bytes, exact_total: Decimal, header_tax: Decimal, *, base: bool
) -> None:
    """Adds a line for what the lines lack of the total, if a field of the document has just that amount.

    Without such a field nothing is added: the proof holds the document, whose figures contradict each other.
    """
    missing = exact_total - builder.gross
    if abs(missing) <= min(ROUNDING_PER_LINE * max(len(builder.lines), 1), ROUNDING_MAX):
        return
    tax = header_tax - builder.tax
    if abs(tax) <= ROUNDING_MAX:
        tax = ZERO
    code = _field_with(body, (missing - tax, missing), base=base)
    if code:
        name = code.replace("_", " ").strip().capitalize()
        builder.unknown(f"total-{code}", name, missing - tax, tax, code)


def _field_with(body: bytes, amounts: tuple[Decimal, ...], *, base: bool) -> str:
    try:
        document = untyped(body)
    except UNREADABLE:
        return ""
    if not isinstance(document, dict):
        return ""
    extension = document.get("extension_attributes")
    for fields in (document, extension if isinstance(extension, dict) else {}):
        for name, value in fields.items():
            own = name.removeprefix("base_") if base else name
            if (base and own == name) or _OWN_FIELDS.match(own):
                continue
            if any(abs(amount) == abs(_number(value)) for amount in amounts if amount):
                return str(own)[:60]
    return ""


def _number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal, str)):
        return ZERO
    try:
        number = Decimal(value)
    except ArithmeticError:
        return ZERO
    return number if number.is_finite() else ZERO
