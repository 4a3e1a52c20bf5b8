"""Plan the money that came in: payments on their real date to the account of their method (ACCOUNTING C)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from hashlib import sha256

import msgspec

from tieout.accounting import Overpayment, Payment, Ref, Role
from tieout.documents import DocumentKey, DocumentKind, StorePayment
from tieout.errors import Problem
from tieout.money import Money, Rounding
from tieout.planning.dates import place
from tieout.planning.differences import approval_wait
from tieout.planning.results import PlannedPosting, Posted
from tieout.planning.work import Sale, Standing, Target, Work, marker_of
from tieout.rules.catalogue import Code
from tieout.rules.choices import MethodChoice
from tieout.rules.texts import PAYMENT_REFERENCE_LENGTH_MAX, cut, line_text, name_text

_ZERO = Decimal(0)
#: Ordinals of payments by gift card or store credit, which hang on the sales document itself.
MEANS_ORDINAL = 100
#: Ordinals of further parts of one store payment that settles several invoices.
PART_ORDINAL = 1000
#: So much of a document's number stands in a payment's reference; the rest of the room is for what tells it apart.
_NUMBER_SHOWN_MAX = 60


def plan_means(work: Work, sale: Sale) -> None:
    """Gift cards, store credit and points pay their part from their liability accounts (ACCOUNTING C6)."""
    source = sale.source
    amounts = [(means.method, means.amount, means.title) for means in source.means]
    for line in source.lines:
        rule = work.book.unknown_total(line.code) if line.kind.value == "unknown" else None
        if rule is not None and rule.meaning == "means":
            amounts.append((line.code, -line.gross, line.name))
    for index, (method, amount, title) in enumerate(amounts):
        if not amount.amount:
            continue
        rule = work.book.unknown_total(method)
        choice = work.book.method(method, amount.currency) if rule is None else _named(work, rule.account_code)
        _plan_one(
            work,
            sale,
            Ref(Role.PAYMENT, source.document, MEANS_ORDINAL + index),
            amount=amount,
            day=source.date,
            choice=choice,
            base_amount=None,
            words=name_text(title or method, 60),
        )


def _named(work: Work, account_code: str) -> MethodChoice | Problem:
    account = work.book.accounts.get(account_code)
    if account is None:
        return Problem(Code.MAPPING_INVALID, f"Xero has no account {account_code}.", f"account {account_code}")
    return MethodChoice(account, account.currency or work.book.base_currency, False, True, 0)


def plan_payments(work: Work) -> None:
    """Every store payment: posted, held, waiting, or passed over by a rule. Never cut, never dated today."""
    for payment in _adding_up(work):
        sales = _sales_for(work, payment)
        if not payment.amount.amount:
            work.skip(payment.document, Code.ZERO_PAYMENT, "A payment of zero is not sent.")
            continue
        if sales:
            _plan_payment(work, payment, sales)
        elif work.live(Ref(Role.PAYMENT, payment.document, payment.ordinal)) is None:
            work.skip(payment.document, Code.SALE_MISSING, "Received, not yet invoiced in the store.")


def _adding_up(work: Work) -> list[StorePayment]:
    """The payments, so that those of an order's parts add up to what the shop shows as paid for the order.

    Four-decimal totals of store invoices are rounded one by one (19.8643 and 110.8246 show as 19.86 and 110.82), the
    order's paid total as one (130.69). Where the order is the sale, the n-th payment is what the rounded running
    total grew by; a later part never changes an earlier payment.
    """
    dossier = work.dossier
    exact = {invoice.key: invoice for invoice in dossier.invoices}
    if not work.sales or work.sales[0].source.document.kind is not DocumentKind.ORDER or len(dossier.payments) < 2:
        return list(dossier.payments)
    running = Money.zero(dossier.order.currency)
    found: list[StorePayment] = []
    for payment in dossier.payments:
        invoice = exact.get(payment.invoice_key)
        if invoice is None or invoice.exact_total.currency != running.currency:
            return list(dossier.payments)
        before, running = running.rounded(Rounding.HALF_UP), running + invoice.exact_total
        moved = running.rounded(Rounding.HALF_UP) - before - invoice.total
        found.append(msgspec.structs.replace(payment, amount=payment.amount + moved) if moved else payment)
    return found


def _sales_for(work: Work, payment: StorePayment) -> list[Sale]:
    """The sales a payment may settle: its own store invoice's, else all of the order, oldest first."""
    if payment.invoice_key and len(work.sales) > 1:
        own = [sale for sale in work.sales if sale.source.document.key == payment.invoice_key]
        if own:
            return own
    return work.sales


