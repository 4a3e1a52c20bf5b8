"""The simulated CRM and a simulated organisation with Tieout between them, both ways, and people at work on both."""

from __future__ import annotations

import json
import os
import random
import re
from decimal import Decimal as D
from typing import Any

import msgspec
from perfex_rigs import ALL_TABLES, PERFEX, URL
from two_way_world import ALL, TwoWay

from dossiers import tax_rule
from storesim.perfex import Crm, PerfexShop
from storesim.perfex.arithmetic import LineInput, Tax
from storesim.perfex.core import Options
from storesim.perfex.sales import CANCELLED, InvoiceInput
from storesim.perfex.shop import Settings
from storesim.perfex.webhooks import Subscription
from storesim.transport import StoreTransport
from tieout.documents.entries import EntryKind
from tieout.errors import ContractBroken, NeedsOperator, RetryLater
from tieout.ports.inward import Pair
from tieout.ports.records import StoreConnection
from tieout.ports.webhooks import WEBHOOK_SECRET, StoreCall
from tieout.records import models
from tieout.rules.settings import ContactRules, MethodRule
from tieout.stores.perfex.calls import PerfexCalls
from tieout.stores.perfex.memory import OwnMemory
from tieout.sync.inward import StoreSide
from tieout.sync.inward.agreeing import Agreeing
from tieout.sync.missing import Missing
from tieout.sync.named import read_named
from tieout.sync.plan import Planner
from tieout.sync.pull import Puller
from xerosim.errors import Invalid

SEEDS = int(os.environ.get("TIEOUT_PERFEX_SEEDS", "4"))
STEPS = int(os.environ.get("TIEOUT_PERFEX_STEPS", "40"))
ROUNDS_MAX = 14
VAT = Tax("VAT", D("20.00"))
SECRET = "the secret of these webhooks"
CALLS = PerfexCalls()
_IN_XERO = re.compile(r"in Xero ([^;]+)")


