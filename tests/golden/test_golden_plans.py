"""Scenarios: a store's dossier in, the plan out, in a form an accountant can read.

A folder is a scenario: dossier.json (what the store says), plan.txt (what is booked). Optional: rules.json
(fields that differ from the common rules.json), before.json (an earlier dossier, already posted).
Rewrite the plans with `pytest tests/golden --update`; the review shows what would be booked differently.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

import small_ledger
from dossiers import post
from tieout.accounting import Allocation, CreditNote, Invoice, LedgerReference, Overpayment, Payment
from tieout.documents import Dossier
from tieout.planning.dossier import plan_dossier
from tieout.planning.results import DossierPlan, PlannedPosting, Snapshot
from tieout.rules.book import RuleBook, compile_rules
from tieout.rules.settings import Rules

HERE = Path(__file__).parent
SCENARIOS = sorted(folder.name for folder in HERE.iterdir() if (folder / "dossier.json").exists())
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def rule_book(folder: Path) -> RuleBook:
    facts: dict[str, Any] = msgspec.json.decode((HERE / "rules.json").read_bytes())
    own = folder / "rules.json"
    if own.exists():
        facts |= msgspec.json.decode(own.read_bytes())
    reference = msgspec.json.decode((HERE / "organisation.json").read_bytes(), type=LedgerReference)
    return compile_rules(msgspec.convert(facts, Rules), reference)


def planned(folder: Path) -> DossierPlan:
    book = rule_book(folder)
    dossier = msgspec.json.decode((folder / "dossier.json").read_bytes(), type=Dossier)
    snapshot = Snapshot(reference=book.reference, now=NOW)
    before = folder / "before.json"
    if before.exists():
        earlier = msgspec.json.decode(before.read_bytes(), type=Dossier)
        snapshot = msgspec.structs.replace(snapshot, posted=post(plan_dossier(earlier, book, snapshot)))
    return plan_dossier(dossier, book, snapshot)


def render(plan: DossierPlan) -> str:
    """The plan as a bookkeeper reads it."""
    parts = [f"Sales documents are {plan.sales_documents}."]
    parts += [_posting(posting) for posting in plan.postings]
    for held in plan.held:
        parts.append("\n".join([f"HELD {held.document}", *(f"  {p.code}: {p.reason}" for p in held.problems)]))
    parts += [f"SKIPPED {one.document}\n  {one.code}: {one.reason}" for one in plan.skipped]
    return "\n\n".join(parts) + "\n"


def _posting(posting: PlannedPosting) -> str:
    payload = posting.payload
    title = posting.ref.role.value.replace("_", " ").upper()
    if payload is None:
        lines = [f"{title} {posting.marker}: must not exist"]
    elif isinstance(payload, Invoice | CreditNote):
        lines = _document(title, payload)
    elif isinstance(payload, Payment):
        lines = [
            f"{title} {payload.amount} on {payload.date}, account {payload.account_code}, "
            f"for {payload.target.role.value.replace('_', ' ')} of {payload.target.document}",
            f"  reference {payload.reference}",
        ]
        if payload.bank_amount is not None:
            lines.append(f"  the account takes {payload.bank_amount}")
    elif isinstance(payload, Overpayment):
        lines = [f"{title} {payload.amount} on {payload.date}, account {payload.account_code}"]
    else:
        assert isinstance(payload, Allocation)
        lines = [
            f"{title} {payload.amount} of the {payload.source.role.value.replace('_', ' ')} of "
            f"{payload.source.document} to the invoice of {payload.invoice.document}"
        ]
    if posting.waits:
        lines.append(f"  WAITS {posting.waits}")
    lines += [f"  HELD {problem.code}: {problem.reason}" for problem in posting.problems]
    lines += [f"  note: {note}" for note in posting.notes]
    if posting.certificate is not None:
        lines += [f"  proof: {step}" for step in posting.certificate.steps]
        lines += [
            f"  proof: {name} {amount.amount} goes to {tax_type}, which holds {there.amount}"
            for name, amount, tax_type, there in posting.certificate.taxes
        ]
    return "\n".join(lines)


def _document(title: str, payload: Invoice | CreditNote) -> list[str]:
    due = f", due {payload.due_date}" if isinstance(payload, Invoice) else ""
    lines = [
        f"{title} {payload.number} of {payload.date}{due}, {payload.currency}, {payload.status.value}, "
        f"{payload.line_amount_types.value}",
        f"  reference {payload.reference}",
    ]
    for line in payload.lines:
        given = " (given)" if line.override else ""
        amounts = f"{line.quantity.normalize():f} × {line.unit_amount} = {line.amount.amount}, tax {line.tax.amount}"
        place = f"{line.account_code} {line.tax_type} {line.item_code or '-'}"
        lines.append(f"  {amounts}{given} | {place} | {' / '.join(line.description.splitlines())}")
    totals = payload.totals
    lines.append(f"  net {totals.sub_total.amount} + tax {totals.total_tax.amount} = {totals.total.amount}")
    return lines


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_plan_of_a_scenario_is_as_reviewed(name: str, request: pytest.FixtureRequest) -> None:
    folder = HERE / name
    plan = planned(folder)
    text = render(plan)
    file = folder / "plan.txt"
    if request.config.getoption("--update", default=False):
        file.write_text(text)
    assert file.read_text() == text
    rates = {rate.tax_type: rate.rate for rate in rule_book(folder).reference.tax_rates}
    small_ledger.hold(plan, rates)


def test_there_are_scenarios() -> None:
    assert len(SCENARIOS) >= 12
