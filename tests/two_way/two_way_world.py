"""A small CRM, a simulated organisation, and Tieout between them, both ways."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from cases_world import Books
from paper_crm import CrmTranslator, PaperCrm, PaperWriter
from simulated import METER

from dossiers import tax_rule
from tieout.documents import DocumentKind
from tieout.documents.entries import EntryKind
from tieout.errors import OutcomeUnknown
from tieout.ports.inward import Pair
from tieout.ports.store import Mark
from tieout.ports.writing import StoreWrite
from tieout.records import models
from tieout.records.inward_storage import InwardStorage
from tieout.rules.settings import ContactRules, MethodRule, Rules, StatusRule
from tieout.sync.inward import InwardRounds, Round, StoreSide
from tieout.sync.inward.agreeing import Agreeing
from tieout.sync.plan import Planner, PlanTotals
from xerosim.resources import contacts, documents
from xerosim.resources.context import Context
from xerosim.resources.kinds import INVOICE

ALL = frozenset(EntryKind)
KINDS = {
    EntryKind.CUSTOMER: DocumentKind.CUSTOMER,
    EntryKind.INVOICE: DocumentKind.ORDER,
    EntryKind.PAYMENT: DocumentKind.PAYMENT,
}


class CrmStore:
    kind = "paper-crm"
    title = "Paper CRM"

    def default_rules(self) -> Rules:
        return Rules()

    def translator(self, context: bytes, options: Mapping[str, str]) -> CrmTranslator:
        return CrmTranslator()


class TwoWay(Books):
    """crm: the store.  person(): what people do in Xero (`Books.person`)."""

    def __init__(self, **more: Any) -> None:
        self.crm = PaperCrm()
        self.inward = InwardStorage()
        facts: dict[str, Any] = {
            "taxes": (tax_rule("VAT|20", to="OUTPUT2"),),
            "methods": (MethodRule("card", "601", "GBP"),),
            "contacts": ContactRules(fill_empty_only=False),
            "statuses": (StatusRule("order", "draft", "wait"),),
        }
        super().__init__(**{**facts, **more})
        self.changes = self.house.ledger.changes

    # ---- the store's side

    def pull(self) -> None:
        """Read the whole CRM again; what is gone is found by comparing."""
        self.clock.move(1)
        translator = CrmTranslator()
        for kind, document in KINDS.items():
            raws = self.crm.documents(kind)
            page = [(raw, translator.envelope(raw)) for raw in raws]
            self.storage.save_page(self.connection, document, page, Mark(self.clock.now()), self.clock.now())
            gone = self.storage.living_keys(self.connection, document) - {raw.key for raw in raws}
            self.storage.mark_removed(self.connection, document, sorted(gone))

    def planner(self) -> Planner:
        [store] = [one for one in self.administration.connections() if one.id == self.connection]
        return Planner(self.storage, self.clock, store, CrmStore())  # type: ignore[arg-type]

    def plan_due(self, run: int | None = None) -> PlanTotals:
        return self.planner().plan_due(run=run)

    def outward(self) -> None:
        """From the store to Xero."""
        self.pull()
        self.plan_due()
        self.finish()

    # ---- Xero's side

    def side(self, brings: frozenset[EntryKind] = ALL, takes_new: frozenset[EntryKind] = ALL) -> StoreSide:
        [assignment] = self.storage.assignments(self.connection)
        agreeing = Agreeing(
            self.storage, self.inward, self.clock, self.connection, CrmTranslator(),  # type: ignore[arg-type]
            self.planner(),
        )  # fmt: skip
        pair = Pair(self.connection, self.organisation)
        return StoreSide(pair, assignment.rules, brings, takes_new, PaperWriter(self.crm), agreeing)

    def rounds(self) -> InwardRounds:
        reference = self.administration.organisation(self.organisation).reference
        assert reference is not None
        return InwardRounds(self.inward, self.clock, self.changes, METER, reference)

    def back(self, **more: Any) -> Round:
        """One round of the way back."""
        self.clock.move(1)
        return self.rounds().run([self.side(**more)])

    def both(self) -> None:
        """Until both sides are quiet."""
        self.back()
        self.outward()
        self.back()
        self.outward()

    def begin(self) -> None:
        """The way back was switched on: from now on changes come."""
        self.back()
        self.clock.move(600)

    # ---- people in Xero

    def contact_in_xero(self, name: str, **members: Any) -> str:
        """A person makes or changes a contact in Xero."""
        made = self._write("Contacts", {"Name": name, **members})
        return str(made["ContactID"])

    def invoice_in_xero(self, number: str, contact: str, *nets: str, **members: Any) -> str:
        lines = [
            {"Description": f"Work {place}", "Quantity": "1", "UnitAmount": net, "AccountCode": "200",
             "TaxType": "OUTPUT2"}
            for place, net in enumerate(nets)
        ]  # fmt: skip
        body = {
            "Type": "ACCREC", "InvoiceNumber": number, "Contact": {"ContactID": contact}, "LineItems": lines,
            "Date": "2026-03-10", "DueDate": "2026-03-24", "Status": "AUTHORISED", "LineAmountTypes": "Exclusive",
            **members,
        }  # fmt: skip
        return str(self._write("Invoices", body)["InvoiceID"])

    def _write(self, collection: str, element: dict[str, Any]) -> dict[str, Any]:
        self.clock.move(2)

        def act(context: Context) -> object:
            context.body = element
            if collection == "Contacts":
                return contacts.write(context).elements[0]
            return documents.write(context, INVOICE).elements[0]

        found = self.house.world.person(self.house.tenant, act)
        assert isinstance(found, dict)
        assert not found.get("ValidationErrors"), found["ValidationErrors"]
        return dict(found)

    # ---- looking

    def brought(self, kind: EntryKind | None = None) -> list[models.Brought]:
        rows = models.Brought.objects.order_by("id")
        return list(rows if kind is None else rows.filter(kind=kind.value))

    def back_states(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        for row in self.brought():
            counts[row.state] = counts.get(row.state, 0) + 1
        return counts

    def writes(self) -> int:
        return len(self.crm.writes)

    def ledger_writes(self) -> int:
        return sum(1 for call in self.house.world.journal.calls if call.tenant and call.method in ("POST", "PUT"))

    def all_of(self, collection: str) -> list[Any]:
        """Everything that Xero holds, read slowly, so that looking meets no limit."""
        self.clock.move(3)
        return [one for page in getattr(self.changes, collection)(None, METER) for one in page]

    def invoices_in_xero(self) -> list[Any]:
        found = self.all_of("invoices")
        return [one for one in found if one.status not in ("VOIDED", "DELETED")]


def total(entry: Any) -> Decimal:
    return Decimal(entry.total.amount)


def lost(moment: str, kind: EntryKind | None = None, times: int = 1) -> Any:
    """A fault: the connection breaks at a moment ("before" or "after" the write took effect), so many times."""
    left = [times]

    def fault(when: str, write: StoreWrite) -> None:
        if when == moment and left[0] and kind in (None, write.kind):
            left[0] -= 1
            raise OutcomeUnknown("the store did not answer")

    return fault
