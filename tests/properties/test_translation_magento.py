"""Arbitrary data never crashes the Magento translation, and what it reads always adds up."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit" / "stores"))

import magento_samples as samples

from tieout.documents import Customer, DocumentKind, Dossier, Envelope, Product
from tieout.money import Money, Rounding, minor_units, round_decimal
from tieout.ports import RawDocument
from tieout.stores.magento2.translate.taxes import proportional

TRANSLATOR = samples.translator()
BASE_TRANSLATOR = samples.translator(amounts="base_currency")
MOMENT = datetime(2026, 11, 21, tzinfo=UTC)
ZERO = Decimal(0)

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(max_size=20),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.sampled_from(["", "NaN", "1e400", "-0", "0000-00-00 00:00:00", "9999-12-31 23:59:59", [], {}, "[]", "{}"]),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


def paths(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Places inside a document that can be overwritten."""
    found: list[tuple[Any, ...]] = []
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in entries:
        found.append((*here, key))
        found += paths(inner, (*here, key))
    return found


def overwrite(document: Any, path: tuple[Any, ...], value: Any) -> None:
    for key in path[:-1]:
        document = document[key]
    document[path[-1]] = value


@st.composite
def spoiled(draw: st.DrawFn, name: str) -> bytes:
    """A recorded document with some of its values replaced by rubbish."""
    documents = samples.documents(name)
    document = msgspec.json.Decoder(float_hook=Decimal).decode(
        samples.body(documents[draw(st.integers(0, len(documents) - 1))])
    )
    places = sorted(paths(document), key=str)
    for place in draw(st.lists(st.sampled_from(places), min_size=1, max_size=4, unique=True)):
        try:
            overwrite(document, place, draw(values))
        except (KeyError, IndexError, TypeError):
            continue  # a place inside one that was overwritten before
    return samples.body(document)


def adds_up(dossier: Dossier) -> None:
    for document in (dossier.order, *dossier.invoices, *dossier.refunds):
        assert document.total == document.exact_total.rounded(Rounding.HALF_UP)
        for line in document.lines:
            assert line.net + line.tax == line.gross
            assert sum((share.amount.amount for share in line.taxes), ZERO) == line.tax.amount
            assert line.quantity > 0
    assert all(payment.amount.amount > 0 for payment in dossier.payments)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode) | values.map(samples.body))
def test_arbitrary_text_never_crashes_the_translation(body: bytes) -> None:
    for kind in DocumentKind:
        assert isinstance(TRANSLATOR.envelope(RawDocument(kind, "1", MOMENT, body)), Envelope)
    assert isinstance(TRANSLATOR.dossier(body, [(kind, body) for kind in DocumentKind]), (Dossier, tuple))
    assert isinstance(TRANSLATOR.customer(body), (Customer, tuple))
    assert isinstance(TRANSLATOR.product(body), (Product, tuple))


@settings(max_examples=400, deadline=None)
@given(spoiled("orders"))
def test_a_spoiled_order_is_read_adding_up_or_refused(body: bytes) -> None:
    for translator in (TRANSLATOR, BASE_TRANSLATOR):
        envelope = translator.envelope(RawDocument(DocumentKind.ORDER, "1", MOMENT, body))
        assert all(problem.reason for problem in envelope.problems)
        found = translator.dossier(body, samples.members_by_order()[25])
        if isinstance(found, Dossier):
            adds_up(found)
        else:
            assert all(problem.reason for problem in found)


@settings(max_examples=300, deadline=None)
@given(spoiled("invoices"), spoiled("creditmemos"), spoiled("transactions"))
def test_spoiled_members_never_take_the_dossier_with_them(invoice: bytes, memo: bytes, transaction: bytes) -> None:
    members = [
        (DocumentKind.INVOICE, invoice),
        (DocumentKind.REFUND, memo),
        (DocumentKind.PAYMENT, transaction),
        *samples.members_by_order()[25],
    ]
    found = TRANSLATOR.dossier(samples.body(samples.order(25)), members)
    assert isinstance(found, Dossier)
    adds_up(found)
    assert len(found.invoices) + len(found.refunds) + len(found.unreadable) == 4


amounts = st.decimals(min_value=-10_000, max_value=10_000, places=4)


@given(amounts, st.lists(st.decimals(min_value=0, max_value=1000, places=4), min_size=1, max_size=6))
def test_proportional_parts_add_up_to_the_whole(whole: Decimal, weights: list[Decimal]) -> None:
    parts = proportional(whole, weights)
    assert len(parts) == len(weights)
    assert sum(parts, ZERO) == whole


@given(st.decimals(min_value=0, max_value=1000, places=4), st.sampled_from(["GBP", "JPY", "KWD"]))
def test_shown_totals_are_exact_to_the_minor_unit(amount: Decimal, currency: str) -> None:
    order = samples.order(28) | {"order_currency_code": currency, "grand_total": amount}
    found = TRANSLATOR.dossier(samples.body(order), ())
    assert isinstance(found, Dossier)
    assert found.order.total == Money(round_decimal(amount, minor_units(currency), Rounding.HALF_UP), currency)
