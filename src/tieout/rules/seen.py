"""What dossiers need of the rules: their taxes, payment methods and currencies, for proposals and coverage."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from tieout.documents import Dossier, Line
from tieout.rules.proposals import SeenMethod
from tieout.rules.tax_proposals import SeenPart, SeenTax


class Seen(msgspec.Struct, frozen=True):
    """Each in the order first met."""

    taxes: tuple[SeenTax, ...]
    methods: tuple[SeenMethod, ...]
    currencies: tuple[str, ...]


def look_over(dossiers: Iterable[Dossier]) -> Seen:
    """Everything in dossiers that a mapping must cover."""
    taxes: dict[SeenTax, None] = {}
    methods: dict[tuple[str, str], SeenMethod] = {}
    currencies: dict[str, None] = {}
    for dossier in dossiers:
        order = dossier.order
        currencies[order.currency] = None
        country = (order.ship_to or order.customer.billing).country or order.customer.billing.country
        for line in _lines(dossier):
            if (tax := _tax(line, country)) is not None:
                taxes[tax] = None
        if order.payment_method:
            _add(methods, order.payment_method, order.payment_title, order.currency)
        for payment in dossier.payments:
            _add(methods, payment.method, payment.method_title, payment.amount.currency)
        for refund in dossier.refunds:
            if refund.method:
                _add(methods, refund.method, "", refund.total.currency)
    return Seen(tuple(taxes), tuple(methods.values()), tuple(currencies))


def _lines(dossier: Dossier) -> Iterable[Line]:
    yield from dossier.order.lines
    for invoice in dossier.invoices:
        yield from invoice.lines
    for refund in dossier.refunds:
        yield from refund.lines


def _tax(line: Line, country: str) -> SeenTax | None:
    parts = {share.code: SeenPart(share.code, share.title, share.percent) for share in line.taxes if not share.fixed}
    if not parts:
        return None
    own = next((share.country for share in line.taxes if share.country), country)
    return SeenTax(tuple(parts[code] for code in sorted(parts)), own)


def _add(methods: dict[tuple[str, str], SeenMethod], method: str, title: str, currency: str) -> None:
    known = methods.get((method, currency))
    if known is None or (title and not known.title):
        methods[(method, currency)] = SeenMethod(method, title, currency)
