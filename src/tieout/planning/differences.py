"""A sale that changed in the store after it was posted (ACCOUNTING B7)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import msgspec

from tieout.accounting import CreditNote, Invoice, LedgerLine, LineAmountTypes, Ref, Role, Status
from tieout.errors import Problem
from tieout.money import minor_units
from tieout.planning.dates import local_day, place
from tieout.planning.naming import item_refs, reference_text
from tieout.planning.results import PlannedPosting, Posted
from tieout.planning.work import UNAPPROVED, Credit, Document, Sale, Target, Work
from tieout.proof.fitting import fit
from tieout.proof.sheet import DraftLine, Fitted, Sheet
from tieout.rules.book import RuleBook
from tieout.rules.numbering import own_suffix

_ZERO = Decimal(0)

#: Ordinal of the credit note for a cancelled part; changes take the ordinals after it (ACCOUNTING B4).
CANCELLATION_ORDINAL = 0


class Stand(msgspec.Struct):
    """What a line stands at in the ledger, over all documents of a sale; positive for what is owed."""

    line: LedgerLine
    amount: Decimal
    tax: Decimal


def plan_change(work: Work, sale: Sale, fitted: Fitted, mode: LineAmountTypes) -> None:
    """Want what is posted; edit it in place, or make a difference document, where the store's figures moved."""
    live = sale.posted
    assert live is not None
    payload = live.payload
    assert isinstance(payload, Invoice | CreditNote)
    documents = own_documents(work, sale, first=CANCELLATION_ORDINAL + 1)
    sign = -1 if isinstance(payload, CreditNote) else 1
    wanted = stands([(sign, fitted.lines)])
    have = stands([(sign, payload.lines), *[(_sign(d), d.lines) for _, d in documents]])
    depends_on = (work.contact, *item_refs(payload.lines, sale.source.lines))
    changes = changes_to(wanted, have)
    if changes and not documents and editable(work, live):
        status = Status(live.status) if live.status in UNAPPROVED | {"AUTHORISED"} else payload.status
        edited = msgspec.structs.replace(payload, lines=fitted.lines, totals=fitted.totals, status=status)
        work.postings.append(
            PlannedPosting(
                live.ref,
                edited,
                payload.number,
                depends_on,
                notes=("Changed in the store before it was paid: edited in place.",),
                certificate=fitted.certificate,
            )
        )
        sale.document = edited
        if sale.targets:
            sale.total = sale.targets[0].open = edited.totals.total.amount
        return
    work.postings.append(
        PlannedPosting(
            live.ref, payload, payload.number, depends_on, certificate=fitted.certificate if not changes else None
        )
    )
    keep_own_documents(work, sale, documents)
    if changes:
        plan_difference(work, sale, changes, mode, "Changed in the store after posting", _next_ordinal(work, sale))


def own_documents(work: Work, sale: Sale, first: int) -> list[tuple[Posted, Document]]:
    """Posted documents of our own making for a sale, by ordinal from `first` on."""
    found = [
        (posted, posted.payload)
        for ref in work.posted
        if ref.role is Role.DIFFERENCE
        and ref.document == sale.source.document
        and ref.ordinal >= first
        and (posted := work.live(ref)) is not None
        and isinstance(posted.payload, Invoice | CreditNote)
    ]
    return sorted(found, key=lambda pair: pair[0].ref.ordinal)


def keep_own_documents(work: Work, sale: Sale, documents: Sequence[tuple[Posted, Document]]) -> None:
    """Want posted documents of our own as they are, and let money settle them."""
    for posted, document in documents:
        work.postings.append(
            PlannedPosting(posted.ref, document, document.number, depends_on=(work.contact, sale.ref))
        )
        count_own_document(sale, posted.ref, document)


def count_own_document(sale: Sale, ref: Ref, document: Document) -> None:
    total = document.totals.total.amount
    if isinstance(document, Invoice):
        sale.targets.append(Target(ref, document.number, total))
        sale.total += total
    else:
        sale.credits.append(Credit(ref, document.number, total, document.date))
        sale.total -= total


def stands(documents: Sequence[tuple[int, Sequence[LedgerLine]]]) -> dict[str, Stand]:
    """Per store line key: amount and tax over several documents, each with its sign."""
    found: dict[str, Stand] = {}
    for sign, lines in documents:
        for line in lines:
            stand = found.get(line.key)
            if stand is None:
                found[line.key] = Stand(line, sign * line.amount.amount, sign * line.tax.amount)
            else:
                stand.amount += sign * line.amount.amount
                stand.tax += sign * line.tax.amount
    return found


def _sign(document: Document) -> int:
    return 1 if isinstance(document, Invoice) else -1


def changes_to(wanted: dict[str, Stand], have: dict[str, Stand]) -> list[Stand]:
    """Per line: what is wanted less what the ledger has; only lines that differ."""
    changes = []
    for key in dict.fromkeys((*have, *wanted)):
        want, has = wanted.get(key), have.get(key)
        amount = (want.amount if want else _ZERO) - (has.amount if has else _ZERO)
        tax = (want.tax if want else _ZERO) - (has.tax if has else _ZERO)
        if amount or tax:
            line = (has or want).line  # type: ignore[union-attr]
            changes.append(Stand(line, amount, tax))
    return changes