class PerfexTwoWay(TwoWay):
    """A CRM behind its REST module instead of the paper one."""

    def __init__(self, generation: str = "3") -> None:
        super().__init__()
        # A number that comes again is held: Xero keeps that of the void invoice.
        self.sim = Crm(Options(decrement_on_delete=False), self.clock.now)
        self.sim.people.add_tax("VAT", D("20"))
        self.shop = PerfexShop(self.sim, Settings(generation=generation, open_tables=ALL_TABLES | {"currencies"}))
        self.shop.webhooks.subscriptions.append(Subscription("https://tieout.example.test/hooks", SECRET))
        self.shop.webhooks.send = self._called
        self.memory = OwnMemory()
        options = {"url": URL, "access": "rest", "timezone": "Europe/London", "base_currency": "GBP"}
        self.settings = {**options, "token": self.shop.settings.token}
        context = self.reader().context()
        models.Connection.objects.filter(pk=self.connection).update(
            kind="perfex", options=json.dumps(options), context=context
        )
        default = PERFEX.default_rules()
        [assignment] = self.storage.assignments(self.connection)
        self.set_rules(
            msgspec.structs.replace(
                assignment.rules,
                sales_documents=default.sales_documents,
                statuses=default.statuses,
                numbering=default.numbering,
                taxes=(tax_rule("VAT|20.00", to="OUTPUT2"),),
                methods=(MethodRule("1", "601", "GBP"),),
                contacts=ContactRules(fill_empty_only=False),
            )
        )

    def reader(self) -> Any:
        reader = PERFEX.reader(self.settings, transport=StoreTransport(self.shop))
        reader.remember_in(self.memory)
        return reader

    def store(self) -> StoreConnection:
        return self.storage.connection(self.connection)

    def translator(self) -> Any:
        store = self.store()
        return PERFEX.translator(store.context, store.options)

    def pull(self) -> None:
        """As the recurring job does, with the nightly look for what was deleted."""
        self.clock.move(1)
        reader = self.reader()
        Puller(self.storage, self.administration, self.clock).pull(self.store(), PERFEX, reader)
        if not self.shop.faults._chances:
            missing = Missing(self.storage, self.clock, self.connection, reader, self.translator())
            missing.compare(however_many=True)

    def _called(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        """A webhook arrives: it is checked, and what it names is read."""
        call = StoreCall(headers, body, self.clock.now())
        assert CALLS.is_genuine(call, {WEBHOOK_SECRET: SECRET})
        try:
            read_named(self.storage, self.clock, self.store(), PERFEX, self.reader(), CALLS.touched(body))
        except (RetryLater, NeedsOperator, ContractBroken):
            return 503
        return 200

    def planner(self) -> Planner:
        return Planner(self.storage, self.clock, self.store(), PERFEX)

    def side(self, brings: frozenset[EntryKind] = ALL, takes_new: frozenset[EntryKind] = ALL) -> StoreSide:
        [assignment] = self.storage.assignments(self.connection)
        agreeing = Agreeing(self.storage, self.inward, self.clock, self.connection, self.translator(), self.planner())
        writer = PERFEX.writer(self.settings, transport=StoreTransport(self.shop))
        pair = Pair(self.connection, self.organisation)
        return StoreSide(pair, assignment.rules, brings, takes_new, writer, agreeing)

    def writes(self) -> int:
        return self.shop.journal.written.total


class Run:
    """One seeded run. done: what people did, for messages."""

    def __init__(self, world: PerfexTwoWay, seed: int) -> None:
        self.world = world
        self.dice = random.Random(seed)
        self.done: list[str] = []
        self.numbers = 0
        world.shop.webhooks.lose = lambda: self.dice.random() < 0.3
        world.shop.webhooks.double = lambda: self.dice.random() < 0.2
        world.shop.faults.draw(
            seed=seed, chances={"500": 0.01, "503": 0.01, "cut": 0.01, "timeout": 0.01, "429": 0.01}
        )

    def step(self) -> None:
        deeds = [
            (3, self.crm_invoice), (2, self.crm_edit), (2, self.crm_pays), (1, self.crm_unpays),
            (1, self.crm_payment_edit), (1, self.crm_cancels), (1, self.crm_client), (1, self.crm_credits),
            (1, self.crm_deletes), (3, self.xero_invoice), (2, self.xero_edit), (2, self.xero_pays),
            (1, self.xero_unpays), (1, self.xero_voids), (1, self.xero_contact),
            (4, self.world.back), (4, self.world.outward), (1, self.world.sweep), (1, self.rest), (3, self.cron),
        ]  # fmt: skip
        [deed] = self.dice.choices([one for _, one in deeds], [weight for weight, _ in deeds])
        deed()

    def cron(self) -> None:
        self.world.shop.webhooks.cron()

    def rest(self) -> None:
        self.world.clock.move(self.dice.choice((5, 60, 400)))

    def note(self, side: str, what: str) -> None:
        self.done.append(f"{side}: {what}")

    # ---- people at the CRM

    def nets(self) -> list[D]:
        """In steps of 0.05, so that both sides' ways of rounding tax agree."""
        return [D(self.dice.randrange(20, 20_000)) / 20 for _ in range(self.dice.choice((1, 2, 3)))]

    def lines(self) -> tuple[LineInput, ...]:
        return tuple(
            LineInput(f"Work {n}", D(1), net.quantize(D("0.01")), (VAT,)) for n, net in enumerate(self.nets())
        )

    def _of(self, use: str) -> list[int]:
        """Open invoices of one use: edited, paid here, paid in Xero, credited; each has one, told by its number."""
        found = []
        for row in self.world.sim.tables.all("invoices"):
            if row["status"] != CANCELLED and use_of(_number(self.world, row)) == use:
                found.append(int(str(row["id"])))
        return found

    def crm_invoice(self) -> None:
        self.numbers += 1
        people = self.world.sim.people
        clients = [int(str(row["userid"])) for row in self.world.sim.tables.all("clients")]
        if not clients or self.dice.random() < 0.4:
            client = people.add_client({"company": f"Crm Buyer {self.numbers}", "vat": f"GB{self.numbers:09}"})
            people.add_contact(client, {"firstname": "B", "lastname": f"{self.numbers}",
                                        "email": f"buyer{self.numbers}@crm.example"})  # fmt: skip
        else:
            client = self.dice.choice(clients)
        wanted = InvoiceInput(client=client, lines=self.lines(), date="2026-03-10", duedate="2026-03-24")
        key = self.world.sim.sales.add(wanted)
        self.note("crm", f"invoice {self.world.sim.sales.number(key)}")

    def crm_edit(self) -> None:
        if keys := self._of("edit"):
            key = self.dice.choice(keys)
            row = self.world.sim.tables.one("invoices", key)
            note = {"adminnote": row["adminnote"]}
            wanted = InvoiceInput(
                client=int(str(row["clientid"])), lines=self.lines(), date=str(row["date"]), duedate="2026-03-24",
                more=note,
            )  # fmt: skip
            self.world.sim.sales.change(key, wanted)
            self.note("crm", f"edited {self.world.sim.sales.number(key)}")

    def crm_pays(self) -> None:
        keys = [key for key in self._of("paid in crm") if self.world.sim.sales.paid(key) == 0]
        if keys:
            key = self.dice.choice(keys)
            left = self.world.sim.sales.left(key)
            amount = left if self.dice.random() < 0.5 else D("0.50")
            self.world.sim.sales.pay(key, amount, "1", "2026-03-12", transaction=f"till {len(self.done)}")
            self.note("crm", f"paid {self.world.sim.sales.number(key)}")

    def _own_payments(self) -> list[int]:
        uses = set(self._of("paid in crm"))
        rows = self.world.sim.tables.all("invoicepaymentrecords")
        return [int(str(row["id"])) for row in rows if row["invoiceid"] in uses]

    def crm_unpays(self) -> None:
        if keys := self._own_payments():
            key = self.dice.choice(keys)
            self.world.sim.sales.delete_payment(key)
            self.note("crm", f"payment {key} deleted")

    def crm_payment_edit(self) -> None:
        if keys := self._own_payments():
            key = self.dice.choice(keys)
            row = self.world.sim.tables.one("invoicepaymentrecords", key)
            left = self.world.sim.sales.left(int(str(row["invoiceid"]))) + D(str(row["amount"]))
            change = {"amount": left if self.dice.random() < 0.5 else D("0.25"), "date": "2026-03-13"}
            self.world.sim.sales.change_payment(key, change)
            self.note("crm", f"payment {key} edited")

    def crm_cancels(self) -> None:
        if keys := self._of("edit"):
            key = self.dice.choice(keys)
            self.world.sim.sales.cancel(key)
            self.note("crm", f"cancelled {self.world.sim.sales.number(key)}")

    def crm_deletes(self) -> None:
        if keys := self._of("deleted"):
            key = keys[-1]
            self.note("crm", f"deleted {self.world.sim.sales.number(key)}")
            self.world.sim.sales.delete(key)

    def crm_client(self) -> None:
        rows = self.world.sim.tables.all("clients")
        if rows:
            row = self.dice.choice(rows)
            phone = f"0{self.dice.randrange(10**6)}"
            self.world.sim.people.update_client(int(str(row["userid"])), {"phonenumber": phone})
            self.note("crm", f"{row['company']} phone {phone}")

    def crm_credits(self) -> None:
        """A credit note over a part, applied to its invoice; sometimes taken off again."""
        applied = self.world.sim.tables.all("credits")
        if applied and self.dice.random() < 0.3:
            key = int(str(self.dice.choice(applied)["id"]))
            self.world.sim.credits.remove_applied(key)
            self.note("crm", f"credit {key} taken off")
            return
        keys = [key for key in self._of("credited") if self.world.sim.sales.left(key) > 1]
        if keys:
            key = self.dice.choice(keys)
            client = int(str(self.world.sim.tables.one("invoices", key)["clientid"]))
            note = self.world.sim.credits.add(client, [LineInput("Off", D(1), D("0.50"), (VAT,))], "2026-03-14")
            self.world.sim.credits.apply(note, key, D("0.60"), "2026-03-14")
            self.note("crm", f"credit {note} to {self.world.sim.sales.number(key)}")

    # ---- people in Xero

    def xero_invoice(self) -> None:
        self.numbers += 1
        contact = self.world.contact_in_xero(f"Xero Buyer {self.dice.randrange(6)}")
        number = f"X-{self.numbers:05}"
        self.world.invoice_in_xero(number, contact, *[f"{net:.2f}" for net in self.nets()])
        self.note("xero", f"invoice {number}")

    def _unpaid(self, use: str) -> list[Any]:
        paid = {p.invoice_id for p in self.world.all_of("payments") if p.status == "AUTHORISED"}
        return [
            one
            for one in self.world.invoices_in_xero()
            if one.status == "AUTHORISED" and use_of(one.number) == use and one.remote_id not in paid
        ]

    def xero_edit(self) -> None:
        if found := self._unpaid("edit"):
            chosen = self.dice.choice(found)
            lines = [
                {"Description": f"Changed {n}", "Quantity": "1", "UnitAmount": f"{net:.2f}", "AccountCode": "200",
                 "TaxType": "OUTPUT2"}
                for n, net in enumerate(self.nets())
            ]  # fmt: skip
            changes = {"LineItems": lines, "LineAmountTypes": "Exclusive"}
            self.world.person("edit", id=chosen.remote_id, changes=changes)
            self.note("xero", f"edited {chosen.number}")

    def xero_pays(self) -> None:
        if found := self._unpaid("paid in xero"):
            chosen = self.dice.choice(found)
            amount = f"{chosen.total.amount:f}" if self.dice.random() < 0.5 else "0.50"
            try:
                self.world.person("pay", id=chosen.remote_id, account="601", amount=amount, date="2026-03-20",
                                  reference=f"bank {len(self.done)}")  # fmt: skip
            except Invalid:
                return
            self.note("xero", f"paid {chosen.number}")

    def xero_unpays(self) -> None:
        payments = self.world.all_of("payments")
        alive = sorted({p.invoice_id for p in payments if p.status == "AUTHORISED"})
        numbers = {one.remote_id: one.number for one in self.world.invoices_in_xero()}
        alive = [one for one in alive if use_of(numbers.get(one, "")) == "paid in xero"]
        if alive:
            chosen = self.dice.choice(alive)
            self.world.person("unpay", id=chosen)
            self.note("xero", f"unpaid {numbers[chosen]}")

    def xero_voids(self) -> None:
        if found := self._unpaid("edit"):
            chosen = self.dice.choice(found)
            self.world.person("void", id=chosen.remote_id)
            self.note("xero", f"voided {chosen.number}")

    def xero_contact(self) -> None:
        contacts = self.world.all_of("contacts")
        if contacts:
            chosen = self.dice.choice(contacts)
            phone = f"1{self.dice.randrange(10**6)}"
            body = {"ContactID": chosen.remote_id, "Phones": [{"PhoneType": "DEFAULT", "PhoneNumber": phone}]}
            self.world.contact_in_xero(chosen.name, **body)
            self.note("xero", f"{chosen.name} phone {phone}")

    # ---- the end

    def settle(self) -> int:
        """Rounds until both sides are quiet; how many it took."""
        self.world.shop.faults.clear()
        for count in range(1, ROUNDS_MAX + 1):
            before = self.world.writes(), self.world.ledger_writes()
            self.world.clock.move(300)
            self.world.sweep()
            self.world.back()
            self.world.outward()
            if (self.world.writes(), self.world.ledger_writes()) == before and count > 2 and not self.obeys():
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
        rows = [
            f"{r.kind} {r.number or r.title} {r.state} {r.reason}"
            for r in self.world.brought()
            if r.state not in ("synchronised", "skipped", "ended")
        ]
        held = [
            f"{p.role} {p.marker} {p.state} {p.code} {p.reason}"
            for p in self.world.postings()
            if p.state not in ("posted", "gone")
        ]
        return "\n".join([*self.done, "--- back", *rows, "--- outward", *held])


def _number(world: PerfexTwoWay, row: Any) -> str:
    """The number by which both sides know an invoice."""
    found = _IN_XERO.search(str(row["adminnote"] or ""))
    return found[1] if found else world.sim.sales.number(int(str(row["id"])))


def use_of(number: str) -> str:
    """Money and edits on one invoice make documents of our own (B7), and a person decides about one that is deleted
    here and edited there; so each invoice has one use."""
    digits = "".join(c for c in number if c.isdigit())
    return ("edit", "paid in crm", "paid in xero", "credited", "deleted")[int(digits or "0") % 5]


def books(world: PerfexTwoWay) -> tuple[list[Any], list[Any]]:
    """Of each living invoice its total, tax and payments, on both sides."""
    sales = world.sim.sales
    store = sorted(
        (D(str(row["total"])), D(str(row["total_tax"])), sales.paid(int(str(row["id"]))))
        for row in world.sim.tables.all("invoices")
        if row["status"] != CANCELLED
    )
    payments = [p for p in world.all_of("payments") if p.status == "AUTHORISED"]
    ledger = sorted(
        (
            one.total.amount,
            one.total_tax.amount,
            sum((p.amount.amount for p in payments if p.invoice_id == one.remote_id), D(0)),
        )
        for one in world.invoices_in_xero()
    )
    return store, ledger
