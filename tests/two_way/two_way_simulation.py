"""A seeded run in which people work on both sides at once and everything between them may fail."""

from __future__ import annotations

import os
import random
from decimal import Decimal
from typing import Any

import msgspec
from paper_crm import METHOD, invoice_entry, money
from two_way_world import TwoWay

from tieout.documents.entries import CustomerEntry, EntryKind, InvoiceState, PaymentEntry, Person
from tieout.errors import OutcomeUnknown, RetryLater
from tieout.ports.writing import StoreWrite
from xerosim.errors import Invalid

SEEDS = int(os.environ.get("TIEOUT_TWO_WAY_SEEDS", "8"))
STEPS = int(os.environ.get("TIEOUT_TWO_WAY_STEPS", "40"))
ROUNDS_MAX = 12


class Simulation:
    """people: what they did, by side, for bounds of writes and for messages of failures."""

    def __init__(self, world: TwoWay, seed: int) -> None:
        self.world = world
        self.dice = random.Random(seed)
        self.done: list[str] = []
        self.numbers = 0
        self.faults = 0
        world.crm.fault = self._fault
        self.calm = False

    def _fault(self, moment: str, write: StoreWrite) -> None:
        if self.calm or self.dice.random() > 0.12:
            return
        self.faults += 1
        if moment == "before" and self.dice.random() < 0.5:
            raise RetryLater("the store is busy", scope="outage", after_seconds=20)
        raise OutcomeUnknown("the answer was lost")

    # ---- what may happen

    def step(self) -> None:
        deeds = [
            (3, self.store_invoice), (2, self.store_edit), (2, self.store_pays), (1, self.store_unpays),
            (1, self.store_cancels), (1, self.store_customer),
            (3, self.xero_invoice), (2, self.xero_edit), (2, self.xero_pays), (1, self.xero_unpays),
            (1, self.xero_voids), (1, self.xero_contact),
            (4, self.back), (4, self.outward), (1, self.world.sweep), (1, self.rest),
        ]  # fmt: skip
        [deed] = self.dice.choices([one for _, one in deeds], [weight for weight, _ in deeds])
        deed()

    def back(self) -> None:
        """A webhook, or the look every five minutes; now and then a doubled one."""
        for _ in range(self.dice.choice((1, 1, 2))):
            self.world.back()

    def outward(self) -> None:
        self.world.outward()

    def rest(self) -> None:
        self.world.clock.move(self.dice.choice((5, 60, 400)))

    def note(self, side: str, what: str) -> None:
        self.done.append(f"{side}: {what}")

    def store_customer(self) -> None:
        rows = self.world.crm.tables[EntryKind.CUSTOMER]
        if rows and self.dice.random() < 0.6:
            key = self.dice.choice(sorted(rows))
            phone = f"0{self.dice.randrange(10**6)}"
            self.world.crm.edit(EntryKind.CUSTOMER, key, phone=phone)
            self.note("store", f"customer {key} phone {phone}")

    def store_invoice(self) -> None:
        self.numbers += 1
        crm = self.world.crm
        keys = sorted(crm.tables[EntryKind.CUSTOMER])
        if not keys or self.dice.random() < 0.4:
            name = f"Store Buyer {self.numbers}"
            person = Person("B", str(self.numbers), f"buyer{self.numbers}@store.example")
            keys = [crm.add(CustomerEntry(name, people=(person,)))]
        crm.add(invoice_entry(f"{self.numbers:05}", self.dice.choice(keys), *self.nets()))
        self.note("store", f"invoice {self.numbers:05}")

    def nets(self) -> list[str]:
        return [f"{self.dice.randrange(100, 99_999) / 100:.2f}" for _ in range(self.dice.choice((1, 2, 3)))]

    def _open(self, *, paid: bool | None = None) -> list[str]:
        found = []
        for key, record in self.world.crm.tables[EntryKind.INVOICE].items():
            entry: Any = record.entry
            has = any(p.invoice_key == key for p in self.world.crm.of(EntryKind.PAYMENT))
            if entry.state is InvoiceState.OPEN and paid in (None, has):
                found.append(key)
        return found

    @staticmethod
    def _for_edits(number: str) -> bool:
        """Half of the invoices are edited, the others are paid: money and edits together make own documents (B7)."""
        return int("".join(c for c in number if c.isdigit())) % 2 == 0

    @staticmethod
    def _paid_by(number: str) -> str:
        """Each of the others is paid on one side: two tills that take the same money are two payments indeed."""
        return {1: "store", 3: "xero"}.get(int("".join(c for c in number if c.isdigit())) % 4, "")

    def store_edit(self) -> None:
        crm = self.world.crm
        keys = [key for key in self._open(paid=False) if self._for_edits(crm.entry(EntryKind.INVOICE, key).number)]
        if keys:
            key = self.dice.choice(keys)
            new = invoice_entry("x", "x", *self.nets())
            crm.edit(EntryKind.INVOICE, key, lines=new.lines, net=new.net, tax=new.tax, total=new.total)
            self.note("store", f"invoice {key} total {new.total.amount}")

    def store_pays(self) -> None:
        crm = self.world.crm
        keys = [
            key for key in self._open(paid=False)
            if self._paid_by(crm.entry(EntryKind.INVOICE, key).number) == "store"
        ]  # fmt: skip
        if keys:
            key = self.dice.choice(keys)
            entry = crm.entry(EntryKind.INVOICE, key)
            amount = entry.total if self.dice.random() < 0.5 else money("0.50")
            crm.add(PaymentEntry(key, entry.date, amount, METHOD, f"till {self.numbers}-{len(self.done)}"))
            self.note("store", f"paid {key}")

    def store_unpays(self) -> None:
        keys = sorted(self.world.crm.tables[EntryKind.PAYMENT])
        if keys:
            key = self.dice.choice(keys)
            self.world.crm.remove(EntryKind.PAYMENT, key)
            self.note("store", f"payment {key} deleted")

    def store_cancels(self) -> None:
        crm = self.world.crm
        keys = [
            key for key in self._open(paid=False)
            if self._for_edits(crm.entry(EntryKind.INVOICE, key).number)
        ]  # fmt: skip
        if keys:
            key = self.dice.choice(keys)
            crm.edit(EntryKind.INVOICE, key, state=InvoiceState.CANCELLED)
            self.note("store", f"invoice {key} cancelled")

    # ---- people in Xero

    def xero_contact(self) -> None:
        contacts = self.world.all_of("contacts")
        if contacts and self.dice.random() < 0.7:
            chosen = self.dice.choice(contacts)
            phone = f"1{self.dice.randrange(10**6)}"
            body = {"ContactID": chosen.remote_id, "Phones": [{"PhoneType": "DEFAULT", "PhoneNumber": phone}]}
            self.world.contact_in_xero(chosen.name, **body)
            self.note("xero", f"contact {chosen.name} phone {phone}")

    def xero_invoice(self) -> None:
        self.numbers += 1
        name = f"Xero Buyer {self.dice.randrange(6)}"
        contact = self.world.contact_in_xero(name)
        self.world.invoice_in_xero(f"INV-{self.numbers:05}", contact, *self.nets())
        self.note("xero", f"invoice INV-{self.numbers:05}")

    def _unpaid(self) -> list[Any]:
        return [one for one in self.world.invoices_in_xero() if one.status == "AUTHORISED"]

    def xero_edit(self) -> None:
        paid = {p.invoice_id for p in self.world.all_of("payments")}
        found = [i for i in self._unpaid() if self._for_edits(i.number) and i.remote_id not in paid]
        if found:
            chosen = self.dice.choice(found)
            lines = [
                {"Description": f"Changed {n}", "Quantity": "1", "UnitAmount": net, "AccountCode": "200",
                 "TaxType": "OUTPUT2"}
                for n, net in enumerate(self.nets())
            ]  # fmt: skip
            changes = {"LineItems": lines, "LineAmountTypes": "Exclusive"}
            self.world.person("edit", id=chosen.remote_id, changes=changes)
            self.note("xero", f"invoice {chosen.number} changed")

    def xero_pays(self) -> None:
        found = [one for one in self._unpaid() if self._paid_by(one.number) == "xero"]
        if found:
            chosen = self.dice.choice(found)
            amount = f"{chosen.total.amount:f}" if self.dice.random() < 0.5 else "0.50"
            try:
                self.world.person(
                    "pay", id=chosen.remote_id, account="601", amount=amount, reference=f"bank {len(self.done)}",
                    date="2026-03-20",
                )  # fmt: skip
            except Invalid:  # more than is open
                return
            self.note("xero", f"paid {chosen.number}")

    def xero_unpays(self) -> None:
        payments = self.world.all_of("payments")
        alive = sorted({p.invoice_id for p in payments if p.status == "AUTHORISED"})
        if alive:
            self.world.person("unpay", id=self.dice.choice(alive))
            self.note("xero", "unpaid")

    def xero_voids(self) -> None:
        paid = {p.invoice_id for p in self.world.all_of("payments")}
        found = [i for i in self._unpaid() if self._for_edits(i.number) and i.remote_id not in paid]
        if found:
            chosen = self.dice.choice(found)
            self.world.person("void", id=chosen.remote_id)
            self.note("xero", f"voided {chosen.number}")

    # ---- the end

    def settle(self) -> int:
        """Rounds until both sides are quiet; how many it took."""
        self.calm = True
        for count in range(1, ROUNDS_MAX + 1):
            before = self.world.writes(), self.world.ledger_writes()
            self.world.clock.move(120)
            self.world.sweep()
            self.world.back()
            self.world.outward()
            if (self.world.writes(), self.world.ledger_writes()) == before and count > 1 and not self.obeys():
                return count
        raise AssertionError(f"never quiet: {self.describe()}")

    def obeys(self) -> bool:
        """A person does what the sentence says about an invoice that was cancelled in the store and lives in Xero."""
        held = [row for row in self.world.brought() if row.state == "held" and "Void it in Xero" in row.reason]
        living = {one.remote_id for one in self.world.invoices_in_xero()}
        todo = [row.remote_id for row in held if row.remote_id in living]
        for remote_id in todo:
            self.world.person("void", id=remote_id)
        return bool(todo)

    def describe(self) -> str:
        rows = [f"{r.kind} {r.number or r.title} {r.state} {r.reason}" for r in self.world.brought() if r.state not in
                ("synchronised", "skipped")]  # fmt: skip
        held = [f"{p.role} {p.marker} {p.state} {p.code} {p.reason}" for p in self.world.postings() if p.state not in
                ("posted", "gone")]  # fmt: skip
        return "\n".join([*self.done, "---", *rows, "---", *held])


