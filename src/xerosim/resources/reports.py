"""Reports, derived from the ledger's entries: every value is a text, as Xero sends them."""

import datetime
from collections.abc import Callable

from xerosim import cash, dates, ledger
from xerosim.errors import Problem, Validation
from xerosim.model import Document
from xerosim.model_settings import Account
from xerosim.numbers import money
from xerosim.organisation import Organisation
from xerosim.resources import tax_returns
from xerosim.resources.context import Context
from xerosim.wire import Json

Row = Json
_EPOCH = datetime.date(1970, 1, 1)


def _cell(value: object, account: str | None = None, id: str = "account") -> Json:
    cell: Json = {"Value": str(value)}
    if account:
        cell["Attributes"] = [{"Value": account, "Id": id}]
    return cell


def _row(kind: str, *cells: object, account: str | None = None, id: str = "account") -> Row:
    return {"RowType": kind, "Cells": [_cell(value, account, id) for value in cells]}


def _section(title: str, rows: list[Row]) -> Row:
    return {"RowType": "Section", "Title": title, "Rows": rows}


def report(ctx: Context, name: str) -> Json:
    """One report by name or by id. Raises NotFound for unknown ones, Problem 403 without the permission."""
    check_permission(ctx)
    maker = REPORTS.get(name.lower())
    if maker is None:
        return tax_returns.read(ctx, name)
    title, titles, rows = maker(ctx)
    return {
        "ReportID": title.replace(" ", ""),
        "ReportName": title,
        "ReportType": title.replace(" ", ""),
        "ReportTitles": [title, ctx.org.settings.name, *titles],
        "ReportDate": _long(ctx.today),
        "UpdatedDateUTC": dates.ms(ctx.now),
        "Fields": [],
        "Rows": rows,
    }


def check_permission(ctx: Context) -> None:
    """Raise Problem 403 where the connecting user may not see reports."""
    if not ctx.org.settings.user_may_report:
        raise Problem(403, "AuthorizationUnsuccessful")


def _balances(ctx: Context, day: int, first: int | None = None) -> dict[str, int]:
    """Balances on the basis the call asks for: accrual, or with paymentsOnly=true cash."""
    at = cash.balances_at if ctx.flag("paymentsOnly") else ledger.balances_at
    return at(ctx.org, day, first)


def _long(day: int) -> str:
    date = _EPOCH + datetime.timedelta(days=day)
    return f"{date.day} {date:%B %Y}"


def _day(ctx: Context, name: str, default: int) -> int:
    text = ctx.query.get(name.lower())
    if not text:
        return default
    try:
        return dates.day_of(text)
    except dates.NotADate as error:
        raise Validation(f"Invalid {name}") from error


def _year_start(org: Organisation, day: int) -> int:
    """The first day of the financial year that holds a day."""
    date = _EPOCH + datetime.timedelta(days=day)
    end_day, end_month = org.settings.year_end
    for year in (date.year, date.year - 1):
        end = datetime.date(year, end_month, min(end_day, 28 if end_month == 2 else end_day))
        if end < date:
            return (end - _EPOCH).days + 1
    raise AssertionError("one of two years ended before any day")


def _accounts(org: Organisation, klass: str, balances: dict[str, int]) -> list[tuple[Account, int]]:
    found = [
        (account, balances[account.id])
        for account in org.accounts.values()
        if account.klass == klass and balances.get(account.id)
    ]
    return sorted(found, key=lambda pair: pair[0].code)


_CLASSES = (
    ("REVENUE", "Revenue"),
    ("EXPENSE", "Expenses"),
    ("ASSET", "Assets"),
    ("LIABILITY", "Liabilities"),
    ("EQUITY", "Equity"),
)


