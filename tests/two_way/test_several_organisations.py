"""One store into several organisations: each document into one of them, and never into two."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from dossiers import customer, line, order
from tieout.accounting import Role
from tieout.documents import Address, Dossier
from tieout.records import models
from tieout.rules.routing import RouteFacts, RoutingWrong, canonical, compile_routing
from tieout.sync.links import Links
from tieout.sync.moving import Moving

if TYPE_CHECKING:
    from cases_world import Books

NAMES = {1: "Harbour Ltd", 2: "Hafen GmbH", 3: "Hafen GmbH"}


@pytest.mark.parametrize(
    ("rule", "facts", "goes_to"),
    [
        ("currency EUR, CHF -> 2\notherwise -> 1", {"currency": "CHF"}, 2),
        ("currency EUR, CHF -> 2\notherwise -> 1", {"currency": "GBP"}, 1),
        ("tax number DE* and country DE -> 2", {"tax_number": "DE123", "country": "DE"}, 2),
        ("tax number DE* and country DE -> 2", {"tax_number": "DE123", "country": "AT"}, None),
        ('company "Meyer, Sons and Co" -> 1', {"company": "meyer,  sons AND co"}, 1),
        ("store view shop_* -> 1", {"store_view": "shop_fr"}, 1),
        ("country not GB, IE -> 2\notherwise -> 1", {"country": "US"}, 2),
        ("country not GB, IE -> 2\notherwise -> 1", {"country": "IE"}, 1),
        ("tax number none -> 1\notherwise -> 2", {"tax_number": ""}, 1),
        ("customer group wholesale -> harbour ltd", {"customer_group": "Wholesale"}, 1),
        ("currency USD -> hold\notherwise -> 1", {"currency": "USD"}, None),
        ("company a[b]? -> 1", {"company": "a[b]?"}, 1),
        ("company a[b]? -> 1", {"company": "abx"}, None),
        ("", {"currency": "GBP"}, None),
    ],
)
def test_the_first_rule_that_fits_decides(rule: str, facts: dict[str, str], goes_to: int | None) -> None:
    assert compile_routing(rule, NAMES).route(RouteFacts(**facts)).organisation == goes_to


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("currency EUR", "arrow is missing"),
        ("colour red -> 1", "names no field"),
        ("currency -> 1", "values after"),
        ("currency EUR -> 9", "goes to 1 (Harbour Ltd)"),
        ("currency EUR -> Hafen GmbH", "Several organisations"),
        ("otherwise -> 1\ncurrency EUR -> 2", "Line 2"),
        ("-> 1", "Conditions are missing"),
    ],
)
def test_a_rule_that_cannot_be_understood_is_refused_with_its_line(rule: str, words: str) -> None:
    with pytest.raises(RoutingWrong, match=words.replace("(", r"\(").replace(")", r"\)")):
        compile_routing(rule, NAMES)


def test_rules_are_kept_with_numbers_so_that_a_company_may_take_another_name() -> None:
    kept = canonical("# ours\ncurrency EUR -> 2 # theirs\nOtherwise -> Harbour Ltd\n", NAMES)
    assert kept == "# ours\ncurrency EUR -> 2  # Hafen GmbH\nOtherwise -> 1  # Harbour Ltd\n"
    assert canonical(kept, {1: "Renamed Ltd", 2: "Neu AG"}).endswith("-> 1  # Renamed Ltd\n")


def sale(key: str, *, currency: str = "GBP", country: str = "GB", **more: Any) -> Dossier:
    buyer = customer(key=f"c{key}", number=f"c{key}", email=f"{key}@example.net", billing=Address(country=country))
    one = line("12.00", tax="2.00", code="UK20", percent="20", currency=currency)
    return Dossier(order(one, key=key, number=f"{int(key):09}", currency=currency, customer=buyer, **more))


@pytest.fixture
def two(books: Books) -> tuple[Books, int]:
    """A second organisation with the same accounts and rules."""
    second = books.add_organisation(models.Authorisation.objects.get().pk)
    first = models.Organisation.objects.get(pk=books.organisation)
    models.Organisation.objects.filter(pk=second).update(reference=first.reference, base_currency="GBP")
    rules = models.Mapping.objects.get(organisation=first, current=True).rules
    models.Mapping.objects.filter(organisation=second).update(rules=rules)
    return books, second


def route(books: Books, text: str) -> None:
    books.storage.save_routing(books.connection, text, by="test", address="", now=books.clock.now())


def where(books: Books) -> dict[str, set[int]]:
    """Organisations in which something is wanted, by order."""
    found: dict[str, set[int]] = {}
    for posting in models.Posting.objects.filter(role="invoice").exclude(state="gone").select_related("document"):
        found.setdefault(posting.document.key, set()).add(posting.organisation_id)
    return found


@pytest.mark.django_db
def test_each_document_goes_to_the_organisation_that_the_rules_name(two: tuple[Books, int]) -> None:
    books, second = two
    route(books, f"country DE, AT -> {second}\notherwise -> {books.organisation}")
    books.save(sale("1"), sale("2", country="DE"), sale("3", country="AT"))
    books.plan_due()
    assert where(books) == {"1": {books.organisation}, "2": {second}, "3": {second}}


@pytest.mark.django_db
def test_without_rules_nothing_is_booked_in_two_companies(two: tuple[Books, int]) -> None:
    books, _ = two
    books.save(sale("1"))
    books.plan_due()
    assert set(books.reasons()) == {"organisation_undecided"}
    assert where(books) == {"1": {books.organisation}}


@pytest.mark.django_db
def test_a_document_that_no_rule_fits_is_held_and_goes_when_one_does(two: tuple[Books, int]) -> None:
    books, second = two
    route(books, f"country DE -> {second}")
    books.save(sale("1", country="FR"))
    books.plan_due()
    assert set(books.reasons()) == {"organisation_undecided"}
    route(books, f"country DE, FR -> {second}")
    books.plan_due()
    assert books.reasons() == {}
    assert where(books) == {"1": {second}}


@pytest.mark.django_db
def test_a_document_in_the_books_stays_there_when_the_rules_change(two: tuple[Books, int]) -> None:
    books, second = two
    route(books, f"otherwise -> {books.organisation}")
    books.sync(sale("1"))
    [held] = books.house.ledger.look_up(  # posted once, in the first
        Role.INVOICE, ["SO-000000001"], {}, _meter()
    ).values()
    assert held.status == "AUTHORISED"
    route(books, f"otherwise -> {second}")
    changed = sale("1", purchase_order="another")
    changed = msgspec.structs.replace(changed, order=msgspec.structs.replace(changed.order, url="x"))
    books.save(changed)
    books.plan_due()
    assert set(books.reasons()) == {"organisation_changed"}
    assert where(books) == {"1": {books.organisation}}
    document = models.Document.objects.get(kind="order", key="1")
    books.storage.set_target([document.pk], books.organisation, by="test", address="", now=books.clock.now())
    books.plan_due()
    assert books.reasons() == {}


@pytest.mark.django_db
def test_a_moved_document_is_taken_out_first_and_then_booked_in_the_other(two: tuple[Books, int]) -> None:
    books, second = two
    route(books, f"otherwise -> {books.organisation}")
    books.sync(sale("1"))
    document = models.Document.objects.get(kind="order", key="1")
    Moving(books.storage, books.administration, books.clock).choose([document.pk], second, by="test")
    books.plan_due()
    assert models.Posting.objects.filter(organisation=second, role="invoice").count() == 0
    models.Organisation.objects.filter(pk=second).update(due_at=None)
    books.finish()
    assert [one.status for one in books.held(Role.INVOICE)] == ["VOIDED"]
    assert books.storage.resume_moved(books.connection) == 1
    books.plan_due()
    assert where(books) == {"1": {second}}
    assert books.storage.resume_moved(books.connection) == 0


def _meter() -> Any:
    from simulated import METER

    return METER


@pytest.mark.django_db
def test_each_organisation_has_accounts_of_its_own(two: tuple[Books, int]) -> None:
    books, second = two
    route(books, f"country DE -> {second}\notherwise -> {books.organisation}")
    rules = books.storage.assignments(books.connection)[1].rules
    other = msgspec.structs.replace(
        rules, numbering=msgspec.structs.replace(rules.numbering, order="DE-"), rounding_limit=Decimal("0.01")
    )
    books.administration.save_rules(books.connection, second, other, by="test", note="", now=books.clock.now())
    books.save(sale("1"), sale("2", country="DE"))
    books.plan_due()
    markers = set(models.Posting.objects.filter(role="invoice").values_list("organisation_id", "marker"))
    assert markers == {(books.organisation, "SO-000000001"), (second, "DE-000000002")}


def links(books: Books) -> Links:
    from cases_world import PaperStore

    from tieout.records.links import LinkStorage
    from tieout.sync.plan import Planner

    [store] = [one for one in books.administration.connections() if one.id == books.connection]
    planner = Planner(books.storage, books.clock, store, PaperStore())  # type: ignore[arg-type]
    return Links(books.storage, LinkStorage(), books.administration, books.clock, store, planner)


def by_another_connector(books: Books, number: str, *, net: str = "10.00", reference: str = "") -> None:
    contact = books.house.contact_id(number=f"X-{number}", name=f"Buyer {number}")
    lines = [{"Description": "Sale", "Quantity": "1", "UnitAmount": net, "AccountCode": "200", "TaxType": "OUTPUT2"}]
    document = {
        "Type": "ACCREC", "InvoiceNumber": number, "Reference": reference, "Contact": {"ContactID": contact},
        "LineItems": lines, "Date": "2026-03-10", "DueDate": "2026-03-10", "Status": "AUTHORISED",
    }  # fmt: skip
    books.person("create", kind="Invoice", document=document)


@pytest.mark.django_db
def test_what_another_connector_booked_is_shown_first_then_taken_over_and_not_booked_again(books: Books) -> None:
    for number, more in (
        ("000000001", {}),
        ("INV-77", {"reference": "Order 000000002"}),
        ("000000003", {"net": "9"}),
    ):
        by_another_connector(books, number, **more)
    books.save(sale("1"), sale("2"), sale("3"), sale("4"))
    before = books.calls("POST")
    plan = links(books).plan(books.organisation, books.house.ledger, _meter())
    assert {line.number: (line.found, line.by, line.theirs) for line in plan.lines} == {
        "000000001": ("adopt", "number", "000000001"),
        "000000002": ("adopt", "reference", "INV-77"),
        "000000003": ("amount_differs", "number", "000000003"),
        "000000004": ("not_found", "", ""),
    }
    assert books.calls("POST") == before
    assert models.Posting.objects.count() == 0
    done = links(books).migrate(books.organisation, books.house.ledger, _meter(), by="test")
    assert done.documents == 2
    books.sync()
    numbers = sorted(one.number for one in books.held(Role.INVOICE))
    assert numbers == ["000000001", "000000003", "INV-77", "SO-000000003", "SO-000000004"]


@pytest.mark.django_db
def test_reset_links_forgets_them_and_looks_up_before_anything_is_made_again(books: Books) -> None:
    books.sync(sale("1"), sale("2"))
    made = books.calls("POST")
    assert links(books).counts(books.organisation).by_role["invoice"] == 2
    forgotten = links(books).reset(books.organisation, by="test")
    assert forgotten >= 4
    assert models.Posting.objects.count() == 0
    assert models.Audit.objects.filter(action="links").count() == 1
    books.plan_due()
    books.clock.move(60)
    books.turn()
    books.clock.move(60)
    books.administration.reading_went_well(books.connection, books.clock.now())
    books.finish()
    assert models.Posting.objects.filter(role="invoice", state="posted").count() == 2
    assert len(books.held(Role.INVOICE)) == 2
    assert books.calls("POST") >= made
