"""Buyers as contacts: their name, our number for them, and how one is found in the ledger (ACCOUNTING D3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

import msgspec

from tieout.accounting import Contact, ContactAddress, ContactEntry
from tieout.documents import Address, Customer
from tieout.rules.settings import ContactRules
from tieout.rules.texts import NAME_LENGTH_MAX, cut, email, folded, name_text

_NUMBER_LENGTH_MAX = 50
_ADDRESS_LINE_LENGTH_MAX = 500
_ADDRESS_LINES_MAX = 4
#: Hex digits of a guest's digest: 128 bits, so that no two guests ever share one (CASES C67).
_DIGEST_LENGTH = 32


class Linked(msgspec.Struct, frozen=True):
    """The contact is this one. healed: it was found behind an archived or merged one."""

    contact_id: str
    by: str
    healed: bool = False


class Create(msgspec.Struct, frozen=True):
    """A new contact, under a name and number that are free. proposal: one of the same name a person may link."""

    name: str
    contact_number: str
    proposal: str = ""


class Proposal(msgspec.Struct, frozen=True):
    """Several contacts fit equally well; a person chooses. by: what they share."""

    contact_ids: tuple[str, ...]
    by: str


class ContactIndex(msgspec.Struct, frozen=True):
    """An organisation's contacts as matching looks them up. Names and e-mails are folded."""

    by_id: Mapping[str, ContactEntry]
    by_contact_number: Mapping[str, Sequence[ContactEntry]]
    by_account_number: Mapping[str, Sequence[ContactEntry]]
    by_email: Mapping[str, Sequence[ContactEntry]]
    by_name: Mapping[str, Sequence[ContactEntry]]


def index_contacts(entries: Iterable[ContactEntry]) -> ContactIndex:
    by_id: dict[str, ContactEntry] = {}
    numbers: dict[str, list[ContactEntry]] = {}
    accounts: dict[str, list[ContactEntry]] = {}
    emails: dict[str, list[ContactEntry]] = {}
    names: dict[str, list[ContactEntry]] = {}
    for entry in entries:
        by_id[entry.contact_id] = entry
        for index, key in (
            (numbers, entry.contact_number),
            (accounts, entry.account_number),
            (emails, folded(entry.email)),
            (names, folded(entry.name)),
        ):
            if key:
                index.setdefault(key, []).append(entry)
    return ContactIndex(by_id, numbers, accounts, emails, names)


def contact_number(customer: Customer, rules: ContactRules) -> str:
    """Our marker of a contact, at most 50 characters: the store's number, or for guests a long digest."""
    if not customer.is_guest:
        number = name_text(customer.number or customer.key)
        if number and len(rules.number_prefix + number) <= _NUMBER_LENGTH_MAX:
            return rules.number_prefix + number
    kind, _, rest = customer.key.partition(":")
    if kind == "guest-of-order" and rest and len(rest) <= 30:
        return cut(f"{rules.number_prefix}O-{name_text(rest)}", _NUMBER_LENGTH_MAX)
    digest = sha256(customer.key.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST_LENGTH]
    return cut(f"{rules.number_prefix}G-{digest}", _NUMBER_LENGTH_MAX)


def contact_payload(customer: Customer, rules: ContactRules) -> Contact:
    """The contact of a buyer. A company's name leads; a person's is first and last name (CASES C37)."""
    billing = customer.billing
    company = name_text(customer.company or billing.company)
    first = name_text(customer.first_name or billing.first_name)
    last = name_text(customer.last_name or billing.last_name)
    number = contact_number(customer, rules)
    address = email(customer.email)
    name = company or name_text(f"{first} {last}") or address or f"Web customer {number}"
    return Contact(
        name=name,
        contact_number=number,
        first_name=first,
        last_name=last,
        email=address,
        phone=cut(name_text(customer.phone or billing.phone), _NUMBER_LENGTH_MAX),
        tax_number=cut(name_text(customer.tax_number or billing.tax_number), _NUMBER_LENGTH_MAX),
        is_company=bool(company),
        addresses=tuple(
            _address(kind, place)
            for kind, place in (("POBOX", billing), ("STREET", customer.delivery))
            if place is not None and (place.street or place.city or place.postal_code)
        ),
    )


