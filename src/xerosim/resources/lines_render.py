"""Lines as Xero prints them."""

from xerosim.model import Line
from xerosim.numbers import divide, fine, money, unit
from xerosim.organisation import Organisation
from xerosim.resources.context import Context
from xerosim.wire import Json


def render_line(ctx: Context, line: Line, *, written: bool) -> Json:
    """A line as Xero prints it; `written` adds the empty ValidationErrors of write answers."""
    org = ctx.org
    answer: Json = {}
    if line.item_code:
        answer["ItemCode"] = line.item_code
        item = org.items.first("code", line.item_code.casefold())
        if item is not None:
            answer["Item"] = {"ItemID": item.id, "Name": item.name, "Code": item.code}
    answer["Description"] = line.description
    if line.unit_amount is not None:
        answer["UnitAmount"] = unit(line.unit_amount, ctx.places)
        if line.tax_type:
            answer["TaxType"] = line.tax_type
        answer["TaxAmount"] = money(line.tax_amount)
        answer["LineAmount"] = money(line.line_amount)
    if line.account:
        if line.account_code:
            answer["AccountCode"] = line.account_code
        answer["AccountID"] = line.account
    if line.discount_rate is not None:
        answer["DiscountRate"] = money(divide(line.discount_rate, 100))
    if line.discount_amount is not None:
        answer["DiscountAmount"] = money(line.discount_amount)
    answer["Tracking"] = [_render_tracking(org, *pair) for pair in line.tracking] if line.tracking else []
    if line.quantity is not None:
        answer["Quantity"] = fine(line.quantity)
    answer["LineItemID"] = line.id
    if written:
        answer["ValidationErrors"] = []
    return answer


def _render_tracking(org: Organisation, category_id: str, option_id: str) -> Json:
    category = org.tracking.get(category_id)
    if category is None:
        return {"TrackingCategoryID": category_id, "TrackingOptionID": option_id}
    name = next((option.name for option in category.options if option.id == option_id), "")
    return {
        "Name": category.name,
        "Option": name,
        "TrackingCategoryID": category_id,
        "TrackingOptionID": option_id,
    }
