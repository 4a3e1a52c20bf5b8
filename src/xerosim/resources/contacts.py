"""Contacts: upsert by ContactID, ContactNumber or Name; never two active ones of a name."""

import re

import msgspec

from xerosim import dates
from xerosim.errors import Invalid, NotFound
from xerosim.model import Address, Contact, Phone
from xerosim.organisation import Organisation, folded
from xerosim.resources import contact_parts
from xerosim.resources.context import GUID, Context, Written, write_each
from xerosim.wire import Json, decode, encode

ARCHIVED = (
    "The specified contact details matched an archived contact. "
    "Archived contacts cannot currently be edited via the API."
)
NO_IDENTIFIER = (
    "The Contact must contain at least 1 of the following elements to identify the contact: "
    "Name, ContactID, ContactNumber"
)
BAD_EMAIL = "Email address must be valid."
_STATUSES = ("ACTIVE", "ARCHIVED", "GDPRREQUEST")
# Field (and index), member, message when another contact has it.
_UNIQUE = (
    ("number", "ContactNumber", "Another contact has this contact number. Please enter a different contact number."),
    (
        "account_number",
        "AccountNumber",
        "The Account Number already exists. Please enter a different Account Number.",
    ),
)
_EMAIL = re.compile(r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")
# Plain text members kept as they come, with Xero's longest length.
_TEXTS = {
    "CompanyNumber": 50, "TaxNumber": 50, "BankAccountDetails": 200, "AccountsReceivableTaxType": 50,
    "AccountsPayableTaxType": 50, "SkypeUserName": 255, "DefaultCurrency": 3, "XeroNetworkKey": 255,
    "SalesDefaultAccountCode": 10, "PurchasesDefaultAccountCode": 10, "Website": 255, "TrackingCategoryName": 100,
    "TrackingCategoryOption": 100, "SalesDefaultLineAmountType": 20, "PurchasesDefaultLineAmountType": 20,
}  # fmt: skip
_OTHERS = ("PaymentTerms", "SalesTrackingCategories", "PurchasesTrackingCategories", "BatchPayments")


def write(ctx: Context) -> Written:
    return write_each(ctx, "Contacts", "Contact", _one, id_field="ContactID", error_flag="HasValidationErrors")


def write_one(ctx: Context, id: str) -> Written:
    """POST /Contacts/{id}."""
    contact = find(ctx, id)
    if contact is None:
        raise NotFound
    elements = [{**element, "ContactID": contact.id} for element in ctx.elements("Contacts", "Contact")[:1]]
    return write_each(
        ctx, "Contacts", "Contact", _one, id_field="ContactID", error_flag="HasValidationErrors", elements=elements
    )


def find(ctx: Context, key: str) -> Contact | None:
    """A contact by id or, as Xero allows, by ContactNumber."""
    return ctx.org.contacts.get(key.lower()) or _numbered(ctx, key)


def _numbered(ctx: Context, number: str) -> Contact | None:
    """The contact with a ContactNumber, its case minded or not as the switch says."""
    if not ctx.switches.contact_number_case_sensitive:
        return ctx.org.contacts.first("number", number.casefold())
    return next((one for one in ctx.org.contacts.by("number", number.casefold()) if one.number == number), None)


def _one(ctx: Context, element: Json, position: int) -> Json:
    existing = _match(ctx, element)
    contact = save(ctx, element, existing)
    return render(ctx, contact)


def _match(ctx: Context, element: Json) -> Contact | None:
    org = ctx.org
    id = ctx.text(element, "ContactID")
    if id:
        found = org.contacts.get(id.lower())
        if found is None:
            raise Invalid("An existing contact with the specified ContactID could not be found")
        return found
    if ctx.creating:
        return None
    number = ctx.text(element, "ContactNumber")
    if number:
        found = _numbered(ctx, number)
        if found is not None:
            return found
    name = ctx.text(element, "Name")
    return org.contacts.first("active_name", folded(name)) if name else None


def save(ctx: Context, element: Json, existing: Contact | None) -> Contact:
    """Create a contact, or change the named members of an existing one. Raises Invalid."""
    org = ctx.org
    if existing is not None and existing.status != "ACTIVE":
        raise Invalid(
            ARCHIVED, stored={"ContactID": existing.id, "Name": existing.name, "ContactStatus": existing.status}
        )
    base = existing or Contact(
        "",
        "",
        addresses=tuple(Address(kind) for kind in contact_parts.ADDRESS_KINDS),
        phones=tuple(Phone(kind) for kind in contact_parts.PHONE_KINDS),
    )
    problems: list[str] = []
    changes: dict[str, object] = {}
    status = ctx.choice(element, "ContactStatus", _STATUSES, "ContactStatus", "Contacts[0]")
    if status:
        changes["status"] = status
    _identify(ctx, element, base, changes, problems)
    for field, member in (("first", "FirstName"), ("last", "LastName")):
        text = ctx.text(element, member, 255)
        if text is not None:
            changes[field] = text
    if "Addresses" in element:
        changes["addresses"] = contact_parts.addresses(ctx, element["Addresses"], base.addresses)
    if "Phones" in element:
        changes["phones"] = contact_parts.phones(ctx, element["Phones"], base.phones)
    _people(ctx, element, base, changes, problems)
    _details(ctx, element, base, changes, problems)
    if problems:
        raise Invalid(problems, stored={"ContactID": existing.id} if existing else None)
    if existing is None:
        changes["id"] = org.new_id()
    contact = msgspec.structs.replace(base, updated=ctx.now, **changes)
    org.contacts.put(contact)
    ctx.record("Contacts", contact.id, "created" if existing is None else "updated", contact.name)
    ctx.event("CONTACT", "CREATE" if existing is None else "UPDATE", contact.id)
    return contact


def _identify(ctx: Context, element: Json, base: Contact, changes: dict[str, object], problems: list[str]) -> None:
    """Name and numbers, each the contact's alone. An empty Name leaves an existing one as it is."""
    contacts = ctx.org.contacts
    name = ctx.text(element, "Name", 255)
    if name:
        changes["name"] = name = re.sub(" +", " ", name)
        holder = contacts.first("active_name", folded(name))
        if "<" in name or ">" in name:
            problems.append("The contact name contains invalid characters.")
        elif holder is not None and holder.id != base.id:
            problems.append(
                f"The contact name {name} is already assigned to another contact. "
                "The contact name must be unique across all active contacts."
            )
    elif not base.id:
        problems.append(NO_IDENTIFIER)
    for field, member, message in _UNIQUE:
        text = ctx.text(element, member, 50)
        if text is not None:
            holder = None
            if text:
                holder = _numbered(ctx, text) if field == "number" else contacts.first(field, text.casefold())
            if holder is not None and holder.id != base.id:
                problems.append(message)
            changes[field] = text


def _people(ctx: Context, element: Json, base: Contact, changes: dict[str, object], problems: list[str]) -> None:
    """E-mail addresses, of the contact and of further persons."""
    email = ctx.text(element, "EmailAddress", 255)
    if email is not None:
        if email and not _EMAIL.match(email):
            problems.append(BAD_EMAIL)
        changes["email"] = email
    if "ContactPersons" not in element:
        return
    changes["persons"] = persons = contact_parts.persons(ctx, element["ContactPersons"])
    if len(persons) > 5:
        problems.append("You can only have a maximum of 5 contact persons.")
    if persons and not changes.get("email", base.email):
        problems.append("Additional people cannot be added when the primary person has no email address set.")
    if any(person.email and not _EMAIL.match(person.email) for person in persons):
        problems.append(BAD_EMAIL)


def _details(ctx: Context, element: Json, base: Contact, changes: dict[str, object], problems: list[str]) -> None:
    """Plain texts and nested members that are kept as they come."""
    texts = dict(base.texts)
    if any(member in element for member in _TEXTS):
        for member, longest in _TEXTS.items():
            text = ctx.text(element, member, longest)
            if text is not None:
                texts[member] = text
        changes["texts"] = tuple((key, value) for key, value in texts.items() if value)
    # Also a stored Website that a person typed without http stops every edit.
    website = texts.get("Website", "")
    if website and not website.lower().startswith(("http://", "https://")):
        problems.append("Website must be valid.")
    if any(member in element for member in _OTHERS):
        others = _kept(base)
        others.update({member: element[member] for member in _OTHERS if element.get(member)})
        changes["others"] = encode(others).decode()


def _kept(contact: Contact) -> Json:
    """Nested members as they came."""
    value = decode(contact.others.encode()) if contact.others else {}
    assert isinstance(value, dict), "kept members are an object"
    return value


def resolve(ctx: Context, value: object, noun: str) -> Contact:
    """The contact a document names; an unknown Name makes one. Raises Invalid."""
    if value is None:
        raise Invalid("A Contact must be specified for this type of transaction")
    if not isinstance(value, dict):
        raise Invalid(NO_IDENTIFIER)
    org = ctx.org
    id = value.get("ContactID")
    if isinstance(id, str) and id:
        contact = org.contacts.get(id) or org.contacts.get(id.lower())
        if contact is None:
            raise Invalid(
                "The Contact could not be found"
                if not GUID.match(id)
                else "The contact with the specified ContactID could not be found"
            )
    else:
        number, name = ctx.text(value, "ContactNumber"), ctx.text(value, "Name")
        contact = _numbered(ctx, number) if number else None
        if contact is None and name:
            contact = org.contacts.first("active_name", folded(name))
        if contact is None:
            if not name:
                raise Invalid(NO_IDENTIFIER)
            if not ctx.switches.name_without_contact_creates:
                raise Invalid("The Contact could not be found")
            return save(ctx, value, None)
    if contact.status != "ACTIVE":
        raise Invalid(
            "The contact with the specified contact details has been archived. "
            "The contact must be un-archived before creating new invoices or credit notes."
        )
    if len(value) > 1 and any(
        key in value for key in ("EmailAddress", "Addresses", "Phones", "FirstName", "ContactPersons")
    ):
        changed = {key: member for key, member in value.items() if key not in ("ContactID", "ContactNumber")}
        return save(ctx, changed, contact)
    return contact


def stub(contact: Contact | None) -> Json:
    """A contact inside a list of documents: id, name, empty arrays."""
    if contact is None:
        return {}
    return {
        "ContactID": contact.id,
        "Name": contact.name,
        "Addresses": [],
        "Phones": [],
        "ContactGroups": [],
        "ContactPersons": [],
        "HasValidationErrors": False,
    }


def render(ctx: Context, contact: Contact, *, summary: bool = False, nested: bool = False) -> Json:
    """A contact in full, with its fixed address and telephone slots."""
    answer: Json = {"ContactID": contact.id}
    if contact.number:
        answer["ContactNumber"] = contact.number
    if contact.account_number:
        answer["AccountNumber"] = contact.account_number
    answer["ContactStatus"] = contact.status
    answer["Name"] = contact.name
    if contact.first:
        answer["FirstName"] = contact.first
    if contact.last:
        answer["LastName"] = contact.last
    answer["EmailAddress"] = contact.email
    texts = dict(contact.texts)
    answer["BankAccountDetails"] = texts.pop("BankAccountDetails", "")
    if not summary:
        answer.update(texts)
        answer["Addresses"] = [_render_address(address) for address in contact.addresses]
        answer["Phones"] = [
            {"PhoneType": p.kind, "PhoneNumber": p.number, "PhoneAreaCode": p.area, "PhoneCountryCode": p.country}
            for p in contact.phones
        ]
    answer["UpdatedDateUTC"] = dates.ms(contact.updated)
    answer["ContactGroups"] = [] if nested else _groups(ctx.org, contact.id)
    if not summary:
        answer["IsSupplier"] = contact.supplier
        answer["IsCustomer"] = contact.customer
        answer["SalesTrackingCategories"] = []
        answer["PurchasesTrackingCategories"] = []
        answer["ContactPersons"] = [
            {"FirstName": p.first, "LastName": p.last, "EmailAddress": p.email, "IncludeInEmails": p.include}
            for p in contact.persons
        ]
        answer.update(_kept(contact))
    answer["HasAttachments"] = contact.attachments
    answer["HasValidationErrors"] = False
    return answer


def _groups(org: Organisation, id: str) -> list[Json]:
    return [
        {"ContactGroupID": group.id, "Name": group.name, "Status": group.status}
        for group in org.groups.values()
        if id in group.contacts
    ]


def _render_address(address: Address) -> Json:
    answer: Json = {"AddressType": address.kind}
    answer.update(address.fields)
    for name in contact_parts.ALWAYS_SHOWN:
        answer.setdefault(name, "")
    return answer