def editable(work: Work, live: Posted) -> bool:
    """Whether Xero lets the amounts be changed: unpaid, not touched by a person, in an open period (B7)."""
    payload = live.payload
    assert isinstance(payload, Invoice | CreditNote)
    closed = work.book.locked_until
    return (
        live.status in UNAPPROVED | {"AUTHORISED"}
        and not live.touched
        and (closed is None or payload.date > closed)
        and not has_money(work, live.ref)
    )


def has_money(work: Work, ref: Ref) -> bool:
    """Whether a payment, refund or allocation that still counts hangs on a posted document."""
    for other in work.posted.values():
        payload = other.payload
        targets = (
            getattr(payload, "target", None),
            getattr(payload, "source", None),
            getattr(payload, "invoice", None),
        )
        if ref in targets and work.live(other.ref) is not None:
            return True
    live = work.posted.get(ref)
    return live is not None and live.status == "PAID" and bool(_total(live))


def _total(posted: Posted) -> Decimal:
    payload = posted.payload
    return payload.totals.total.amount if isinstance(payload, Invoice | CreditNote) else _ZERO


def _next_ordinal(work: Work, sale: Sale) -> int:
    """The first ordinal after the cancellation's that no document of ours ever had (voided ones keep theirs)."""
    taken = [
        ref.ordinal for ref in work.posted if ref.role is Role.DIFFERENCE and ref.document == sale.source.document
    ]
    return max([CANCELLATION_ORDINAL, *taken]) + 1


def plan_difference(
    work: Work,
    sale: Sale,
    changes: Sequence[Stand],
    mode: LineAmountTypes,
    why: str,
    ordinal: int,
    day: date | None = None,
) -> None:
    """A document over a difference: an invoice when more is owed, a credit note when less (per line, tax type)."""
    document = sale.document
    assert document is not None
    owed = sum([_gross(change, mode) for change in changes], _ZERO)
    sign = -1 if owed < 0 else 1
    ref = Ref(Role.DIFFERENCE, sale.source.document, ordinal)
    number = document.number + own_suffix(ordinal)
    wished = day or local_day(work.snapshot.now, work.book.organisation.timezone)
    placed = place(max(wished, document.date), work.book, number)
    sheet = _sheet(work.book, changes, mode, sign, document.currency)
    fitted = sheet if isinstance(sheet, Problem) else fit(sheet)
    if isinstance(fitted, Problem) or placed.problem is not None:
        problem = fitted if isinstance(fitted, Problem) else placed.problem
        assert problem is not None
        work.postings.append(PlannedPosting(ref, None, number, problems=(problem,)))
        return
    reference = reference_text(work.dossier.order.number)
    rate = sale.posted.rate if sale.posted is not None and sale.posted.rate is not None else document.rate
    payload: Document
    if sign > 0:
        payload = Invoice(
            number, reference, work.contact, placed.day, placed.day, Status.AUTHORISED, mode, document.currency,
            fitted.lines, fitted.totals, rate,
        )  # fmt: skip
    else:
        payload = CreditNote(
            number, reference, work.contact, placed.day, Status.AUTHORISED, mode, document.currency,
            fitted.lines, fitted.totals, rate,
        )  # fmt: skip
    work.postings.append(
        PlannedPosting(
            ref,
            payload,
            number,
            depends_on=(work.contact, sale.ref),
            waits=approval_wait(sale),
            problems=() if sale.blocked is None else (sale.blocked,),
            notes=(f"{why}.",),
            certificate=fitted.certificate,
            redated_to=placed.moved_to,
        )
    )
    count_own_document(sale, ref, payload)


def approval_wait(sale: Sale) -> str:
    """Why what hangs on an unapproved sale waits (ACCOUNTING B10), "" when it does not."""
    if sale.standing.value == "unapproved":
        return f"Waits until {sale.number} is approved in Xero."
    return ""


def _gross(change: Stand, mode: LineAmountTypes) -> Decimal:
    return change.amount if mode is LineAmountTypes.INCLUSIVE else change.amount + change.tax


def _sheet(
    book: RuleBook, changes: Sequence[Stand], mode: LineAmountTypes, sign: int, currency: str
) -> Sheet | Problem:
    lines = []
    for change in changes:
        choice = book.tax_type(change.line.tax_type, change.line.why_tax)
        if isinstance(choice, Problem):
            return choice
        gross, tax = sign * _gross(change, mode), sign * change.tax
        lines.append(
            DraftLine(
                key=change.line.key,
                description=change.line.description,
                quantity=Decimal(1),
                net=gross - tax,
                tax=tax,
                gross=gross,
                account_code=change.line.account_code,
                tax_choice=choice,
                shares=((change.line.tax_type, tax),) if tax else (),
                tracking=change.line.tracking,
                why_account=change.line.why_account,
            )
        )
    total = sum([line.gross for line in lines], _ZERO)
    tax_total = sum([line.tax for line in lines], _ZERO)
    return Sheet(
        currency=currency,
        places=minor_units(currency),
        mode=mode,
        total=total,
        tax_total=tax_total,
        taxes=(),
        lines=tuple(lines),
        rounding=None,
        rounding_limit=_ZERO,
    )
