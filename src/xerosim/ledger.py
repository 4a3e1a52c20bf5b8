"""Double entry: what each document, payment and allocation means to the accounts. Every entry sums to zero."""

from collections.abc import Sequence

from xerosim.arithmetic import INCLUSIVE, to_base
from xerosim.model import Document, Entry, Line, ManualJournal, Payment, Transfer
from xerosim.organisation import Organisation

Posting = tuple[str, int, str, int]

# Sign of the control account (receivables or payables, or the bank) when a document of the type is approved.
CONTROL = {
    "ACCREC": ("DEBTORS", 1), "ACCPAY": ("CREDITORS", -1),
    "ACCRECCREDIT": ("DEBTORS", -1), "ACCPAYCREDIT": ("CREDITORS", 1),
}  # fmt: skip
BANK_SIGN = {
    "RECEIVE": 1, "RECEIVE-OVERPAYMENT": 1, "RECEIVE-PREPAYMENT": 1, "RECEIVE-TRANSFER": 1,
    "SPEND": -1, "SPEND-OVERPAYMENT": -1, "SPEND-PREPAYMENT": -1, "SPEND-TRANSFER": -1,
}  # fmt: skip


def post(
    org: Organisation, *, now: int, date: int, source_type: str, source: str, reference: str, lines: Sequence[Posting]
) -> Entry:
    """Record an entry and move the balances. An entry that does not balance is a bug of the simulator."""
    assert sum(line[1] for line in lines) == 0, f"entry of {source_type} {source} does not balance"
    number = len(org.entries) + 1
    entry = Entry(org.new_id(), number, date, now, source_type, source, reference, tuple(lines))
    org.entries.put(entry)
    _move(org, entry, 1)
    org.changes.undo.append(lambda: _move(org, entry, -1))
    org.changes.dirty.append(("Balances", entry.id))
    return entry


def _move(org: Organisation, entry: Entry, sign: int) -> None:
    balances = org.balances
    for account, cents, _, _ in entry.lines:
        balances[account] = balances.get(account, 0) + sign * cents


def reverse(org: Organisation, source: str, now: int) -> None:
    """Take a document's standing entries out of the books with opposite ones."""
    standing: dict[tuple[str, str], int] = {}
    taxes: dict[tuple[str, str], int] = {}
    last: Entry | None = None
    for entry in org.entries.by("source", source):
        last = entry
        for account, cents, tax_type, tax in entry.lines:
            key = (account, tax_type)
            standing[key] = standing.get(key, 0) + cents
            taxes[key] = taxes.get(key, 0) + tax
    lines = [(key[0], -cents, key[1], -taxes[key]) for key, cents in standing.items() if cents or taxes[key]]
    if last is not None and lines:
        post(
            org,
            now=now,
            date=last.date,
            source_type=last.source_type,
            source=source,
            reference=last.reference,
            lines=lines,
        )


def post_document(org: Organisation, document: Document, now: int, foreign_per_base: bool) -> None:
    """Book an approved document."""
    if document.type in CONTROL:
        system, sign = CONTROL[document.type]
        control = org.system_account(system).id
    else:
        control, sign = document.bank, BANK_SIGN[document.type]
    tax_account = org.system_account("GST").id if document.total_tax else ""
    rate = document.rate
    foreign = rate != 10**10
    inclusive = document.line_types == INCLUSIVE
    lines: list[Posting] = []
    total = 0
    total_tax = 0
    for line in document.lines:
        if not line.account:
            continue
        net = line.line_amount - line.tax_amount if inclusive else line.line_amount
        tax = line.tax_amount
        if foreign:
            net, tax = to_base(net, rate, foreign_per_base), to_base(tax, rate, foreign_per_base)
        lines.append((line.account, -sign * net, line.tax_type, -sign * tax))
        total += net
        total_tax += tax
    if document.rounding:
        cents = to_base(document.rounding, rate, foreign_per_base)
        lines.append((org.system_account("ROUNDING").id, -sign * cents, "", 0))
        total += cents
    if foreign and lines:
        # The control account carries the converted total; a cent that the lines lose goes to the largest line.
        missing = to_base(document.total, rate, foreign_per_base) - total - total_tax
        largest = max(range(len(lines)), key=lambda at: abs(lines[at][1]))
        account, cents, tax_type, tax = lines[largest]
        lines[largest] = (account, cents - sign * missing, tax_type, tax)
        total += missing
    if total_tax:
        lines.append((tax_account, -sign * total_tax, "", 0))
    lines.insert(0, (control, sign * (total + total_tax), "", 0))
    post(
        org,
        now=now,
        date=document.date,
        source_type=document.type,
        source=document.id,
        reference=document.number or document.reference,
        lines=lines,
    )