def _plan_payment(work: Work, payment: StorePayment, sales: Sequence[Sale]) -> None:
    book, currency = work.book, payment.amount.currency
    first = sales[0]
    posted = work.live(Ref(Role.PAYMENT, payment.document, payment.ordinal))
    if posted is None:
        rule = book.method_rule(payment.method, currency)
        if rule is not None and rule.skip:
            work.skip(payment.document, Code.METHOD_SKIPPED, f"Payments by {payment.method} are not sent, by a rule.")
            _settle(sales, payment.amount.amount)
            return
        if (payment.offline or (rule is not None and rule.offline)) and not (rule is not None and rule.money_seen):
            work.skip(
                payment.document,
                Code.MONEY_NOT_SEEN,
                f"The store calls this paid, but {payment.method_title or payment.method} proves no money: "
                "say so for the method, or press “money seen”.",
            )
            return
        if all(sale.standing is Standing.OLD for sale in sales):
            work.skip(payment.document, Code.BEFORE_START_DATE, "Payment of a sale from before the start date.")
            return
        if all(sale.standing is Standing.ABSENT for sale in sales):
            work.skip(payment.document, Code.SALE_MISSING, f"Received, but {first.number} is not booked.")
            return
    choice = book.method(payment.method, currency)
    words = name_text(payment.reference, 60)
    if not any(sale.targets for sale in sales):
        _plan_one(
            work,
            first,
            Ref(Role.PAYMENT, payment.document, payment.ordinal),
            amount=payment.amount,
            day=payment.date,
            choice=choice,
            base_amount=payment.base_amount,
            words=words,
        )
        return
    rest = payment.amount.amount - _keep_posted(work, payment, sales)
    shares: list[tuple[Sale, Target, Decimal]] = []
    for sale in sales:
        for target in sale.targets:
            share = min(rest, target.open)
            if share > 0:
                shares.append((sale, target, share))
                rest -= share
    whole = len(shares) == 1 and shares[0][2] == payment.amount.amount
    if rest > 0 and not _overpaid(work, payment, first, choice, rest, words):
        return
    part = _next_part(work, payment, Role.PAYMENT)
    for sale, target, share in shares:
        _plan_one(
            work,
            sale,
            Ref(Role.PAYMENT, payment.document, payment.ordinal + PART_ORDINAL * part),
            amount=Money(share, currency),
            day=payment.date,
            choice=choice,
            base_amount=payment.base_amount if whole else None,
            words=words,
            target=target,
        )
        part += 1


def _parts(work: Work, payment: StorePayment, role: Role) -> list[Ref]:
    """References under which parts of a store payment were ever posted in a role."""
    return sorted(
        ref
        for ref in work.posted
        if ref.role is role
        and ref.document == payment.document
        and ref.ordinal >= payment.ordinal
        and (ref.ordinal - payment.ordinal) % PART_ORDINAL == 0
    )


def _next_part(work: Work, payment: StorePayment, role: Role) -> int:
    used = _parts(work, payment, role)
    return (used[-1].ordinal - payment.ordinal) // PART_ORDINAL + 1 if used else 0


def _keep_posted(work: Work, payment: StorePayment, sales: Sequence[Sale]) -> Decimal:
    """Want what is posted of a store payment as it is (payments cannot be edited); how much that is."""
    kept = _ZERO
    for ref in _parts(work, payment, Role.PAYMENT):
        live = work.live(ref)
        if live is not None and isinstance(live.payload, Payment):
            sale = next((s for s in sales if any(t.ref == live.payload.target for t in s.targets)), sales[0])
            _keep(work, sale, live)
            kept += live.payload.amount.amount
        elif live is None:
            kept += _taken_out(work, work.posted[ref])
    for ref in _parts(work, payment, Role.OVERPAYMENT):
        over = work.live(ref)
        if over is not None and isinstance(over.payload, Overpayment):
            work.keep(over)
            kept += over.payload.amount.amount
    return kept


