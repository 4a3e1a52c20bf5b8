"""Item codes from SKUs: at most 30 characters, never two products on one code."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256

from tieout.rules.texts import ITEM_CODE_LENGTH_MAX, cut, name_text

_DIGEST_LENGTH = 8


@lru_cache(maxsize=20_000)
def item_code(sku: str) -> str:
    """Xero's code for a SKU, "" without one.

    A SKU that does not fit, or that cleaning would change, keeps its start and ends in ~ and 8 hex digits of
    its digest, so that two SKUs with the same start stay two items.
    """
    cleaned = name_text(sku)
    if cleaned == sku and cut(sku, ITEM_CODE_LENGTH_MAX) == sku:
        return sku
    if not cleaned:
        return ""
    digest = sha256(sku.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST_LENGTH]
    return f"{cut(cleaned, ITEM_CODE_LENGTH_MAX - _DIGEST_LENGTH - 1)}~{digest}"
