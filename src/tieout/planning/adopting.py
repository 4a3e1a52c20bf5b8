"""Finding in a ledger what somebody else booked of a store: by number, by reference, and always by amount. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from enum import StrEnum

import msgspec

from tieout.accounting import CreditNote, Held, Invoice, Payment, Ref, Role
from tieout.money import Money
from tieout.planning.results import PlannedPosting

_GONE = frozenset({"VOIDED", "DELETED"})
#: Other connectors put the store's number at the end of a number or reference, after something that is no digit.
_TAIL = re.compile(r"(\d+)\D*$")


class Found(StrEnum):
    """What a look for one document came to."""

    ADOPT = "adopt"
    AMOUNT_DIFFERS = "amount_differs"
    SEVERAL = "several"
    NOT_FOUND = "not_found"
    LINKED = "linked"
    HELD = "held"


class Match(msgspec.Struct, frozen=True):
    """held: the one found, None when none or several were. by: number, reference; "" when not found."""

    found: Found
    held: Held | None = None
    by: str = ""


class LedgerIndex:
    """Living documents of an organisation by what they can be found by. Each is given away once."""

    def __init__(self, documents: Iterable[Held], payments: Iterable[Held] = ()) -> None:
        self._by_number: dict[tuple[Role, str], list[Held]] = defaultdict(list)
        self._by_tail: dict[tuple[Role, str], list[Held]] = defaultdict(list)
        self._payments: dict[str, list[Held]] = defaultdict(list)
        self._taken: set[str] = set()
        for one in documents:
            if one.status in _GONE:
                continue
            self._by_number[one.role, _fold(one.number)].append(one)
            for tail in {_tail(one.number), _tail(one.reference)} - {""}:
                self._by_tail[one.role, tail].append(one)
        for payment in payments:
            if payment.status not in _GONE:
                self._payments[payment.target_id].append(payment)

    def sale(self, planned: PlannedPosting, store_number: str) -> Match:
        """The invoice or credit note that is this planned one: our number, the store's, or a number or reference
        that ends with the store's; the total must be equal, and for a mere ending the day as well."""
        payload = planned.payload
        if not isinstance(payload, Invoice | CreditNote):
            return Match(Found.HELD)
        role, total = planned.ref.role, payload.totals.total
        for by, candidates in (
            ("number", self._by_number.get((role, _fold(payload.number)), [])),
            ("number", self._by_number.get((role, _fold(store_number)), [])),
            ("reference", self._near(role, store_number, payload.date, total)),
        ):
            free = [one for one in candidates if one.remote_id not in self._taken]
            equal = [one for one in free if one.total == total]
            if len(equal) == 1:
                self._taken.add(equal[0].remote_id)
                return Match(Found.ADOPT, equal[0], by)
            if len(equal) > 1:
                return Match(Found.SEVERAL, by=by)
            if free and by == "number":
                return Match(Found.AMOUNT_DIFFERS, free[0], by)
        return Match(Found.NOT_FOUND)

    def _near(self, role: Role, store_number: str, day: date, total: Money) -> list[Held]:
        tail = _tail(store_number)
        found = self._by_tail.get((role, tail), []) if tail else []
        return [one for one in found if one.total == total and one.date == day]

    def payment(self, payload: Payment, target_id: str) -> Held | None:
        """A payment of that document with this amount, the one of the day before others."""
        free = [one for one in self._payments.get(target_id, []) if one.remote_id not in self._taken]
        equal = [one for one in free if one.amount == payload.amount]
        equal.sort(key=lambda one: one.date != payload.date)
        if not equal:
            return None
        self._taken.add(equal[0].remote_id)
        return equal[0]


def links_of(
    postings: Iterable[PlannedPosting], sales: dict[Ref, Held], index: LedgerIndex
) -> dict[tuple[str, str], Held]:
    """What of a dossier's plan is there already, by (role, store key): its sales, their contact, their payments."""
    found: dict[tuple[str, str], Held] = {}
    for one in postings:
        key = (one.ref.role.value, one.ref.document.key)
        payload = one.payload
        if one.ref in sales:
            found[key] = sales[one.ref]
        elif isinstance(payload, Payment) and payload.target in sales and one.ref.ordinal == 0:
            held = index.payment(payload, sales[payload.target].remote_id)
            if held is not None:
                found[key] = held
        elif one.ref.role is Role.CONTACT:
            contact = next((held.contact_id for held in sales.values() if held.contact_id), "")
            if contact:
                found[key] = Held(Role.CONTACT, contact, "ACTIVE")
    return found


def _fold(text: str) -> str:
    return " ".join(text.split()).casefold()


def _tail(text: str) -> str:
    match = _TAIL.search(text)
    return match.group(1).lstrip("0") if match else ""
