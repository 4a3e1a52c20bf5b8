"""Manual journals, and the ledger's own journals as Xero shows them."""

from xerosim import cash, dates, ledger
from xerosim.arithmetic import NO_TAX, line_tax
from xerosim.errors import Invalid, NotFound
from xerosim.model import Entry, JournalLine, ManualJournal
from xerosim.model_settings import Account, TaxRate
from xerosim.numbers import money
from xerosim.resources.context import Context, Written, write_each
from xerosim.resources.lines import CLASS_INITIAL, LINE_TYPES
from xerosim.resources.listing import modified_since
from xerosim.resources.locks import check_locks
from xerosim.wire import Json

_STATUSES = ("DRAFT", "POSTED", "DELETED", "VOIDED", "ARCHIVED")
_FORBIDDEN = frozenset({"DEBTORS", "CREDITORS", "RETAINEDEARNINGS", "UNREALISEDCURRENCYGAIN", "BANKCURRENCYGAIN"})
PAGE = 100


def write(ctx: Context) -> Written:
    return write_each(
        ctx, "ManualJournals", "ManualJournal", lambda c, e, p: _one(c, e, p, None), id_field="ManualJournalID"
    )


def write_one(ctx: Context, id: str) -> Written:
    """POST /{id}."""
    old = ctx.org.manual_journals.get(id.lower())
    if old is None:
        raise NotFound
    elements = ctx.elements("ManualJournals", "ManualJournal")[:1]
    return write_each(
        ctx,
        "ManualJournals",
        "ManualJournal",
        lambda c, e, p: _one(c, e, p, old),
        id_field="ManualJournalID",
        elements=elements,
    )


def _one(ctx: Context, element: Json, position: int, old: ManualJournal | None) -> Json:
    org = ctx.org
    path = f"ManualJournals[{position}]"
    id = ctx.text(element, "ManualJournalID")
    if old is None and id:
        old = org.manual_journals.get(id.lower())
        if old is None:
            raise Invalid("Manual Journal could not be found")
    status = ctx.choice(element, "Status", _STATUSES, "ManualJournalStatus", path) or (old.status if old else "DRAFT")
    allowed = {"DRAFT": ("DRAFT", "POSTED", "DELETED"), "POSTED": ("POSTED", "VOIDED")}.get(
        old.status if old else "DRAFT", ()
    )
    if status not in allowed:
        raise Invalid(
            "Manual Journal not of valid status for modification" if old else "Manual Journal not of valid status"
        )
    line_types = ctx.choice(element, "LineAmountTypes", LINE_TYPES, "LineAmountType", path)
    line_types = line_types or (old.line_types if old else NO_TAX)
    narration = ctx.text(element, "Narration", 4000) or (old.narration if old else "")
    date = ctx.day(element, "Date")
    date = date if date is not None else old.date if old else ctx.today
    problems: list[str] = []
    warnings: list[str] = []
    if not narration:
        problems.append("Narration is a required field")
    lines = (
        _lines(ctx, element, line_types, problems, warnings)
        if "JournalLines" in element or old is None
        else old.lines
    )
    debits = sum(line.amount for line in lines if line.amount > 0)
    credits = sum(line.amount for line in lines if line.amount < 0)
    if debits + credits and status != "DELETED":
        problems.append(f"The total debits ({money(debits)}) must equal total credits ({money(credits)})")
    if len(lines) < 2 and old is None:
        problems.append("A manual journal needs at least two lines")
    if problems:
        raise Invalid(list(dict.fromkeys(problems)))
    if status in ("POSTED", "VOIDED"):
        check_locks(ctx, [date] + ([old.date] if old and old.status == "POSTED" else []))
    shown = ctx.boolean(element, "ShowOnCashBasisReports")
    journal = ManualJournal(
        old.id if old else org.new_id(),
        narration,
        date,
        status,
        line_types,
        tuple(lines),
        ctx.text(element, "Url") or (old.url if old else ""),
        (old.cash_basis if old else True) if shown is None else shown,
        old.attachments if old else False,
        ctx.now,
    )
    if old is not None and old.status == "POSTED":
        ledger.reverse(org, old.id, ctx.now)
    if status == "POSTED":
        ledger.post_manual(org, journal, ctx.now)
    org.manual_journals.put(journal)
    ctx.record("ManualJournals", journal.id, "updated" if old else "created", narration[:50])
    answer = render(ctx, journal)
    if warnings:
        answer["Warnings"] = [{"Message": message} for message in warnings]
    return answer


