"""Bank transfers: money between two bank accounts of the organisation."""

import msgspec

from xerosim import dates, ledger
from xerosim.errors import Invalid, NotFound
from xerosim.model import Transfer
from xerosim.model_settings import Account
from xerosim.numbers import money, rate
from xerosim.resources.context import Context, Written, write_each
from xerosim.resources.locks import check_locks
from xerosim.wire import Json


def write(ctx: Context) -> Written:
    """PUT creates, POST with an id deletes."""
    return write_each(ctx, "BankTransfers", "BankTransfer", _one, id_field="BankTransferID")


def write_one(ctx: Context, id: str) -> Written:
    """POST /{id} deletes."""
    if id.lower() not in ctx.org.transfers:
        raise NotFound
    element = {**ctx.elements("BankTransfers", "BankTransfer")[0], "BankTransferID": id.lower()}
    return write_each(ctx, "BankTransfers", "BankTransfer", _one, id_field="BankTransferID", elements=[element])


def _one(ctx: Context, element: Json, position: int) -> Json:
    org = ctx.org
    id = ctx.text(element, "BankTransferID")
    if id and not ctx.creating:
        old = org.transfers.get(id.lower())
        if old is None:
            raise Invalid("Bank transfer could not be found")
        if (
            ctx.choice(element, "Status", ("DELETED", "AUTHORISED"), "BankTransferStatus", "BankTransfers[0]")
            != "DELETED"
        ):
            raise Invalid("Bank transfers can only be deleted, not updated.")
        if old.status == "DELETED":
            raise Invalid("Bank transfer has already been deleted.")
        check_locks(ctx, [old.date])
        ledger.reverse(org, old.id, ctx.now)
        gone = org.transfers.put(msgspec.structs.replace(old, status="DELETED", updated=ctx.now))
        ctx.record("BankTransfers", gone.id, "updated")
        return render(ctx, gone)
    problems: list[str] = []
    source, target = _bank(ctx, element, "FromBankAccount", problems), _bank(ctx, element, "ToBankAccount", problems)
    amount = ctx.number(element, "Amount") or 0
    if amount <= 0:
        problems.append("The amount to transfer must be greater than zero")
    if source is not None and target is not None and source.id == target.id:
        problems.append("The bank accounts of a transfer must differ")
    if problems or source is None or target is None:
        raise Invalid(problems)
    date = ctx.day(element, "Date")
    date = ctx.today if date is None else date
    check_locks(ctx, [date])
    transfer = Transfer(
        org.new_id(),
        source.id,
        target.id,
        amount,
        date,
        ctx.text(element, "Reference", 255) or "",
        source_transaction=org.new_id(),
        target_transaction=org.new_id(),
        updated=ctx.now,
    )
    ledger.post_transfer(org, transfer, ctx.now)
    org.transfers.put(transfer)
    ctx.record("BankTransfers", transfer.id, "created")
    return render(ctx, transfer)


def _bank(ctx: Context, element: Json, member: str, problems: list[str]) -> Account | None:
    sent = element.get(member)
    source = sent if isinstance(sent, dict) else {}
    id, code = ctx.text(source, "AccountID"), ctx.text(source, "Code")
    account = ctx.org.accounts.get(id.lower()) if id else ctx.org.account_by_code(code) if code else None
    if account is None or account.type != "BANK" or account.status != "ACTIVE":
        problems.append(f"{member} is not a valid bank account")
        return None
    return account


def render(ctx: Context, transfer: Transfer) -> Json:
    """A bank transfer."""
    shown = {}
    for member, id in (("FromBankAccount", transfer.source), ("ToBankAccount", transfer.target)):
        account = ctx.org.accounts[id]
        shown[member] = {"AccountID": account.id, "Code": account.code, "Name": account.name}
    return {
        "BankTransferID": transfer.id,
        "CreatedDateUTCString": dates.utc_text(transfer.updated).rstrip("Z"),
        "CreatedDateUTC": dates.ms(transfer.updated),
        "DateString": dates.day_text(transfer.date),
        "Date": dates.day_ms(transfer.date),
        **shown,
        "Amount": money(transfer.amount),
        "FromBankTransactionID": transfer.source_transaction,
        "ToBankTransactionID": transfer.target_transaction,
        "FromIsReconciled": False,
        "ToIsReconciled": False,
        "Reference": transfer.reference,
        "Status": transfer.status,
        "CurrencyRate": rate(transfer.rate),
        "HasAttachments": transfer.attachments,
    }