def control_of(org: Organisation, document: Document) -> str:
    """The account that carries what is open on a document."""
    if document.type in CONTROL:
        return org.system_account(CONTROL[document.type][0]).id
    system = "DEBTORS" if document.type.startswith("RECEIVE") else "CREDITORS"
    return org.system_account(system).id


def base_share(document: Document, cents: int, settled_before: int, foreign_per_base: bool) -> int:
    """Base value at the document's own rate of the next `cents` settled, so that all shares add up."""
    after = to_base(settled_before + cents, document.rate, foreign_per_base)
    return after - to_base(settled_before, document.rate, foreign_per_base)


def post_payment(org: Organisation, payment: Payment, document: Document, now: int, foreign_per_base: bool) -> None:
    """Book a payment: bank against receivables or payables, currency differences to realised gains."""
    money_in = payment.type.startswith(("ACCREC", "APCREDIT", "APOVER", "APPRE"))
    sign = 1 if money_in else -1
    bank = to_base(payment.amount, payment.rate, foreign_per_base)
    before = document.paid + document.credited
    carried = base_share(document, payment.amount, before, foreign_per_base)
    lines: list[Posting] = [
        (payment.account, sign * bank, "", 0),
        (control_of(org, document), -sign * carried, "", 0),
    ]
    if bank != carried:
        lines.append((org.system_account("REALISEDCURRENCYGAIN").id, sign * (carried - bank), "", 0))
    post(
        org,
        now=now,
        date=payment.date,
        source_type=payment.type,
        source=payment.id,
        reference=payment.reference,
        lines=lines,
    )


def post_allocation(
    org: Organisation,
    id: str,
    credit: Document,
    invoice: Document,
    cents: int,
    date: int,
    now: int,
    foreign_per_base: bool,
) -> None:
    """Book what an allocation moves: nothing, unless accounts or currency rates differ."""
    credit_base = base_share(credit, cents, credit.paid + credit.credited, foreign_per_base)
    invoice_base = base_share(invoice, cents, invoice.paid + invoice.credited, foreign_per_base)
    sign = 1 if invoice.type == "ACCREC" else -1
    source, target = control_of(org, credit), control_of(org, invoice)
    if source == target and credit_base == invoice_base:
        return
    lines: list[Posting] = [(source, sign * credit_base, "", 0), (target, -sign * invoice_base, "", 0)]
    if credit_base != invoice_base:
        lines.append((org.system_account("REALISEDCURRENCYGAIN").id, sign * (invoice_base - credit_base), "", 0))
    post(org, now=now, date=date, source_type="ALLOCATION", source=id, reference="", lines=lines)


def post_transfer(org: Organisation, transfer: Transfer, now: int) -> None:
    """Book a bank transfer in base currency."""
    lines: list[Posting] = [(transfer.target, transfer.amount, "", 0), (transfer.source, -transfer.amount, "", 0)]
    post(
        org,
        now=now,
        date=transfer.date,
        source_type="TRANSFER",
        source=transfer.id,
        reference=transfer.reference,
        lines=lines,
    )


def post_manual(org: Organisation, journal: ManualJournal, now: int) -> None:
    """Book a posted manual journal, its tax to the tax account."""
    lines: list[Posting] = []
    tax_total = 0
    for line in journal.lines:
        net = line.amount - line.tax_amount if journal.line_types == INCLUSIVE else line.amount
        lines.append((line.account, net, line.tax_type, line.tax_amount))
        tax_total += line.tax_amount
    if tax_total:
        lines.append((org.system_account("GST").id, tax_total, "", 0))
    post(
        org,
        now=now,
        date=journal.date,
        source_type="MANJOURNAL",
        source=journal.id,
        reference=journal.narration[:50],
        lines=lines,
    )


def text_line(line: Line) -> bool:
    """A line that is only text."""
    return line.quantity is None and line.unit_amount is None and not line.account and line.line_amount == 0


def balances_at(org: Organisation, day: int | None = None, first: int | None = None) -> dict[str, int]:
    """Account balances in base cents up to a day (inclusive), from a day if given."""
    if day is None and first is None:
        return {account: cents for account, cents in org.balances.items() if cents}
    result: dict[str, int] = {}
    for entry in org.entries.values():
        if (day is None or entry.date <= day) and (first is None or entry.date >= first):
            for account, cents, _, _ in entry.lines:
                result[account] = result.get(account, 0) + cents
    return {account: cents for account, cents in result.items() if cents}


def rebuild_balances(org: Organisation) -> None:
    """Count the balances again from the entries, after reading a state file."""
    org.balances = {}
    for entry in org.entries.values():
        _move(org, entry, 1)
