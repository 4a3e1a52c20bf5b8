"""What translation must know of the CRM besides the document: countries, payment modes, taxes, clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import msgspec

from tieout.stores.perfex import wire
from tieout.stores.perfex.numbers import PADDING, is_draft, shown_number
from tieout.stores.perfex.texts import plain


class CrmFacts:
    """Made once per run. options: of the connection, see `settings.FIELDS`."""

    def __init__(self, context: wire.Context, options: Mapping[str, str]) -> None:
        self.context = context
        self.zone = zone_of(options.get("timezone", ""))
        self.countries = {entry.id: entry.name for entry in context.countries}
        self.modes = {entry.id: plain(entry.name) for entry in context.modes}
        self.currencies = {entry.id: entry.name for entry in context.currencies}
        digits = options.get("number_padding", "").strip()
        self._padding = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 3 else PADDING
        self._url = (options.get("url") or context.url).strip().rstrip("/")

    def currency(self, document: wire.SaleDocument) -> str:
        """ISO code. Raises ValueError for a document whose currency has none."""
        code = (document.currency or self.currencies.get(document.sale.currency, "")).strip().upper()
        if len(code) != 3 or not code.isascii() or not code.isalpha():
            raise ValueError(f"{code[:20] or document.sale.currency[:20]!r} is not a currency")
        return code

    def number(self, sale: wire.SaleRow) -> str:
        """As people read it; a draft has none yet and is told apart by its id. Raises ValueError for no number."""
        number = int(sale.number)
        if is_draft(number):
            return f"{plain(sale.prefix)}DRAFT-{sale.id}"
        return shown_number(number, plain(sale.prefix), sale.number_format, sale.date, self._padding)

    def mode(self, key: str, name: str = "") -> str:
        """What people call a payment mode; gateways are known by their own word."""
        return self.modes.get(key) or plain(name) or key.replace("_", " ").capitalize()

    def utc(self, text: str) -> datetime:
        """A wall-clock time of the CRM. In the hour that comes twice in autumn the first one is meant."""
        return datetime.fromisoformat(text).replace(tzinfo=self.zone).astimezone(UTC)

    def page(self, path: str) -> str:
        """Address of a page of the CRM's admin."""
        return f"{self._url}/admin/{path}" if self._url else ""


def day_of(text: str) -> date:
    """A date of the CRM's calendar. Raises ValueError for what is none ("0000-00-00")."""
    return date.fromisoformat(text[:10])


def zone_of(name: str) -> ZoneInfo:
    """UTC for unknown and odd names."""
    try:
        return ZoneInfo(name.strip() or "UTC")
    except (OSError, ValueError, KeyError):
        return ZoneInfo("UTC")


def read_context(body: bytes) -> wire.Context:
    """Raises msgspec.MsgspecError for bytes that `StoreReader.context` did not make."""
    return msgspec.json.decode(body, type=wire.Context)