def _taken_out(work: Work, posted: Posted) -> Decimal:
    """A payment that a person deleted in Xero is held, never made a second time by itself."""
    payload = posted.payload
    if not posted.deleted_by_person or not isinstance(payload, Payment):
        return _ZERO
    problem = Problem(
        Code.DELETED_BY_PERSON,
        f"The payment of {payload.amount} was deleted in Xero by a person; it is not made again by itself.",
    )
    work.postings.append(PlannedPosting(posted.ref, payload, marker_of(posted), problems=(problem,)))
    return payload.amount.amount


def _keep(work: Work, sale: Sale, live: Posted) -> None:
    payload = live.payload
    assert isinstance(payload, Payment)
    work.postings.append(PlannedPosting(live.ref, payload, marker_of(live), depends_on=(payload.target,)))
    sale.payments.append(live.ref)


def count_posted(work: Work) -> None:
    """Take what is paid already, and what stays of it, off what is open; what is reversed leaves room."""
    told = {payment.document for payment in work.dossier.payments}
    for ref in work.posted:
        posted = work.live(ref)
        if posted is None or ref.role is not Role.PAYMENT or not isinstance(posted.payload, Payment):
            continue
        stays = ref.document in told or MEANS_ORDINAL <= ref.ordinal < PART_ORDINAL or work.dossier.unreadable
        if stays or posted.deleted_by_person or posted.reconciled:
            target = work.target(posted.payload.target)
            if target is not None:
                target.open -= posted.payload.amount.amount


def _settle(sales: Sequence[Sale], amount: Decimal) -> None:
    """Count money that others post as received, so that credits are not allocated to what is paid."""
    for sale in sales:
        for target in sale.targets:
            share = min(amount, target.open)
            target.open -= share
            amount -= share


def _plan_one(
    work: Work,
    sale: Sale,
    ref: Ref,
    *,
    amount: Money,
    day: date,
    choice: MethodChoice | Problem,
    base_amount: Money | None,
    words: str,
    target: Target | None = None,
) -> None:
    target = target or (sale.targets[0] if sale.targets else None)
    live = work.live(ref)
    if live is not None and isinstance(live.payload, Payment):
        _keep(work, sale, live)
        return
    problems = list(_obstacles(sale))
    if target is not None and amount.amount > target.open:
        problems.append(
            Problem(
                Code.PAYMENT_EXCEEDS_SALE, f"{amount} was paid for {target.number}, of which {target.open} is open."
            )
        )
    marker = payment_reference(target.number if target is not None else sale.number, "P", ref.document, ref.ordinal)
    bank_amount, payload, moved_to = None, None, None
    if isinstance(choice, Problem):
        problems.append(choice)
    else:
        placed = place(day, work.book, f"The payment of {amount} for {sale.number}")
        moved_to = placed.moved_to
        if placed.problem is not None:
            problems.append(placed.problem)
        bank_amount = bank_side(choice, amount, base_amount)
        if isinstance(bank_amount, Problem):
            problems.append(bank_amount)
        elif target is not None:
            payload = Payment(
                target=target.ref,
                account_code=choice.account.code,
                date=placed.day,
                amount=amount,
                reference=with_words(marker, words),
                bank_amount=bank_amount,
                account_id=choice.account.account_id,
            )
    waits = approval_wait(sale)
    if sale.standing is Standing.WAITS:
        waits = f"Received before {sale.number} is a sale in the store; it waits for it."
    work.postings.append(
        PlannedPosting(
            ref=ref,
            payload=payload,
            marker=payload.reference if payload is not None else marker,
            depends_on=() if target is None else (target.ref,),
            problems=tuple(problems),
            waits="" if problems else waits,
            redated_to=moved_to,
        )
    )
    if target is not None:
        target.open -= amount.amount
    if problems or waits:
        sale.held_payments += 1
    else:
        sale.payments.append(ref)