def _lines(
    ctx: Context, element: Json, line_types: str, problems: list[str], warnings: list[str]
) -> tuple[JournalLine, ...]:
    found = []
    sent = element.get("JournalLines")
    for part in sent if isinstance(sent, list) else []:
        if not isinstance(part, dict):
            continue
        code, id = ctx.text(part, "AccountCode"), ctx.text(part, "AccountID")
        account = ctx.org.accounts.get(id.lower()) if id else ctx.org.account_by_code(code) if code else None
        if account is None:
            problems.append(f"Account code '{code or id or ''}' is not a valid code for this document")
            continue
        _check(account, problems)
        amount = ctx.number(part, "LineAmount") or 0
        tax = ctx.org.tax_rates.get(ctx.text(part, "TaxType") or ctx.org.settings.default_no_tax)
        if tax is None:
            sent_tax = part.get("TaxType")
            problems.append(
                f"The TaxType code {sent_tax} does not exist or cannot be used for this type of transaction."
            )
            continue
        if line_types != NO_TAX and CLASS_INITIAL[account.klass] not in tax.applies:
            problems.append(f"The TaxType code '{tax.id}' cannot be used with account code '{account.code}'.")
        found.append(
            JournalLine(
                amount,
                account.id,
                account.code,
                ctx.text(part, "Description", 4000) or "",
                tax.id,
                _tax(ctx, part, amount, tax, line_types),
            )
        )
    return tuple(found)


def _tax(ctx: Context, part: Json, amount: int, tax: TaxRate, line_types: str) -> int:
    sent = ctx.number(part, "TaxAmount")
    if sent is not None and line_types != NO_TAX:
        return sent
    return line_tax(amount, tax.rate, line_types, ctx.switches)


def _check(account: Account, problems: list[str]) -> None:
    if account.type in ("BANK", "INVENTORY") or account.system in _FORBIDDEN:
        problems.append(f"Account code '{account.code}' is not a valid code for this document")
    elif account.status != "ACTIVE":
        problems.append(
            f"Account code '{account.code}' has been archived or has been deleted. "
            "Each line item must reference a valid account."
        )


def render(ctx: Context, journal: ManualJournal, *, lines: bool = True) -> Json:
    """A manual journal."""
    answer: Json = {
        "Date": dates.day_ms(journal.date),
        "Status": journal.status,
        "LineAmountTypes": journal.line_types,
        "UpdatedDateUTC": dates.ms(journal.updated),
        "ManualJournalID": journal.id,
        "Narration": journal.narration,
        "JournalLines": [
            {
                "Description": line.description,
                "TaxType": line.tax_type,
                "LineAmount": money(line.amount),
                "TaxAmount": money(line.tax_amount),
                "AccountCode": line.account_code,
                "AccountID": line.account,
                "Tracking": [],
                "IsBlank": False,
            }
            for line in journal.lines
        ]
        if lines
        else [],
        "ShowOnCashBasisReports": journal.cash_basis,
        "HasAttachments": journal.attachments,
    }
    if journal.url:
        answer["Url"] = journal.url
    return answer


def list_entries(ctx: Context) -> list[Json]:
    """GET /Journals: a hundred from an offset on, by JournalNumber; with paymentsOnly=true on the cash basis."""
    try:
        offset = int(ctx.query.get("offset", "0"))
    except ValueError:
        offset = 0
    since = modified_since(ctx)
    kept = cash.entries(ctx.org) if ctx.flag("paymentsOnly") else ctx.org.entries.ordered()
    entries = [entry for entry in kept if entry.number > offset and entry.created >= since]
    return [render_entry(ctx, entry) for entry in sorted(entries, key=lambda entry: entry.number)[:PAGE]]


def find_entry(ctx: Context, key: str) -> Entry:
    """A journal by id or number."""
    found = ctx.org.entries.get(key.lower())
    if found is None and key.isdigit():
        found = next((entry for entry in ctx.org.entries.values() if entry.number == int(key)), None)
    if found is None:
        raise NotFound
    return found


_SOURCES = {
    "ACCREC", "ACCPAY", "ACCRECCREDIT", "ACCPAYCREDIT", "ACCRECPAYMENT", "ACCPAYPAYMENT", "ARCREDITPAYMENT",
    "APCREDITPAYMENT", "TRANSFER", "MANJOURNAL",
}  # fmt: skip
_CASH = {"RECEIVE": "CASHREC", "SPEND": "CASHPAID"}


def render_entry(ctx: Context, entry: Entry) -> Json:
    """A ledger journal with its lines."""
    lines = []
    for position, (id, cents, tax_type, tax) in enumerate(entry.lines):
        account = ctx.org.accounts.get(id)
        line: Json = {"JournalLineID": f"{entry.id[:-4]}{position:04x}", "AccountID": id}
        if account is not None:
            line.update(AccountCode=account.code, AccountType=account.type, AccountName=account.name)
        line.update(Description="", NetAmount=money(cents), GrossAmount=money(cents + tax), TaxAmount=money(tax))
        if tax_type:
            line["TaxType"] = tax_type
        line["TrackingCategories"] = []
        lines.append(line)
    answer: Json = {
        "JournalID": entry.id,
        "JournalDate": dates.day_ms(entry.date),
        "JournalNumber": entry.number,
        "CreatedDateUTC": dates.ms(entry.created),
        "Reference": entry.reference,
    }
    source = _CASH.get(entry.source_type.partition("-")[0], entry.source_type)
    if source in _SOURCES or source.startswith("CASH"):
        answer.update(SourceID=entry.source, SourceType=source)
    answer["JournalLines"] = lines
    return answer
