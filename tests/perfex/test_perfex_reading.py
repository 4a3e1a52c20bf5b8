"""Reading a CRM: every way in gives the same documents, only what changed is read again, 404 never means gone."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal as D

import pytest
from perfex_books import crm_with, line, untaxed
from perfex_rigs import PERFEX, DatabaseRig, RestRig, Rig, read_all, translator

from storesim.faults import Fault
from storesim.perfex import Crm
from storesim.perfex.arithmetic import LineInput
from storesim.perfex.generator import generate
from storesim.perfex.sales import InvoiceInput
from storesim.server import start_background
from tieout.documents import DocumentKind, Dossier
from tieout.errors import ConfigurationWrong, ContractBroken, NeedsOperator, RetryLater
from tieout.ports.deletions import DeletionReader
from tieout.ports.memory import Remembering
from tieout.stores.perfex.memory import OwnMemory, packed, unpacked

INVOICE, REFUND, CUSTOMER = DocumentKind.INVOICE, DocumentKind.REFUND, DocumentKind.CUSTOMER


def digests(rig: Rig) -> dict[str, str]:
    reader = rig.reader()
    seen = translator(reader, rig.options())
    return {
        f"{kind.value} {key}": seen.envelope(raw).digest
        for kind in reader.kinds()
        for key, raw in read_all(reader, kind)[0].items()
    }


def test_every_way_in_gives_the_same_documents(database: Callable[[Crm], DatabaseRig]) -> None:
    crm = generate(invoices=30, seed=3)
    ways = [digests(rig) for rig in (RestRig(crm, generation="2"), RestRig(crm), database(crm))]
    assert len(ways[0]) > 40
    assert ways[0] == ways[1] == ways[2]


def test_documents_are_read_once_and_then_only_what_changed(rig_of: Callable[[Crm], Rig]) -> None:
    crm = generate(invoices=30, seed=3)
    rig = rig_of(crm)
    reader = rig.reader()
    all_of_them, mark = read_all(reader, INVOICE)
    assert len(all_of_them) == 30
    assert mark is not None
    assert len(mark.key) <= 200
    before = {key: raw.body for key, raw in all_of_them.items()}
    again, mark = read_all(reader, INVOICE, mark)
    assert all(before[key] == raw.body for key, raw in again.items())
    client = crm.tables.one("invoices", 5)["clientid"]
    crm.sales.pay(5, D("1.00"), "1", "2026-11-20")
    new = crm.sales.add(InvoiceInput(client=int(str(client)), lines=(line("10"),), date="2026-11-20"))
    changed, _ = read_all(reader, INVOICE, mark)
    different = {key for key, raw in changed.items() if before.get(key) != raw.body}
    assert different == {"5", str(new)}


def test_an_edit_that_shows_in_no_list_is_found_in_turn() -> None:
    """Another text on a line leaves every figure of the list as it was."""
    crm = generate(invoices=25, seed=3)
    rig = RestRig(crm, open_tables=frozenset())
    reader = rig.reader()
    _, mark = read_all(reader, INVOICE)
    row = crm.tables.where("itemable", rel_id=7, rel_type="invoice")[0]
    crm.tables.update("itemable", int(str(row["id"])), {"description": "Said otherwise"})
    looked: set[str] = set()
    for _ in range(3):
        found, mark = read_all(reader, INVOICE, mark)
        looked |= set(found)
        if "7" in found:
            assert b"Said otherwise" in found["7"].body
    assert looked == {str(number) for number in range(1, 26)}


def test_in_the_database_every_change_shows_at_once(database: Callable[[Crm], DatabaseRig]) -> None:
    crm = generate(invoices=25, seed=3)
    reader = database(crm).reader()
    _, mark = read_all(reader, INVOICE)
    row = crm.tables.where("itemable", rel_id=7, rel_type="invoice")[0]
    crm.tables.update("itemable", int(str(row["id"])), {"description": "Said otherwise"})
    tax = crm.tables.where("item_tax", rel_id=9, rel_type="invoice")[0]
    crm.tables.update("item_tax", int(str(tax["id"])), {"taxname": "Other"})
    found, mark = read_all(reader, INVOICE, mark)
    assert set(found) == {"7", "9"}
    assert read_all(reader, INVOICE, mark)[0] == {}


def test_in_the_database_a_credit_note_follows_its_invoice_off_and_on(
    database: Callable[[Crm], DatabaseRig],
) -> None:
    crm, key = crm_with(line("100"))
    note = crm.credits.add(1, [line("10")], "2026-03-12")
    crm.credits.apply(note, key, D("5.00"), "2026-03-13")
    reader = database(crm).reader()
    found, mark = read_all(reader, REFUND)
    assert b"invoice_off" not in found[str(note)].body
    crm.sales.pay(key, D("1.00"), "1", "2026-03-14")
    assert read_all(reader, REFUND, mark)[0] == {}
    crm.sales.cancel(key)
    found, _ = read_all(reader, REFUND, mark)
    assert b'"invoice_off":"5"' in found[str(note)].body


def test_a_memory_that_was_lost_or_is_another_means_reading_everything_again() -> None:
    crm = generate(invoices=15, seed=3)
    rig = RestRig(crm)
    first = rig.reader()
    _, mark = read_all(first, INVOICE)
    assert len(read_all(rig.reader(), INVOICE, mark)[0]) == 15
    kept = OwnMemory()
    reader = rig.reader()
    assert isinstance(reader, Remembering)
    reader.remember_in(kept)
    _, mark = read_all(reader, INVOICE)
    other = rig.reader()
    other.remember_in(kept)
    assert len(read_all(other, INVOICE, mark)[0]) == 10
    kept.keep("invoice", kept.recall("invoice")[:-4])
    assert len(read_all(other, INVOICE, mark)[0]) == 15


def test_a_stop_between_two_pages_loses_nothing() -> None:
    crm = generate(invoices=130, seed=3)
    reader = RestRig(crm).reader()
    pages = reader.changes(INVOICE, None)
    first = next(pages)
    assert not first.last
    next(pages)  # the first page is stored; then the process ends
    pages.close()
    rest, _ = read_all(reader, INVOICE, first.mark)
    assert {raw.key for raw in first.documents} | set(rest) == {str(number) for number in range(1, 131)}
    assert len(rest) < 130


def test_prints_survive_being_packed() -> None:
    prints = {1: "abcd", 2: "e-_f", 7: "1234", 900_000: "zzzz"}
    assert unpacked(packed(prints)) == prints
    assert unpacked(packed({})) == {}
    assert unpacked("~1~abc") == {}


def test_an_empty_crm_answers_404_and_is_simply_empty(rig_of: Callable[[Crm], Rig]) -> None:
    reader = rig_of(Crm()).reader()
    for kind in reader.kinds():
        assert read_all(reader, kind)[0] == {}
    assert list(reader.keys(INVOICE)) == []
    assert reader.test().counts


def test_404_of_a_document_that_the_list_shows_is_no_deletion() -> None:
    crm, key = crm_with(line("10"))
    rig = RestRig(crm)
    reader = rig.reader()
    rig.shop.settings.folder = "/elsewhere"
    with pytest.raises(NeedsOperator, match="does not answer at this address"):
        list(reader.keys(INVOICE))
    rig.shop.settings.folder = ""
    assert reader.one(INVOICE, str(key)) is not None
    crm.sales.delete(key)
    assert reader.one(INVOICE, str(key)) is None


def test_a_deleted_document_is_told_as_removed_with_what_it_was(rig_of: Callable[[Crm], Rig]) -> None:
    crm, key = crm_with(line("10"))
    rig = rig_of(crm)
    reader = rig.reader()
    assert isinstance(reader, DeletionReader)
    raw = reader.one(INVOICE, str(key))
    assert raw is not None
    crm.sales.delete(key)
    assert list(reader.keys(INVOICE)) == []
    from dossiers import NOW

    removed = reader.removed(raw, NOW)
    seen = translator(reader, rig.options())
    assert seen.envelope(removed).state == "removed"
    assert seen.envelope(removed).digest != seen.envelope(raw).digest
    found = seen.dossier(removed.body, ())
    assert isinstance(found, Dossier)
    assert found.invoices[0].state == "removed"
    assert found.payments == ()


def test_lists_in_pages_are_read_to_their_end_and_no_further() -> None:
    crm = generate(invoices=45, seed=3)
    rig = RestRig(crm)
    reader = rig.reader(page_size="20")
    assert len(list(reader.keys(INVOICE))) == 45
    asked = [call.query for call in rig.shop.journal.calls]
    assert asked == ["page=1&per_page=20", "page=2&per_page=20", "page=3&per_page=20"]


@pytest.mark.parametrize(
    ("fault", "error"),
    [("429", RetryLater), ("503", RetryLater), ("500", RetryLater), ("timeout", RetryLater), ("cut", RetryLater),
     ("401", NeedsOperator)],
)  # fmt: skip
def test_what_goes_wrong_with_reading_is_told_in_our_words(fault: str, error: type[Exception]) -> None:
    crm, _ = crm_with(line("10"))
    rig = RestRig(crm)
    rig.shop.faults.plan(Fault(fault))  # type: ignore[arg-type]
    with pytest.raises(error):
        list(rig.reader().keys(INVOICE))


def test_a_quota_that_is_used_up_waits_and_the_secret_is_in_no_error() -> None:
    crm, _ = crm_with(line("10"))
    rig = RestRig(crm, calls=1, window_seconds=600)
    with start_background(rig.shop) as server:
        reader = PERFEX.reader(rig.options(url=server.base_url), allow_private=True)
        list(reader.keys(INVOICE))
        with pytest.raises(RetryLater) as caught:
            list(reader.keys(INVOICE))
    # Until the window ends, by the CRM's own clock.
    assert 590 <= (caught.value.after_seconds or 0) <= 602
    assert rig.shop.settings.token not in str(caught.value)


def test_rights_that_are_missing_are_named_by_the_test_of_a_connection() -> None:
    crm, _ = crm_with(line("10"))
    rig = RestRig(crm, rights=frozenset(("customers.get", "invoices.get", "items.get", "contacts.get")))
    found = rig.reader().test()
    assert found.rights_missing == ("payments: get", "credit_notes: get")


def test_the_test_of_a_connection_says_when_line_taxes_cannot_be_had() -> None:
    crm, _ = crm_with(line("10"))
    blind = RestRig(crm, open_tables=frozenset()).reader().test()
    assert any("tblitem_tax" in warning for warning in blind.warnings)
    assert any("Countries" in warning for warning in blind.warnings)
    assert RestRig(crm).reader().test().warnings == ()


def test_the_database_user_needs_no_more_than_to_read(database: Callable[[Crm], DatabaseRig]) -> None:
    crm, _ = crm_with(line("10"))
    rig = database(crm)
    rig.run("DROP TABLE @item_tax")
    found = rig.reader().test()
    assert found.rights_missing == ("item_tax",)
    assert found.warnings
    with pytest.raises(ContractBroken):
        rig.reader(prefix="other_").context()
    with pytest.raises(NeedsOperator):
        rig.reader(password="wrong", user="nobody").context()


def test_columns_of_forks_are_left_alone_and_missing_ones_are_empty(
    database: Callable[[Crm], DatabaseRig],
) -> None:
    crm, key = crm_with(line("10"), untaxed("5"))
    rig = database(crm)
    rig.run("ALTER TABLE @itemable ADD line_discount DECIMAL(15,2) DEFAULT 3, DROP COLUMN unit",
            "ALTER TABLE @invoices DROP COLUMN project_id")  # fmt: skip
    reader = rig.reader()
    raw = reader.one(INVOICE, str(key))
    assert raw is not None
    found = translator(reader, rig.options()).dossier(raw.body, ())
    assert isinstance(found, Dossier)
    assert found.order.total.amount == D("17.00")


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"url": ""}, "url"),
        ({"url": "http://crm.example.test"}, "url"),
        ({"token": ""}, "token"),
        ({"page_size": "500"}, "page_size"),
        ({"access": "fax"}, "access"),
        ({"access": "database", "host": "h", "user": "u", "database": ""}, "database"),
        ({"access": "database", "database": "d", "user": "u"}, "host"),
        ({"access": "database", "database": "d", "user": "u", "host": "h", "prefix": "tbl`;"}, "prefix"),
        ({"access": "database", "database": "d", "user": "u", "host": "h", "port": "0"}, "port"),
        ({"access": "database", "database": "d", "user": "u", "host": "h", "tls": "maybe"}, "tls"),
    ],
)
def test_settings_that_cannot_work_are_named(settings: dict[str, str], name: str) -> None:
    with pytest.raises(ConfigurationWrong) as caught:
        RestRig(Crm()).reader(**settings)
    assert caught.value.setting == name


def test_times_are_the_crm_s_own_and_a_draft_number_that_changes_keeps_the_document(
    rig_of: Callable[[Crm], Rig],
) -> None:
    crm, key = crm_with(line("10"), draft=True)
    crm.tables.update("invoices", key, {"datecreated": "2026-07-01 00:30:00"})
    rig = rig_of(crm)
    reader = rig.reader()
    seen = translator(reader, rig.options())
    raw = reader.one(INVOICE, str(key))
    assert raw is not None
    assert raw.updated_at.isoformat() == "2026-06-30T23:30:00+00:00"
    draft = seen.envelope(raw)
    crm.sales.approve(key)
    raw = reader.one(INVOICE, str(key))
    assert raw is not None
    real = seen.envelope(raw)
    assert (draft.number, draft.state, real.number) == (f"INV-DRAFT-{key}", "draft", "INV-000001")
    assert draft.document == real.document


def test_credit_notes_carry_what_was_applied_and_given_back(rig_of: Callable[[Crm], Rig]) -> None:
    crm, key = crm_with(line("100"))
    client = int(str(crm.tables.one("invoices", key)["clientid"]))
    note = crm.credits.add(client, [LineInput("Work", D(1), D(50), (line("1").taxes))], "2026-03-12")
    crm.credits.apply(note, key, D("40.00"), "2026-03-13")
    crm.credits.refund(note, D("5.00"), "1", "2026-03-14", "by hand")
    rig = rig_of(crm)
    reader = rig.reader()
    raw = reader.one(REFUND, str(note))
    assert raw is not None
    found = translator(reader, rig.options()).dossier(raw.body, ())
    assert isinstance(found, Dossier)
    refund = found.refunds[0]
    assert refund.applied is not None
    assert [(one.invoice.key, str(one.amount)) for one in refund.applied] == [(str(key), "40.00 GBP")]
    assert [(one.method, one.method_title, str(one.amount)) for one in refund.given_back] == [
        ("1", "Bank", "5.00 GBP")
    ]
    invoice = reader.one(INVOICE, str(key))
    assert invoice is not None
    sold = translator(reader, rig.options()).dossier(invoice.body, ())
    assert isinstance(sold, Dossier)
    assert str(sold.order.open) == "80.00 GBP"


def test_a_client_without_contacts_or_company_and_with_several_contacts(rig_of: Callable[[Crm], Rig]) -> None:
    crm = Crm()
    alone = crm.people.add_client({"company": "Brook Ltd", "vat": "GB1"})
    person = crm.people.add_client({"company": "Mary Poole", "billing_street": "1 Quay<br />Flat 2"})
    crm.people.add_contact(person, {"firstname": "Mary", "lastname": "Poole", "email": "Mary@Example.test"})
    crm.people.add_contact(person, {"firstname": "Tom", "lastname": "Poole", "email": "tom@example.test"})
    rig = rig_of(crm)
    reader = rig.reader()
    seen = translator(reader, rig.options())
    found = {key: seen.customer(raw.body) for key, raw in read_all(reader, CUSTOMER)[0].items()}
    company, mary = found[str(alone)], found[str(person)]
    assert not isinstance(company, tuple)
    assert not isinstance(mary, tuple)
    assert (company.company, company.email, company.tax_number) == ("Brook Ltd", "", "GB1")
    assert (mary.company, mary.first_name, mary.email) == ("", "Mary", "mary@example.test")
    assert mary.billing.street == ("1 Quay", "Flat 2")
