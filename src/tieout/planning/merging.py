"""Merging a record that both sides may have changed, field by field. Pure.

Each side is compared with how *it* looked when both agreed last, so that a side's own way of writing things (split
lines, cut names) never counts as a change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

import msgspec

from tieout.documents import Address
from tieout.documents.entries import CustomerEntry, Entry, InvoiceEntry, PaymentEntry, Person, TaxRateEntry
from tieout.money import Money
from tieout.rules.inward import Winner

_ADDRESS = ("street", "city", "region", "postal_code", "country")
_PERSON = ("first_name", "last_name", "email")
#: Fields that stand and fall together, by the name under which they are merged.
_FIGURES = ("currency", "lines", "net", "tax", "total")


class Agreed(msgspec.Struct, frozen=True, gc=False):
    """How both sides looked when they agreed last. store None: as the ledger's, not read from the store yet."""

    ledger: Entry
    store: Entry | None = None


class FieldConflict(msgspec.Struct, frozen=True, gc=False):
    """Both sides changed a field to different values. Values as text for people."""

    field: str
    store: str
    ledger: str
    winner: Winner


class Merged(msgspec.Struct, frozen=True, gc=False):
    """entry: what the store shall have. to_store: fields that the store does not have so yet.

    to_ledger: fields in which the ledger is behind: the store's own changes, which go the other way.
    """

    entry: Entry
    to_store: frozenset[str]
    to_ledger: frozenset[str]
    conflicts: tuple[FieldConflict, ...] = ()


def fields(entry: Entry) -> dict[str, Any]:
    """An entry as the fields that are merged apart: addresses and the first person by part, figures as one."""
    match entry:
        case CustomerEntry():
            flat: dict[str, Any] = {
                name: getattr(entry, name)
                for name in ("name", "is_company", "phone", "tax_number", "website", "currency", "active")
            }
            flat |= {f"billing.{name}": getattr(entry.billing, name) for name in _ADDRESS}
            delivery = entry.delivery or Address()
            flat |= {f"delivery.{name}": getattr(delivery, name) for name in _ADDRESS}
            first = entry.people[0] if entry.people else Person()
            flat |= {f"person.{name}": getattr(first, name) for name in _PERSON}
            flat["people"] = entry.people[1:]
            return flat
        case InvoiceEntry():
            flat = {
                n: getattr(entry, n) for n in ("number", "customer_key", "date", "state", "due_date", "reference")
            }
            flat["lines"] = tuple(getattr(entry, name) for name in _FIGURES)
            return flat
        case TaxRateEntry() | PaymentEntry():
            return {name: getattr(entry, name) for name in entry.__struct_fields__}


def with_fields(entry: Entry, values: Mapping[str, Any]) -> Entry:
    """The entry with some of its fields, named as `fields` does, replaced."""
    plain = {name: value for name, value in values.items() if "." not in name and name not in ("people", "lines")}
    if isinstance(entry, CustomerEntry):
        plain |= _customer_parts(entry, values)
    if isinstance(entry, InvoiceEntry) and "lines" in values:
        plain |= dict(zip(_FIGURES, values["lines"], strict=True))
    return msgspec.structs.replace(entry, **plain)


def _customer_parts(entry: CustomerEntry, values: Mapping[str, Any]) -> dict[str, Any]:
    def part(prefix: str) -> dict[str, Any]:
        return {name[len(prefix) :]: value for name, value in values.items() if name.startswith(prefix)}

    parts: dict[str, Any] = {}
    if billing := part("billing."):
        parts["billing"] = msgspec.structs.replace(entry.billing, **billing)
    if delivery := part("delivery."):
        made = msgspec.structs.replace(entry.delivery or Address(), **delivery)
        parts["delivery"] = made if made != Address() else None
    person, rest = part("person."), values.get("people", entry.people[1:])
    if person or "people" in values:
        first = msgspec.structs.replace(entry.people[0] if entry.people else Person(receives_invoices=True), **person)
        parts["people"] = (first, *rest)
    return parts


def entry_fields(names: Iterable[str]) -> frozenset[str]:
    """The entry's own field names that merged names stand for ("billing.city" is a part of "billing")."""
    found: set[str] = set()
    for name in names:
        if name == "lines":
            found.update(_FIGURES)
        else:
            found.add("people" if name.startswith("person.") else name.partition(".")[0])
    return frozenset(found)


def changes(before: Entry, now: Entry) -> frozenset[str]:
    """Names of the fields in which two versions of one side differ."""
    old, new = fields(before), fields(now)
    return frozenset(name for name in new if old[name] != new[name])


def merge(
    agreed: Agreed,
    store: Entry,
    ledger: Entry,
    winner: Callable[[str], Winner],
    *,
    store_moved: bool,
) -> Merged:
    """What both sides shall have.

    store, ledger: as they are now. winner: STORE or LEDGER for a field. store_moved: where the agreement does not
    know how the store looked: whether the store's record changed since; then a field that differs is a conflict.
    """
    ours, theirs = fields(store), fields(ledger)
    from_ledger = changes(agreed.ledger, ledger)
    if agreed.store is not None:
        from_store = changes(agreed.store, store)
    else:
        from_store = frozenset(name for name in ours if store_moved and ours[name] != theirs[name])
    take: dict[str, Any] = {}
    conflicts: list[FieldConflict] = []
    to_ledger = set(from_store - from_ledger)
    for name in sorted(from_ledger):
        if ours[name] == theirs[name]:
            continue
        if name not in from_store:
            take[name] = theirs[name]
            continue
        side = winner(name)
        conflicts.append(FieldConflict(name, shown(ours[name]), shown(theirs[name]), side))
        if side is Winner.LEDGER:
            take[name] = theirs[name]
        else:
            to_ledger.add(name)
    return Merged(with_fields(store, take), frozenset(take), frozenset(to_ledger), tuple(conflicts))


def shown(value: Any) -> str:
    """A value as a person reads it."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case Money():
            return f"{value.amount:f} {value.currency}"
        case Decimal():
            return f"{value:f}"
        case date():
            return value.isoformat()
        case Enum():
            return str(value.value)
        case tuple() if len(value) == len(_FIGURES) and isinstance(value[-1], Money):
            return f"{shown(value[-1])} in {len(value[1])} lines"
        case tuple():
            return ", ".join(shown(one) for one in value)
        case Person():
            return " ".join(part for part in (value.first_name, value.last_name, value.email) if part)
        case _:
            return str(value)
