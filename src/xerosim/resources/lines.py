"""Lines of documents: defaults from items and accounts, Xero's arithmetic, and what approval demands."""

from collections.abc import Sequence

import msgspec

from xerosim.arithmetic import EXCLUSIVE, NO_TAX, line_amount, line_tax
from xerosim.errors import Invalid
from xerosim.model import Line
from xerosim.model_settings import Account, TaxRate
from xerosim.numbers import FINE, divide, fine, money
from xerosim.organisation import Organisation, folded
from xerosim.resources.context import Context
from xerosim.wire import Json

LINE_TYPES = (EXCLUSIVE, "Inclusive", NO_TAX)
LARGEST_LINE = 999_999_999_999
CLASS_INITIAL = {"ASSET": "A", "EQUITY": "E", "EXPENSE": "X", "LIABILITY": "L", "REVENUE": "R"}
# Accounts that carry balances Xero keeps itself: no line may be coded to them.
_NO_LINES = frozenset(
    {"DEBTORS", "CREDITORS", "GST", "BANKCURRENCYGAIN", "REALISEDCURRENCYGAIN", "UNREALISEDCURRENCYGAIN",
     "RETAINEDEARNINGS", "TRACKINGTRANSFERS", "UNPAIDEXPCLM", "WAGEPAYABLES"}
)  # fmt: skip
NO_DESCRIPTION = "The description field is mandatory for each line item."


class Parsed(msgspec.Struct):
    """Lines as they will be kept, with what is wrong and what was quietly changed."""

    lines: list[Line]
    problems: list[str]
    warnings: list[str]
    discounted: bool = False


class Manner(msgspec.Struct, frozen=True):
    """How the lines of one kind of document are read."""

    approving: bool
    line_types: str
    sales: bool
    discounts: bool
    bill: bool = False
    fixed_account: str = ""
    quote: bool = False


def parse_lines(ctx: Context, sent: object, old: Sequence[Line], manner: Manner) -> Parsed:
    """Read LineItems; a line with the LineItemID of an old one changes it, old lines left out go."""
    parsed = Parsed([], [], [])
    by_id = {line.id: line for line in old} if old else {}
    if not isinstance(sent, list):
        sent = []
    for element in sent:
        if isinstance(element, dict):
            before = by_id.get(str(element.get("LineItemID", "")).lower()) if by_id else None
            parsed.lines.append(_line(ctx, element, before, manner, parsed))
    return parsed


def recompute(ctx: Context, lines: Sequence[Line], manner: Manner) -> Parsed:
    """The kept lines again, for another status or another LineAmountTypes."""
    parsed = Parsed([], [], [])
    for line in lines:
        element: Json = {"LineItemID": line.id}
        parsed.lines.append(_line(ctx, element, line, manner, parsed, keep_tax=True))
    return parsed


class _Sent(msgspec.Struct):
    """A line as it was sent, completed step by step. amount, tax and discount in cents, the rest ten-thousandths."""

    description: str | None
    quantity: int | None
    unit: int | None
    amount: int | None
    tax: int | None
    rate: int | None
    discount: int | None
    item: str | None
    code: str | None
    account_id: str | None
    tax_type: str | None
    tracking: tuple[tuple[str, str], ...] | None


def _line(
    ctx: Context, element: Json, before: Line | None, manner: Manner, parsed: Parsed, keep_tax: bool = False
) -> Line:
    """Read one line; what is wrong with it goes into parsed.problems."""
    org, problems = ctx.org, parsed.problems
    sent = _read(ctx, element, problems)
    if before is not None:
        _keep(sent, before, keep_tax)
    id = before.id if before is not None else org.new_id()
    if _only_text(sent) and not manner.fixed_account:
        if manner.approving and not sent.description:
            problems.append(NO_DESCRIPTION)
        return Line(id, sent.description or "", tracking=sent.tracking or ())
    if sent.item:
        _fill_from_item(ctx, sent, manner, problems)
    account = _account(org, sent.code, sent.account_id, manner, parsed)
    if manner.approving and not sent.description:
        problems.append(NO_DESCRIPTION)
    tax = _tax(org, sent.tax_type, account, manner, problems, sent.code)
    amount = _amount(ctx, sent, manner, parsed)
    computed = line_tax(amount, tax.rate, manner.line_types, ctx.switches) if tax is not None else 0
    tax_amount = computed
    if sent.tax is not None and manner.line_types != NO_TAX:
        tax_amount = sent.tax
        _override(ctx, sent.tax, computed, amount, manner, problems)
    return Line(
        id,
        sent.description or "",
        sent.quantity,
        sent.unit,
        amount,
        tax_amount,
        tax.id if tax is not None else "",
        account.id if account is not None else "",
        account.code if account is not None else "",
        sent.item or "",
        sent.rate,
        sent.discount,
        sent.tracking or (),
    )