def _address(kind: str, place: Address) -> ContactAddress:
    lines = [text for text in (name_text(part, _ADDRESS_LINE_LENGTH_MAX) for part in place.street) if text]
    if len(lines) > _ADDRESS_LINES_MAX:
        joined = cut(", ".join(lines[_ADDRESS_LINES_MAX - 1 :]), _ADDRESS_LINE_LENGTH_MAX)
        lines = [*lines[: _ADDRESS_LINES_MAX - 1], joined]
    return ContactAddress(
        type=kind,
        lines=tuple(lines),
        city=name_text(place.city),
        region=name_text(place.region),
        postal_code=name_text(place.postal_code, _NUMBER_LENGTH_MAX),
        country="".join(c for c in name_text(place.country, _NUMBER_LENGTH_MAX) if c.isalpha() or c == " "),
        attention_to=name_text(f"{place.first_name} {place.last_name}"),
    )


def match_contact(contact: Contact, index: ContactIndex, rules: ContactRules) -> Linked | Create | Proposal:
    """Find a buyer among the ledger's contacts, or say under which name a new one is free.

    A contact that a person archived or merged is followed to where it went; when there is nothing to follow,
    a new one is made (an archived contact can be neither edited nor brought back through the API).
    """
    lost = False
    for by in rules.match:
        for entry_set in _candidates(contact, index, by):
            alive = list(dict.fromkeys(e for e in (_alive(entry, index) for entry in entry_set) if e is not None))
            if len(alive) == 1:
                return Linked(alive[0].contact_id, by, healed=alive[0] not in entry_set)
            if alive:
                return Proposal(tuple(entry.contact_id for entry in alive), by)
            lost = lost or by == "contact_number"
    return _create(contact, index, lost)


def _candidates(contact: Contact, index: ContactIndex, by: str) -> Iterable[Sequence[ContactEntry]]:
    if by == "contact_number" and contact.contact_number:
        found: Sequence[ContactEntry] = index.by_contact_number.get(contact.contact_number, ())
    elif by == "account_number":
        number = contact.account_number or contact.contact_number
        found = index.by_account_number.get(number, ()) if number else ()
    elif by == "email" and contact.email:
        same = [e for e in index.by_email.get(folded(contact.email), ()) if _same_company(contact, e)]
        named = [e for e in same if folded(e.name) == folded(contact.name)]
        found = named or same
    else:
        found = ()
    return (found,) if found else ()


def _same_company(contact: Contact, entry: ContactEntry) -> bool:
    """One e-mail address may serve a company and its people: those stay apart."""
    if contact.is_company or entry.company:
        return folded(contact.name) == folded(entry.name)
    return True


def _alive(entry: ContactEntry, index: ContactIndex) -> ContactEntry | None:
    """The contact itself, or the one it was merged into; None when nothing usable is left."""
    seen: set[str] = set()
    while entry.merged_to and entry.contact_id not in seen:
        seen.add(entry.contact_id)
        following = index.by_id.get(entry.merged_to)
        if following is None:
            return None
        entry = following
    return entry if entry.status == "ACTIVE" else None


def _create(contact: Contact, index: ContactIndex, lost: bool) -> Linked | Create:
    number = contact.contact_number
    if lost:
        number = next(
            candidate
            for again in range(2, 10_000)
            if (candidate := f"{cut(number, _NUMBER_LENGTH_MAX - 5)}-{again}") not in index.by_contact_number
        )
    taken = [e for e in index.by_name.get(folded(contact.name), ()) if e.status == "ACTIVE"]
    if not taken:
        return Create(contact.name, number)
    if contact.is_company and contact.tax_number:
        agreeing = [e for e in taken if folded(e.tax_number) == folded(contact.tax_number)]
        if len(agreeing) == 1:
            return Linked(agreeing[0].contact_id, "name and tax number")
    name = with_number(contact.name, number)
    extra = 2
    while index.by_name.get(folded(name)):
        name = with_number(contact.name, f"{number}/{extra}")
        extra += 1
    return Create(name, number, proposal=taken[0].contact_id)


def with_number(name: str, number: str) -> str:
    """A name made unique by the store's customer number."""
    tail = f" ({number})"
    return cut(name, NAME_LENGTH_MAX - len(tail)) + tail
