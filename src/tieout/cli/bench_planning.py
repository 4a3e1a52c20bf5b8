"""`bench planning`: raw bytes of orders to proved plans, on one core, nothing kept from one order to the next."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence

from storesim.magento2.generator import generate
from tieout.accounting import Invoice
from tieout.cli.bench_calls import world_of
from tieout.documents import DocumentKind, Dossier
from tieout.errors import Problem
from tieout.planning.dossier import plan_dossier
from tieout.planning.items import shared_postings
from tieout.planning.results import DossierPlan, Snapshot
from tieout.ports import RawDocument, StoreTranslator
from tieout.rules.book import RuleBook, compile_rules

#: Documents per second and core.
BAR = 2_000
#: The mix must be as hard as the recorded one, on average per order.
LINES_MIN, TAXES_MIN = 3, 2


def measure(orders: int, seed: int) -> dict[str, object]:
    """The figures, with `documents_per_second`, shares per stage and `verdict`."""
    _, flow = world_of(generate(orders=orders, seed=seed))
    flow.pull()
    flow.press_buttons()
    store = flow.store
    assignment = flow.wired.records.assignments(store.id)[0]
    assert assignment.reference is not None
    book = compile_rules(assignment.rules, assignment.reference)
    translator = flow.wired.adapter(store).translator(store.context, store.options)
    raw = [one for page in flow.wired.reader(store).changes(DocumentKind.ORDER, None) for one in page.documents]
    snapshot = Snapshot(reference=assignment.reference, now=flow.wired.clock.now())
    return _run(raw, translator, book, snapshot)


def _run(
    raw: Sequence[RawDocument], translator: StoreTranslator, book: RuleBook, snapshot: Snapshot
) -> dict[str, object]:
    spent, lines, taxes = Counter[str](), 0, 0
    plans: list[DossierPlan] = []
    unreadable: list[Problem] = []
    began = time.perf_counter()
    for one in raw:
        begin = time.perf_counter()
        translator.envelope(one)
        read = time.perf_counter()
        dossier = translator.dossier(one.body, ())
        translated = time.perf_counter()
        spent["envelope"] += read - begin  # type: ignore[assignment]
        spent["translate"] += translated - read  # type: ignore[assignment]
        if not isinstance(dossier, Dossier):
            unreadable += dossier
            continue
        plan = plan_dossier(dossier, book, snapshot)
        shared_postings(dossier, plan, book)
        spent["plan_and_prove"] += time.perf_counter() - translated  # type: ignore[assignment]
        plans.append(plan)
        lines += len(dossier.order.lines)
        taxes += len(dossier.order.taxes)
    seconds = time.perf_counter() - began
    rate = len(raw) / seconds
    proved = sum(isinstance(posting.payload, Invoice) for plan in plans for posting in plan.postings)
    average_lines, average_taxes = lines / len(raw), taxes / len(raw)
    hard = average_lines >= LINES_MIN and average_taxes >= TAXES_MIN
    return {
        "documents": len(raw),
        "documents_per_second": round(rate),
        "bar": BAR,
        "invoices_proved": proved,
        "unreadable": len(unreadable),
        "lines_per_order": round(average_lines, 2),
        "taxes_per_order": round(average_taxes, 2),
        "shares": {stage: f"{part / seconds:.0%}" for stage, part in spent.items()},
        "seconds": round(seconds, 3),
        "verdict": "met" if rate >= BAR and proved and hard and not unreadable else "missed",
    }
