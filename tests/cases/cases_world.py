"""A whole Tieout around hand-made dossiers: real planner, real records, real turns, and the simulated Xero.

The store is paper: its documents are dossiers and customers written down as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from records_world import World, order_key
from simulated import METER, House

from dossiers import ROLES, rules
from tieout.accounting import Held, Role
from tieout.documents import Customer, DocumentKey, DocumentKind, Dossier, Envelope
from tieout.errors import Problem
from tieout.ports.store import Mark, RawDocument
from tieout.records import models
from tieout.records.administration import DjangoAdministration
from tieout.records.storage import Storage
from tieout.rules.settings import MethodRule, Rules
from tieout.sync.plan import Planner, PlanTotals
from tieout.sync.sweep import Sweep, Swept
from tieout.sync.turn.values import Policy
from xerosim import people

#: Accounts of these tests beside the chart of a fresh British organisation: code, name, type.
ACCOUNTS = (
    ("261", "Fees charged", "REVENUE"),
    ("262", "Levies", "CURRLIAB"),
    ("280", "Refund adjustments", "REVENUE"),
    ("601", "Card clearing", "CURRENT"),
    ("828", "Gift cards", "CURRLIAB"),
    ("829", "Store credit", "CURRLIAB"),
)


def book_rules(**more: Any) -> Rules:
    """Rules of `dossiers` on the accounts of the simulated organisation."""
    roles = msgspec.structs.replace(ROLES, gift_cards="828", store_credit="829", tax_liability="820")
    methods = (MethodRule("card", "601", "GBP"),)
    return rules(**{"accounts": roles, "methods": methods, "version": 1, **more})


class PaperTranslator:
    """Reads back what was written down."""

    def dossier(self, root: bytes, members: Sequence[tuple[DocumentKind, bytes]]) -> Dossier | tuple[Problem, ...]:
        return msgspec.json.decode(root, type=Dossier)

    def customer(self, body: bytes) -> Customer | tuple[Problem, ...]:
        return msgspec.json.decode(body, type=Customer)


class PaperStore:
    kind = "paper"
    title = "Paper"

    def default_rules(self) -> Rules:
        return book_rules()

    def translator(self, context: bytes, options: Mapping[str, str]) -> PaperTranslator:
        return PaperTranslator()


class HouseClock:
    """The simulated Xero's clock, for the world of the records."""

    def __init__(self, house: House) -> None:
        self._house = house

    def now(self) -> datetime:
        return self._house.clock.now()

    def move(self, seconds: float) -> None:
        self._house.virtual.advance(seconds)

    @property
    def time(self) -> datetime:
        return self.now()

    @time.setter
    def time(self, moment: datetime) -> None:
        if moment > self.now():
            self._house.virtual.advance((moment - self.now()) / timedelta(seconds=1))


class Books(World):
    """One shop of paper into one simulated organisation."""

    def __init__(self, **more: Any) -> None:
        self.house = House()
        super().__init__(Storage())
        self.clock = HouseClock(self.house)  # type: ignore[assignment]
        self.policy = Policy(linger_seconds=0)
        for code, name, kind in ACCOUNTS:
            self.house.ledger.create_account(
                code, name, kind, "NONE" if kind != "REVENUE" else "OUTPUT2", METER,
                payments_enabled=kind.startswith("CURR"),
            )  # fmt: skip
        self.ledger = self.house.ledger  # type: ignore[assignment]
        self.administration = DjangoAdministration()
        self._swept_at: datetime | None = None
        self.set_rules(book_rules(**more))

    def set_rules(self, chosen: Rules) -> None:
        """Rules of now, and the organisation as it is now."""
        self.administration.save_rules(
            self.connection, self.organisation, chosen, by="test", note="", now=self.clock.now()
        )
        self.refresh()

    def refresh(self) -> None:
        models.Organisation.objects.filter(pk=self.organisation).update(tenant_id=self.house.tenant)
        self.administration.save_reference(self.organisation, self.house.ledger.reference(METER))

    # ---- the shop

    def save(self, *dossiers: Dossier) -> None:
        """The store tells of orders, new or changed."""
        self.clock.move(1)
        page = [self._document(order_key(int(one.order.key)), one, one.order.number) for one in dossiers]
        self._save_page(DocumentKind.ORDER, page)

    def save_customer(self, customer: Customer) -> None:
        self.clock.move(1)
        key = DocumentKey(DocumentKind.CUSTOMER, customer.key)
        self._save_page(DocumentKind.CUSTOMER, [self._document(key, customer, customer.number)])

    def _document(self, key: DocumentKey, content: Any, number: str) -> tuple[RawDocument, Envelope]:
        body = msgspec.json.encode(content)
        now = self.clock.now()
        state = content.order.state if isinstance(content, Dossier) else ""
        digest = f"{hash(body):x}"
        return (
            RawDocument(key.kind, key.key, now, body),
            Envelope(
                document=key, root=key, number=number, digest=digest, updated_at=now, title=number, state=state,
                date=content.order.date if isinstance(content, Dossier) else None,
            ),
        )  # fmt: skip

    def _save_page(self, kind: DocumentKind, page: Sequence[tuple[RawDocument, Envelope]]) -> None:
        last = page[-1][1]
        mark = Mark(last.updated_at, last.document.key)
        self.storage.save_page(self.connection, kind, page, mark, self.clock.now())

    # ---- work

    def plan_due(self, run: int | None = None) -> PlanTotals:
        [store] = [one for one in self.administration.connections() if one.id == self.connection]
        return Planner(self.storage, self.clock, store, PaperStore()).plan_due(run=run)  # type: ignore[arg-type]

    def sync(self, *dossiers: Dossier) -> None:
        """The store tells, Tieout plans and sends until nothing is left to do."""
        if dossiers:
            self.save(*dossiers)
        self.plan_due()
        self.finish()

    def person(self, deed: str, **members: Any) -> None:
        """What a person does inside Xero, behind our back (`xerosim.people`)."""
        self.house.world.person(self.house.tenant, lambda context: people.DEEDS[deed](context, members))

    def sweep(self) -> Swept:
        """Tieout looks what people did in Xero, and plans what hangs on it."""
        since, self._swept_at = self._swept_at, self.clock.now()
        self.clock.move(1)
        swept = Sweep(self.storage, self.clock).run(self.organisation, self.house.ledger, METER, since)
        self.sync()
        return swept

    # ---- what Xero holds

    def held(self, role: Role) -> list[Held]:
        return [one for page in self.house.ledger.read(role, METER) for one in page]

    def only(self, role: Role) -> Held:
        [one] = self.held(role)
        return one

    def calls(self, method: str = "", endpoint: str = "") -> int:
        """Calls that reached Xero."""
        return sum(
            1
            for call in self.house.world.journal.calls
            if call.tenant and method in call.method and endpoint in call.path
        )

    def reasons(self) -> dict[str, str]:
        """What is held, by its code."""
        return {posting.code: posting.reason for posting in self.postings() if posting.state == "held"}


def amount(held: Held) -> Decimal:
    assert held.total is not None
    return held.total.amount
