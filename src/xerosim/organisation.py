"""One organisation: its settings, its collections, its counters."""

import random
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

import msgspec

from xerosim.collection import Changes, Collection, Kept
from xerosim.model import (
    Allocation,
    Attachment,
    Batch,
    Contact,
    ContactGroup,
    Document,
    Entry,
    Generic,
    Item,
    ManualJournal,
    Note,
    Payment,
    StockMove,
    Transfer,
)
from xerosim.model_settings import Account, BrandingTheme, Currency, TaxRate, TrackingCategory

K = TypeVar("K", bound=Kept)
DOCUMENT_COLLECTIONS = (
    "Invoices", "CreditNotes", "Overpayments", "Prepayments", "BankTransactions", "Quotes", "PurchaseOrders",
)  # fmt: skip


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What describes an organisation. Lock dates are days since 1970; year end is (day, month)."""

    id: str
    name: str
    region: str
    version: str
    country: str
    currency: str
    timezone: str
    zone: str
    short_code: str
    year_end: tuple[int, int]
    created: int
    tax_number: str = ""
    tax_basis: str = "ACCRUALS"
    tax_period: str = "QUARTERLY"
    default_no_tax: str = "NONE"
    demo: bool = True
    period_lock: int | None = None
    year_end_lock: int | None = None
    multicurrency: bool = True
    approve_limit: int | None = None
    user_may_report: bool = True
    adviser: bool = False
    counters: dict[str, int] = {}


@lru_cache(maxsize=65536)
def folded(name: str) -> str:
    """A name as Xero compares it: no case, no accents, single spaces."""
    text = " ".join(name.split()).casefold()
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def _document_indexes() -> dict[str, Callable[[Document], object]]:
    return {
        "number": lambda d: d.number.casefold(),
        "contact": lambda d: d.contact,
        "reference": lambda d: d.reference.casefold(),
    }


class Organisation:
    """The books of one company. All changes go through its collections, so a call can be rolled back."""

    def __init__(self, settings: Settings, seed: int) -> None:
        self.changes = Changes()
        self.all_collections: dict[str, tuple[Collection[Any], type[Any]]] = {}
        self._settings = settings
        self._random = random.Random(f"{seed}:{settings.id}")
        self.accounts = self._collection(
            "Accounts",
            Account,
            {"code": lambda a: a.code.casefold(), "name": lambda a: folded(a.name), "system": lambda a: a.system},
        )
        self.tax_rates = self._collection("TaxRates", TaxRate, {"name": lambda t: folded(t.name)})
        self.currencies = self._collection("Currencies", Currency)
        self.contacts = self._collection(
            "Contacts",
            Contact,
            {
                "active_name": lambda c: folded(c.name) if c.status == "ACTIVE" else None,
                "number": lambda c: c.number.casefold(),
                "account_number": lambda c: c.account_number.casefold(),
                "email": lambda c: c.email.casefold(),
                "archived": lambda c: c.status != "ACTIVE",
            },
        )
        self.items = self._collection("Items", Item, {"code": lambda i: i.code.casefold()})
        self.stock_moves = self._collection(
            "StockMoves", StockMove, {"document": lambda m: m.document, "item": lambda m: m.item}
        )
        self.documents = {
            name: self._collection(name, Document, _document_indexes()) for name in DOCUMENT_COLLECTIONS
        }
        self.invoices = self.documents["Invoices"]
        self.credit_notes = self.documents["CreditNotes"]
        self.overpayments = self.documents["Overpayments"]
        self.prepayments = self.documents["Prepayments"]
        self.bank_transactions = self.documents["BankTransactions"]
        self.payments = self._collection(
            "Payments",
            Payment,
            {
                "document": lambda p: p.document,
                "reference": lambda p: p.reference.casefold(),
                "batch": lambda p: p.batch,
            },
        )
        self.allocations = self._collection(
            "Allocations", Allocation, {"credit": lambda a: a.credit, "invoice": lambda a: a.invoice}
        )
        self.entries = self._collection("Journals", Entry, {"source": lambda e: e.source})
        self.batches = self._collection("BatchPayments", Batch)
        self.transfers = self._collection("BankTransfers", Transfer)
        self.manual_journals = self._collection("ManualJournals", ManualJournal)
        self.tracking = self._collection("TrackingCategories", TrackingCategory, {"name": lambda c: folded(c.name)})
        self.themes = self._collection("BrandingThemes", BrandingTheme)
        self.groups = self._collection("ContactGroups", ContactGroup, {"name": lambda g: folded(g.name)})
        self.notes = self._collection("History", Note, {"document": lambda n: n.document})
        self.attachments = self._collection("Attachments", Attachment, {"document": lambda a: a.document})
        self.generics = self._collection("Generic", Generic, {"collection": lambda g: g.collection})
        self.balances: dict[str, int] = {}
        # When the next repeating invoice is due, as of a version of the templates.
        self.next_repeat: tuple[int, int | None] = (-1, None)
        self.rendered: dict[tuple[str, int], Any] = {}

    def _collection(
        self, name: str, type_: type[K], indexes: dict[str, Callable[[K], object]] | None = None
    ) -> Collection[K]:
        collection: Collection[K] = Collection(name, self.changes, indexes)
        self.all_collections[name] = (collection, type_)
        return collection

    @property
    def id(self) -> str:
        return self._settings.id

    @property
    def settings(self) -> Settings:
        return self._settings

    def change_settings(self, **changes: object) -> None:
        """Replace settings; taken back with the call."""
        old = self._settings

        def undo() -> None:
            self._settings = old

        self._settings = msgspec.structs.replace(old, **changes)
        self.changes.undo.append(undo)
        self.changes.dirty.append(("Settings", self.id))

    def next_number(self, counter: str) -> int:
        """Count up a named counter, starting at 1."""
        value = self._settings.counters.get(counter, 0) + 1
        self.change_settings(counters={**self._settings.counters, counter: value})
        return value

    def new_id(self) -> str:
        """A fresh GUID from the organisation's own seeded stream."""
        text = f"{self._random.getrandbits(128) | (4 << 76):032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    def system_account(self, system: str) -> Account:
        """A system account; every region pack has the ones the ledger needs."""
        account = self.accounts.first("system", system)
        assert account is not None, f"region pack lacks system account {system}"
        return account

    def account_by_code(self, code: str) -> Account | None:
        return self.accounts.first("code", code.casefold())
