"""What the window shows of an organisation: lists and single documents."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlencode

import msgspec

from xerosim.dates import iso_day
from xerosim.errors import NotFound
from xerosim.model import Document
from xerosim.numbers import fine, money, rate
from xerosim.organisation import Organisation
from xerosim.resources.context import Context
from xerosim.resources.documents_render import credit_of
from xerosim.window.html import Markup, facts, link, table, text

if TYPE_CHECKING:
    from xerosim.world import World

PAGE = 100


class To(Protocol):
    """Makes the address of a section or of one thing in it."""

    def __call__(self, section: str, id: str = "") -> str: ...


class View(msgspec.Struct, frozen=True):
    """A section: its list, and one thing of it."""

    title: str
    all: Callable[[Context, dict[str, str], To], Markup]
    one: Callable[[Context, str, To], tuple[str, Markup]] | None = None


def holds(org: Organisation, id: str) -> bool:
    """Whether an organisation has anything with an id."""
    return any(id in collection for collection, _ in org.all_collections.values())


def organisations(world: "World", address: Callable[[str, str], str]) -> Markup:
    rows = [
        (
            link(address(org.settings.short_code, "invoices"), org.settings.name),
            org.settings.version,
            org.settings.currency,
            len(org.contacts),
            len(org.invoices),
            len(org.credit_notes),
            len(org.payments),
            org.id,
        )
        for org in world.organisations.values()
    ]
    heads = ("Name", "Edition", "Currency", "Contacts#", "Invoices#", "Credit notes#", "Payments#", "Tenant id")
    return table(heads, rows)


def _paged(values: Sequence[Any], query: dict[str, str], address: str) -> tuple[Sequence[Any], Markup]:
    """Newest first, a hundred at a time, with a link to the rest."""
    number = int(query.get("page", "1")) if query.get("page", "1").isdigit() else 1
    newest = list(reversed(values))
    shown = newest[(number - 1) * PAGE : number * PAGE]
    more = Markup(f'<p class="quiet">{len(values)} in all. ')
    if number * PAGE < len(newest):
        more = Markup(more + link(f"{address}?{urlencode({**query, 'page': number + 1})}", "Older"))
    return shown, Markup(more + "</p>")


def _search(query: dict[str, str], address: str) -> Markup:
    value = text(query.get("q", ""))
    return Markup(
        f'<form action="{text(address)}"><label>Number, reference or name '
        f'<input name="q" value="{value}"></label> <button>Find</button></form>'
    )


def _name(ctx: Context, id: str) -> str:
    contact = ctx.org.contacts.get(id)
    return contact.name if contact is not None else ""


def _documents(collection: str, section: str) -> Callable[[Context, dict[str, str], To], Markup]:
    def show(ctx: Context, query: dict[str, str], to: To) -> Markup:
        values: Sequence[Document] = ctx.org.documents[collection].ordered()
        term = query.get("q", "").casefold()
        if term:
            values = [d for d in values if term in f"{d.number} {d.reference} {_name(ctx, d.contact)}".casefold()]
        shown, more = _paged(values, query, to(section))
        rows = [
            (
                link(to(section, d.id), d.number or d.reference or d.id[:8]),
                d.type,
                d.reference,
                link(to("contacts", d.contact), _name(ctx, d.contact)),
                iso_day(d.date),
                iso_day(d.due) if d.due is not None else "",
                d.status,
                d.currency,
                money(d.total),
                money(d.paid + d.credited),
                money(d.due_amount),
            )
            for d in shown
        ]
        heads = (
            "Number",
            "Type",
            "Reference",
            "Contact",
            "Date",
            "Due",
            "Status",
            "Cur.",
            "Total#",
            "Settled#",
            "Open#",
        )
        return Markup(_search(query, to(section)) + table(heads, rows) + more)

    return show


def _document(collections: Sequence[str]) -> Callable[[Context, str, To], tuple[str, Markup]]:
    def show(ctx: Context, id: str, to: To) -> tuple[str, Markup]:
        for collection in collections:
            document = ctx.org.documents[collection].get(id)
            if document is not None:
                return f"{document.type} {document.number or document.reference}", _body(ctx, document, to)
        raise NotFound

    return show


def _body(ctx: Context, d: Document, to: To) -> Markup:
    org = ctx.org
    foreign = d.currency != org.settings.currency
    head = facts(
        (
            ("Contact", link(to("contacts", d.contact), _name(ctx, d.contact))),
            ("Status", d.status),
            ("Reference", d.reference),
            ("Date", iso_day(d.date)),
            ("Due", iso_day(d.due) if d.due is not None else ""),
            ("Amounts are", f"{d.line_types} in {d.currency}"),
            ("Currency rate", rate(d.rate) if foreign else ""),
            ("Source", link(d.url, d.url) if d.url.startswith(("http://", "https://")) else d.url),
            ("Id", d.id),
        )
    )
    lines = table(
        ("Item", "Description", "Quantity#", "Unit#", "Account", "Tax type", "Tax#", "Amount#"),
        [
            (
                x.item_code,
                x.description,
                fine(x.quantity) if x.quantity is not None else "",
                fine(x.unit_amount) if x.unit_amount is not None else "",
                x.account_code,
                x.tax_type,
                money(x.tax_amount),
                money(x.line_amount),
            )
            for x in d.lines
        ],
    )
    sums = [("Subtotal", money(d.sub_total)), ("Tax", money(d.total_tax))]
    if d.rounding:
        sums.append(("Rounding", money(d.rounding)))
    sums += [
        ("Total", money(d.total)),
        ("Paid", money(d.paid)),
        ("Credited", money(d.credited)),
        ("Open", money(d.due_amount)),
    ]
    settled = _settlements(ctx, d, to)
    entries = [
        (
            entry.number,
            iso_day(entry.date),
            _account(org, id),
            money(cents) if cents > 0 else "",
            money(-cents) if cents < 0 else "",
        )
        for entry in org.entries.by("source", d.id)
        for id, cents, _, _ in entry.lines
        if cents
    ]
    books = table(("Journal", "Date", "Account", "Debit#", "Credit#"), entries)
    return Markup(f"{head}<h2>Lines</h2>{lines}{table(('', '#'), sums)}{settled}<h2>Ledger</h2>{books}")


def _account(org: Organisation, id: str) -> str:
    account = org.accounts.get(id)
    return f"{account.code} {account.name}" if account is not None else id


def _settlements(ctx: Context, d: Document, to: To) -> Markup:
    org = ctx.org
    rows: list[Sequence[object]] = [
        (iso_day(p.date), p.type, p.reference, _account(org, p.account), p.status, money(p.amount))
        for p in org.payments.by("document", d.id)
    ]
    index = "invoice" if d.collection == "Invoices" else "credit"
    for allocation in org.allocations.by(index, d.id):
        credit, invoice = credit_of(ctx, allocation), org.invoices[allocation.invoice]
        if index == "invoice":
            other = link(to("credit-notes", credit.id), credit.number or credit.type)
        else:
            other = link(to("invoices", invoice.id), invoice.number)
        rows.append((iso_day(allocation.date), "Allocation", other, "", "", money(allocation.amount)))
    if not rows:
        return Markup("")
    heads = ("Date", "Kind", "Reference", "Account", "Status", "Amount#")
    return Markup(f"<h2>Payments and credits</h2>{table(heads, rows)}")


def _contacts(ctx: Context, query: dict[str, str], to: To) -> Markup:
    values = list(ctx.org.contacts.ordered())
    term = query.get("q", "").casefold()
    if term:
        values = [c for c in values if term in f"{c.name} {c.number} {c.email}".casefold()]
    shown, more = _paged(values, query, to("contacts"))
    rows = [(link(to("contacts", c.id), c.name), c.number, c.email, c.status) for c in shown]
    return Markup(_search(query, to("contacts")) + table(("Name", "Number", "E-mail", "Status"), rows) + more)


def _contact(ctx: Context, id: str, to: To) -> tuple[str, Markup]:
    contact = ctx.org.contacts.get(id)
    if contact is None:
        raise NotFound
    address = ", ".join(value for one in contact.addresses for _, value in one.fields)
    head = facts(
        (
            ("Number", contact.number),
            ("E-mail", contact.email),
            ("Person", f"{contact.first} {contact.last}".strip()),
            ("Address", address),
            ("Phone", ", ".join(p.number for p in contact.phones if p.number)),
            ("Status", contact.status),
            ("Id", contact.id),
        )
    )
    rows = [
        (
            link(to(section, d.id), d.number or d.id[:8]),
            iso_day(d.date),
            d.status,
            d.currency,
            money(d.total),
            money(d.due_amount),
        )
        for section, collection in (("invoices", ctx.org.invoices), ("credit-notes", ctx.org.credit_notes))
        for d in collection.by("contact", id)[-PAGE:]
    ]
    return contact.name, Markup(head + table(("Number", "Date", "Status", "Cur.", "Total#", "Open#"), rows))


def _bank(ctx: Context, query: dict[str, str], to: To) -> Markup:
    balances = ctx.org.balances
    banks = [account for account in ctx.org.accounts.values() if account.type == "BANK" or account.payments]
    rows = [(link(to("bank", a.id), a.name), a.code, a.type, a.currency, money(balances.get(a.id, 0))) for a in banks]
    return table(("Account", "Code", "Type", "Cur.", "Balance#"), rows)


def _statement(ctx: Context, id: str, to: To) -> tuple[str, Markup]:
    org = ctx.org
    account = org.accounts.get(id)
    if account is None:
        return _document(("BankTransactions", "Overpayments", "Prepayments"))(ctx, id, to)
    rows = []
    for entry in org.entries.values():
        for line_account, cents, _, _ in entry.lines:
            if line_account == id:
                rows.append((iso_day(entry.date), entry.source_type, entry.reference, money(cents)))
    shown = list(reversed(rows))[: 5 * PAGE]
    foot = ("", "", "Balance", money(org.balances.get(id, 0)))
    return account.name, table(("Date", "Kind", "Reference", "Amount#"), shown, foot)


def _trial_balance(ctx: Context, query: dict[str, str], to: To) -> Markup:
    org = ctx.org
    rows = []
    debit = credit = 0
    for account in sorted(org.accounts.values(), key=lambda one: one.code):
        cents = org.balances.get(account.id, 0)
        if cents:
            debit, credit = debit + max(cents, 0), credit + max(-cents, 0)
            sides = (money(cents), "") if cents > 0 else ("", money(-cents))
            rows.append((account.code, account.name, account.klass.title(), *sides))
    return table(
        ("Code", "Account", "Class", "Debit#", "Credit#"), rows, ("", "Total", "", money(debit), money(credit))
    )


def _journals(ctx: Context, query: dict[str, str], to: To) -> Markup:
    shown, more = _paged(ctx.org.entries.ordered(), query, to("journals"))
    rows = [
        (entry.number, iso_day(entry.date), entry.source_type, entry.reference, _account(ctx.org, id), money(cents))
        for entry in shown
        for id, cents, _, _ in entry.lines
        if cents
    ]
    return Markup(table(("Journal", "Date", "Kind", "Reference", "Account", "Amount#"), rows) + more)


SECTIONS: dict[str, View] = {
    "invoices": View("Invoices", _documents("Invoices", "invoices"), _document(("Invoices",))),
    "credit-notes": View(
        "Credit notes",
        _documents("CreditNotes", "credit-notes"),
        _document(("CreditNotes", "Overpayments", "Prepayments")),
    ),
    "contacts": View("Contacts", _contacts, _contact),
    "bank": View("Bank accounts", _bank, _statement),
    "quotes": View("Quotes", _documents("Quotes", "quotes"), _document(("Quotes",))),
    "journals": View("Journals", _journals),
    "trial-balance": View("Trial balance", _trial_balance),
}
