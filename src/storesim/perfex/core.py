"""What every part of the CRM shares: tables, its wall clock, its options, and the hooks that webhooks hang on."""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec

from storesim.perfex.schema import Value
from storesim.perfex.tables import Row, Tables

DRAFT_NUMBERS_FROM = 1_000_000_000


class Options(msgspec.Struct):
    """The CRM's settings. number_format: 1 PREFIX+padded, 2 with the year, 3 with yy, 4 with mm/yyyy.

    decrement_on_delete: deleting the last invoice frees its number. delete_only_last: others cannot be deleted.
    """

    company: str = "Saltmarsh Studio"
    timezone: str = "Europe/London"
    invoice_prefix: str = "INV-"
    credit_note_prefix: str = "CN-"
    padding: int = 6
    number_format: int = 1
    next_invoice_number: int = 1
    next_credit_note_number: int = 1
    decrement_on_delete: bool = True
    delete_only_last: bool = False


class Refused(Exception):
    """The CRM does not do it. errors: field → reason."""

    def __init__(self, message: str, errors: dict[str, str] | None = None, *, status: int = 422) -> None:
        super().__init__(message)
        self.message = message
        self.errors = errors or {}
        self.status = status


class Core:
    """clock: gives UTC. hooks: called with (event, data) after each change."""

    def __init__(self, options: Options | None = None, clock: Callable[[], datetime] | None = None) -> None:
        self.options = options or Options()
        self.tables = Tables()
        self.clock = clock or (lambda: datetime.now(UTC))
        self._hooks: list[Callable[[str, dict[str, object]], None]] = []

    def on_event(self, hook: Callable[[str, dict[str, object]], None]) -> None:
        self._hooks.append(hook)

    def tell(self, event: str, hook: str, **data: object) -> None:
        """An event as the bridge names it, with the hook that it came from."""
        for listener in self._hooks:
            listener(event, {**data, "_source_hook": hook})

    def local_now(self) -> str:
        """The wall clock, without zone."""
        return self.clock().astimezone(ZoneInfo(self.options.timezone)).strftime("%Y-%m-%d %H:%M:%S")

    def today(self) -> str:
        return self.local_now()[:10]


def shown_number(row: Row, padding: int) -> str:
    """A document's number as people read it; a draft shows no number."""
    number, prefix, form = whole(row["number"]), str(row["prefix"]), whole(row["number_format"])
    if number >= DRAFT_NUMBERS_FROM:
        return f"{prefix}DRAFT"
    padded, day = str(number).zfill(padding), str(row["date"])
    if form == 2:
        return f"{prefix}{day[:4]}/{padded}"
    if form == 3:
        return f"{prefix}{padded}-{day[2:4]}"
    if form == 4:
        return f"{prefix}{padded}/{day[5:7]}/{day[:4]}"
    return f"{prefix}{padded}"


def whole(value: Value) -> int:
    """A value of an int column."""
    assert isinstance(value, int)
    return value
