"""What the planning steps of one dossier share: the facts, what is posted, what is planned so far."""

from __future__ import annotations

import datetime as dt
from datetime import date
from decimal import Decimal
from enum import Enum

import msgspec

from tieout.accounting import CreditNote, Invoice, Payment, Ref, Role
from tieout.documents import (
    DocumentKey,
    DocumentKind,
    Dossier,
    Line,
    MeansOfPayment,
    TaxTotal,
)
from tieout.errors import Problem
from tieout.money import Money
from tieout.planning.results import DocumentHeld, PlannedPosting, Posted, Skipped, Snapshot
from tieout.rules.book import RuleBook
from tieout.rules.choices import SaleFacts

#: States in which an object no longer counts in the ledger.
GONE = frozenset(("VOIDED", "DELETED"))
#: States in which a document waits for a person's approval in Xero (ACCOUNTING B10).
UNAPPROVED = frozenset(("DRAFT", "SUBMITTED"))

SINGLE_CONTACT = DocumentKey(DocumentKind.CUSTOMER, "single")

Document = Invoice | CreditNote


class Source(msgspec.Struct, frozen=True, gc=False):
    """A sales document of the store, order or store invoice alike (ACCOUNTING B1)."""

    document: DocumentKey
    kind: str
    number: str
    prefix: str
    state: str
    date: date
    lines: tuple[Line, ...]
    taxes: tuple[TaxTotal, ...]
    total: Money
    tax_total: Money
    means: tuple[MeansOfPayment, ...]
    url: str
    due_date: dt.date | None = None


class Standing(Enum):
    """How far a sale is, for what hangs on it."""

    READY = "ready"
    #: Planned or posted as draft: payments and credits wait for approval.
    UNAPPROVED = "unapproved"
    #: The store's state says not yet.
    WAITS = "waits"
    HELD = "held"
    #: Not in the ledger, by a rule or because it was cancelled.
    ABSENT = "absent"
    #: Before the start date and not adopted.
    OLD = "old"


class Target:
    """An invoice that payments and credits settle. open: by the store's facts, not Xero's (ACCOUNTING C4)."""

    __slots__ = ("number", "open", "ref")

    def __init__(self, ref: Ref, number: str, total: Decimal) -> None:
        self.ref = ref
        self.number = number
        self.open = total


class Credit(msgspec.Struct, frozen=True, gc=False):
    """A credit note of our own for a sale, to be allocated (ACCOUNTING B4, B5, B7)."""

    ref: Ref
    number: str
    amount: Decimal
    date: date


class Sale:
    """A sale in the plan, with the invoices that its money settles and our own credits on it."""

    __slots__ = (
        "blocked",
        "credits",
        "document",
        "held_payments",
        "payments",
        "posted",
        "problems",
        "ref",
        "source",
        "standing",
        "targets",
        "total",
    )

    def __init__(self, source: Source, ref: Ref, standing: Standing, document: Document | None = None) -> None:
        self.source = source
        self.ref = ref
        self.standing = standing
        self.document = document
        self.posted: Posted | None = None
        self.problems: tuple[Problem, ...] = ()
        #: Why nothing more may be done to it in Xero (changed by a person, B11).
        self.blocked: Problem | None = None
        self.total = document.totals.total.amount if isinstance(document, Invoice) else Decimal(0)
        self.targets: list[Target] = []
        if isinstance(document, Invoice):
            self.targets.append(Target(ref, document.number, self.total))
        self.credits: list[Credit] = []
        #: Payments planned or posted, and how many are held or wait.
        self.payments: list[Ref] = []
        self.held_payments = 0

    @property
    def open(self) -> Decimal:
        return sum([target.open for target in self.targets], Decimal(0))

    @property
    def number(self) -> str:
        return self.document.number if self.document is not None else self.source.prefix + self.source.number


class Work:
    """One dossier being planned."""

    __slots__ = (
        "absent",
        "allocated",
        "book",
        "contact",
        "dossier",
        "facts",
        "held",
        "posted",
        "postings",
        "sales",
        "skipped",
        "snapshot",
    )

    def __init__(self, dossier: Dossier, book: RuleBook, snapshot: Snapshot) -> None:
        self.dossier = dossier
        self.book = book
        self.snapshot = snapshot
        self.posted: dict[Ref, Posted] = {posting.ref: posting for posting in snapshot.posted}
        self.postings: list[PlannedPosting] = []
        self.held: list[DocumentHeld] = []
        self.skipped: list[Skipped] = []
        self.absent: list[PlannedPosting] = []
        self.sales: list[Sale] = []
        #: Posted allocations that are still in order.
        self.allocated: set[Ref] = set()
        order = dossier.order
        customer = order.customer
        ship_to = order.ship_to or customer.delivery or customer.billing
        self.facts = SaleFacts(
            store_view=order.store_view,
            country=ship_to.country or customer.billing.country,
            customer_group=customer.group,
            has_tax_number=bool(customer.tax_number or customer.billing.tax_number or ship_to.tax_number),
        )
        single = bool(book.rules.contacts.single_contact)
        self.contact = Ref(
            Role.CONTACT, SINGLE_CONTACT if single else DocumentKey(DocumentKind.CUSTOMER, customer.key)
        )

    def live(self, ref: Ref) -> Posted | None:
        """What is posted under a reference and still counts."""
        posted = self.posted.get(ref)
        return None if posted is None or posted.status in GONE else posted

    def target(self, ref: Ref) -> Target | None:
        """The invoice of this dossier that money or credit is applied to."""
        return next((target for sale in self.sales for target in sale.targets if target.ref == ref), None)

    def skip(self, document: DocumentKey, code: str, reason: str) -> None:
        self.skipped.append(Skipped(document, code, reason))

    def hold(self, document: DocumentKey, *problems: Problem) -> None:
        self.held.append(DocumentHeld(document, problems))

    def wait_for(self, ref: Ref, target: Ref) -> None:
        """Let new payments of an invoice wait until something on it is gone that takes their room."""
        for index, posting in enumerate(self.postings):
            payload = posting.payload
            if isinstance(payload, Payment) and payload.target == target and self.live(posting.ref) is None:
                depends_on = (*posting.depends_on, ref)
                self.postings[index] = msgspec.structs.replace(posting, depends_on=depends_on)

    def keep(self, posted: Posted) -> PlannedPosting:
        """Want a posting exactly as it is."""
        planned = PlannedPosting(ref=posted.ref, payload=posted.payload, marker=marker_of(posted))
        self.postings.append(planned)
        return planned


def marker_of(posted: Posted) -> str:
    """What identifies a posted object in Xero."""
    payload = posted.payload
    if isinstance(payload, Invoice | CreditNote):
        return payload.number
    return getattr(payload, "reference", "") or f"{posted.ref.document}/{posted.ref.ordinal}"
