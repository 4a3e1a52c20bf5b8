"""Linked transactions: a cost on a bill that is to be charged on to a customer on a sales invoice."""

from xerosim import dates
from xerosim.errors import Invalid
from xerosim.model import Document
from xerosim.organisation import Organisation
from xerosim.resources.context import Context
from xerosim.resources.kinds import APPROVED
from xerosim.wire import Json

_DEAD = ("VOIDED", "DELETED")


def make(ctx: Context, element: Json, position: int) -> Json:
    """A linked transaction from a body laid over what is stored. Raises Invalid."""
    line_id = (ctx.text(element, "SourceLineItemID") or "").lower()
    source = _source(ctx.org, (ctx.text(element, "SourceTransactionID") or "").lower())
    if source is None or all(line.id != line_id for line in source.lines):
        raise Invalid("The SourceLineItemID and SourceTransactionID do not match")
    target_id = (ctx.text(element, "TargetTransactionID") or "").lower()
    target = ctx.org.invoices.get(target_id)
    if target_id and (target is None or target.type != "ACCREC" or target.status in _DEAD):
        raise Invalid("The TargetTransactionID is not a sales invoice that can be billed")
    contact = (ctx.text(element, "ContactID") or "").lower() or (target.contact if target else "")
    if contact and contact not in ctx.org.contacts:
        raise Invalid("The Contact could not be found")
    if target is not None and target.contact != contact:
        raise Invalid("The ContactID and the TargetTransaction ContactID do not match")
    answer: Json = {
        "SourceTransactionID": source.id,
        "SourceLineItemID": line_id,
        "Type": "BILLABLEEXPENSE",
        "UpdatedDateUTC": dates.ms(ctx.now),
        "SourceTransactionTypeCode": "ACCPAY" if source.collection == "Invoices" else "SPEND",
    }
    if contact:
        answer["ContactID"] = contact
    if target is not None:
        answer["TargetTransactionID"] = target.id
        target_line = (ctx.text(element, "TargetLineItemID") or "").lower()
        if target_line and all(line.id != target_line for line in target.lines):
            raise Invalid("The TargetLineItemID and TargetTransactionID do not match")
        if target_line:
            answer["TargetLineItemID"] = target_line
    return answer


def shown(org: Organisation, kept: Json) -> Json:
    """A linked transaction with its status of the moment, which follows from its source and its target."""
    source = _source(org, str(kept["SourceTransactionID"]))
    target = org.invoices.get(str(kept.get("TargetTransactionID", "")))
    return {**kept, "Status": _status(source, target)}


def _status(source: Document | None, target: Document | None) -> str:
    if source is None or source.status in _DEAD:
        return "VOIDED"
    if target is not None and target.status not in _DEAD:
        return "BILLED" if target.status in APPROVED else "ONDRAFT"
    return "APPROVED" if source.status in APPROVED else "DRAFT"


def _source(org: Organisation, id: str) -> Document | None:
    """The bill or the spent money that a cost stands on."""
    found = org.invoices.get(id) or org.bank_transactions.get(id)
    return found if found is not None and found.type in ("ACCPAY", "SPEND") else None
