"""Finding our postings again by their markers, after an uncertain outcome and before anything is sent twice.

The table of markers is in docs/xero.md. Everything here is a read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar
from urllib.parse import quote

from tieout.accounting import Allocation, CreditNote, Held, Payment, Role
from tieout.ports.ledger import Meter, Outgoing
from tieout.xero import into, wire
from tieout.xero.caller import Caller, TooManyRows
from tieout.xero.out import role_of
from tieout.xero.reading import PAGE_SIZE, elements, listed

W = TypeVar("W", bound=wire.Wire)

#: Markers per look-up call, by role. Lists of numbers or ids keep the address below `QUERY_CHARACTERS_MAX`.
SIZES: dict[Role, int] = {
    Role.CONTACT: 20,
    Role.ITEM: 500,
    Role.INVOICE: 40,
    Role.QUOTE: 20,
    Role.CREDIT_NOTE: 20,
    Role.DIFFERENCE: 20,
    Role.PAYMENT: 20,
    Role.OVERPAYMENT: 20,
    Role.ALLOCATION: 1,
    Role.REFUND_PAYMENT: 20,
}
#: Characters of one query before it is encoded; Xero's bound on addresses is not published, 2 kB is safe.
QUERY_CHARACTERS_MAX = 1_400
#: More codes than this are looked up in the whole list of items, which is one call.
ITEM_FILTER_MAX = 20

_GONE = frozenset({"VOIDED", "DELETED", "ARCHIVED"})


def hint(outgoing: Outgoing) -> str:
    """The document a posting hangs on: its id, for allocations "<list>/<credit id>/<invoice id>"."""
    payload = outgoing.payload
    if isinstance(payload, Payment):
        return outgoing.ids.get(payload.target, "")
    if isinstance(payload, Allocation):
        credits = "Overpayments" if payload.source.role is Role.OVERPAYMENT else "CreditNotes"
        return f"{credits}/{outgoing.ids.get(payload.source, '')}/{outgoing.ids.get(payload.invoice, '')}"
    if role_of(outgoing) is Role.DIFFERENCE:
        return "CreditNotes" if isinstance(payload, CreditNote) else "Invoices"
    return ""


def look_up(
    caller: Caller,
    role: Role,
    markers: Sequence[str],
    hints: Mapping[str, str],
    meter: Meter,
    currency: str,
) -> dict[str, Held]:
    """What is held under the markers; see the port."""
    match role:
        case Role.INVOICE:
            return _invoices(caller, role, markers, meter)
        case Role.CREDIT_NOTE:
            return _credit_notes(caller, role, markers, meter)
        case Role.DIFFERENCE:
            notes = [marker for marker in markers if hints.get(marker) == "CreditNotes"]
            others = [marker for marker in markers if hints.get(marker) != "CreditNotes"]
            return _invoices(caller, role, others, meter) | _credit_notes(caller, role, notes, meter)
        case Role.CONTACT:
            return _contacts(caller, markers, meter)
        case Role.ITEM:
            return _items(caller, markers, meter)
        case Role.PAYMENT:
            return _payments(caller, role, markers, hints, meter, currency)
        case Role.REFUND_PAYMENT:
            return _payments(caller, role, markers, hints, meter, currency)
        case Role.OVERPAYMENT:
            return _overpayments(caller, markers, meter)
        case Role.ALLOCATION:
            return _allocations(caller, markers, hints, meter, currency)
        case Role.QUOTE:
            raise ValueError("quotes are not posted")


def read_some(caller: Caller, role: Role, ids: Sequence[str], meter: Meter) -> Iterator[Sequence[Held]]:
    """Invoices by their list of ids, credit notes by filter. Raises ValueError for any other role."""
    if role is Role.INVOICE:
        for group in _chunks(ids, ",", SIZES[Role.INVOICE]):
            query = {"IDs": ",".join(group), "page": "1", "pageSize": str(PAGE_SIZE), "unitdp": "4"}
            reply = caller.get("Invoices", query, meter)
            if reply is not None:
                found = elements(reply.body, "Invoices", wire.InvoiceWire)
                yield [into.held_invoice(role, one) for one in found if one.Type in (None, "ACCREC")]
    elif role is Role.CREDIT_NOTE:
        conditions = [f"CreditNoteID==guid({quoted(one)})" for one in ids]
        notes = _filtered(caller, "CreditNotes", wire.InvoiceWire, conditions, meter, count=20, query={"unitdp": "4"})
        yield [into.held_invoice(role, one) for one in notes if one.Type in (None, "ACCRECCREDIT")]
    else:
        raise ValueError(f"{role.value}s are not read by their ids")


def quoted(text: str) -> str:
    """A string of the filter language."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _chunks(parts: Sequence[str], joint: str, count: int) -> Iterator[list[str]]:
    """Parts in groups of at most `count` whose joined text stays below the bound."""
    group: list[str] = []
    size = 0
    for part in parts:
        if group and (len(group) >= count or size + len(joint) + len(part) > QUERY_CHARACTERS_MAX):
            yield group
            group, size = [], 0
        group.append(part)
        size += len(part) + len(joint)
    if group:
        yield group