def _obstacles(sale: Sale) -> tuple[Problem, ...]:
    if sale.standing is Standing.HELD:
        return (Problem(Code.SALE_HELD, f"{sale.number} is held; its payment waits for it.", "sale held"),)
    return () if sale.blocked is None else (sale.blocked,)


def _overpaid(
    work: Work, payment: StorePayment, sale: Sale, choice: MethodChoice | Problem, excess: Decimal, words: str
) -> bool:
    """Plan what was paid beyond the sale as an overpayment; False (and held) where it cannot be (C8)."""
    if not sale.targets:
        return True
    part = _next_part(work, payment, Role.OVERPAYMENT)
    ref = Ref(Role.OVERPAYMENT, payment.document, payment.ordinal + PART_ORDINAL * part)
    marker = payment_reference(sale.number, "O", ref.document, ref.ordinal)
    problems = list(_obstacles(sale))
    if isinstance(choice, Problem):
        problems.append(choice)
    elif choice.account.type != "BANK":
        problems.append(
            Problem(
                Code.ACCOUNT_NOT_BANK,
                f"{payment.amount} was paid for {sale.number}, {excess} more than is open. Xero takes the excess "
                f"only into an account of type BANK; {choice.account.name} is none.",
                f"method {payment.method} {payment.amount.currency}",
            )
        )
    elif choice.currency != payment.amount.currency:
        problems.append(
            Problem(
                Code.PAYMENT_EXCEEDS_SALE,
                f"{payment.amount} was paid for {sale.number}, {excess} more than is open, "
                f"into an account in {choice.currency}.",
            )
        )
    placed = place(payment.date, work.book, f"The payment of {payment.amount} for {sale.number}")
    if placed.problem is not None:
        problems.append(placed.problem)
    if problems or isinstance(choice, Problem):
        # The whole payment is held, unless it stood in Xero before it grew: then what was added.
        whole = Ref(Role.PAYMENT, payment.document, payment.ordinal)
        held = ref if work.live(whole) is not None else whole
        work.postings.append(PlannedPosting(held, None, marker, problems=tuple(problems)))
        sale.held_payments += 1
        return False
    payload = Overpayment(
        contact=work.contact,
        account_code=choice.account.code,
        date=placed.day,
        amount=Money(excess, payment.amount.currency),
        reference=with_words(marker, words),
        account_id=choice.account.account_id,
    )
    work.postings.append(
        PlannedPosting(
            ref,
            payload,
            payload.reference,
            depends_on=(work.contact, sale.ref),
            waits=approval_wait(sale),
            notes=(f"{excess} was paid beyond {sale.number}: kept as an overpayment.",),
            redated_to=placed.moved_to,
        )
    )
    return True


def bank_side(choice: MethodChoice, amount: Money, base_amount: Money | None) -> Money | Problem | None:
    """What the account's own currency took, where it differs from the document's (ACCOUNTING C9)."""
    if choice.currency == amount.currency:
        return None
    if base_amount is None or base_amount.currency != choice.currency or not base_amount.amount:
        return Problem(
            Code.BANK_AMOUNT_MISSING,
            f"{amount} goes to {choice.account.name} in {choice.currency}, and the store does not say what arrived "
            "there. Use an account in the document's currency.",
            f"method account {choice.account.code} {amount.currency}",
        )
    return base_amount


def payment_reference(number: str, kind: str, document: DocumentKey, ordinal: int) -> str:
    """Our marker of a payment: unique per organisation, readable beside a bank line."""
    tail = f".{ordinal}" if ordinal else ""
    if len(number) > _NUMBER_SHOWN_MAX:
        digest = sha256(number.encode("utf-8", "surrogatepass")).hexdigest()[:8]
        number = f"{cut(number, _NUMBER_SHOWN_MAX - 9)}~{digest}"
    return f"{number} {kind}{document.kind.value[0]}{name_text(document.key, 40)}{tail}"


def with_words(marker: str, words: str) -> str:
    return line_text(f"{marker} {words}" if words else marker, PAYMENT_REFERENCE_LENGTH_MAX)
