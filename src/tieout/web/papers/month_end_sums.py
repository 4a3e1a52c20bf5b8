"""Sums of the month-end pack: documents, control totals, accounts, taxes, payment methods, liabilities, days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from tieout.reconciling.accounts import Movement
from tieout.reconciling.sums import By, Side, Sums
from tieout.sync.month_end import MonthEnd
from tieout.web import proof_words
from tieout.web.papers.tables import Cell, Column, Kind, Table, money


def tables(pack: MonthEnd) -> tuple[Table, ...]:
    found = [_documents(pack), _controls(pack), *_accounts(pack)]
    if pack.result.banks:
        found.append(_banks(pack))
    return (*found, _taxes(pack), _methods(pack), _liabilities(pack))


def _head(*titles: tuple[str, Kind]) -> tuple[Column, ...]:
    columns = [Column(title, kind) for title, kind in titles]
    return (*columns, Column(_("Currency"), csv_only=True))


def _added(rows: Iterable[Sums]) -> dict[tuple[str, str], list[Side]]:
    """(kind, currency) → store, left out, sent, ledger, over all days."""
    found: dict[tuple[str, str], list[Side]] = {}
    for row in rows:
        sides = found.setdefault((row.kind, row.currency), [Side(), Side(), Side(), Side()])
        for at, side in enumerate((row.store, row.left_out, row.sent, row.ledger)):
            sides[at] = sides[at].plus(side)
    return found


def _documents(pack: MonthEnd) -> Table:
    rows: list[tuple[Cell, ...]] = []
    marked = set()
    for (kind, currency), (store, left, sent, ledger) in sorted(_added(_of(pack, By.DAY)).items()):
        expected = sent.amount if kind == "own" else store.amount - left.amount
        difference = ledger.amount - expected
        if difference:
            marked.add(len(rows))
        rows.append(
            (
                proof_words.kind(kind),
                store.count, money(store.amount, currency), left.count, money(left.amount, currency),
                ledger.count, money(ledger.amount, currency), money(difference, currency), currency,
            )
        )  # fmt: skip
    return Table(
        name="documents",
        title=_("Store and Xero"),
        note=_("Documents by their own date in the store. Left out: not sent yet, held, or passed over by a rule; "
               "each is listed with its reason."),
        columns=_head(
            (_("What"), Kind.TEXT), (_("Store"), Kind.COUNT), (_("Sum"), Kind.MONEY),
            (_("Left out"), Kind.COUNT), (_("Sum"), Kind.MONEY), (_("Xero"), Kind.COUNT), (_("Sum"), Kind.MONEY),
            (_("Difference"), Kind.MONEY),
        ),
        rows=rows,
        empty=_("The store has no document in this month."),
        marked=frozenset(marked),
    )  # fmt: skip


def _of(pack: MonthEnd, by: By) -> list[Sums]:
    return [row for row in pack.result.sums if row.by is by]


def _controls(pack: MonthEnd) -> Table:
    rows: list[tuple[Cell, ...]] = []
    marked = set()
    for one in pack.result.controls:
        if not one.is_explained:
            marked.add(len(rows))
        rows.append(
            (
                proof_words.control(one.name, pack.accounts, pack.tax_rates), one.documents,
                money(Decimal(one.store), one.currency), money(Decimal(one.ledger), one.currency),
                money(Decimal(one.difference), one.currency), money(Decimal(one.explained), one.currency),
                one.currency,
            )
        )  # fmt: skip
    return Table(
        name="control-totals",
        title=_("Control totals"),
        note=_("What the stores' figures come to, account by account, against what Xero holds of these documents."),
        columns=_head(
            (_("Control"), Kind.WORDS), (_("Documents"), Kind.COUNT), (_("Store"), Kind.MONEY),
            (_("Xero"), Kind.MONEY), (_("Difference"), Kind.MONEY), (_("Explained"), Kind.MONEY),
        ),
        rows=rows,
        empty=_("No document was compared."),
        marked=frozenset(marked),
    )  # fmt: skip


def _accounts(pack: MonthEnd) -> list[Table]:
    clearing = [one for one in pack.result.accounts if one.kind == "clearing"]
    others = [one for one in pack.result.accounts if one.kind != "clearing"]
    return [
        _movements(
            pack, "clearing-accounts", _("Clearing accounts"), clearing,
            _("Opening and closing balance by Xero's trial balance. “Others” is what Tieout did not book: payouts to "
              "the bank, fees, entries by people."),
        ),
        _movements(
            pack, "accounts", _("Other accounts"), others,
            _("By Xero's trial balance; debit positive, credit negative. “Others” is what Tieout did not book: other "
              "sales channels, purchases, journals."),
        ),
    ]  # fmt: skip


def _movements(pack: MonthEnd, name: str, title: str, movements: list[Movement], note: str) -> Table:
    base = pack.base_currency
    if any(one.foreign for one in movements):
        note = f"{note} " + _("* Partly in another currency, converted at each document's own rate.")
    return Table(
        name=name,
        title=title,
        note=note,
        columns=_head(
            (_("Account"), Kind.WORDS), (_("Opening"), Kind.MONEY), (_("In"), Kind.MONEY), (_("Out"), Kind.MONEY),
            (_("Others"), Kind.MONEY), (_("Closing"), Kind.MONEY),
        ),
        rows=[
            (
                f"{one.code} {one.name}" + (" *" if one.foreign else ""), money(one.opening, base),
                money(one.ours_in, base), money(one.ours_out, base), money(one.others, base),
                money(one.closing, base), base,
            )
            for one in movements
        ],
        empty=pack.result.reports_refused or _("None of these accounts moved."),
    )  # fmt: skip


def _banks(pack: MonthEnd) -> Table:
    base = pack.base_currency
    return Table(
        name="bank-summary",
        title=_("Bank summary of clearing accounts"),
        note=_("Xero's own report of accounts of the type bank."),
        columns=_head(
            (_("Account"), Kind.WORDS), (_("Opening"), Kind.MONEY), (_("Received"), Kind.MONEY),
            (_("Spent"), Kind.MONEY), (_("Closing"), Kind.MONEY),
        ),
        rows=[
            (one.name, money(one.opening, base), money(one.received, base), money(one.spent, base),
             money(one.closing, base), base)
            for one in pack.result.banks
        ],
    )  # fmt: skip


def _taxes(pack: MonthEnd) -> Table:
    rows: list[tuple[Cell, ...]] = []
    marked = set()
    for one in _of(pack, By.TAX):
        difference = one.ledger.amount - one.store.amount
        if difference:
            marked.add(len(rows))
        rows.append(
            (
                proof_words.tax_types(one.key, pack.tax_rates), one.title, one.store.count,
                money(one.store.amount, one.currency), money(one.sent.amount, one.currency),
                money(one.ledger.amount, one.currency), money(difference, one.currency), one.currency,
            )
        )  # fmt: skip
    return Table(
        name="tax-by-rate",
        title=_("Tax by rate"),
        note=_("What the shop showed its customers against what Xero holds; credit notes are subtracted. Rates that "
               "were made through the interface do not feed the return."),
        columns=_head(
            (_("Tax rate in Xero"), Kind.WORDS), (_("Tax of the store"), Kind.WORDS), (_("Documents"), Kind.COUNT),
            (_("Store"), Kind.MONEY), (_("Sent"), Kind.MONEY), (_("Xero"), Kind.MONEY), (_("Difference"), Kind.MONEY),
        ),
        rows=rows,
        empty=_("No document with tax."),
        marked=frozenset(marked),
    )  # fmt: skip


def _methods(pack: MonthEnd) -> Table:
    rows: list[tuple[Cell, ...]] = []
    marked = set()
    for one in _of(pack, By.METHOD):
        if one.difference:
            marked.add(len(rows))
        rows.append(
            (
                one.title or one.key, one.store.count, money(one.store.amount, one.currency), one.left_out.count,
                money(one.left_out.amount, one.currency), one.ledger.count, money(one.ledger.amount, one.currency),
                money(one.difference, one.currency), one.currency,
            )
        )  # fmt: skip
    return Table(
        name="payment-methods",
        title=_("Payment methods"),
        columns=_head(
            (_("Method"), Kind.WORDS), (_("Store"), Kind.COUNT), (_("Sum"), Kind.MONEY),
            (_("Left out"), Kind.COUNT), (_("Sum"), Kind.MONEY), (_("Xero"), Kind.COUNT), (_("Sum"), Kind.MONEY),
            (_("Difference"), Kind.MONEY),
        ),
        rows=rows,
        empty=_("No payment."),
        marked=frozenset(marked),
    )  # fmt: skip


def _liabilities(pack: MonthEnd) -> Table:
    return Table(
        name="liabilities",
        title=_("Gift cards and store credit"),
        note=_("Opening + sold + granted − redeemed = closing. Others: what Xero owes beyond it, granted or redeemed "
               "by hand without a document."),
        columns=_head(
            (_("Account"), Kind.WORDS), (_("Opening"), Kind.MONEY), (_("Sold"), Kind.MONEY),
            (_("Granted"), Kind.MONEY), (_("Redeemed"), Kind.MONEY), (_("Closing"), Kind.MONEY),
            (_("Others"), Kind.MONEY),
        ),
        rows=[
            (
                proof_words.account(one.account_code, pack.accounts), money(one.opening, one.currency),
                money(one.sold, one.currency), money(one.granted, one.currency), money(one.redeemed, one.currency),
                money(one.closing, one.currency), money(one.others, one.currency), one.currency,
            )
            for one in pack.result.liabilities
        ],
        empty=_("No gift card or store credit moved."),
        marked=frozenset(at for at, one in enumerate(pack.result.liabilities) if one.warning or one.others),
    )  # fmt: skip


def days(pack: MonthEnd) -> Table:
    """Every day with its sums."""
    rows: list[tuple[Cell, ...]] = []
    marked = set()
    for one in sorted(_of(pack, By.DAY), key=lambda row: (row.key, row.kind, row.currency)):
        if one.difference:
            marked.add(len(rows))
        rows.append(
            (
                date.fromisoformat(one.key), proof_words.kind(one.kind), one.store.count,
                money(one.store.amount, one.currency), money(one.left_out.amount, one.currency), one.ledger.count,
                money(one.ledger.amount, one.currency), money(one.difference, one.currency), one.currency,
            )
        )  # fmt: skip
    return Table(
        name="days",
        title=_("Day by day"),
        columns=_head(
            (_("Day"), Kind.DAY), (_("What"), Kind.TEXT), (_("Store"), Kind.COUNT), (_("Sum"), Kind.MONEY),
            (_("Left out"), Kind.MONEY), (_("Xero"), Kind.COUNT), (_("Sum"), Kind.MONEY),
            (_("Difference"), Kind.MONEY),
        ),
        rows=rows,
        marked=frozenset(marked),
    )  # fmt: skip
