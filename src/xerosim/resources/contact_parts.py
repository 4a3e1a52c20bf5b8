"""The parts of a contact that have fixed places: two addresses, four telephone numbers, further persons."""

from xerosim.model import Address, Person, Phone
from xerosim.resources.context import Context

ADDRESS_KINDS = ("STREET", "POBOX")
ADDRESS_FIELDS = {
    "AddressLine1": 500, "AddressLine2": 500, "AddressLine3": 500, "AddressLine4": 500, "City": 255, "Region": 255,
    "PostalCode": 50, "Country": 50, "AttentionTo": 255,
}  # fmt: skip
ALWAYS_SHOWN = ("City", "Region", "PostalCode", "Country")
PHONE_KINDS = ("DEFAULT", "DDI", "FAX", "MOBILE")


def addresses(ctx: Context, value: object, old: tuple[Address, ...]) -> tuple[Address, ...]:
    """The two addresses with those that were sent in their places."""
    kept = {address.kind: address for address in old}
    for sent in value if isinstance(value, list) else []:
        if not isinstance(sent, dict):
            continue
        kind = ctx.choice(sent, "AddressType", (*ADDRESS_KINDS, "DELIVERY"), "AddressType", "Addresses[0]") or "POBOX"
        fields = tuple(
            (name, text) for name, longest in ADDRESS_FIELDS.items() if (text := ctx.text(sent, name, longest))
        )
        if kind in ADDRESS_KINDS:
            kept[kind] = Address(kind, fields)
    return tuple(kept.get(kind, Address(kind)) for kind in ADDRESS_KINDS)


def phones(ctx: Context, value: object, old: tuple[Phone, ...]) -> tuple[Phone, ...]:
    """The four telephone numbers with those that were sent in their places."""
    kept = {phone.kind: phone for phone in old}
    for sent in value if isinstance(value, list) else []:
        if not isinstance(sent, dict):
            continue
        kind = ctx.choice(sent, "PhoneType", (*PHONE_KINDS, "OFFICE"), "PhoneType", "Phones[0]") or "DEFAULT"
        if kind in PHONE_KINDS:
            kept[kind] = Phone(
                kind,
                ctx.text(sent, "PhoneNumber", 50) or "",
                ctx.text(sent, "PhoneAreaCode", 10) or "",
                ctx.text(sent, "PhoneCountryCode", 20) or "",
            )
    return tuple(kept.get(kind, Phone(kind)) for kind in PHONE_KINDS)


def persons(ctx: Context, value: object) -> tuple[Person, ...]:
    """Further persons as sent; they replace the ones before."""
    return tuple(
        Person(
            ctx.text(sent, "FirstName", 255) or "",
            ctx.text(sent, "LastName", 255) or "",
            ctx.text(sent, "EmailAddress", 255) or "",
            bool(ctx.boolean(sent, "IncludeInEmails")),
        )
        for sent in (value if isinstance(value, list) else [])
        if isinstance(sent, dict)
    )