def _places(ctx: Context, unit_amount: int) -> int:
    """A unit amount with the decimals this call may carry: two, or four with unitdp=4."""
    return unit_amount if ctx.places == FINE else divide(unit_amount, 100) * 100


def _read(ctx: Context, element: Json, problems: list[str]) -> _Sent:
    unit_amount = ctx.number(element, "UnitAmount", FINE)
    return _Sent(
        description=ctx.text(element, "Description", 4000),
        quantity=ctx.number(element, "Quantity", FINE),
        unit=unit_amount if unit_amount is None else _places(ctx, unit_amount),
        amount=ctx.number(element, "LineAmount"),
        tax=ctx.number(element, "TaxAmount"),
        rate=ctx.number(element, "DiscountRate", FINE) or None,
        discount=ctx.number(element, "DiscountAmount") or None,
        item=ctx.text(element, "ItemCode", 30),
        code=ctx.text(element, "AccountCode"),
        account_id=ctx.text(element, "AccountID"),
        tax_type=ctx.text(element, "TaxType"),
        tracking=_tracking(ctx, element.get("Tracking"), problems) if "Tracking" in element else None,
    )


def _keep(sent: _Sent, before: Line, keep_tax: bool) -> None:
    """What an update of a line does not name stays as it was; tax is worked out again unless keep_tax."""
    if sent.description is None:
        sent.description = before.description
    if sent.quantity is None:
        sent.quantity = before.quantity
    if sent.unit is None:
        sent.unit = before.unit_amount
    if sent.item is None:
        sent.item = before.item_code
    if sent.code is None and sent.account_id is None:
        sent.code = before.account_code
    if sent.tax_type is None:
        sent.tax_type = before.tax_type
    if sent.tracking is None:
        sent.tracking = before.tracking
    if sent.rate is None and sent.discount is None:
        sent.rate, sent.discount = before.discount_rate, before.discount_amount
    if keep_tax and before.quantity is not None:
        sent.tax = before.tax_amount


def _only_text(sent: _Sent) -> bool:
    numbers = (sent.unit, sent.amount, sent.quantity, sent.tax)
    return all(number is None for number in numbers) and not (sent.code or sent.item or sent.account_id)


def _fill_from_item(ctx: Context, sent: _Sent, manner: Manner, problems: list[str]) -> None:
    """An item's defaults; what was sent wins."""
    item = ctx.org.items.first("code", (sent.item or "").casefold())
    if item is None:
        problems.append(f"Item code '{sent.item}' is not valid")
        return
    if manner.sales:
        price, code, tax_type = item.sales_price, item.sales_account, item.sales_tax
        description = item.description
    else:
        price, code, tax_type = item.purchase_price, item.purchase_account or item.purchase_cogs, item.purchase_tax
        description = item.purchase_description
        if item.tracked:
            # What is bought for stock is an asset until it is sold, whatever account was sent.
            sent.code, sent.account_id = item.inventory_account, None
    if sent.description is None:
        sent.description = description or item.name
    if sent.unit is None and sent.amount is None and price is not None:
        sent.unit = _places(ctx, price)
    if sent.code is None and sent.account_id is None:
        sent.code = code
    if sent.tax_type is None:
        sent.tax_type = tax_type or None
    sent.item = item.code


def _amount(ctx: Context, sent: _Sent, manner: Manner, parsed: Parsed) -> int:
    """Cents of the line; completes whichever of quantity and unit amount was not sent."""
    problems = parsed.problems
    if sent.quantity is not None and sent.quantity < 0:
        shown = fine(sent.quantity)
        problems.append(f"The quantity value '{shown}' is invalid. Quantity must not be less than zero.")
    if sent.unit is None and sent.amount is not None:
        # An amount and perhaps a quantity: the unit amount follows, and the amount stands.
        if not sent.quantity:
            sent.quantity = 10**4
        sent.unit = _places(ctx, divide(sent.amount * 10**6, sent.quantity))
        expected = sent.amount
    elif sent.quantity is None and sent.amount and sent.unit:
        sent.quantity = divide(sent.amount * 10**6, sent.unit)
        expected = sent.amount
    else:
        sent.quantity = 10**4 if sent.quantity is None else sent.quantity
        sent.unit = sent.unit or 0
        expected = line_amount(sent.quantity, sent.unit, sent.rate, sent.discount, ctx.switches)
    if sent.rate is not None or sent.discount is not None:
        full = line_amount(sent.quantity, sent.unit, None, None, ctx.switches)
        _discount(sent.rate, sent.discount, full, manner, problems)
        parsed.discounted = True
    if sent.amount is not None and sent.amount != expected:
        problems.append(
            f"The line total {money(sent.amount)} does not match the expected line total {money(expected)}"
        )
    if abs(expected) > LARGEST_LINE:
        problems.append("The line amount is too large.")
    return expected


