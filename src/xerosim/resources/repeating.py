"""Repeating invoices: templates with a schedule, which issue an invoice on every day that comes due."""

import calendar
import datetime
from typing import TYPE_CHECKING

import msgspec

from xerosim import dates
from xerosim.arithmetic import EXCLUSIVE, totals
from xerosim.errors import Invalid
from xerosim.model import Generic
from xerosim.numbers import money
from xerosim.organisation import Organisation
from xerosim.resources import contacts, documents
from xerosim.resources.context import BatchRefused, Context
from xerosim.resources.kinds import INVOICE
from xerosim.resources.lines import LINE_TYPES, Manner, parse_lines
from xerosim.resources.lines_render import render_line
from xerosim.wire import Json, decode, encode

if TYPE_CHECKING:
    from xerosim.world import World

COLLECTION = "RepeatingInvoices"
_UNITS = ("WEEKLY", "MONTHLY")
_DUE_TYPES = ("DAYSAFTERBILLDATE", "DAYSAFTERBILLMONTH", "OFCURRENTMONTH", "OFFOLLOWINGMONTH")
_LINE_MEMBERS = (
    "Description", "Quantity", "UnitAmount", "ItemCode", "AccountCode", "TaxType", "TaxAmount", "DiscountRate",
    "DiscountAmount", "Tracking",
)  # fmt: skip
_EPOCH = datetime.date(1970, 1, 1)
#: Invoices that one template issues at once, should the clock leap.
ISSUED_MOST = 1_000


def make(ctx: Context, element: Json, position: int) -> Json:
    """A template from a body laid over what is stored. Raises Invalid."""
    path = f"{COLLECTION}[{position}]"
    type_ = ctx.choice(element, "Type", ("ACCREC", "ACCPAY"), "InvoiceType", path)
    status = ctx.choice(element, "Status", ("DRAFT", "AUTHORISED", "DELETED"), "RepeatingInvoiceStatus", path)
    status = status or "DRAFT"
    problems = [] if type_ else ["Type is a required field"]
    schedule = _schedule(ctx, element, path, problems)
    contact = None
    try:
        contact = contacts.resolve(ctx, element.get("Contact"), "RepeatingInvoice")
    except Invalid as refusal:
        problems += refusal.messages
    types = ctx.choice(element, "LineAmountTypes", LINE_TYPES, "LineAmountType", path) or EXCLUSIVE
    manner = Manner(approving=status == "AUTHORISED", line_types=types, sales=type_ == "ACCREC", discounts=True)
    parsed = parse_lines(ctx, element.get("LineItems"), (), manner)
    problems += parsed.problems
    if problems:
        raise Invalid(list(dict.fromkeys(problems)))
    sub_total, total_tax, total = totals(parsed.lines, types)
    return {
        "ID": str(element.get("ID") or ctx.org.new_id()),
        "Type": type_,
        "Reference": ctx.text(element, "Reference") or "",
        "HasAttachments": bool(element.get("HasAttachments")),
        "Schedule": schedule,
        "Contact": contacts.stub(contact),
        "Status": status,
        "LineAmountTypes": types,
        "LineItems": [render_line(ctx, line, written=False) for line in parsed.lines],
        "SubTotal": money(sub_total),
        "TotalTax": money(total_tax),
        "Total": money(total),
        "CurrencyCode": ctx.text(element, "CurrencyCode") or ctx.org.settings.currency,
    }


def _schedule(ctx: Context, element: Json, path: str, problems: list[str]) -> Json:
    """The schedule as it is kept; NextScheduledDate is its first day that is not past."""
    sent = element.get("Schedule")
    sent = sent if isinstance(sent, dict) else {}
    unit = ctx.choice(sent, "Unit", _UNITS, "ScheduleUnit", path)
    due_type = ctx.choice(sent, "DueDateType", _DUE_TYPES, "DueDateType", path)
    period, due = _count(sent.get("Period", 1)), _count(sent.get("DueDate"))
    if unit is None or due_type is None or not period or due is None:
        problems.append("A Schedule with Period, Unit, DueDate and DueDateType must be specified")
        return {}
    shown: Json = {"Period": period, "Unit": unit, "DueDate": due, "DueDateType": due_type}
    start, end = ctx.day(sent, "StartDate"), ctx.day(sent, "EndDate")
    start = ctx.today if start is None else start
    shown["StartDate"] = dates.day_ms(start)
    number = 0
    while (following := occurrence(start, unit, period, number)) < ctx.today:
        number += 1
    shown["NextScheduledDate"] = dates.day_ms(following)
    if end is not None:
        shown["EndDate"] = dates.day_ms(end)
    return shown


def _count(value: object) -> int | None:
    text = str(value)
    return int(text) if text.isdigit() and len(text) < 4 else None


