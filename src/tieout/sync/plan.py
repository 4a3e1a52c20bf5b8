"""Planning what changed: dossier by dossier, into every organisation the store is assigned to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypedDict

import msgspec

from tieout.accounting import Role
from tieout.documents import LEADING, Address, Customer, DocumentKey, DocumentKind, Dossier, Product
from tieout.engine.choice import SCHEDULED_PRIORITY
from tieout.engine.parking import IMMEDIATE_DOSSIERS_MAX, priority_for
from tieout.errors import Problem
from tieout.planning.contacts import plan_contact
from tieout.planning.dossier import plan_dossier
from tieout.planning.items import plan_product, shared_postings
from tieout.planning.keeping import keep_words
from tieout.planning.results import DocumentHeld, DossierPlan, PlannedPosting, Snapshot
from tieout.planning.switches import without
from tieout.ports import Clock, StoreAdapter, StoreTranslator
from tieout.ports.entities import EntitySync
from tieout.ports.records import (
    Assignment,
    DossierFacts,
    DueDossier,
    Member,
    PlanToWrite,
    PlanWritten,
    StoreConnection,
)
from tieout.ports.routing import PlanningRecords
from tieout.rules.book import RuleBook, compile_rules
from tieout.rules.catalogue import Code
from tieout.rules.entities import entity_of
from tieout.sync.routing import Router, held_plan, nothing

#: Dossiers planned and written in one transaction.
BATCH = 200

_NO_FACTS = DossierFacts()
_SHARED = (Role.CONTACT, Role.ITEM)


class _Urgency(TypedDict):
    priority: int
    priorities: Mapping[Role, int]


class PlannedDossier(msgspec.Struct, frozen=True):
    """A dossier with its plan for one organisation, for plans that are shown."""

    dossier: DueDossier
    organisation: int
    plan: DossierPlan
    facts: DossierFacts
    #: It goes to another organisation: nothing is wanted here.
    elsewhere: bool = False


class PlanTotals(msgspec.Struct, frozen=True):
    """What planning came to, over all batches."""

    dossiers: int = 0
    written: PlanWritten = PlanWritten()


class Planner:
    """Plans the dossiers of one store connection. Made anew when rules or references changed."""

    def __init__(
        self,
        records: PlanningRecords,
        clock: Clock,
        connection: StoreConnection,
        adapter: StoreAdapter,
        modes: Sequence[EntitySync] = (),
    ) -> None:
        self._records = records
        self._clock = clock
        self._connection = connection
        self._translator: StoreTranslator = adapter.translator(connection.context, connection.options)
        self._read_rules()
        self._modes = {one.entity: one for one in modes}
        self._off = frozenset(one.entity for one in modes if not one.sends)

    def _read_rules(self) -> None:
        assignments = self._records.assignments(self._connection.id)
        self._assignments = [one for one in assignments if one.reference is not None]
        self._router = Router(self._records, self._connection.id, self._assignments)
        self._books: dict[tuple[int, int], RuleBook] = {}

    @property
    def is_assigned(self) -> bool:
        """Whether there is an organisation to plan into."""
        return bool(self._assignments)

    def plan_due(
        self,
        *,
        why: str = "changed in the store",
        priority: int | None = SCHEDULED_PRIORITY,
        run: int | None = None,
        progress: Callable[[int], None] | None = None,
        stop: Callable[[], bool] = lambda: False,
    ) -> PlanTotals:
        """Plan and write everything that is due, batch by batch, each in a transaction of its own.

        priority None: by the mode of each entity. What a person gave to a document goes before either.
        """
        totals = PlanTotals()
        while self._assignments and not stop():
            due = self._records.due_dossiers(self._connection.id, BATCH)
            if not due:
                break
            written = self._plan_batch(due, why, priority, run)
            if written.outdated:
                # Somebody saved rules meanwhile: the same documents again, by those.
                self._read_rules()
                continue
            totals = PlanTotals(totals.dossiers + len(due), _add(totals.written, written))
            if progress is not None:
                progress(totals.dossiers)
        return totals

    def _plan_batch(self, due: Sequence[DueDossier], why: str, priority: int | None, run: int | None) -> PlanWritten:
        orphans = [dossier for dossier in due if dossier.root_id is None]
        if orphans:
            self._records.defer_planning(
                orphans,
                Code.SALE_MISSING,
                "The order it belongs to was not read yet. It is planned when the order arrives.",
                self._clock.now(),
            )
        whole = [dossier for dossier in due if dossier.root_id is not None]
        plans = [
            PlanToWrite(
                dossier=planned.dossier,
                organisation=planned.organisation,
                plan=planned.plan,
                rule_version=self._assignment(planned.organisation).rules.version,
                older=self._older(planned),
                elsewhere=planned.elsewhere,
                why=why,
                run=planned.dossier.run or run,
                **self._urgency(
                    planned, priority, bulk=sum(one.priority is None for one in due) > IMMEDIATE_DOSSIERS_MAX
                ),
            )
            for planned in self.plan(whole)
        ]
        return self._records.write_plans(plans, whole, self._clock.now())

    def _urgency(self, planned: PlannedDossier, priority: int | None, *, bulk: bool) -> _Urgency:
        """priority and priorities of a plan: a person's wish, else the caller's, else each entity's mode."""
        wished = planned.dossier.priority if planned.dossier.priority is not None else priority
        if wished is not None:
            return {"priority": wished, "priorities": {}}
        modes = {
            role: priority_for(mode.mode, bulk=bulk, batching=bool(mode.batching))
            for role in Role
            if (mode := self._modes.get(entity_of(role))) is not None
        }
        if planned.dossier.root.kind not in (DocumentKind.CUSTOMER, DocumentKind.PRODUCT):
            # Contacts and items of a sale go when it goes, whatever their own rhythm.
            first = min(
                (
                    modes.get(posting.ref.role, SCHEDULED_PRIORITY)
                    for posting in planned.plan.postings
                    if any(ref.role in _SHARED for ref in posting.depends_on)
                ),
                default=SCHEDULED_PRIORITY,
            )
            modes |= dict.fromkeys(_SHARED, first)
        return {"priority": SCHEDULED_PRIORITY, "priorities": modes}

    def plan(self, dossiers: Sequence[DueDossier]) -> Iterator[PlannedDossier]:
        """Plans of dossiers, without writing anything."""
        translated = [(dossier, self.translate(dossier)) for dossier in dossiers]
        customers = self._customers(translated)
        roots = [dossier.root_id for dossier in dossiers if dossier.root_id is not None]
        facts = {one.organisation: self._records.dossier_facts(one.organisation, roots) for one in self._assignments}
        ways = self._router.ways(translated, facts)
        for assignment in self._assignments:
            book = self._book(assignment, assignment.rules.version)
            assert book is not None
            for dossier, content in translated:
                known = facts[assignment.organisation].get(dossier.root_id or 0, _NO_FACTS)
                way = ways.get(dossier.root)
                if way is not None and assignment.organisation not in way.organisations:
                    yield PlannedDossier(dossier, assignment.organisation, nothing(dossier), known, elsewhere=True)
                    continue
                if way is not None and way.problem is not None:
                    plan = held_plan(dossier, way.problem)
                else:
                    plan = self._plan_one(dossier, content, book, known, customers)
                yield PlannedDossier(dossier, assignment.organisation, plan, known)

    def _older(self, planned: PlannedDossier) -> Mapping[int, DossierPlan]:
        """Plans by the rules with which this dossier was posted: what is posted follows those."""
        assignment = self._assignment(planned.organisation)
        versions = {row.rule_version for row in planned.facts.posted} - {assignment.rules.version}
        if not versions or planned.elsewhere or planned.dossier.cause == "rules":
            return {}
        content = self.translate(planned.dossier)
        customers = self._customers([(planned.dossier, content)])
        return {
            version: self._plan_one(planned.dossier, content, book, planned.facts, customers)
            for version in sorted(versions)
            if (book := self._book(assignment, version)) is not None
        }

    def translate(self, dossier: DueDossier) -> Dossier | tuple[Problem, ...]:
        """The documents of a dossier put together; problems, or nothing, for what is no sale."""
        leader = next((member for member in dossier.members if member.document == dossier.root), None)
        if leader is None or not leader.body:
            return ()
        if leader.problems or dossier.root.kind not in LEADING:
            return leader.problems
        members = [
            (member.document.kind, member.body)
            for member in dossier.members
            if member is not leader and member.body and not member.removed
        ]
        return self._translator.dossier(leader.body, members)

    def _plan_one(
        self,
        dossier: DueDossier,
        content: Dossier | tuple[Problem, ...],
        book: RuleBook,
        facts: DossierFacts,
        customers: Mapping[DocumentKey, Customer],
    ) -> DossierPlan:
        if dossier.root.kind in (DocumentKind.CUSTOMER, DocumentKind.PRODUCT) and not content:
            return self._plan_shared(dossier, book, facts)
        if not isinstance(content, Dossier):
            held = DocumentHeld(dossier.root, content) if content else None
            return DossierPlan(
                postings=(), held=(held,) if held else (), sales_documents=dossier.sales_documents or "orders"
            )
        snapshot = Snapshot(
            reference=book.reference,
            now=self._clock.now(),
            posted=tuple(row.posted for row in facts.posted),
            sales_documents=dossier.sales_documents,
            burnt_numbers=facts.burnt_numbers,
        )
        plan = without(plan_dossier(content, book, snapshot), self._off, [row.posted.ref for row in facts.posted])
        shared = [
            plan_contact(_merged(customers[posting.ref.document], content.order.customer), book)
            if posting.ref.document in customers
            else posting
            for posting in shared_postings(content, plan, book)
        ]
        born = {row.posted.ref: row.posted.payload for row in facts.posted if row.born_in_ledger}
        own = [keep_words(one, born[one.ref]) if one.ref in born else one for one in plan.postings]
        return msgspec.structs.replace(plan, postings=(*shared, *own))

    def plan_into(self, dossier: DueDossier, organisation: int) -> tuple[DossierPlan, int]:
        """What one organisation holds of a dossier that came from there, whatever the routing says, and the version
        of the rules. A customer's plan is its contact."""
        assignment = self._assignment(organisation)
        book = self._book(assignment, assignment.rules.version)
        assert book is not None
        if dossier.root.kind is DocumentKind.CUSTOMER:
            customer = self._own_customer(dossier)
            postings = () if customer is None else (plan_contact(customer, book),)
            return DossierPlan(postings=postings), assignment.rules.version
        root = dossier.root_id or 0
        facts = self._records.dossier_facts(organisation, [root]).get(root, _NO_FACTS)
        content = self.translate(dossier)
        customers = self._customers([(dossier, content)])
        return self._plan_one(dossier, content, book, facts, customers), assignment.rules.version

    def _plan_shared(self, dossier: DueDossier, book: RuleBook, facts: DossierFacts) -> DossierPlan:
        """A customer or product that changed: only what is in the ledger already follows the change."""
        postings: list[PlannedPosting] = []
        for row in facts.posted:
            ref = row.posted.ref
            if entity_of(ref.role) in self._off:
                continue
            if ref.role is Role.CONTACT and (customer := self._own_customer(dossier)) is not None:
                made = plan_contact(customer, book)
                postings.append(keep_words(made, row.posted.payload) if row.born_in_ledger else made)
            elif ref.role is Role.ITEM and (product := self._product(dossier)) is not None:
                postings.append(plan_product(product, book))
        return DossierPlan(postings=tuple(postings), sales_documents=dossier.sales_documents or "orders")

    def _own_customer(self, dossier: DueDossier) -> Customer | None:
        return next((self._customer(member) for member in dossier.members if member.document == dossier.root), None)

    def _product(self, dossier: DueDossier) -> Product | None:
        for member in dossier.members:
            if member.document == dossier.root and member.body and not member.problems:
                product = self._translator.product(member.body)
                return product if isinstance(product, Product) else None
        return None

    def _customers(
        self, dossiers: Sequence[tuple[DueDossier, Dossier | tuple[Problem, ...]]]
    ) -> Mapping[DocumentKey, Customer]:
        """Registered customers of these dossiers as the store holds them, where they were read."""
        wanted = {
            DocumentKey(DocumentKind.CUSTOMER, content.order.customer.key)
            for _, content in dossiers
            if isinstance(content, Dossier) and not content.order.customer.is_guest
        }
        loaded = self._records.dossiers(self._connection.id, sorted(wanted)) if wanted else ()
        found: dict[DocumentKey, Customer] = {}
        for dossier in loaded:
            for member in dossier.members:
                customer = self._customer(member)
                if customer is not None:
                    found[member.document] = customer
        return found

    def _customer(self, member: Member) -> Customer | None:
        if not member.body or member.problems:
            return None
        customer = self._translator.customer(member.body)
        return customer if isinstance(customer, Customer) else None

    def _assignment(self, organisation: int) -> Assignment:
        return next(one for one in self._assignments if one.organisation == organisation)

    def _book(self, assignment: Assignment, version: int) -> RuleBook | None:
        """Rules compiled once per version; None for a version that is not kept any more."""
        key = (assignment.organisation, version)
        if key not in self._books:
            rules = assignment.rules
            if version != rules.version:
                older = self._records.rules(self._connection.id, assignment.organisation, version)
                if older is None:
                    return None
                rules = older
            assert assignment.reference is not None
            self._books[key] = compile_rules(rules, assignment.reference)
        return self._books[key]


def _merged(profile: Customer, buyer: Customer) -> Customer:
    """The customer's own data; what is empty there comes from the order."""
    return msgspec.structs.replace(
        profile,
        company=profile.company or buyer.company,
        phone=profile.phone or buyer.phone,
        tax_number=profile.tax_number or buyer.tax_number,
        billing=buyer.billing if profile.billing == Address() else profile.billing,
        delivery=profile.delivery or buyer.delivery,
    )


def _add(one: PlanWritten, other: PlanWritten) -> PlanWritten:
    names = PlanWritten.__struct_fields__
    return PlanWritten(**{name: getattr(one, name) + getattr(other, name) for name in names})
