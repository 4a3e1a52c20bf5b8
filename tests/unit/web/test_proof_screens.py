"""Tie-out screen, month-end pack, notices and mails."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from proof_records import NOVEMBER, prove
from tieout.accounting import LedgerReference
from tieout.ports.proofs import Period
from tieout.reconciling import By, ControlTotal, Finding, Movement, RollForward, Side, Sums
from tieout.records.models import Organisation, Posting, Run, Schedule
from tieout.records.proofs import DjangoProofs
from tieout.rules.catalogue import ENTRIES, Entry
from tieout.sync.month_end import gather
from tieout.sync.proof_results import Row, TiedOut
from tieout.web import problems
from web_records import EVIL, Shop

ClientOf = Callable[[str], Client]
D = Decimal


def sums(by: By, key: str, kind: str, ledger: str = "61.90") -> Sums:
    side = Side(1, D("61.90"))
    return Sums(by, key, kind, "GBP", store=side, sent=side, ledger=Side(1, D(ledger)), title="VAT <b>20</b>")


RESULT = TiedOut(
    documents=3,
    differences=(Row("order", "SO-000000104", "total", "61.90", "61.89", f"Looks odd: {EVIL}"),),
    chosen=(Row("refund", "CM-9", "tax", "1.00", "1.20", "Adjustments carry tax.", chosen=True),),
    controls=(ControlTotal("tax OUTPUT2", "GBP", "9.00", "8.99", "-0.01", 2),),
    sums=(
        sums(By.DAY, "2026-11-14", "sale", "61.89"),
        sums(By.TAX, "OUTPUT2", "tax"),
        sums(By.METHOD, "stripe", "payment"),
    ),
    liabilities=(RollForward("828", "GBP", D(0), D(10), D(0), D(25), D("-15")),),
    accounts=(Movement("091", "Clearing", "clearing", D(0), D("61.90"), D(0), D("-2.00"), D("59.90"), foreign=True),),
    findings=(Finding("rounding_limit", "Rounding came to 3.00 GBP."),),
    organisation="Harbour Trading Ltd",
    base_currency="GBP",
)


@pytest.mark.parametrize(
    ("view", "texts"),
    [
        ("days", ("14 Nov 2026", "Sales", "£61.89", "is-different")),
        ("taxes", ("VAT &lt;b&gt;20&lt;/b&gt;",)),
        ("methods", ("stripe",)),
        ("controls", ("£8.99", "828", "-£15.00")),
        ("accounts", ("091 Clearing", "-£2.00", "another currency")),
        ("nonsense", ("14 Nov 2026",)),
    ],
)
def test_the_newest_tie_out_of_a_period_is_shown_in_each_view(
    view: str, texts: tuple[str, ...], shop: Shop, client_of: ClientOf
) -> None:
    prove(shop, RESULT)
    page = client_of("viewer").get(f"{reverse('tie_out')}?month=2026-11&view={view}")
    shown = page.content.decode()
    assert [text for text in texts if text not in shown] == []
    assert "1 difference is not explained" in shown
    assert reverse("document", args=(shop.documents["order"].pk,)) in shown
    assert "Rounding came to 3.00 GBP." in shown
    assert EVIL not in shown


def test_without_a_period_the_last_tie_out_is_shown_and_its_history(shop: Shop, client_of: ClientOf) -> None:
    run = prove(shop, RESULT, Period())
    shown = client_of("viewer").get(reverse("tie_out"))
    assert shown.context["period"] == Period()
    assert [row.run for row in shown.context["history"]] == [run]
    assert "everything" in shown.content.decode()


def test_tie_out_now_asks_the_worker_and_shows_how_far_it_is(shop: Shop, client_of: ClientOf, asked: Any) -> None:
    given = {"organisation": shop.organisation.pk, "from": "2026-11-01", "to": "2026-11-30"}
    client = client_of("bookkeeper")
    answer = client.post(reverse("tie_out_now"), given)
    assert asked.asked[0][:2] == ("ask_tie_out", (shop.organisation.pk, NOVEMBER, asked.asked[0][1][2]))
    assert answer.status_code == 302
    proofs = DjangoProofs()
    run = proofs.ask_proof(shop.organisation.pk, NOVEMBER, by="bookkeeper", now=timezone.now())
    assert "waits for the worker" in client.get(answer["Location"]).content.decode()
    proofs.tell_proof(run, "4,000 read from Xero")
    progress = reverse("tie_out_progress", args=(run,))
    assert "4,000 read from Xero" in client.get(progress, headers={"HX-Request": "true"}).content.decode()
    proofs.fail_proof(run, "Xero refuses access", timezone.now())
    assert client.get(progress, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert client.get(progress).status_code == 302
    assert "Xero refuses access" in client.get(answer["Location"]).content.decode()


@pytest.mark.parametrize(("form", "begin"), [("pdf", b"%PDF-"), ("zip", b"PK")])
def test_the_month_end_pack_is_a_download(
    form: str, begin: bytes, shop: Shop, client_of: ClientOf, asked: Any
) -> None:
    run = prove(shop, RESULT)
    entry = DjangoProofs()
    from tieout.records.administration import DjangoAdministration

    organisation = DjangoAdministration().organisation(shop.organisation.pk)
    pack = gather(
        entry, organisation, [], date(2026, 11, 1), run=run, read_at=timezone.now(), result=RESULT
    )  # fmt: skip
    asked.month_end = lambda organisation, month: pack
    answer = client_of("viewer").get(f"{reverse('month_pack')}?month=2026-11&form={form}")
    assert answer.content.startswith(begin)
    assert answer["Content-Disposition"].startswith('attachment; filename="month-end-2026-11-harbour')


def test_a_month_that_was_not_tied_out_says_what_to_press(client_of: ClientOf, asked: Any) -> None:
    client = client_of("viewer")
    asked.month_end = lambda organisation, month: None
    answer = client.get(f"{reverse('month_pack')}?month=2026-10&form=pdf", follow=True)
    assert "Press “Tie out now”" in answer.content.decode()


def test_names_of_rates_come_from_what_xero_told(shop: Shop, client_of: ClientOf) -> None:
    prove(shop, RESULT)
    reference = msgspec.json.decode(
        Organisation.objects.get(pk=shop.organisation.pk).reference, type=LedgerReference
    )  # fmt: skip
    name = next(rate.name for rate in reference.tax_rates if rate.tax_type == "OUTPUT2")
    shown = client_of("viewer").get(f"{reverse('tie_out')}?month=2026-11&view=taxes").content.decode()
    assert name in shown


def test_what_is_under_way_is_told_with_how_far_it_is(shop: Shop, client_of: ClientOf) -> None:
    now = timezone.now()
    run = Run.objects.create(kind="add", started_at=now, state="running", started_by="owner")
    Posting.objects.filter(pk__in=[shop.postings[name].pk for name in ("invoice", "queued", "held")]).update(run=run)
    Schedule.objects.create(
        name=f"pull:{shop.connection.pk}", job="pull", connection=shop.connection,
        lease_until=now + timedelta(minutes=1), last_started_at=now - timedelta(minutes=1),
    )  # fmt: skip
    DjangoProofs().ask_proof(shop.organisation.pk, NOVEMBER, by="ada", now=now)
    shown = client_of("viewer").get(reverse("dashboard")).content.decode()
    assert "Added documents: 2 of 3 done" in shown
    assert "Tie-out: waits for the worker" in shown
    assert f"{shop.connection.name} is being read" in shown
    live = client_of("viewer").get(reverse("run_live", args=(run.pk,)))
    assert "2 of 3 done" in live.content.decode()
    assert "1 of them is held" in live.content.decode()
    Run.objects.filter(pk=run.pk).update(state="done")
    assert client_of("viewer").get(reverse("run_live", args=(run.pk,)))["HX-Refresh"] == "true"


def test_a_run_of_added_documents_can_be_paused_on_its_page(shop: Shop, client_of: ClientOf) -> None:
    run = Run.objects.create(kind="add", started_at=timezone.now(), state="running")
    assert (
        reverse("pause_run", args=(run.pk,))
        in client_of("operator").get(reverse("run", args=(run.pk,))).content.decode()
    )
    assert "Pause" not in client_of("viewer").get(reverse("run", args=(run.pk,))).content.decode()


def test_the_page_of_a_tie_out_leads_to_its_result(shop: Shop, client_of: ClientOf) -> None:
    run = prove(shop, RESULT)
    shown = client_of("viewer").get(reverse("run", args=(run,))).content.decode()
    assert f"{reverse('tie_out')}?from=2026-11-01&amp;to=2026-11-30&amp;organisation={shop.organisation.pk}" in shown


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES)
def test_the_button_of_every_problem_leads_to_a_page_that_has_its_part(
    entry: Entry, shop: Shop, client_of: ClientOf, asked: Any
) -> None:
    if entry.button in ("", "Document"):
        return
    url = problems.mend_url(entry.button)
    page, _hash, part = url.partition("#")
    answer = client_of("owner").get(page)
    assert answer.status_code == 200
    assert not part or f'id="{part}"' in answer.content.decode()


def test_a_problem_of_a_document_leads_to_it_or_to_all_that_have_it(shop: Shop, client_of: ClientOf) -> None:
    Posting.objects.filter(pk=shop.postings["held"].pk).update(code="total_mismatch", subject="sums <x>")
    [one] = problems.causes(10)
    assert one.url == reverse("document", args=(shop.documents["held"].pk,))
    Posting.objects.filter(pk=shop.postings["queued"].pk).update(
        state="held", code="total_mismatch", subject="sums <x>", reason="sums"
    )
    [both] = problems.causes(10)
    listed = client_of("viewer").get(both.url).content.decode()
    assert shop.documents["held"].number in listed
    assert shop.documents["queued"].number in listed
