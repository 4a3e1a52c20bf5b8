"""The chart of accounts: one account per request, names unique even among archived ones."""

import msgspec

from xerosim import dates
from xerosim.errors import Invalid, NotFound
from xerosim.model_settings import Account
from xerosim.organisation import folded
from xerosim.resources.context import Context, Written, write_each
from xerosim.wire import Json

CLASSES = {
    "BANK": "ASSET", "CURRENT": "ASSET", "FIXED": "ASSET", "INVENTORY": "ASSET", "NONCURRENT": "ASSET",
    "PREPAYMENT": "ASSET", "CURRLIAB": "LIABILITY", "LIABILITY": "LIABILITY", "TERMLIAB": "LIABILITY",
    "PAYGLIABILITY": "LIABILITY", "SUPERANNUATIONLIABILITY": "LIABILITY", "WAGESPAYABLELIABILITY": "LIABILITY",
    "PAYG": "LIABILITY", "EQUITY": "EQUITY", "EXPENSE": "EXPENSE", "DIRECTCOSTS": "EXPENSE", "OVERHEADS": "EXPENSE",
    "DEPRECIATN": "EXPENSE", "SUPERANNUATIONEXPENSE": "EXPENSE", "WAGESEXPENSE": "EXPENSE", "REVENUE": "REVENUE",
    "SALES": "REVENUE", "OTHERINCOME": "REVENUE",
}  # fmt: skip
_SENT = ("ACTIVE", "ARCHIVED")
_REPORTING = {"ASSET": "ASS", "LIABILITY": "LIA", "EQUITY": "EQU", "EXPENSE": "EXP", "REVENUE": "REV"}


def write(ctx: Context) -> Written:
    """PUT /Accounts creates one."""
    return write_each(
        ctx,
        "Accounts",
        "Account",
        _create,
        id_field="AccountID",
        error_flag="HasErrors",
        elements=ctx.elements("Accounts", "Account")[:1],
    )


def write_one(ctx: Context, id: str) -> Written:
    """POST /Accounts/{id} changes one, or archives it."""
    account = ctx.org.accounts.get(id.lower())
    if account is None:
        raise NotFound
    return write_each(
        ctx,
        "Accounts",
        "Account",
        lambda c, e, p: _change(c, e, account),
        id_field="AccountID",
        error_flag="HasErrors",
        elements=ctx.elements("Accounts", "Account")[:1],
    )


def delete(ctx: Context, id: str) -> Written:
    """DELETE /Accounts/{id}: only unused accounts that Xero does not need itself."""
    org = ctx.org
    account = org.accounts.get(id.lower())
    if account is None:
        raise NotFound
    if account.system:
        raise Invalid("System accounts cannot be deleted.")
    used = any(line[0] == account.id for entry in org.entries.values() for line in entry.lines)
    if used or any(line.account == account.id for d in org.invoices.values() for line in d.lines):
        raise Invalid("Account cannot be deleted as it has been used in transactions.")
    org.accounts.remove(account.id)
    ctx.record("Accounts", account.id, "updated", account.code)
    return Written("Accounts", [{**render(ctx, account), "Status": "DELETED"}])


def _create(ctx: Context, element: Json, position: int) -> Json:
    org = ctx.org
    type_ = ctx.choice(element, "Type", tuple(CLASSES), "AccountType", f"Accounts[{position}]")
    name = ctx.text(element, "Name", 150)
    code = ctx.text(element, "Code", 10) or ""
    problems: list[str] = []
    if type_ is None:
        problems.append("Account Type must be specified")
    if not name:
        problems.append("Name is a required field")
    elif org.accounts.first("name", folded(name)) is not None:
        problems.append("Please enter a unique Name.")
    if code and org.account_by_code(code) is not None:
        problems.append("Please enter a unique Code.")
    number = ctx.text(element, "BankAccountNumber", 20) or ""
    if type_ == "BANK":
        if not number and ctx.text(element, "BankAccountType") not in ("PAYPAL", "CREDITCARD"):
            problems.append("A BankAccountNumber must be specified for a bank account")
        currency = (ctx.text(element, "CurrencyCode") or org.settings.currency).upper()
        if currency not in org.currencies:
            problems.append(f"Organisation is not subscribed to currency {currency}")
    else:
        currency = ""
        if not code:
            problems.append("Account code must be specified")
    tax = ctx.text(element, "TaxType") or org.settings.default_no_tax
    if tax not in org.tax_rates:
        problems.append(f"The TaxType code {tax} does not exist or cannot be used for this type of transaction.")
    if problems:
        raise Invalid(problems)
    assert type_ is not None, "a missing type is a problem above"
    assert name is not None, "a missing name is a problem above"
    klass = CLASSES[type_]
    account = org.accounts.put(
        Account(
            org.new_id(),
            code,
            name,
            type_,
            tax,
            klass,
            description=ctx.text(element, "Description", 4000) or "",
            payments=bool(ctx.boolean(element, "EnablePaymentsToAccount")),
            expense_claims=bool(ctx.boolean(element, "ShowInExpenseClaims")),
            bank_number=number,
            bank_type=(ctx.text(element, "BankAccountType") or "BANK") if type_ == "BANK" else "",
            currency=currency,
            reporting_code=_REPORTING[klass],
            reporting_name=klass.title(),
            updated=ctx.now,
        )
    )
    ctx.record("Accounts", account.id, "created", account.code)
    return {**render(ctx, account), "ValidationErrors": []}


