"""Every recorded document comes out with exactly the figures that the shop's own pages show."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import magento_samples as samples
import pytest

from tieout.documents import Order, Refund, StoreInvoice

ROWS = sorted(samples.expected())
ZERO = Decimal(0)
#: The shop keeps 4 decimals; what is left between lines and total is half a unit of the last place.
STORED = Decimal("0.0005")


def document(kind: str, entity_id: int) -> Order | StoreInvoice | Refund:
    row = samples.expected()[kind, entity_id]
    dossier = samples.dossier(int(row["order_entity_id"]))
    assert not dossier.unreadable
    if kind == "order":
        return dossier.order
    entries = dossier.invoices if kind == "invoice" else dossier.refunds
    return next(entry for entry in entries if entry.key == str(entity_id))


@pytest.mark.parametrize(("kind", "entity_id"), ROWS)
def test_header_figures_are_the_ones_the_shop_shows(kind: str, entity_id: int) -> None:
    row, found = samples.expected()[kind, entity_id], document(kind, entity_id)
    assert found.number == row["increment_id"]
    assert found.total.amount == Decimal(row["grand_total_shown"])
    assert found.total.currency == row["order_currency"]
    assert found.exact_total.amount == Decimal(row["grand_total_stored_4dp"])
    assert found.tax_total.amount == Decimal(row["tax_total"])
    assert found.date.isoformat() == row["created_local_date"]


@pytest.mark.parametrize(("kind", "entity_id"), ROWS)
def test_lines_add_up_to_the_stored_total_and_tax(kind: str, entity_id: int) -> None:
    found = document(kind, entity_id)
    assert abs(sum((line.gross.amount for line in found.lines), ZERO) - found.exact_total.amount) <= STORED
    assert abs(sum((line.tax.amount for line in found.lines), ZERO) - found.tax_total.amount) <= Decimal("0.005")


@pytest.mark.parametrize(("kind", "entity_id"), ROWS)
def test_net_and_tax_make_gross_and_shares_make_the_tax(kind: str, entity_id: int) -> None:
    for line in document(kind, entity_id).lines:
        assert line.net + line.tax == line.gross
        assert sum((share.amount.amount for share in line.taxes), ZERO) == line.tax.amount
        assert line.quantity > 0


@pytest.mark.parametrize(("kind", "entity_id"), ROWS)
def test_each_tax_is_the_one_the_shop_shows(kind: str, entity_id: int) -> None:
    row, found = samples.expected()[kind, entity_id], document(kind, entity_id)
    shown = samples.expected_taxes(row)
    if sum((amount for _, _, amount in shown), ZERO) != Decimal(row["tax_total"]):
        # The shop repeats the order's list on credit memos that only adjust; its tax total is right: nothing.
        assert (kind, Decimal(row["tax_total"])) == ("creditmemo", ZERO)
        shown = []
    assert [(tax.title, tax.percent, tax.amount.amount) for tax in found.taxes] == shown


@pytest.mark.parametrize(("kind", "entity_id"), ROWS)
def test_shares_of_each_tax_add_up_to_the_shown_tax(kind: str, entity_id: int) -> None:
    found = document(kind, entity_id)
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for line in found.lines:
        for share in line.taxes:
            sums[share.code] += share.amount.amount
    assert dict(sums) == {tax.code: tax.amount.amount for tax in found.taxes}


@pytest.mark.parametrize("entity_id", [key for kind, key in ROWS if kind == "order"])
def test_paid_refunded_and_open_are_what_the_shop_says(entity_id: int) -> None:
    row, order = samples.expected()["order", entity_id], samples.dossier(entity_id).order
    assert order.paid is not None
    assert order.refunded is not None
    assert order.open is not None
    assert order.paid.amount == Decimal(row["total_paid"])
    assert order.refunded.amount == Decimal(row["total_refunded"])
    # The shop shows no due amount for orders that are cancelled, wholly or in part.
    assert order.open.amount == Decimal(row["total_due"] or "0")


def test_every_recorded_document_is_in_some_dossier() -> None:
    found = set()
    for entry in samples.documents("orders"):
        dossier = samples.dossier(int(entry["entity_id"]))
        found.add(("order", int(dossier.order.key)))
        found |= {("invoice", int(invoice.key)) for invoice in dossier.invoices}
        found |= {("creditmemo", int(refund.key)) for refund in dossier.refunds}
    assert found == set(ROWS)


@pytest.mark.parametrize(("kind", "entity_id"), ROWS)
def test_base_currency_gives_the_website_currency_and_its_own_columns(kind: str, entity_id: int) -> None:
    row = samples.expected()[kind, entity_id]
    dossier = samples.dossier(int(row["order_entity_id"]), amounts="base_currency")
    entries: tuple[Order | StoreInvoice | Refund, ...] = (dossier.order,)
    if kind != "order":
        entries = dossier.invoices if kind == "invoice" else dossier.refunds
    found = next(entry for entry in entries if entry.key == str(entity_id))
    assert found.total.currency == row["base_currency"]
    assert found.exact_total.amount == Decimal(row["base_grand_total_stored"])
    assert abs(sum((line.gross.amount for line in found.lines), ZERO) - found.exact_total.amount) <= STORED
    for line in found.lines:
        assert sum((share.amount.amount for share in line.taxes), ZERO) == line.tax.amount
