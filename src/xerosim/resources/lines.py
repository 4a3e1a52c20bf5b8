"""Lines of documents: defaults from items and accounts, Xero's arithmetic, and what approval demands."""

from collections.abc import Sequence

import msgspec

from xerosim.arithmetic import EXCLUSIVE, NO_TAX, line_amount, line_tax
from xerosim.errors import Invalid
from xerosim.model import Account, Line, TaxRate
from xerosim.numbers import FINE, divide, fine, money, unit
from xerosim.organisation import Organisation, folded
from xerosim.resources.context import Context
from xerosim.wire import Json

LARGEST_LINE = 999_999_999_999
CLASS_INITIAL = {"ASSET": "A", "EQUITY": "E", "EXPENSE": "X", "LIABILITY": "L", "REVENUE": "R"}
# Accounts that carry balances Xero keeps itself: no line may be coded to them.
_NO_LINES = frozenset(
    {"DEBTORS", "CREDITORS", "GST", "BANKCURRENCYGAIN", "REALISEDCURRENCYGAIN", "UNREALISEDCURRENCYGAIN",
     "RETAINEDEARNINGS", "TRACKINGTRANSFERS", "UNPAIDEXPCLM", "WAGEPAYABLES"}
)  # fmt: skip
_MERGED = (
    "Description", "Quantity", "UnitAmount", "ItemCode", "AccountCode", "TaxType", "DiscountRate", "DiscountAmount",
)  # fmt: skip


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


def _line(
    ctx: Context, element: Json, before: Line | None, manner: Manner, parsed: Parsed, keep_tax: bool = False
) -> Line:
    org, problems = ctx.org, parsed.problems
    description = ctx.text(element, "Description", 4000)
    quantity = ctx.number(element, "Quantity", FINE)
    unit_sent = ctx.number(element, "UnitAmount", FINE)
    if unit_sent is not None and ctx.places != FINE:
        unit_sent = divide(unit_sent, 100) * 100
    amount = ctx.number(element, "LineAmount")
    tax_sent = ctx.number(element, "TaxAmount")
    discount_rate = ctx.number(element, "DiscountRate", FINE) or None
    discount_amount = ctx.number(element, "DiscountAmount") or None
    item_code = ctx.text(element, "ItemCode", 30)
    account_code = ctx.text(element, "AccountCode")
    account_id = ctx.text(element, "AccountID")
    tax_type = ctx.text(element, "TaxType")
    tracking = _tracking(ctx, element.get("Tracking"), problems) if "Tracking" in element else ()
    id = ""
    if before is not None:
        id = before.id
        description = before.description if description is None else description
        quantity = before.quantity if quantity is None else quantity
        if unit_sent is None:
            unit_sent = before.unit_amount
        item_code = before.item_code if item_code is None else item_code
        account_code = before.account_code if account_code is None and account_id is None else account_code
        tax_type = before.tax_type if tax_type is None else tax_type
        tracking = tracking if "Tracking" in element else before.tracking
        if discount_rate is None and discount_amount is None:
            discount_rate, discount_amount = before.discount_rate, before.discount_amount
        if keep_tax and before.quantity is not None:
            tax_sent = before.tax_amount
    if (
        unit_sent is None
        and amount is None
        and quantity is None
        and not account_code
        and not item_code
        and not account_id
        and tax_sent is None
        and not manner.fixed_account
    ):
        if manner.approving and not description:
            problems.append("The description field is mandatory for each line item.")
        return Line(id or org.new_id(), description or "", tracking=tracking)
    if item_code:
        item = org.items.first("code", item_code.casefold())
        if item is None:
            problems.append(f"Item code '{item_code}' is not valid")
        else:
            if manner.sales:
                price, code, default_tax = item.sales_price, item.sales_account, item.sales_tax
                text = item.description
            else:
                price, code, default_tax = (
                    item.purchase_price,
                    item.purchase_account or item.purchase_cogs,
                    item.purchase_tax,
                )
                text = item.purchase_description
            description = description if description is not None else text or item.name
            if unit_sent is None and amount is None and price is not None:
                unit_sent = price if ctx.places == FINE else divide(price, 100) * 100
            account_code = code if account_code is None and account_id is None else account_code
            tax_type = default_tax or None if tax_type is None else tax_type
            item_code = item.code
    account = _account(org, account_code, account_id, manner, parsed)
    if manner.approving and not description:
        problems.append("The description field is mandatory for each line item.")
    tax = _tax(org, tax_type, account, manner, problems, account_code)
    if quantity is not None and quantity < 0:
        problems.append(f"The quantity value '{fine(quantity)}' is invalid. Quantity must not be less than zero.")
    if unit_sent is None and amount is not None and quantity:
        unit_sent = divide(amount * 10**6, quantity)
        if ctx.places != FINE:
            unit_sent = divide(unit_sent, 100) * 100
        expected = amount
    else:
        if quantity is None:
            quantity = 10**4 if not amount or not unit_sent else divide(amount * 10**6, unit_sent)
            expected_from_amount = amount is not None and bool(unit_sent)
            if unit_sent is None and amount is not None:
                unit_sent = amount * 100
        else:
            expected_from_amount = False
        unit_sent = unit_sent or 0
        full = line_amount(quantity, unit_sent, None, None, ctx.switches)
        if discount_rate is not None or discount_amount is not None:
            _discount(discount_rate, discount_amount, full, manner, problems)
            parsed.discounted = True
        expected = line_amount(quantity, unit_sent, discount_rate, discount_amount, ctx.switches)
        if expected_from_amount and amount is not None:
            expected = amount
    if amount is not None and amount != expected:
        problems.append(f"The line total {money(amount)} does not match the expected line total {money(expected)}")
    amount = expected
    if abs(amount) > LARGEST_LINE:
        problems.append("The line amount is too large.")
    computed = line_tax(amount, tax.rate, manner.line_types, ctx.switches) if tax is not None else 0
    tax_amount = computed
    if tax_sent is not None and manner.line_types != NO_TAX:
        tax_amount = tax_sent
        _override(ctx, tax_sent, computed, amount, manner, problems)
    return Line(
        id or org.new_id(),
        description or "",
        quantity,
        unit_sent,
        amount,
        tax_amount,
        tax.id if tax is not None else "",
        account.id if account is not None else "",
        account.code if account is not None else "",
        item_code or "",
        discount_rate,
        discount_amount,
        tracking,
    )


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


LINE_TYPES = (EXCLUSIVE, "Inclusive", NO_TAX)
