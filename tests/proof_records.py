"""A month's tie-out as a shop of some size has it, for screens and pictures."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from tieout.ports.proofs import Period, ProofFigures
from tieout.ports.reports import BankMovement
from tieout.reconciling import By, ControlTotal, Listed, Movement, RollForward, Side, Sums
from tieout.records.models import Installation
from tieout.records.proofs import DjangoProofs
from tieout.sync import proof_results
from tieout.sync.proof_results import Row, TiedOut
from web_records import Shop

D = Decimal
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))
_DAYS = 20


def _day(number: int) -> list[Sums]:
    key = (date(2026, 11, 1) + timedelta(days=number)).isoformat()
    count = 9 + number * 7 % 5
    sales = D(count) * D("61.90")
    held = Side(1, D("120.00")) if number == 19 else Side()
    sent = Side(count, sales)
    rows = [Sums(By.DAY, key, "sale", "GBP", sent.plus(held), held, sent, sent)]
    if number % 4 == 1:
        back = Side(1, D("19.99"))
        rows.append(Sums(By.DAY, key, "refund", "GBP", back, Side(), back, back))
    rows.append(Sums(By.DAY, key, "payment", "GBP", sent, Side(), sent, sent))
    return rows


def month() -> TiedOut:
    """Twenty days of sales, one cent that a person changed, a held order."""
    days = [row for number in reversed(range(_DAYS)) for row in _day(number)]
    sales = sum([row.sent.amount for row in days if row.kind == "sale"], D(0))
    count = sum(row.sent.count for row in days if row.kind == "sale")
    paid, tax = Side(count, sales), (sales * D("9.00") / D("61.90")).quantize(D("0.01"))
    wrong = tax - D("0.01")
    return TiedOut(
        documents=count * 2 + 5,
        differences=(
            Row("order", "SO-000000104", "total", "61.90", "61.89", "The store says 61.90, Xero holds 61.89."),
            Row("order", "SO-000000104", "tax", "9.00", "8.99", "The store says 9.00, Xero holds 8.99."),
        ),
        chosen=(
            Row(
                "refund", "CM-000000021", "date", "2026-10-31", "2026-11-01",
                "CM-000000021 is dated 2026-10-31 in the store; it is posted in 2026-11, on 2026-11-01.", chosen=True,
            ),
        ),
        controls=(
            ControlTotal("account 091", "GBP", f"{sales}", f"{sales}", "0.00", count),
            ControlTotal("debtors", "GBP", "120.00", "0.00", "-120.00", count + 1, "-120.00"),
            ControlTotal("tax OUTPUT2", "GBP", f"{tax}", f"{wrong}", "-0.01", count),
        ),
        sums=(
            *days,
            Sums(By.METHOD, "stripe_payments", "payment", "GBP", paid, Side(), paid, paid, "Card"),
            Sums(
                By.TAX, "OUTPUT2", "tax", "GBP", Side(count, tax), Side(), Side(count, tax), Side(count, wrong),
                "UK VAT 20",
            ),
        ),
        lines=(
            Listed("rounding", "SO-000000098", date(2026, 11, 12), "GBP", D("0.01")),
            Listed("adjustment", "CM-000000021", date(2026, 11, 1), "GBP", D("-2.50")),
        ),
        liabilities=(RollForward("828", "GBP", D("140.00"), D("75.00"), D("0"), D("60.00"), D("155.00")),),
        accounts=(
            Movement("610", "Accounts Receivable", "debtors", D("310.20"), sales, sales, D(0), D("310.20")),
            Movement("091", "Stripe clearing", "clearing", D("1204.10"), sales, D("79.96"), D("-9800.00"),
                     D("1204.10") + sales - D("9879.96")),
            Movement("828", "Gift cards", "liability", D("-140.00"), D("60.00"), D("75.00"), D(0), D("-155.00")),
            Movement("820", "VAT", "tax", D("-410.00"), D("3.20"), tax, D(0), D("-406.80") - tax),
            Movement("200", "Sales", "income", D("-48210.55"), D("16.79"), sales - tax, D("-1200.00"),
                     D("-49393.76") - sales + tax),
        ),
        banks=(
            BankMovement("b", "Stripe clearing", D("1204.10"), sales, D("9879.96"), D("-8675.86") + sales),
        ),
        organisation="Harbour Trading Ltd",
        base_currency="GBP",
    )  # fmt: skip


def prove(shop: Shop, result: TiedOut | None = None, period: Period = NOVEMBER) -> int:
    """Keep a result as a tie-out of the shop's organisation."""
    proofs, now, found = DjangoProofs(), timezone.now(), result or month()
    run = proofs.begin_proof(shop.organisation.pk, period, by="nightly", now=now)
    figures = ProofFigures(found.documents, len(found.differences), len(found.chosen), len(found.findings), 11)
    proofs.end_proof(run, figures, proof_results.encode(found), read_at=now, now=now)
    return run


def beat() -> None:
    """A worker is at work."""
    Installation.objects.update_or_create(
        name="heartbeat test", defaults={"value": "", "changed_at": timezone.now()}
    )  # fmt: skip
