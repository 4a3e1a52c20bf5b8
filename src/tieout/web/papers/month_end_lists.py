"""Lists of the month-end pack: what differs, what is held or left out, and what an accountant looks at."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from tieout.ports.proofs import OutcomeRow
from tieout.sync.month_end import MonthEnd
from tieout.sync.proof_results import Row
from tieout.web import problems, proof_words, words
from tieout.web.papers.month_end_sums import days
from tieout.web.papers.tables import Column, Kind, Table, money


def tables(pack: MonthEnd) -> tuple[Table, ...]:
    result = pack.result
    return (
        _differences("differences", _("Differences"), result.differences, _("None: every figure agrees.")),
        _differences("explained", _("Differences that your settings explain"), result.chosen, _("None.")),
        _findings(pack),
        _outcomes("held", _("Held: needs a person"), pack.held, _("Nothing is held.")),
        _outcomes("left-out", _("Left out by rules"), pack.skipped, _("Nothing was left out.")),
        _rounding(pack),
        _adjustments(pack),
        _credits(pack),
        _early(pack),
        _moved(pack),
        _changes(pack),
        days(pack),
    )


def _currency() -> Column:
    return Column(_("Currency"), csv_only=True)


def _differences(name: str, title: str, rows: Sequence[Row], empty: str) -> Table:
    return Table(
        name=name,
        title=title,
        columns=(
            Column(_("Document")), Column(_("What")), Column(_("Store"), Kind.TEXT), Column(_("Xero"), Kind.TEXT),
            Column(_("Why"), Kind.WORDS),
        ),
        rows=[(one.number, one.field, one.store, one.xero, one.reason) for one in rows],
        empty=empty,
        marked=frozenset(range(len(rows))) if name == "differences" else frozenset(),
    )  # fmt: skip


def _findings(pack: MonthEnd) -> Table:
    return Table(
        name="to-look-at",
        title=_("To look at"),
        columns=(Column(_("Finding"), Kind.WORDS),),
        rows=[(one.sentence,) for one in pack.result.findings],
        empty=_("Nothing."),
        marked=frozenset(range(len(pack.result.findings))),
    )


def _outcomes(name: str, title: str, rows: Sequence[OutcomeRow], empty: str) -> Table:
    return Table(
        name=name,
        title=title,
        columns=(
            Column(_("Day"), Kind.DAY), Column(_("What")), Column(_("Number")), Column(_("Total"), Kind.MONEY),
            _currency(), Column(_("Cause"), Kind.TEXT), Column(_("Reason"), Kind.WORDS),
        ),
        rows=[
            (
                one.date, proof_words.document(one.kind), one.number, one.total, "",
                problems.entry(one.code).title, one.reason,
            )
            for one in rows
        ],
        empty=empty,
    )  # fmt: skip


def _rounding(pack: MonthEnd) -> Table:
    rows = [one for one in pack.result.lines if one.what == "rounding"]
    return Table(
        name="rounding-lines",
        title=_("Rounding lines"),
        columns=(
            Column(_("Day"), Kind.DAY), Column(_("Document"), Kind.WORDS), Column(_("Amount"), Kind.MONEY),
            _currency(),
        ),
        rows=[(one.date, one.number, money(one.amount, one.currency), "") for one in rows],
        empty=_("No document needed a rounding line."),
    )  # fmt: skip


def _adjustments(pack: MonthEnd) -> Table:
    rows = [one for one in pack.result.lines if one.what == "adjustment"]
    return Table(
        name="adjustment-lines",
        title=_("Adjustments of refunds"),
        note=_("Taxed: the store did not tax it, your setting does; the difference in tax is chosen."),
        columns=(
            Column(_("Day"), Kind.DAY), Column(_("Document"), Kind.WORDS), Column(_("Amount"), Kind.MONEY),
            Column(_("Tax"), Kind.MONEY), Column(_("Taxed")), _currency(),
        ),
        rows=[
            (one.date, one.number, money(one.amount, one.currency), money(one.tax, one.currency),
             _("yes") if one.chosen else _("no"), "")
            for one in rows
        ],
        empty=_("No refund carries an adjustment."),
    )  # fmt: skip


def _credits(pack: MonthEnd) -> Table:
    return Table(
        name="open-credits",
        title=_("Open credits"),
        note=_("Credit that no invoice or refund has used up, with its age on the last day of the month."),
        columns=(
            Column(_("Day"), Kind.DAY), Column(_("Document")), Column(_("What")), Column(_("Order"), Kind.WORDS),
            Column(_("Days"), Kind.COUNT), Column(_("Remaining"), Kind.MONEY), _currency(),
        ),
        rows=[
            (one.date, one.number, words.role(one.role), one.order,
             max((pack.last - one.date).days, 0) if one.date is not None else None, one.remaining, "")
            for one in pack.open_credits
        ],
        empty=_("No credit is open."),
    )  # fmt: skip


def _early(pack: MonthEnd) -> Table:
    return Table(
        name="received-not-invoiced",
        title=_("Received, not yet in the books"),
        columns=(
            Column(_("Day"), Kind.DAY), Column(_("Order")), Column(_("Amount"), Kind.MONEY), _currency(),
            Column(_("Waits for"), Kind.WORDS),
        ),
        rows=[(one.date, one.number, one.amount, "", one.reason) for one in pack.early_payments],
        empty=_("No payment waits."),
    )  # fmt: skip


def _moved(pack: MonthEnd) -> Table:
    return Table(
        name="posted-in-another-period",
        title=_("Posted on another day"),
        note=_("Documents whose own day was closed; they are compared on their own date."),
        columns=(
            Column(_("Document"), Kind.WORDS), Column(_("What")), Column(_("Own date"), Kind.DAY),
            Column(_("Posted on"), Kind.DAY), Column(_("Total"), Kind.MONEY), _currency(),
        ),
        rows=[
            (one.number, words.role(one.role), one.own_date, one.posted_on, one.total, "") for one in pack.moved
        ],
        empty=_("None."),
    )  # fmt: skip


def _changes(pack: MonthEnd) -> Table:
    return Table(
        name="changed-in-xero",
        title=_("Changed in Xero by people"),
        columns=(
            Column(_("Document")), Column(_("What")), Column(_("Field")), Column(_("Sent"), Kind.WORDS),
            Column(_("In Xero"), Kind.WORDS), Column(_("Seen"), Kind.DAY), Column(_("Decision")),
        ),
        rows=[
            (one.number, words.role(one.role), one.field, one.ours, one.theirs, one.seen_at.date(),
             proof_words.decision(one.decision, one.decided_by))
            for one in pack.changes
        ],
        empty=_("Nobody changed a document of this month."),
        marked=frozenset(at for at, one in enumerate(pack.changes) if not one.decision),
    )  # fmt: skip