def _trial_balance(ctx: Context) -> tuple[str, list[str], list[Row]]:
    org = ctx.org
    day = _day(ctx, "date", ctx.today)
    start = _year_start(org, day)
    whole, year = _balances(ctx, day), _balances(ctx, day, start)
    earlier = 0
    shown: dict[str, int] = {}
    for id, cents in whole.items():
        account = org.accounts.get(id)
        if account is not None and account.klass in ("REVENUE", "EXPENSE"):
            shown[id] = year.get(id, 0)
            earlier += cents - year.get(id, 0)
        else:
            shown[id] = shown.get(id, 0) + cents
    if earlier:
        retained = org.system_account("RETAINEDEARNINGS").id
        shown[retained] = shown.get(retained, 0) + earlier
    rows: list[Row] = [_row("Header", "Account", "Debit", "Credit", "YTD Debit", "YTD Credit")]
    debit = credit = 0
    for klass, title in _CLASSES:
        part = []
        for account, cents in _accounts(org, klass, shown):
            debit, credit = debit + max(cents, 0), credit + max(-cents, 0)
            sides = (money(cents), "") if cents > 0 else ("", money(-cents))
            label = f"{account.name} ({account.code})" if account.code else account.name
            part.append(_row("Row", label, *sides, *sides, account=account.id))
        if part:
            rows.append(_section(title, part))
    rows.append(_section("", [_row("SummaryRow", "Total", money(debit), money(credit), money(debit), money(credit))]))
    return "Trial Balance", [f"As at {_long(day)}"], rows


def _profit_rows(ctx: Context, balances: dict[str, int]) -> tuple[list[Row], int]:
    rows: list[Row] = []
    profit = 0
    for klass, title, total_title, sign in (
        ("REVENUE", "Income", "Total Income", -1),
        ("EXPENSE", "Less Operating Expenses", "Total Operating Expenses", 1),
    ):
        accounts = _accounts(ctx.org, klass, balances)
        total = sum(sign * cents for _, cents in accounts)
        part = [_row("Row", account.name, money(sign * cents), account=account.id) for account, cents in accounts]
        rows.append(_section(title, [*part, _row("SummaryRow", total_title, money(total))]))
        profit -= sign * total
    return rows, profit


def _profit_and_loss(ctx: Context) -> tuple[str, list[str], list[Row]]:
    last = _day(ctx, "toDate", ctx.today)
    first = _day(ctx, "fromDate", last - (_EPOCH + datetime.timedelta(days=last)).day + 1)
    rows, profit = _profit_rows(ctx, _balances(ctx, last, first))
    head = _row("Header", "", f"{_long(first)} to {_long(last)}")
    return (
        "Profit and Loss",
        [f"{_long(first)} to {_long(last)}"],
        [
            head,
            *rows,
            _section("", [_row("Row", "Net Profit", money(profit))]),
        ],
    )


def _balance_sheet(ctx: Context) -> tuple[str, list[str], list[Row]]:
    day = _day(ctx, "date", ctx.today)
    balances = _balances(ctx, day)
    rows: list[Row] = [_row("Header", "", _long(day))]
    profit = -sum(cents for klass in ("REVENUE", "EXPENSE") for _, cents in _accounts(ctx.org, klass, balances))
    net = 0
    for klass, title, sign in (("ASSET", "Assets", 1), ("LIABILITY", "Liabilities", -1), ("EQUITY", "Equity", -1)):
        accounts = _accounts(ctx.org, klass, balances)
        part = [_row("Row", account.name, money(sign * cents), account=account.id) for account, cents in accounts]
        total = sum(sign * cents for _, cents in accounts)
        if klass == "EQUITY":
            part.append(_row("Row", "Current Year Earnings", money(profit)))
            total += profit
        else:
            net += sign * total
        rows.append(_section(title, [*part, _row("SummaryRow", f"Total {title}", money(total))]))
        if klass == "LIABILITY":
            rows.append(_section("", [_row("Row", "Net Assets", money(net))]))
    return "Balance Sheet", [f"As at {_long(day)}"], rows


def _bank_summary(ctx: Context) -> tuple[str, list[str], list[Row]]:
    last = _day(ctx, "toDate", ctx.today)
    first = _day(ctx, "fromDate", last - (_EPOCH + datetime.timedelta(days=last)).day + 1)
    opening, closing = ledger.balances_at(ctx.org, first - 1), ledger.balances_at(ctx.org, last)
    received: dict[str, int] = {}
    spent: dict[str, int] = {}
    for entry in ctx.org.entries.values():
        if first <= entry.date <= last:
            for id, cents, _, _ in entry.lines:
                side = received if cents > 0 else spent
                side[id] = side.get(id, 0) + abs(cents)
    rows = []
    sums = [0, 0, 0, 0]
    for account in ctx.org.accounts.values():
        if account.type != "BANK":
            continue
        values = [
            opening.get(account.id, 0),
            received.get(account.id, 0),
            spent.get(account.id, 0),
            closing.get(account.id, 0),
        ]
        sums = [a + b for a, b in zip(sums, values, strict=True)]
        rows.append(
            _row("Row", account.name, *(money(value) for value in values), account=account.id, id="accountID")
        )
    rows.append(_row("SummaryRow", "Total", *(money(value) for value in sums)))
    header = _row("Header", "Bank Accounts", "Opening Balance", "Cash Received", "Cash Spent", "Closing Balance")
    return "Bank Summary", [f"From {_long(first)} to {_long(last)}"], [header, _section("", rows)]


