"""What dossiers need of the rules: their taxes, payment methods and currencies, for proposals and coverage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from tieout.documents import Dossier, Line
from tieout.rules.proposals import SeenMethod
from tieout.rules.tax_proposals import SeenPart, SeenTax
from tieout.rules.tax_sets import sets_differ


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
        bodies = [dossier.order.lines, *(i.lines for i in dossier.invoices), *(r.lines for r in dossier.refunds)]
        for lines in bodies:
            taxes.update(dict.fromkeys(_taxes(lines, country)))
        if order.payment_method:
            _add(methods, order.payment_method, order.payment_title, order.currency)
        for payment in dossier.payments:
            _add(methods, payment.method, payment.method_title, payment.amount.currency)
        for refund in dossier.refunds:
            if refund.method:
                _add(methods, refund.method, "", refund.total.currency)
            for back in refund.given_back:
                _add(methods, back.method, back.method_title, back.amount.currency)
    return Seen(tuple(taxes), tuple(methods.values()), tuple(currencies))


def _taxes(lines: Sequence[Line], country: str) -> Iterator[SeenTax]:
    """The taxes of each line together, or each alone where planning takes them apart."""
    apart = sets_differ(lines)
    for line in lines:
        tax = _tax(line, country)
        if tax is not None and apart:
            yield from (SeenTax((part,), tax.country) for part in tax.parts)
        elif tax is not None:
            yield tax


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
