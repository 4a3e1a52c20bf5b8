"""How far the rules reach: the taxes, payment methods and states that documents use, and what each meets."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import msgspec

from tieout.documents import Dossier
from tieout.errors import Problem
from tieout.rules.book import RuleBook
from tieout.rules.seen import look_over


class TaxUse(msgspec.Struct, frozen=True):
    """Taxes that stand together on lines. percent: the store's, added. xero_percent: of the tax type chosen, None
    without one. problem: why it does not go, "" when it does."""

    codes: tuple[str, ...]
    country: str
    percent: Decimal
    documents: int
    tax_type: str
    xero_percent: Decimal | None
    problem: str


class MethodUse(msgspec.Struct, frozen=True):
    """A payment method in one currency. account: code of the account, "" without one."""

    method: str
    title: str
    currency: str
    documents: int
    account: str
    problem: str


class StateUse(msgspec.Struct, frozen=True):
    """A state of orders. action: what it means, "" when no rule says so."""

    state: str
    documents: int
    action: str


class Coverage(msgspec.Struct, frozen=True):
    """documents: how many were looked at. unmapped: how many of them meet something without a rule."""

    documents: int
    unmapped: int
    taxes: tuple[TaxUse, ...]
    methods: tuple[MethodUse, ...]
    states: tuple[StateUse, ...]


def cover(dossiers: Iterable[Dossier], book: RuleBook) -> Coverage:
    """Count what the documents use, the commonest first, and ask the book about each."""
    taxes: dict[tuple[tuple[str, ...], str, Decimal], tuple[int, date]] = {}
    methods: dict[tuple[str, str], tuple[int, str]] = {}
    states: dict[str, int] = {}
    documents = unmapped = 0
    for dossier in dossiers:
        documents += 1
        seen, order = look_over([dossier]), dossier.order
        missing = book.action("order", order.state) is None
        states[order.state] = states.get(order.state, 0) + 1
        for tax in seen.taxes:
            key = (tax.codes, tax.country, tax.percent)
            # A rate that changed is judged by its latest document.
            count, latest = taxes.get(key, (0, order.date))
            taxes[key] = (count + 1, max(latest, order.date))
            missing |= isinstance(book.tax(*key, order.date), Problem)
        for method in seen.methods:
            count, title = methods.get((method.method, method.currency), (0, ""))
            methods[(method.method, method.currency)] = (count + 1, title or method.title)
            rule = book.method_rule(method.method, method.currency)
            if rule is None or not rule.skip:
                missing |= isinstance(book.method(method.method, method.currency), Problem)
        unmapped += missing
    return Coverage(
        documents=documents,
        unmapped=unmapped,
        taxes=tuple(
            _tax_use(book, *key, count, latest)
            for key, (count, latest) in sorted(taxes.items(), key=lambda one: (-one[1][0], one[0]))
        ),
        methods=tuple(
            _method_use(book, *key, title, count)
            for key, (count, title) in sorted(methods.items(), key=lambda one: (-one[1][0], one[0]))
        ),
        states=tuple(
            StateUse(state, count, action.value if (action := book.action("order", state)) is not None else "")
            for state, count in sorted(states.items(), key=lambda one: (-one[1], one[0]))
        ),
    )


def _tax_use(
    book: RuleBook, codes: tuple[str, ...], country: str, percent: Decimal, count: int, latest: date
) -> TaxUse:
    found = book.tax(codes, country, percent, latest)
    if isinstance(found, Problem):
        return TaxUse(codes, country, percent, count, "", None, found.reason)
    return TaxUse(codes, country, percent, count, found.tax_type, found.percent, "")


def _method_use(book: RuleBook, method: str, currency: str, title: str, count: int) -> MethodUse:
    rule = book.method_rule(method, currency)
    if rule is not None and rule.skip:
        return MethodUse(method, title, currency, count, "", "")
    found = book.method(method, currency)
    if isinstance(found, Problem):
        return MethodUse(method, title, currency, count, "", found.reason)
    return MethodUse(method, title, currency, count, found.account.code, "")