def _filtered(
    caller: Caller,
    name: str,
    kind: type[W],
    conditions: Sequence[str],
    meter: Meter,
    *,
    count: int,
    query: Mapping[str, str],
) -> Iterator[W]:
    """Elements for which any of the conditions holds, in as few calls as the bound on addresses allows."""
    for group in _chunks(conditions, " OR ", count):
        where = " OR ".join(group)
        found = caller.get(name, {**query, "where": where, "page": "1", "pageSize": str(PAGE_SIZE)}, meter)
        if found is not None:
            yield from elements(found.body, name, kind)


def _by_number(
    caller: Caller,
    name: str,
    kind: type[W],
    field: str,
    markers: Sequence[str],
    meter: Meter,
    query: Mapping[str, str],
) -> list[W]:
    """By filter; where the organisation is too large for that, one by one, which Xero offers for numbers."""
    conditions = [f"{field}=={quoted(marker)}" for marker in markers]
    try:
        return list(_filtered(caller, name, kind, conditions, meter, count=20, query=query))
    except TooManyRows:
        found: list[W] = []
        for marker in markers:
            reply = caller.get(f"{name}/{quote(marker, safe='')}", {}, meter)
            if reply is not None:
                found += elements(reply.body, name, kind)
        return found


def fold(text: str) -> str:
    """Markers compare as Xero compares numbers and codes: regardless of case and outer or double spaces."""
    return " ".join(text.split()).casefold()


def _pick(markers: Sequence[str], candidates: Sequence[tuple[str, Held]]) -> dict[str, Held]:
    """Marker → what is held under it; what is void, deleted or archived only when nothing alive is."""
    best: dict[str, Held] = {}
    for key, one in candidates:
        folded = fold(key)
        if folded and one.remote_id and (folded not in best or best[folded].status in _GONE):
            best[folded] = one
    return {marker: best[fold(marker)] for marker in markers if fold(marker) in best}


def _invoices(caller: Caller, role: Role, markers: Sequence[str], meter: Meter) -> dict[str, Held]:
    """By the list of numbers; a number with a comma cannot be in a list and goes by filter."""
    plain = [marker for marker in markers if "," not in marker]
    rest = [f"InvoiceNumber=={quoted(marker)}" for marker in markers if "," in marker]
    found: list[wire.InvoiceWire] = []
    for group in _chunks(plain, ",", SIZES[Role.INVOICE]):
        query = {"InvoiceNumbers": ",".join(group), "page": "1", "pageSize": str(PAGE_SIZE), "unitdp": "4"}
        reply = caller.get("Invoices", query, meter)
        if reply is not None:
            found += elements(reply.body, "Invoices", wire.InvoiceWire)
    query = {"unitdp": "4"}
    found += _filtered(caller, "Invoices", wire.InvoiceWire, rest, meter, count=20, query=query)
    # Numbers of bills are free, so a supplier's bill may carry the number of a sales invoice.
    held = [into.held_invoice(role, one) for one in found if one.Type in (None, "ACCREC")]
    return _pick(markers, [(one.number, one) for one in held])