def occurrence(start: int, unit: str, period: int, number: int) -> int:
    """The day (since 1970) of a schedule's so-manieth invoice, counted from 0; short months end earlier."""
    if unit == "WEEKLY":
        return start + 7 * period * number
    return _plus_months(start, period * number)


def _plus_months(day: int, months: int, at: int | None = None) -> int:
    """A day so many months later; at: on that day of the month instead. Clipped to the month's end."""
    date = _EPOCH + datetime.timedelta(days=day)
    year, month = divmod(date.year * 12 + date.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return (datetime.date(year, month + 1, min(at or date.day, last)) - _EPOCH).days


def due_day(date: int, due: int, due_type: str) -> int:
    """When an invoice of a day falls due."""
    if due_type == "DAYSAFTERBILLDATE":
        return date + due
    if due_type == "DAYSAFTERBILLMONTH":
        return _plus_months(date, 1, at=1) - 1 + due
    return _plus_months(date, 0 if due_type == "OFCURRENTMONTH" else 1, at=max(due, 1))


# -- issuing ---------------------------------------------------------------------------------------------------------


def catch_up(world: "World", org: Organisation) -> None:
    """Issue what has come due. Costs nothing while nothing has."""
    version, first = org.next_repeat
    if version != org.generics.version:
        first = min((_next_day(value) for value in _live(org)), default=None)
        org.next_repeat = (org.generics.version, first)
    if first is None or first > world.today(org):
        return
    for value in _live(org):
        _issue_all(world, org, value.id)


def _live(org: Organisation) -> list[Generic]:
    return [
        value
        for value in org.generics.by("collection", COLLECTION)
        if value.status != "DELETED" and _next_day(value) <= _end_day(value)
    ]


def _schedule_of(value: Generic) -> Json:
    schedule = _read(value)["Schedule"]
    assert isinstance(schedule, dict), "a template keeps its schedule"
    return schedule


def _read(value: Generic) -> Json:
    read = decode(value.json.encode())
    assert isinstance(read, dict), "templates are objects"
    return read


def _next_day(value: Generic) -> int:
    return dates.day_of(str(_schedule_of(value)["NextScheduledDate"]))


def _end_day(value: Generic) -> int:
    end = _schedule_of(value).get("EndDate")
    return dates.day_of(str(end)) if end else 10**6


def _issue_all(world: "World", org: Organisation, id: str) -> None:
    for _ in range(ISSUED_MOST):
        value = org.generics[id]
        day = _next_day(value)
        if day > min(world.today(org), _end_day(value)):
            return
        try:
            world.person(org.id, lambda ctx, value=value, day=day: _issue(ctx, value, day))  # type: ignore[misc]
        except (BatchRefused, Invalid):
            # Nobody is there to be told, for example of an archived contact: this day passes without an invoice.
            world.person(org.id, lambda ctx, value=value, day=day: _advance(ctx, value, day))  # type: ignore[misc]


def _issue(ctx: Context, value: Generic, day: int) -> None:
    template, schedule = _read(value), _schedule_of(value)
    contact, lines = template["Contact"], template["LineItems"]
    assert isinstance(contact, dict), "a template keeps its contact"
    assert isinstance(lines, list), "a template keeps its lines"
    ctx.method = "PUT"
    ctx.body = {
        "Type": template["Type"],
        "Status": template["Status"],
        "Contact": {"ContactID": contact["ContactID"]},
        "Date": dates.iso_day(day),
        "DueDate": dates.iso_day(due_day(day, int(str(schedule["DueDate"])), str(schedule["DueDateType"]))),
        "LineAmountTypes": template["LineAmountTypes"],
        "LineItems": [{name: line[name] for name in _LINE_MEMBERS if name in line} for line in lines],
        "Reference": template["Reference"],
        "CurrencyCode": template["CurrencyCode"],
    }
    (made,) = documents.write(ctx, INVOICE).elements
    invoice = ctx.org.invoices[str(made["InvoiceID"])]
    ctx.org.invoices.put(msgspec.structs.replace(invoice, texts=(("RepeatingInvoiceID", value.id),)))
    _advance(ctx, value, day)


def _advance(ctx: Context, value: Generic, day: int) -> None:
    """Move a template on to the schedule's next day."""
    template, schedule = _read(value), _schedule_of(value)
    start, unit = dates.day_of(str(schedule["StartDate"])), str(schedule["Unit"])
    period, number = int(str(schedule["Period"])), 0
    while (following := occurrence(start, unit, period, number)) <= day:
        number += 1
    text = encode({**template, "Schedule": {**schedule, "NextScheduledDate": dates.day_ms(following)}}).decode()
    ctx.org.generics.put(msgspec.structs.replace(value, json=text, updated=ctx.now))
