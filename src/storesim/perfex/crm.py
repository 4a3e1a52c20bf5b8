"""One CRM: its parts together, with the currencies, countries and payment modes that every new one has."""

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from storesim.perfex.core import Core, Options
from storesim.perfex.credits import Credits
from storesim.perfex.people import People
from storesim.perfex.sales import Sales
from storesim.perfex.tables import Row

COUNTRIES = (
    (14, "AU", "Australia"), (39, "CA", "Canada"), (74, "FR", "France"), (82, "DE", "Germany"),
    (105, "IE", "Ireland"),
    (155, "NL", "Netherlands"), (158, "NZ", "New Zealand"), (235, "GB", "United Kingdom"),
    (236, "US", "United States"),
)  # fmt: skip
MODES = ("Bank", "Cash", "Cheque")


class Crm:
    """parts: people (clients, contacts, taxes, items), sales (invoices, payments), credits (credit notes)."""

    def __init__(
        self,
        options: Options | None = None,
        clock: Callable[[], datetime] | None = None,
        *,
        currencies: Sequence[str] = ("GBP", "USD", "EUR"),
    ) -> None:
        self.core = Core(options, clock)
        self.tables = self.core.tables
        self.people = People(self.core)
        self.sales = Sales(self.core)
        self.credits = Credits(self.core, self.sales)
        for number, (key, iso, name) in enumerate(COUNTRIES):
            self.tables.insert("countries", {"iso2": iso, "short_name": name}, key)
            if number < len(MODES):
                self.tables.insert("payment_modes", {"name": MODES[number], "active": 1})
        for number, name in enumerate(currencies):
            self.tables.insert(
                "currencies",
                {
                    "name": name, "symbol": name, "decimal_separator": ".", "thousand_separator": ",",
                    "placement": "before", "isdefault": int(number == 0),
                },
            )  # fmt: skip

    @property
    def options(self) -> Options:
        return self.core.options

    def currency(self, name: str) -> int:
        """Key of a currency by its code."""
        found = self.tables.where("currencies", name=name)
        assert found, name
        key = found[0]["id"]
        assert isinstance(key, int)
        return key

    def country(self, iso: str) -> int:
        """Key of a country, 0 for none."""
        return next((key for key, code, _ in COUNTRIES if code == iso), 0)

    def state(self) -> bytes:
        """Everything as JSON, from which `restore` makes the same CRM."""
        return msgspec.json.encode({**self.tables.state(), "options": self.options})

    def restore(self, text: bytes) -> None:
        """Put everything back as `state` gave it. Raises msgspec.MsgspecError for other text."""
        kept = msgspec.json.decode(text, type=_State)
        for name in Options.__struct_fields__:
            setattr(self.options, name, getattr(kept.options, name))
        blank = Core().tables
        for table, rows in kept.rows.items():
            for text_key, row in rows.items():
                blank.insert(table, row, int(text_key))
        typed: dict[str, dict[int, Row]] = {table: {} for table in kept.rows}
        for table, key, content in blank.everything():
            typed[table][key] = content
        self.tables.restore(typed, kept.next)


class _State(msgspec.Struct):
    rows: dict[str, dict[str, dict[str, int | str | None]]]
    next: dict[str, int]
    options: Options
