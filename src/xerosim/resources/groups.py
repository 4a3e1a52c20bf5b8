"""Contact groups and branding themes."""

import msgspec

from xerosim.dates import ms_plain
from xerosim.errors import Invalid, NotFound
from xerosim.model import ContactGroup
from xerosim.model_settings import BrandingTheme
from xerosim.organisation import Organisation, folded
from xerosim.resources import contacts
from xerosim.resources.context import Context, Written, write_each
from xerosim.wire import Json

MOST = 100


def write(ctx: Context) -> Written:
    """PUT creates groups."""
    return write_each(ctx, "ContactGroups", "ContactGroup", _create, id_field="ContactGroupID")


def _create(ctx: Context, element: Json, position: int) -> Json:
    name = ctx.text(element, "Name", 255)
    if not name:
        raise Invalid("Name is a required field")
    active = [group for group in ctx.org.groups.values() if group.status == "ACTIVE"]
    if len(active) >= MOST:
        raise Invalid("You've reached the limit of 100 contact groups.")
    if any(folded(group.name) == folded(name) for group in active):
        raise Invalid("A contact group with this name already exists.")
    group = ContactGroup(ctx.org.new_id(), name)
    ctx.org.groups.put(group)
    ctx.record("ContactGroups", group.id, "created", group.name)
    return render(ctx.org, group, full=True)


def find(org: Organisation, id: str) -> ContactGroup:
    group = org.groups.get(id.lower())
    if group is None:
        raise NotFound
    return group


def write_one(ctx: Context, id: str) -> Written:
    """POST /{id} renames or deletes."""
    group = find(ctx.org, id)

    def change(ctx: Context, element: Json, position: int) -> Json:
        status = ctx.choice(element, "Status", ("ACTIVE", "DELETED"), "ContactGroupStatus", "ContactGroups[0]")
        changed = msgspec.structs.replace(
            group, name=ctx.text(element, "Name", 255) or group.name, status=status or group.status
        )
        ctx.org.groups.put(changed)
        ctx.record("ContactGroups", changed.id, "updated", changed.name)
        return render(ctx.org, changed, full=True)

    elements = ctx.elements("ContactGroups", "ContactGroup")[:1]
    return write_each(ctx, "ContactGroups", "ContactGroup", change, id_field="ContactGroupID", elements=elements)


def add_contacts(ctx: Context, id: str) -> Written:
    """PUT /{id}/Contacts."""
    group = find(ctx.org, id)
    added = []
    for element in ctx.elements("Contacts", "Contact"):
        contact = ctx.org.contacts.get(str(element.get("ContactID", "")).lower())
        if contact is None:
            raise Invalid("The contact with the specified ContactID could not be found")
        added.append(contact)
    members = tuple(dict.fromkeys((*group.contacts, *(contact.id for contact in added))))
    ctx.org.groups.put(msgspec.structs.replace(group, contacts=members))
    ctx.record("ContactGroups", group.id, "updated", group.name)
    return Written("Contacts", [{"ContactID": contact.id, "Name": contact.name} for contact in added])


def remove_contacts(ctx: Context, id: str, contact_id: str | None) -> None:
    """DELETE /{id}/Contacts[/{contact}]."""
    group = find(ctx.org, id)
    if contact_id is not None and contact_id.lower() not in group.contacts:
        raise NotFound
    kept = tuple(member for member in group.contacts if contact_id is not None and member != contact_id.lower())
    ctx.org.groups.put(msgspec.structs.replace(group, contacts=kept))
    ctx.record("ContactGroups", group.id, "updated", group.name)


def render(org: Organisation, group: ContactGroup, *, full: bool = False) -> Json:
    """A group; members only when one is read."""
    members = [contacts.stub(org.contacts.get(id)) for id in group.contacts] if full else []
    return {
        "ContactGroupID": group.id,
        "Name": group.name,
        "Status": group.status,
        "Contacts": members,
        "HasValidationErrors": False,
    }


def render_theme(theme: BrandingTheme) -> Json:
    """A branding theme."""
    return {
        "BrandingThemeID": theme.id,
        "Name": theme.name,
        "SortOrder": theme.sort,
        "CreatedDateUTC": ms_plain(theme.created),
        "Type": "INVOICE",
    }
