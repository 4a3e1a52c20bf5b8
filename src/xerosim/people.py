"""What a person does inside Xero, behind the connector's back."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from xerosim import ledger
from xerosim.model import Document
from xerosim.model_settings import Currency
from xerosim.organisation import Organisation, folded
from xerosim.resources import allocations, contacts, documents, payments
from xerosim.resources.context import Context
from xerosim.resources.currency import NAMES
from xerosim.resources.kinds import CREDIT_NOTE, INVOICE, Kind
from xerosim.wire import Json

if TYPE_CHECKING:
    from xerosim.world import World


def _found(ctx: Context, members: Json) -> tuple[Kind, Document]:
    """The invoice or credit note that `id` or `number` names."""
    key = str(members.get("id") or members.get("number") or "")
    for kind in (INVOICE, CREDIT_NOTE):
        document = documents.find(ctx, kind, key)
        if document is None:
            document = ctx.org.documents[kind.collection].first("number", key.casefold())
        if document is not None:
            return kind, document
    raise ValueError(f"no document {key}")


def edit(ctx: Context, members: Json) -> Json:
    """Change a document's members ({"number"|"id", "changes": Xero's JSON})."""
    kind, document = _found(ctx, members)
    changes = members.get("changes")
    if not isinstance(changes, dict):
        raise ValueError("changes must be an object in Xero's JSON")
    ctx.body = changes
    return documents.write_one(ctx, kind, document.id).elements[0]


def _status(status: str) -> Callable[[Context, Json], Json]:
    def act(ctx: Context, members: Json) -> Json:
        return edit(ctx, {**members, "changes": {"Status": status}})

    return act


def approve(ctx: Context, members: Json) -> Json:
    """Approve a draft; a missing due date becomes the document's date."""
    _, document = _found(ctx, members)
    changes: Json = {"Status": "AUTHORISED"}
    if document.due is None:
        from xerosim.dates import iso_day

        changes["DueDate"] = iso_day(document.date)
    return edit(ctx, {**members, "changes": changes})


def pay(ctx: Context, members: Json) -> Json:
    """Pay a document ({"number"|"id", "account": code, "amount"?, "date"?, "reconciled"?})."""
    kind, document = _found(ctx, members)
    from xerosim.numbers import money

    element: Json = {
        kind.singular: {kind.id_field: document.id},
        "Account": {"Code": str(members.get("account", "090"))},
        "Amount": members.get("amount") or money(document.due_amount),
        "IsReconciled": members.get("reconciled"),
    }
    if members.get("date"):
        element["Date"] = members["date"]
    if members.get("reference"):
        element["Reference"] = members["reference"]
    return payments.render(ctx, payments.create(ctx, element))


def unpay(ctx: Context, members: Json) -> Json:
    """Remove a document's payments."""
    _, document = _found(ctx, members)
    for payment in ctx.org.payments.by("document", document.id):
        if payment.status == "AUTHORISED":
            payments.delete(ctx, payment)
    return {"ok": True}


def unallocate(ctx: Context, members: Json) -> Json:
    """Remove a credit note's allocations."""
    kind, document = _found(ctx, members)
    index = "credit" if kind.credit else "invoice"
    for allocation in ctx.org.allocations.by(index, document.id):
        allocations.delete(ctx, "CreditNotes", allocation.credit, allocation.id)
    return {"ok": True}


def archive_account(ctx: Context, members: Json) -> Json:
    """Archive an account ({"code"})."""
    account = ctx.org.account_by_code(str(members["code"]))
    if account is None:
        raise ValueError("no such account")
    ctx.org.accounts.put(
        msgspec.structs.replace(account, status=str(members.get("status", "ARCHIVED")), updated=ctx.now)
    )
    return {"ok": True}


def archive_tax_rate(ctx: Context, members: Json) -> Json:
    """Archive a tax rate ({"tax_type"})."""
    rate = ctx.org.tax_rates[str(members["tax_type"])]
    ctx.org.tax_rates.put(msgspec.structs.replace(rate, status=str(members.get("status", "ARCHIVED"))))
    return {"ok": True}


def contact(ctx: Context, members: Json) -> Json:
    """Archive, restore or rename a contact ({"id"|"name", "status"? or "new_name"?})."""
    org = ctx.org
    key = str(members.get("id") or "")
    found = org.contacts.get(key) or org.contacts.first("active_name", folded(str(members.get("name", ""))))
    if found is None:
        found = next(
            (c for c in org.contacts.values() if folded(c.name) == folded(str(members.get("name", "")))), None
        )
    if found is None:
        raise ValueError("no such contact")
    changed = msgspec.structs.replace(
        found,
        status=str(members.get("status", found.status)),
        name=str(members.get("new_name", found.name)),
        updated=ctx.now,
    )
    org.contacts.put(changed)
    ctx.record("Contacts", changed.id, "updated", changed.name)
    return contacts.render(ctx, changed)


def enable_currency(ctx: Context, members: Json) -> Json:
    """Enable a currency ({"code"})."""
    code = str(members["code"]).upper()
    ctx.org.currencies.put(Currency(code, NAMES.get(code, code)))
    return {"ok": True}


def delete_item(ctx: Context, members: Json) -> Json:
    """Delete an item ({"code"})."""
    from xerosim.resources import items

    items.delete(ctx, str(members["code"]))
    return {"ok": True}


def create(ctx: Context, members: Json) -> Json:
    """Make a document by hand ({"kind": "Invoice"|"CreditNote", "document": Xero's JSON})."""
    kind = CREDIT_NOTE if members.get("kind") == "CreditNote" else INVOICE
    ctx.body = members.get("document")
    ctx.method = "PUT"
    return documents.write(ctx, kind).elements[0]


def publish_tax_return(ctx: Context, members: Json) -> Json:
    """Publish the tax return of a period ({"from", "to"}); it is then listed under Reports."""
    from xerosim.dates import day_of
    from xerosim.resources import tax_returns

    return tax_returns.publish(ctx, day_of(str(members["from"])), day_of(str(members["to"])))


DEEDS: dict[str, Callable[[Context, Json], object]] = {
    "edit": edit,
    "approve": approve,
    "void": _status("VOIDED"),
    "delete": _status("DELETED"),
    "pay": pay,
    "unpay": unpay,
    "unallocate": unallocate,
    "archive account": archive_account,
    "archive tax rate": archive_tax_rate,
    "contact": contact,
    "enable currency": enable_currency,
    "delete item": delete_item,
    "create": create,
    "publish tax return": publish_tax_return,
}


def trial_balance(world: "World", tenant: str) -> list[Json]:
    """Balances per account in the base currency; they sum to zero."""
    from xerosim.numbers import money

    org: Organisation = world.organisations[tenant]
    rows = []
    for id, cents in ledger.balances_at(org).items():
        account = org.accounts.get(id)
        rows.append(
            {
                "code": account.code if account else "",
                "name": account.name if account else id,
                "balance": money(cents),
            }
        )
    return sorted(rows, key=lambda row: str(row["code"]))
