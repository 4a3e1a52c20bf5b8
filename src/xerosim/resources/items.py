"""Items (products): upsert by ItemID or Code."""

import msgspec

from xerosim import dates
from xerosim.errors import Invalid, NotFound
from xerosim.model import Item
from xerosim.numbers import FINE, divide, fine, money, unit
from xerosim.organisation import Organisation
from xerosim.resources.context import Context, Written, write_each
from xerosim.wire import Json

MOST = 500


def write(ctx: Context) -> Written:
    return write_each(ctx, "Items", "Item", _one, id_field="ItemID", error_flag="HasErrors", most=MOST)


def write_one(ctx: Context, key: str) -> Written:
    """POST /Items/{id}."""
    item = find(ctx.org, key)
    if item is None:
        raise NotFound
    element = {**ctx.elements("Items", "Item")[0], "ItemID": item.id}
    return write_each(ctx, "Items", "Item", _one, id_field="ItemID", error_flag="HasErrors", elements=[element])


def find(org: Organisation, key: str) -> Item | None:
    """An item by id or code."""
    return org.items.get(key.lower()) or org.items.first("code", key.casefold())


def delete(ctx: Context, key: str) -> None:
    """DELETE /Items/{id}; tracked items that were used stay."""
    item = find(ctx.org, key)
    if item is None:
        raise NotFound
    if ctx.org.stock_moves.by("item", item.id):
        raise Invalid("The item cannot be deleted as it is tracked and has been used in transactions.")
    ctx.org.items.remove(item.id)
    ctx.record("Items", item.id, "updated", item.code)


def _one(ctx: Context, element: Json, position: int) -> Json:
    org = ctx.org
    id, code = ctx.text(element, "ItemID"), ctx.text(element, "Code", 30)
    existing = None
    if id:
        existing = org.items.get(id.lower())
        if existing is None:
            raise Invalid("Item could not be found")
    elif code:
        existing = org.items.first("code", code.casefold())
        if existing is not None and ctx.creating:
            raise Invalid(f"Price List Item with Code '{code}' already exists")
    if existing is None and not code:
        raise Invalid("Code is a required field")
    holder = org.items.first("code", code.casefold()) if code else None
    if holder is not None and existing is not None and holder.id != existing.id:
        raise Invalid(f"Price List Item with Code '{code}' already exists")
    base = existing or Item(org.new_id(), code or "")
    changes: dict[str, object] = {"updated": ctx.now}
    if code:
        changes["code"] = code
    for field, member, longest in (
        ("name", "Name", 50),
        ("description", "Description", 4000),
        ("purchase_description", "PurchaseDescription", 4000),
    ):
        text = ctx.text(element, member, longest)
        if text is not None:
            changes[field] = text
    for field, member in (("sold", "IsSold"), ("purchased", "IsPurchased")):
        flag = ctx.boolean(element, member)
        if flag is not None:
            changes[field] = flag
    asset = ctx.text(element, "InventoryAssetAccountCode")
    problems = _details(ctx, element, "SalesDetails", "sales", changes)
    problems += _details(ctx, element, "PurchaseDetails", "purchase", changes)
    if asset:
        account = org.account_by_code(asset)
        if account is None or account.type != "INVENTORY":
            problems.append("InventoryAssetAccountCode must be an account of type INVENTORY")
        elif not changes.get("purchase_cogs", base.purchase_cogs):
            problems.append("COGSAccountCode must be specified for tracked inventory items")
        changes["inventory_account"], changes["tracked"] = asset, True
    if changes.get("purchased") is False:
        changes.update(
            purchase_price=None, purchase_account="", purchase_cogs="", purchase_tax="", purchase_description=""
        )
    if problems:
        raise Invalid(problems)
    item = org.items.put(msgspec.structs.replace(base, **changes))
    ctx.record("Items", item.id, "created" if existing is None else "updated", item.code)
    return {**render(ctx, item), "ValidationErrors": []}


def _details(ctx: Context, element: Json, member: str, prefix: str, changes: dict[str, object]) -> list[str]:
    sent = element.get(member)
    if not isinstance(sent, dict):
        return []
    problems = []
    price = ctx.number(sent, "UnitPrice", FINE)
    if price is not None:
        changes[f"{prefix}_price"] = price if ctx.places == FINE else divide(price, 100) * 100
    for name, field in (("AccountCode", "account"), ("COGSAccountCode", "cogs")):
        code = ctx.text(sent, name)
        if code is None or (field == "cogs" and prefix == "sales"):
            continue
        if code and ctx.org.account_by_code(code) is None:
            problems.append(f"Account code '{code}' is not a valid code for this document")
        changes[f"{prefix}_{field}"] = code
    tax = ctx.text(sent, "TaxType")
    if tax is not None:
        if tax and tax not in ctx.org.tax_rates:
            problems.append(f"The TaxType code {tax} does not exist or cannot be used for this type of transaction.")
        changes[f"{prefix}_tax"] = tax
    return problems


def render(ctx: Context, item: Item) -> Json:
    """An item as Xero prints it."""
    answer: Json = {"ItemID": item.id, "Code": item.code}
    if item.description:
        answer["Description"] = item.description
    if item.purchase_description:
        answer["PurchaseDescription"] = item.purchase_description
    answer["UpdatedDateUTC"] = dates.ms_plain(item.updated)
    purchase: Json = {}
    if item.purchase_price is not None:
        purchase["UnitPrice"] = unit(item.purchase_price, ctx.places)
    for member, value in (
        ("COGSAccountCode", item.purchase_cogs),
        ("AccountCode", item.purchase_account),
        ("TaxType", item.purchase_tax),
    ):
        if value:
            purchase[member] = value
    answer["PurchaseDetails"] = purchase
    sales: Json = {}
    if item.sales_price is not None:
        sales["UnitPrice"] = unit(item.sales_price, ctx.places)
    for member, value in (("AccountCode", item.sales_account), ("TaxType", item.sales_tax)):
        if value:
            sales[member] = value
    answer["SalesDetails"] = sales
    answer["Name"] = item.name
    answer["IsTrackedAsInventory"] = item.tracked
    if item.tracked:
        answer["InventoryAssetAccountCode"] = item.inventory_account
        answer["TotalCostPool"] = money(item.cost_pool)
        answer["QuantityOnHand"] = fine(item.quantity)
    answer["IsSold"] = item.sold
    answer["IsPurchased"] = item.purchased
    return answer
