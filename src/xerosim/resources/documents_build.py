"""A body becomes an invoice or credit note: lines, days, totals, and what approval demands."""

import msgspec

from xerosim import dates
from xerosim.arithmetic import totals
from xerosim.errors import Invalid
from xerosim.model import Document, Line
from xerosim.resources.context import Context
from xerosim.resources.currency import rate_for
from xerosim.resources.kinds import APPROVED, SALES_TYPES, Kind
from xerosim.resources.lines import LINE_TYPES, Manner, Parsed, parse_lines, recompute
from xerosim.resources.locks import locked
from xerosim.wire import Json

TOTALS_DIFFER = "The document total does not equal the sum of the lines."
LARGEST_ROUNDING = 10


class Change(msgspec.Struct):
    """A body on its way into a document. old: what was there before, if anything; problems: all that is wrong."""

    kind: Kind
    element: Json
    base: Document
    status: str
    path: str
    problems: list[str]
    old: Document | None = None

    @property
    def approving(self) -> bool:
        return self.status in APPROVED


def build(ctx: Context, change: Change) -> tuple[Document, list[str]]:
    """Apply a body to a document and check it as its status demands; returns it with warnings.

    Raises Invalid with all messages.
    """
    element, base, problems = change.element, change.base, change.problems
    line_types = ctx.choice(element, "LineAmountTypes", LINE_TYPES, "LineAmountType", change.path) or base.line_types
    manner = Manner(
        approving=change.approving,
        line_types=line_types,
        sales=base.type in SALES_TYPES,
        discounts=base.type == "ACCREC",
        bill=base.type == "ACCPAY",
    )
    parsed = _parse(ctx, element, base, manner)
    problems += parsed.problems
    date, due = _days(ctx, change)
    if change.approving and not parsed.lines:
        problems.append("One or more line items must be specified")
    reference = ctx.text(element, "Reference", 255)
    currency = (ctx.text(element, "CurrencyCode") or base.currency).upper()
    if currency not in ctx.org.currencies:
        problems.append(f"Organisation is not subscribed to currency {currency}")
    kept_rate = base.rate if change.old is not None and currency == base.currency else None
    sub_total, total_tax, total = totals(parsed.lines, line_types)
    rounding = _rounding(ctx, change, sub_total, total_tax, total)
    if total + rounding < 0:
        problems.append("The Total for this document must be greater than or equal to zero.")
    if change.approving:
        problems += _approval(ctx, change, date)
    url = _url(ctx, change)
    document = msgspec.structs.replace(
        base,
        status=change.status,
        date=date,
        due=due,
        reference=base.reference if reference is None else reference,
        currency=currency,
        rate=rate_for(ctx, currency, element, kept_rate),
        line_types=line_types,
        lines=tuple(parsed.lines),
        sub_total=sub_total,
        total_tax=total_tax,
        total=total + rounding,
        rounding=rounding,
        url=url,
        discounted=parsed.discounted or (base.discounted and "LineItems" not in element),
    )
    if problems:
        raise Invalid(list(dict.fromkeys(problems)))
    return _details(ctx, change, document), parsed.warnings


def _days(ctx: Context, change: Change) -> tuple[int, int | None]:
    """Date and due date, and whether they may stand."""
    sent, sent_due = ctx.day(change.element, "Date"), ctx.day(change.element, "DueDate")
    date = change.base.date if sent is None else sent
    due = change.base.due if sent_due is None else sent_due
    if change.approving and not change.kind.credit and due is None:
        change.problems.append("Due date cannot be empty.")
    if due is not None and due < date and ctx.switches.due_date_before_date == "refuse":
        change.problems.append("Due date cannot be before the invoice date.")
    return date, due


def _approval(ctx: Context, change: Change, date: int) -> list[str]:
    """What lock dates and the plan say against approving."""
    old = change.old
    days = [date] if old is None or old.status not in APPROVED else [old.date, date]
    return locked(ctx, days) + _plan_limit(ctx, change.base.type, date, old)


def _url(ctx: Context, change: Change) -> str:
    url = ctx.text(change.element, "Url")
    if url and (not url.lower().startswith(("http://", "https://")) or "xero" in url.lower() or " " in url):
        change.problems.append(ctx.switches.url_message)
    return change.base.url if url is None else url


def _details(ctx: Context, change: Change, document: Document) -> Document:
    """The members that no rule looks at."""
    element, base = change.element, change.base
    sent = ctx.boolean(element, "SentToContact")
    expected, planned = ctx.day(element, "ExpectedPaymentDate"), ctx.day(element, "PlannedPaymentDate")
    return msgspec.structs.replace(
        document,
        branding=ctx.text(element, "BrandingThemeID") or base.branding or _default_theme(ctx),
        sent=(sent if sent is not None and change.approving else base.sent),
        expected=expected if expected is not None else base.expected,
        planned=planned if planned is not None else base.planned,
    )


def _parse(ctx: Context, element: Json, base: Document, manner: Manner) -> Parsed:
    if "LineItems" in element and element["LineItems"] is not None:
        return parse_lines(ctx, element["LineItems"], base.lines, manner)
    if manner.approving or manner.line_types != base.line_types:
        keep = manner.line_types == base.line_types
        lines: list[Line] = (
            list(base.lines) if keep else [msgspec.structs.replace(x, tax_amount=0) for x in base.lines]
        )
        parsed = recompute(ctx, lines, manner)
        parsed.discounted = base.discounted
        return parsed
    return Parsed(list(base.lines), [], [], base.discounted)


def _default_theme(ctx: Context) -> str:
    for theme in ctx.org.themes.values():
        if theme.sort == 0:
            return theme.id
    return ""


def _rounding(ctx: Context, change: Change, sub_total: int, total_tax: int, total: int) -> int:
    """RoundingAmount where it is honoured; sent totals must agree with the lines."""
    element, base, problems = change.element, change.base, change.problems
    if base.rounding and not any(member in element for member in ("LineItems", "RoundingAmount", "Total")):
        return base.rounding
    sent = [ctx.number(element, name) for name in ("SubTotal", "TotalTax", "Total")]
    rounding = ctx.number(element, "RoundingAmount") or 0
    honoured = rounding and change.status != "DRAFT" and None not in sent
    if honoured and abs(rounding) > LARGEST_ROUNDING:
        problems.append("The rounding amount must be between -0.10 and 0.10.")
    expected = (sub_total, total_tax, total + (rounding if honoured else 0))
    if ctx.switches.check_sent_totals and any(
        given is not None and given != wanted for given, wanted in zip(sent, expected, strict=True)
    ):
        problems.append(TOTALS_DIFFER)
    return rounding if honoured else 0


def _plan_limit(ctx: Context, type_: str, date: int, old: Document | None) -> list[str]:
    limit = ctx.org.settings.approve_limit
    if limit is None or (old is not None and old.status in APPROVED) or type_ != "ACCREC":
        return []
    month = dates.iso_day(date)[:7]
    approved = sum(
        1
        for other in ctx.org.invoices.values()
        if other.type == "ACCREC" and other.status in APPROVED and dates.iso_day(other.date)[:7] == month
    )
    return ["You have reached the limit of invoices you can approve"] if approved >= limit else []