def _aged(kind: str, title: str) -> Callable[[Context], tuple[str, list[str], list[Row]]]:
    def make(ctx: Context) -> tuple[str, list[str], list[Row]]:
        contact = ctx.org.contacts.get(ctx.query.get("contactid", "").lower())
        if contact is None:
            raise Validation("The contact with the specified ContactID could not be found")
        day = _day(ctx, "date", ctx.today)
        header = _row("Header", "Date", "Reference", "Due Date", "", "Total", "Paid", "Credited", "Due")
        rows = [_aged_row(document) for document in _open(ctx, contact.id, kind, day)]
        documents = _open(ctx, contact.id, kind, day)
        sums = [
            money(sum(document.total for document in documents)),
            money(sum(document.paid for document in documents)),
            money(sum(document.credited for document in documents)),
            money(sum(document.due_amount for document in documents)),
        ]
        rows.append(_row("SummaryRow", "Total", "", "", "", *sums))
        return title, [f"To {_long(day)}", contact.name], [header, _section("Current", rows)]

    return make


def _open(ctx: Context, contact: str, kind: str, day: int) -> list[Document]:
    found = [
        document
        for document in ctx.org.invoices.by("contact", contact)
        if document.type == kind and document.status == "AUTHORISED" and document.date <= day
    ]
    return sorted(found, key=lambda document: document.date)


def _aged_row(document: Document) -> Row:
    due = dates.day_text(document.due) if document.due is not None else ""
    return _row(
        "Row",
        dates.day_text(document.date),
        document.number,
        due,
        "",
        money(document.total),
        money(document.paid),
        money(document.credited),
        money(document.due_amount),
        account=document.id,
        id="invoiceID",
    )


def _executive(ctx: Context) -> tuple[str, list[str], list[Row]]:
    day = _day(ctx, "date", ctx.today)
    first = day - (_EPOCH + datetime.timedelta(days=day)).day + 1
    received = spent = 0
    banks = {account.id for account in ctx.org.accounts.values() if account.type == "BANK"}
    for entry in ctx.org.entries.values():
        if first <= entry.date <= day:
            received += sum(line[1] for line in entry.lines if line[0] in banks and line[1] > 0)
            spent -= sum(line[1] for line in entry.lines if line[0] in banks and line[1] < 0)
    _, profit = _profit_rows(ctx, ledger.balances_at(ctx.org, day, first))
    cash = [_row("Row", "Cash received", money(received)), _row("Row", "Cash spent", money(spent))]
    cash.append(_row("Row", "Cash surplus (deficit)", money(received - spent)))
    profitability = [_row("Row", "Net profit (loss)", money(profit))]
    header = _row("Header", "", f"{_EPOCH + datetime.timedelta(days=day):%b %Y}")
    return (
        "Executive Summary",
        [f"For the month of {_long(day)}"],
        [
            header,
            _section("Cash", cash),
            _section("Profitability", profitability),
        ],
    )


def _budget(ctx: Context) -> tuple[str, list[str], list[Row]]:
    return "Budget Summary", ["Overall Budget"], [_row("Header", "Account")]


REPORTS: dict[str, Callable[[Context], tuple[str, list[str], list[Row]]]] = {
    "trialbalance": _trial_balance, "profitandloss": _profit_and_loss, "balancesheet": _balance_sheet,
    "banksummary": _bank_summary, "agedreceivablesbycontact": _aged("ACCREC", "Aged Receivables By Contact"),
    "agedpayablesbycontact": _aged("ACCPAY", "Aged Payables By Contact"), "executivesummary": _executive,
    "budgetsummary": _budget,
}  # fmt: skip
