"""Customers and guests: who they are and where they live, all invented."""

import msgspec

from storesim.magento2.generator.catalogue import VIEW_WEIGHTS, Place, View
from storesim.magento2.generator.dice import Dice

_SUBJECT = 11
_FIRST = (
    "Rita", "Ben", "Niamh", "Dana", "Omar", "Aoife", "Jürgen", "Zoë", "Siân", "Priya", "Lars", "Mei",
    "Tomás", "Ingrid", "Kofi", "Élodie", "Sam", "Hannah", "Noor", "Bjørn",
)  # fmt: skip
_LAST = (
    "Ward", "Byrne", "Cole", "Haddad", "Ó Sé", "Müller", "Okafor", "Lindqvist", "Patel", "Tremblay",
    "O'Neill", "Novak", "García", "van Dijk", "Smith", "Jones", "Hughes", "Kowalski", "Rossi", "Nguyen",
)  # fmt: skip
_STREETS = ("Quay Road", "Mill Lane", "Shop Street", "Congress Ave", "Elm St", "Rue Notre-Dame", "Harbour View")
_TRADES = ("Joinery", "Supply", "Carpentry & Sons", "Boatworks", "Interiors <Ltd>")


class Person(msgspec.Struct, frozen=True):
    """One buyer.  company and vat_number: None for most.  number: counts from 0."""

    number: int
    view: View
    place: Place
    is_guest: bool
    first_name: str
    last_name: str
    email: str
    street: tuple[str, ...]
    city: str
    postcode: str
    phone: str
    company: str | None
    vat_number: str | None

    @property
    def customer_id(self) -> int:
        """The customer's id, meaningful unless a guest."""
        return self.number + 1


def person(seed: int, number: int, *, views: tuple[View, ...], guest_percent: float) -> Person:
    """The buyer with this number; always the same one."""
    dice = Dice(seed, _SUBJECT, number)
    view = dice.weighted([(VIEW_WEIGHTS[view.number], view) for view in views])
    place = dice.weighted(view.places)
    first, last = dice.pick(_FIRST), dice.pick(_LAST)
    city, postcode = dice.pick(place.cities)
    street = f"{dice.between(1, 240)} {dice.pick(_STREETS)}"
    is_company = dice.percent(12)
    name = "".join(letter for letter in f"{first}.{last}".lower() if letter.isascii() and letter not in " '")
    return Person(
        number=number,
        view=view,
        place=place,
        is_guest=dice.percent(guest_percent),
        first_name=first,
        last_name=last,
        email=f"{name}.{number + 1}@example.net",
        street=(street,) if dice.percent(80) else (f"Unit {dice.between(1, 40)}", street),
        city=city,
        postcode=postcode,
        phone=place.phone % dice.below(10_000),
        company=f"{last} {dice.pick(_TRADES)}" if is_company else None,
        vat_number=f"GB{dice.between(100_000_000, 999_999_999)}" if is_company and dice.percent(50) else None,
    )


def order_address(buyer: Person, kind: str, entity_id: int, order_id: int) -> dict[str, object]:
    """A billing or shipping address as orders carry it."""
    address: dict[str, object] = {"address_type": kind, "city": buyer.city}
    if buyer.company:
        address["company"] = buyer.company
    address |= {
        "country_id": buyer.place.country,
        "email": buyer.email,
        "entity_id": entity_id,
        "firstname": buyer.first_name,
        "lastname": buyer.last_name,
        "parent_id": order_id,
        "postcode": buyer.postcode,
    }
    region = buyer.place.region
    if region is None:
        address["region_id"] = 0
    else:
        address |= {"region": region[2], "region_code": region[1], "region_id": region[0]}
    address |= {"street": list(buyer.street), "telephone": buyer.phone}
    return address


def customer_document(buyer: Person, created_at: str) -> dict[str, object]:
    """A registered customer as `customers/search` answers it."""
    number = buyer.customer_id
    code, name, region_id = None, None, 0
    if buyer.place.region is not None:
        region_id, code, name = buyer.place.region
    document: dict[str, object] = {
        "id": number,
        "group_id": 1,
        "default_billing": str(number),
        "default_shipping": str(number),
        "created_at": created_at,
        "updated_at": created_at,
        "created_in": buyer.view.name,
        "email": buyer.email,
        "firstname": buyer.first_name,
        "lastname": buyer.last_name,
        "store_id": buyer.view.number,
    }
    if buyer.vat_number:
        document["taxvat"] = buyer.vat_number
    address: dict[str, object] = {
        "id": number,
        "customer_id": number,
        "region": {"region_code": code, "region": name, "region_id": region_id},
        "region_id": region_id,
        "country_id": buyer.place.country,
        "street": list(buyer.street),
    }
    if buyer.company:
        address["company"] = buyer.company
    address |= {
        "telephone": buyer.phone,
        "postcode": buyer.postcode,
        "city": buyer.city,
        "firstname": buyer.first_name,
        "lastname": buyer.last_name,
        "default_shipping": True,
        "default_billing": True,
    }
    document |= {
        "website_id": buyer.view.website,
        "addresses": [address],
        "disable_auto_group_change": 0,
        "extension_attributes": {"is_subscribed": False},
    }
    return document