def _discount(rate: int | None, amount: int | None, full: int, manner: Manner, problems: list[str]) -> None:
    if not manner.discounts:
        problems.append("Discounts may not be applied to ACCPAY invoices.")
        return
    if rate is not None and not 0 <= rate <= 100 * 10**4:
        shown: object = money(divide(rate, 100))
    elif amount is not None and (amount > full >= 0 or amount < 0):
        shown = money(amount)
    else:
        return
    problems.append(f"The discount rate '{shown}' is invalid. Discount must not be greater than the line total.")


def _override(ctx: Context, sent: int, computed: int, amount: int, manner: Manner, problems: list[str]) -> None:
    rule = ctx.switches.tax_amount_above_line
    if (rule == "all" or (rule == "bills" and manner.bill)) and abs(sent) > abs(amount):
        problems.append("The tax amount cannot be greater than the line amount!")
    tolerance = ctx.switches.tax_amount_tolerance_cents
    if tolerance is not None and abs(sent - computed) > tolerance:
        problems.append(f"The tax amount {money(sent)} does not match the expected tax amount {money(computed)}")


def _account(org: Organisation, code: str | None, id: str | None, manner: Manner, parsed: Parsed) -> Account | None:
    if manner.fixed_account:
        return org.accounts[manner.fixed_account]
    if id:
        account = org.accounts.get(id.lower())
        code = account.code if account is not None else id
    elif code:
        account = org.accounts.first("code", code.casefold())
    else:
        if manner.approving and not manner.quote:
            parsed.problems.append("Account code must be specified")
        return None
    if account is None:
        if manner.approving and not manner.quote:
            parsed.problems.append(f"Account code '{code}' is not a valid code for this document")
        else:
            parsed.warnings.append(
                f"Account code '{code}' has been removed as it does not match a recognised account."
            )
        return None
    if account.status != "ACTIVE":
        parsed.problems.append(
            f"Account code '{code}' has been archived or has been deleted. "
            "Each line item must reference a valid account."
        )
    elif account.type == "BANK" or account.system in _NO_LINES:
        parsed.problems.append(f"Account code '{code}' is not a valid code for this document")
    return account


def _tax(
    org: Organisation,
    sent: str | None,
    account: Account | None,
    manner: Manner,
    problems: list[str],
    code: str | None,
) -> TaxRate | None:
    if manner.line_types == NO_TAX:
        return org.tax_rates.get(org.settings.default_no_tax)
    if not sent:
        if account is None:
            if manner.approving and not manner.quote:
                problems.append("The TaxType field is mandatory")
            return None
        sent = account.tax_type
    tax = org.tax_rates.get(sent)
    if tax is None or tax.status == "DELETED":
        problems.append(f"The TaxType code {sent} does not exist or cannot be used for this type of transaction.")
        return None
    if tax.status != "ACTIVE":
        problems.append("Tax rate must be Active")
    if account is not None and CLASS_INITIAL[account.klass] not in tax.applies:
        problems.append(f"The TaxType code '{tax.id}' cannot be used with account code '{account.code or code}'.")
    return tax


def _tracking(ctx: Context, sent: object, problems: list[str]) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for element in sent if isinstance(sent, list) else []:
        if not isinstance(element, dict):
            continue
        name, option = ctx.text(element, "Name"), ctx.text(element, "Option")
        id, option_id = ctx.text(element, "TrackingCategoryID"), ctx.text(element, "TrackingOptionID")
        category = ctx.org.tracking.get(id.lower()) if id else ctx.org.tracking.first("name", folded(name or ""))
        if category is None:
            problems.append("The TrackingCategory could not be found")
            continue
        choice = next(
            (o for o in category.options if o.id == option_id or (option and folded(o.name) == folded(option))), None
        )
        if choice is None:
            problems.append("The TrackingOption could not be found")
            continue
        found.append((category.id, choice.id))
    if len(found) > 2:
        raise Invalid("A maximum of 2 tracking categories can be specified for a line item.")
    return tuple(found)
