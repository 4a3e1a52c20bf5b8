"""The Xero client against the simulated Xero, in one process on a virtual clock."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from decimal import Decimal
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "unit" / "xero"))

from xero_things import CONTACT, CountingMeter, contact, create, line

from tieout.accounting import Held, Invoice, LineAmountTypes, Ref, Role, Status, Totals
from tieout.http import AddressGuard, HttpClient
from tieout.money import Money
from tieout.ports import Answer, Element, Outgoing
from tieout.xero import XeroLedger
from tieout.xero.oauth import App, Identity
from tieout.xero.tokens import SingleRefresher, TokenSet
from xerosim.clock import VirtualClock
from xerosim.transport import InProcessTransport
from xerosim.world import World

METER = CountingMeter()


def gbp(text: str) -> Money:
    return Money(Decimal(text), "GBP")


class SimulatedClock:
    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock

    def now(self) -> dt.datetime:
        return dt.datetime.fromtimestamp(self.clock.now(), dt.UTC)


class House:
    """A simulated Xero with one organisation, and our client connected to it."""

    def __init__(self, region: str = "uk", **settings: object) -> None:
        self.virtual = VirtualClock()
        self.clock = SimulatedClock(self.virtual)
        self.world = World(clock=self.virtual)
        self.organisation = self.world.add_organisation(region, **settings)
        self.tenant: str = self.organisation.settings.id
        self.http = HttpClient(guard=AddressGuard(allow_private=True), transport=InProcessTransport(self.world))
        self.identity = Identity(self.http, App(self.world.app.id, self.world.app.secret))
        issued: Mapping[str, Any] = self.world.token()
        now = self.clock.now()
        self.tokens = TokenSet(
            str(issued["access_token"]), now + dt.timedelta(minutes=30), now, str(issued.get("refresh_token", ""))
        )
        self.renewals = 0
        self.ledger = self.connect(self.tenant)
        self.keys = 0

    def connect(self, tenant: str) -> XeroLedger:
        keeper = SingleRefresher(
            load=lambda: self.tokens, lock=nullcontext, renew=self._renew, save=self._save, clock=self.clock
        )
        return XeroLedger(self.http, keeper, self.clock, tenant_id=tenant, base_currency="GBP")

    def _renew(self, tokens: TokenSet) -> TokenSet:
        self.renewals += 1
        return self.identity.refresh(tokens, self.clock.now())

    def _save(self, tokens: TokenSet) -> None:
        self.tokens = tokens

    @property
    def day(self) -> dt.date:
        return self.clock.now().date()

    def send(self, *outgoing: Outgoing) -> Answer:
        """One call with a key of its own, minutes after the last so that no limit is met."""
        self.keys += 1
        self.virtual.advance(2.0)
        return self.ledger.send(self.ledger.freeze(outgoing), f"key-{self.keys}")

    def post(self, *outgoing: Outgoing) -> list[Element]:
        """As `send`, for what must be taken."""
        answer = self.send(*outgoing)
        assert [one.marker for one in answer.elements] == [one.marker for one in outgoing], answer
        assert all(one.ok for one in answer.elements), [one.refusals for one in answer.elements]
        return list(answer.elements)

    def contact_id(self, number: str = "100007", name: str = "Anna Rua") -> str:
        return self.post(create(number, contact(number, name=name)))[0].remote_id

    def look_up(self, role: Role, markers: Sequence[str], hints: Mapping[str, str] | None = None) -> dict[str, Held]:
        return self.ledger.look_up(role, markers, hints or {}, METER)


def invoice_of(house: House, number: str, *amounts: str, **changes: Any) -> Invoice:
    """An invoice exclusive of 20 % tax, one line of quantity 1 per amount."""
    lines = tuple(
        line(
            f"Line {place}",
            quantity=Decimal(1),
            unit_amount=Decimal(amount),
            amount=gbp(amount),
            tax=gbp(str(tax_of(amount))),
        )
        for place, amount in enumerate(amounts or ("20.00",))
    )
    net = sum((one.amount.amount for one in lines), Decimal(0))
    tax = sum((one.tax.amount for one in lines), Decimal(0))
    fields: dict[str, Any] = {
        "number": number,
        "reference": f"Order {number}",
        "contact": CONTACT,
        "date": house.day,
        "due_date": house.day,
        "status": Status.AUTHORISED,
        "line_amount_types": LineAmountTypes.EXCLUSIVE,
        "currency": "GBP",
        "lines": lines,
        "totals": Totals(gbp(str(net)), gbp(str(tax)), gbp(str(net + tax))),
    }
    return Invoice(**(fields | changes))


def tax_of(amount: str) -> Decimal:
    return (Decimal(amount) / 5).quantize(Decimal("0.01"), "ROUND_HALF_UP")


def to(contact_id: str, more: Mapping[Ref, str] | None = None) -> dict[Ref, str]:
    return {CONTACT: contact_id, **(more or {})}