def _credit_notes(caller: Caller, role: Role, markers: Sequence[str], meter: Meter) -> dict[str, Held]:
    query = {"unitdp": "4"}
    found = _by_number(caller, "CreditNotes", wire.InvoiceWire, "CreditNoteNumber", markers, meter, query)
    held = [into.held_invoice(role, one) for one in found if one.Type in (None, "ACCRECCREDIT")]
    return _pick(markers, [(one.number, one) for one in held])


def _contacts(caller: Caller, markers: Sequence[str], meter: Meter) -> dict[str, Held]:
    query = {"includeArchived": "true"}
    found = _by_number(caller, "Contacts", wire.ContactWire, "ContactNumber", markers, meter, query)
    return _pick(markers, [(one.ContactNumber or "", into.held_contact(one)) for one in found])


def _items(caller: Caller, markers: Sequence[str], meter: Meter) -> dict[str, Held]:
    """By filter for a few codes, else the whole list; items are not paged."""
    query = {"unitdp": "4"}
    if len(markers) <= ITEM_FILTER_MAX:
        conditions = [f"Code=={quoted(marker)}" for marker in markers]
        found = []
        for group in _chunks(conditions, " OR ", ITEM_FILTER_MAX):
            found += listed(caller, "Items", wire.ItemWire, meter, {**query, "where": " OR ".join(group)})
    else:
        found = listed(caller, "Items", wire.ItemWire, meter, query)
    return _pick(markers, [(one.Code or "", into.held_item(one)) for one in found])


def _payments(
    caller: Caller, role: Role, markers: Sequence[str], hints: Mapping[str, str], meter: Meter, currency: str
) -> dict[str, Held]:
    """Payments of invoices through the invoice, those of credits by reference; both must have our reference.

    A payment of ours that hangs on another document than the hint says is not the one.
    """
    if role is Role.PAYMENT:
        targets = dict.fromkeys(hints[marker] for marker in markers if hints.get(marker))
        conditions = [f"Invoice.InvoiceID==guid({quoted(target)})" for target in targets]
        conditions += [f"Reference=={quoted(marker)}" for marker in markers if not hints.get(marker)]
    else:
        conditions = [f"Reference=={quoted(marker)}" for marker in markers]
    found = _filtered(caller, "Payments", wire.PaymentWire, conditions, meter, count=20, query={})
    payments = [into.held_payment(role, one, currency) for one in found]
    result: dict[str, Held] = {}
    for marker in markers:
        target = hints.get(marker, "").lower()
        candidates = [(one.reference, one) for one in payments if not target or one.target_id in ("", target)]
        result |= _pick([marker], candidates)
    return result


def _overpayments(caller: Caller, markers: Sequence[str], meter: Meter) -> dict[str, Held]:
    conditions = [f"Reference=={quoted(marker)}" for marker in markers]
    found = _filtered(caller, "Overpayments", wire.BankTransactionWire, conditions, meter, count=20, query={})
    return _pick(markers, [(one.Reference or "", into.held_overpayment(one)) for one in found])


def _allocations(
    caller: Caller, markers: Sequence[str], hints: Mapping[str, str], meter: Meter, currency: str
) -> dict[str, Held]:
    """An allocation has no reference: it is the one that the credit has to the invoice."""
    result: dict[str, Held] = {}
    for marker in markers:
        name, _, rest = hints.get(marker, "").partition("/")
        credit_id, _, invoice_id = rest.partition("/")
        if not credit_id:
            continue
        reply = caller.get(f"{name}/{credit_id}", {}, meter)
        if reply is None:
            continue
        credits: Sequence[wire.InvoiceWire | wire.BankTransactionWire]
        if name == "CreditNotes":
            credits = elements(reply.body, name, wire.InvoiceWire)
        else:
            credits = elements(reply.body, name, wire.BankTransactionWire)
        for credit in credits:
            for part in credit.Allocations or ():
                one = into.held_allocation(part, credit_id.lower(), credit.CurrencyCode or currency)
                if one.status != "DELETED" and one.target_id == invoice_id.lower():
                    result[marker] = one
    return result