def books(world: TwoWay) -> tuple[list[Any], list[Any]]:
    """What both sides hold alike: of each living invoice its total, tax and payments; what is paid in all."""
    crm = world.crm
    store = sorted(
        (entry.total.amount, entry.tax.amount, sum((p.amount.amount for p in crm.of(EntryKind.PAYMENT)
                                                    if p.invoice_key == key), Decimal(0)))
        for key, record in crm.tables[EntryKind.INVOICE].items()
        if (entry := msgspec.structs.replace(record.entry)).state is InvoiceState.OPEN
    )  # fmt: skip
    payments = [p for p in world.all_of("payments") if p.status == "AUTHORISED"]
    ledger = sorted(
        (one.total.amount, one.total_tax.amount, sum((p.amount.amount for p in payments
                                                      if p.invoice_id == one.remote_id), Decimal(0)))
        for one in world.invoices_in_xero()
    )  # fmt: skip
    return store, ledger


def phones(world: TwoWay) -> tuple[dict[str, str], dict[str, str]]:
    """Phone by name, of customers on both sides."""
    store = {one.name: one.phone for one in world.crm.of(EntryKind.CUSTOMER)}
    ledger = {one.name: one.phone for one in world.all_of("contacts")}
    both = store.keys() & ledger.keys()
    return {n: store[n] for n in sorted(both)}, {n: ledger[n] for n in sorted(both)}
