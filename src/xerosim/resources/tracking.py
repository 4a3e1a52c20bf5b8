"""Tracking categories and their options: two active at most, removed only while unused."""

import msgspec

from xerosim.errors import Invalid, NotFound
from xerosim.model_settings import TrackingCategory, TrackingOption
from xerosim.organisation import folded
from xerosim.resources.context import Context, Written, write_each
from xerosim.wire import Json

MOST_ACTIVE, MOST = 2, 4
_STATUSES = ("ACTIVE", "ARCHIVED", "DELETED")


def write(ctx: Context) -> Written:
    """PUT creates a category."""
    return write_each(ctx, "TrackingCategories", "TrackingCategory", _create, id_field="TrackingCategoryID")


def _create(ctx: Context, element: Json, position: int) -> Json:
    org = ctx.org
    name = ctx.text(element, "Name", 100)
    if not name:
        raise Invalid("Name is a required field")
    if org.tracking.first("name", folded(name)) is not None:
        raise Invalid("A tracking category with this name already exists.")
    if (
        sum(1 for category in org.tracking.values() if category.status == "ACTIVE") >= MOST_ACTIVE
        or len(org.tracking) >= MOST
    ):
        raise Invalid("You have reached the limit of active tracking categories.")
    category = TrackingCategory(org.new_id(), name)
    sent = element.get("Options")
    for option in sent if isinstance(sent, list) else []:
        if isinstance(option, dict):
            category = _with_option(ctx, category, option)
    org.tracking.put(category)
    ctx.record("TrackingCategories", category.id, "created", category.name)
    return render(category)


def _with_option(ctx: Context, category: TrackingCategory, element: Json) -> TrackingCategory:
    name = ctx.text(element, "Name", 100)
    if not name:
        raise Invalid("Name is a required field")
    if any(folded(option.name) == folded(name) for option in category.options):
        raise Invalid("An option with this name already exists.")
    return msgspec.structs.replace(category, options=(*category.options, TrackingOption(ctx.org.new_id(), name)))


def find(ctx: Context, id: str) -> TrackingCategory:
    category = ctx.org.tracking.get(id.lower())
    if category is None:
        raise NotFound
    return category


def write_one(ctx: Context, id: str) -> Written:
    """POST /{id} renames or archives."""
    category = find(ctx, id)

    def change(ctx: Context, element: Json, position: int) -> Json:
        name = ctx.text(element, "Name", 100) or category.name
        status = ctx.choice(element, "Status", _STATUSES, "TrackingCategoryStatus", "TrackingCategories[0]")
        holder = ctx.org.tracking.first("name", folded(name))
        if holder is not None and holder.id != category.id:
            raise Invalid("A tracking category with this name already exists.")
        changed = msgspec.structs.replace(category, name=name, status=status or category.status)
        ctx.org.tracking.put(changed)
        ctx.record("TrackingCategories", changed.id, "updated", changed.name)
        return render(changed)

    elements = ctx.elements("TrackingCategories", "TrackingCategory")[:1]
    return write_each(
        ctx, "TrackingCategories", "TrackingCategory", change, id_field="TrackingCategoryID", elements=elements
    )


def delete(ctx: Context, id: str) -> Written:
    """DELETE /{id}: unused categories only."""
    category = find(ctx, id)
    if _used(ctx, {category.id}):
        raise Invalid("The tracking category cannot be deleted as it has been used in transactions.")
    ctx.org.tracking.remove(category.id)
    return Written("TrackingCategories", [{**render(category), "Status": "DELETED"}])


def write_options(ctx: Context, id: str) -> Written:
    """PUT /{id}/Options adds options."""
    find(ctx, id)

    def add(ctx: Context, element: Json, position: int) -> Json:
        category = _with_option(ctx, find(ctx, id), element)
        ctx.org.tracking.put(category)
        ctx.record("TrackingOptions", category.options[-1].id, "created", category.options[-1].name)
        return render_option(category.options[-1])

    return write_each(ctx, "Options", "Option", add, id_field="TrackingOptionID", error_flag="HasValidationErrors")


def write_option(ctx: Context, id: str, option_id: str) -> Written:
    """POST /{id}/Options/{option} renames or archives."""
    element = ctx.elements("Options", "Option")[0]
    status = ctx.choice(element, "Status", _STATUSES, "TrackingOptionStatus", "Options[0]")
    name = ctx.text(element, "Name", 100)
    return Written("Options", [render_option(_replace(ctx, id, option_id, name, status))])


def delete_option(ctx: Context, id: str, option_id: str) -> Written:
    """DELETE /{id}/Options/{option}."""
    if _used(ctx, {option_id.lower()}):
        raise Invalid("The tracking option cannot be deleted as it has been used in transactions.")
    option = _replace(ctx, id, option_id, None, "DELETED")
    category = find(ctx, id)
    kept = tuple(one for one in category.options if one.id != option.id)
    ctx.org.tracking.put(msgspec.structs.replace(category, options=kept))
    return Written("Options", [render_option(option)])


def _replace(ctx: Context, id: str, option_id: str, name: str | None, status: str | None) -> TrackingOption:
    category = find(ctx, id)
    found = next((option for option in category.options if option.id == option_id.lower()), None)
    if found is None:
        raise NotFound
    changed = msgspec.structs.replace(found, name=name or found.name, status=status or found.status)
    options = tuple(changed if option.id == found.id else option for option in category.options)
    ctx.org.tracking.put(msgspec.structs.replace(category, options=options))
    ctx.record("TrackingOptions", changed.id, "updated", changed.name)
    return changed


def _used(ctx: Context, ids: set[str]) -> bool:
    return any(
        ids & set(pair)
        for collection in ctx.org.documents.values()
        for document in collection.values()
        for line in document.lines
        for pair in line.tracking
    )


def render(category: TrackingCategory) -> Json:
    return {
        "Name": category.name,
        "Status": category.status,
        "TrackingCategoryID": category.id,
        "Options": [render_option(option) for option in category.options],
    }


def render_option(option: TrackingOption) -> Json:
    return {
        "TrackingOptionID": option.id,
        "Name": option.name,
        "Status": option.status,
        "HasValidationErrors": False,
        "IsDeleted": option.status == "DELETED",
        "IsArchived": option.status == "ARCHIVED",
        "IsActive": option.status == "ACTIVE",
    }