def _change(ctx: Context, element: Json, account: Account) -> Json:
    org = ctx.org
    status = ctx.choice(element, "Status", _SENT, "AccountStatus", "Accounts[0]")
    others = set(element) - {"Status", "AccountID"}
    if status == "ARCHIVED" and account.status == "ACTIVE":
        if account.system:
            raise Invalid("System accounts cannot be archived.")
        if others - {"Code", "Name", "Type"}:
            raise Invalid("Account can not be archived and updated in the same request.")
        changed = msgspec.structs.replace(account, status="ARCHIVED", updated=ctx.now)
        org.accounts.put(changed)
        ctx.record("Accounts", account.id, "updated", account.code)
        return {**render(ctx, changed), "ValidationErrors": []}
    if account.type == "BANK":
        raise Invalid("Bank accounts cannot be updated.")
    problems: list[str] = []
    changes: dict[str, object] = {"updated": ctx.now}
    name = ctx.text(element, "Name", 150)
    if name:
        holder = org.accounts.first("name", folded(name))
        if holder is not None and holder.id != account.id:
            problems.append("Please enter a unique Name.")
        changes["name"] = name
    code = ctx.text(element, "Code", 10)
    if code:
        holder = org.account_by_code(code)
        if holder is not None and holder.id != account.id:
            problems.append("Please enter a unique Code.")
        changes["code"] = code
    type_ = ctx.choice(element, "Type", tuple(CLASSES), "AccountType", "Accounts[0]")
    if type_:
        if account.system and type_ != account.type:
            problems.append("The type of a system account cannot be changed.")
        changes["type"], changes["klass"] = type_, CLASSES[type_]
    tax = ctx.text(element, "TaxType")
    if tax:
        if tax not in org.tax_rates:
            problems.append(f"The TaxType code {tax} does not exist or cannot be used for this type of transaction.")
        changes["tax_type"] = tax
    description = ctx.text(element, "Description", 4000)
    if description is not None:
        changes["description"] = description
    for member, field in (("EnablePaymentsToAccount", "payments"), ("ShowInExpenseClaims", "expense_claims")):
        flag = ctx.boolean(element, member)
        if flag is not None:
            changes[field] = flag
    if status == "ACTIVE":
        changes["status"] = "ACTIVE"
    if problems:
        raise Invalid(problems)
    account = org.accounts.put(msgspec.structs.replace(account, **changes))
    ctx.record("Accounts", account.id, "updated", account.code)
    return {**render(ctx, account), "ValidationErrors": []}


def render(ctx: Context, account: Account) -> Json:
    """An account as Xero prints it."""
    answer: Json = {"AccountID": account.id}
    if account.code:
        answer["Code"] = account.code
    answer.update(Name=account.name, Status=account.status, Type=account.type, TaxType=account.tax_type)
    if account.description:
        answer["Description"] = account.description
    answer["Class"] = account.klass
    if account.system:
        answer["SystemAccount"] = account.system
    answer["EnablePaymentsToAccount"] = account.payments
    answer["ShowInExpenseClaims"] = account.expense_claims
    if account.type == "BANK":
        answer["BankAccountNumber"] = account.bank_number
        answer["BankAccountType"] = account.bank_type or "BANK"
        answer["CurrencyCode"] = account.currency or ctx.org.settings.currency
    answer["ReportingCode"] = account.reporting_code
    answer["ReportingCodeName"] = account.reporting_name
    answer["HasAttachments"] = False
    answer["UpdatedDateUTC"] = dates.ms(account.updated)
    answer["AddToWatchlist"] = account.watch
    return answer
