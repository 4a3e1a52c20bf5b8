"""People who work in Xero behind Tieout's back: they edit, void and pay what Tieout made there."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

import msgspec

from xerosim import people
from xerosim.errors import Invalid, Refusal
from xerosim.resources.context import BatchRefused
from xerosim.world import World

_DEEDS = ("edit", "void", "pay", "note")


class Deed(msgspec.Struct, frozen=True):
    """What a person did to an invoice. at: seconds of the world. total: what it was changed to."""

    name: str
    number: str
    at: float
    total: Decimal | None = None


class People:
    """Acts on invoices in one organisation. done: the last deed by number, of those that change what it is."""

    def __init__(self, xero: World, tenant: str, random: Random) -> None:
        self._xero = xero
        self._tenant = tenant
        self._random = random
        self.done: dict[str, Deed] = {}

    def act(self, now: float) -> str:
        """One deed on one of our invoices; what it was."""
        documents = self._xero.organisations[self._tenant].invoices.values()
        ours = [one for one in documents if one.status == "AUTHORISED" and one.number not in self.done]
        if not ours or self._random.random() < 0.5:
            # Most days nobody looks into Xero.
            return "nothing"
        invoice = self._random.choice(ours)
        name = self._random.choice(_DEEDS)
        total: Decimal | None = None
        members: dict[str, Any] = {"number": invoice.number}
        if name == "edit":
            total = Decimal(self._random.randrange(100, 90_000)) / 100
            line = {"Description": "By hand", "Quantity": 1, "UnitAmount": str(total), "AccountCode": "200"}
            members["changes"] = {"LineItems": [{**line, "TaxType": "NONE"}]}
        if name == "note":
            members["changes"] = {"Reference": "Called the customer"}
        deed = people.DEEDS["edit" if name == "note" else name]
        try:
            self._xero.person(self._tenant, lambda ctx: deed(ctx, members))
        except (ValueError, Invalid, Refusal, BatchRefused):
            return f"{name} refused"
        if name != "note":
            self.done[invoice.number] = Deed(name, invoice.number, now, total)
        return name
