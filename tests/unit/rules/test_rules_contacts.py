"""ACCOUNTING D3 and CASES section 6: whose contact a buyer is."""

from __future__ import annotations

import pytest

from dossiers import book, customer, line, money, only, order, plan
from tieout.accounting import Contact, ContactEntry, Item, Ref, Role
from tieout.documents import Address, Customer, DocumentKey, DocumentKind, Dossier, Product
from tieout.planning.contacts import plan_contact
from tieout.planning.items import plan_item, plan_product, shared_postings
from tieout.rules.contacts import (
    Create,
    Linked,
    Proposal,
    contact_number,
    contact_payload,
    index_contacts,
    match_contact,
    with_number,
)
from tieout.rules.settings import AccountRoles, ContactRules

RULES = ContactRules()


def entry(contact_id: str, name: str, **more: object) -> ContactEntry:
    return ContactEntry(contact_id, name, **more)  # type: ignore[arg-type]


def match(buyer: Customer, *entries: ContactEntry, rules: ContactRules = RULES) -> Linked | Create | Proposal:
    return match_contact(contact_payload(buyer, rules), index_contacts(entries), rules)


def test_c37_a_person_has_first_and_last_name_and_a_company_its_own() -> None:
    person = contact_payload(customer(), RULES)
    assert (person.name, person.first_name, person.last_name, person.is_company) == ("Ben Ward", "Ben", "Ward", False)
    company = contact_payload(customer(company="Ward Ltd", tax_number="GB1"), RULES)
    assert (company.name, company.is_company, company.tax_number) == ("Ward Ltd", True, "GB1")


def test_d03_the_company_of_the_address_counts_too() -> None:
    found = contact_payload(customer(billing=Address(company="Ward Ltd", tax_number="GB2")), RULES)
    assert (found.name, found.tax_number) == ("Ward Ltd", "GB2")


def test_c67_guest_numbers_are_long_digests_that_no_two_guests_share() -> None:
    numbers = {
        contact_number(customer(key=f"guest:g{i}@example.com", is_guest=True, number=""), RULES) for i in range(5_000)
    }
    assert len(numbers) == 5_000
    assert all(len(number) <= 50 for number in numbers)


def test_c67_a_forced_collision_of_numbers_is_asked_and_never_guessed() -> None:
    buyer = customer()
    number = contact_number(buyer, RULES)
    found = match(buyer, entry("1", "Ann", contact_number=number), entry("2", "Bob", contact_number=number))
    assert found == Proposal(("1", "2"), "contact_number")


def test_two_shops_numbers_are_kept_apart_by_a_prefix() -> None:
    assert contact_number(customer(), ContactRules(number_prefix="UK-")) == "UK-7"


def test_numbers_that_do_not_fit_become_digests() -> None:
    assert len(contact_number(customer(number="9" * 60), RULES)) <= 50


def test_d03_the_contact_number_comes_before_the_e_mail() -> None:
    found = match(
        customer(),
        entry("mail", "Somebody", email="ben.ward@example.net"),
        entry("number", "Old name", contact_number="C-7"),
    )
    assert found == Linked("number", "contact_number")


def test_d03_the_order_of_matching_is_a_setting() -> None:
    by_mail = ContactRules(match=("email", "contact_number"))
    found = match(
        customer(),
        entry("mail", "Somebody", email="Ben.Ward@example.net"),
        entry("number", "Old name", contact_number="C-7"),
        rules=by_mail,
    )
    assert found == Linked("mail", "email")


def test_d03_an_account_number_of_the_merchant_matches() -> None:
    assert match(customer(), entry("1", "Ben", account_number="C-7")) == Linked("1", "account_number")


def test_d03_an_e_mail_links_only_the_same_company() -> None:
    ltd = entry("1", "Ward Ltd", email="ben.ward@example.net", company=True)
    assert isinstance(match(customer(), ltd), Create)
    assert match(customer(company="WARD  Ltd"), ltd) == Linked("1", "email")


def test_d03_of_several_with_one_e_mail_the_one_of_the_same_name_is_taken() -> None:
    others = (
        entry("1", "Ann Ward", email="ben.ward@example.net"),
        entry("2", "Ben Ward", email="ben.ward@example.net"),
    )
    assert match(customer(), *others) == Linked("2", "email")
    assert match(customer(first_name="Cleo"), *others) == Proposal(("1", "2"), "email")


def test_c68_two_people_of_one_name_stay_two_contacts() -> None:
    found = match(customer(email="other@example.net"), entry("1", "Ben Ward", email="ben.ward@example.net"))
    assert found == Create("Ben Ward (C-7)", "C-7", proposal="1")


def test_d03_a_name_alone_links_only_a_company_with_the_same_tax_number() -> None:
    ltd = entry("1", "Ward Ltd", tax_number="GB 1")
    assert match(customer(company="ward ltd", tax_number="gb 1", email=""), ltd) == Linked("1", "name and tax number")
    assert match(customer(company="Ward Ltd", tax_number="GB 2", email=""), ltd) == Create(
        "Ward Ltd (C-7)", "C-7", proposal="1"
    )


def test_c54_c69_a_clash_in_spaces_and_case_is_seen_before_xero_sees_it() -> None:
    found = match(customer(first_name=" ben ", last_name="WARD ", email=""), entry("1", "Ben  Ward"))
    assert isinstance(found, Create)
    assert found.name.endswith("(C-7)")


def test_c69_a_name_that_clashes_twice_counts_on() -> None:
    found = match(customer(email=""), entry("1", "Ben Ward"), entry("2", "Ben Ward (C-7)"))
    assert found == Create("Ben Ward (C-7/2)", "C-7", proposal="1")


def test_c70_a_merged_contact_is_followed_to_where_it_went() -> None:
    merged = entry("old", "Ben", contact_number="C-7", status="ARCHIVED", merged_to="mid")
    between = entry("mid", "Ben", status="ARCHIVED", merged_to="new")
    assert match(customer(), merged, between, entry("new", "Benjamin Ward")) == Linked(
        "new", "contact_number", healed=True
    )


@pytest.mark.parametrize("status", ["ARCHIVED", "GDPRREQUEST"])
def test_c70_an_archived_contact_is_left_alone_and_a_new_one_made_under_a_free_number(status: str) -> None:
    found = match(customer(), entry("old", "Ben Ward", contact_number="C-7", status=status))
    assert found == Create("Ben Ward", "C-7-2")


def test_c70_contacts_merged_in_a_circle_are_not_followed_for_ever() -> None:
    one = entry("1", "Ben", contact_number="C-7", status="ARCHIVED", merged_to="2")
    two = entry("2", "Ben", status="ARCHIVED", merged_to="1")
    assert isinstance(match(customer(), one, two), Create)


def test_c72_without_an_e_mail_nobody_is_matched_by_it() -> None:
    first = customer(key="guest-of-order:1", is_guest=True, number="", email="", first_name="", last_name="")
    second = customer(key="guest-of-order:2", is_guest=True, number="", email="", first_name="", last_name="")
    one, two = contact_payload(first, RULES), contact_payload(second, RULES)
    assert (one.contact_number, two.contact_number) == ("C-O-1", "C-O-2")
    assert one.name != two.name
    assert isinstance(match(second, entry("1", one.name, contact_number=one.contact_number)), Create)


def test_c74_c37_one_web_customer_for_all_is_an_option() -> None:
    rule_book = book(contacts=ContactRules(single_contact="abc"))
    planned = plan(Dossier(order(line("1.00"))), rule_book)
    ref = Ref(Role.CONTACT, DocumentKey(DocumentKind.CUSTOMER, "single"))
    assert only(planned, "invoice").payload.contact == ref  # type: ignore[union-attr]
    assert plan_contact(customer(), rule_book).ref == ref


def test_contacts_fit_xeros_fields() -> None:
    found = contact_payload(
        customer(
            first_name="A" * 300,
            phone="1" * 80,
            tax_number="T" * 80,
            billing=Address(street=("a", "b", "c", "d", "e"), city="York", country="G8B", postal_code="9" * 60),
            delivery=Address(street=("x",), city="Leeds"),
        ),
        RULES,
    )
    assert len(found.name) <= 255
    assert (len(found.phone), len(found.tax_number)) == (50, 50)
    billing, delivery = found.addresses
    assert (billing.type, delivery.type) == ("POBOX", "STREET")
    assert billing.lines == ("a", "b", "c", "d, e")
    assert (billing.country, len(billing.postal_code)) == ("GB", 50)


def test_a_number_is_appended_within_the_length_of_a_name() -> None:
    assert len(with_number("n" * 255, "C-7")) == 255


def test_d04_c73_a_document_depends_on_its_contact_and_items() -> None:
    dossier = Dossier(order(line("1.00", key="1"), line("2.00", key="2")))
    planned = plan(dossier)
    shared = shared_postings(dossier, planned, book())
    assert {p.ref for p in shared} == set(only(planned, "invoice").depends_on)
    assert [type(p.payload) for p in shared] == [Contact, Item, Item]


def test_d01_items_are_untracked_and_costs_only_fill_their_purchase_side() -> None:
    rule_book = book(accounts=AccountRoles(sales="200", inventory="630", cost_of_goods_sold="310"))
    item = plan_item("SKU", "N" * 60, rule_book, price=money("5.00")).payload
    assert isinstance(item, Item)
    assert (item.purchase_account_code, item.account_code, item.unit_price) == ("310", "200", money("5.00").amount)
    assert len(item.name) == 50
    assert len(item.description) == 60


def test_prices_in_another_currency_stay_out_of_items() -> None:
    product = Product("1", "SKU", "Thing", price=money("5.00", "EUR"))
    assert plan_product(product, book()).payload.unit_price is None  # type: ignore[union-attr]


def test_items_can_be_switched_off() -> None:
    planned = plan(Dossier(order(line("1.00"))), book(send_items=False))
    assert only(planned, "invoice").payload.lines[0].item_code == ""  # type: ignore[union-attr]


def test_c75_matching_looks_up_our_own_index_and_never_the_list() -> None:
    entries = [entry(str(i), f"Name {i}", email=f"{i}@example.com", contact_number=f"C-{i}") for i in range(5_000)]
    index = index_contacts(iter(entries))
    found = match_contact(contact_payload(customer(key="x", number="4321"), RULES), index, RULES)
    assert found == Linked("4321", "contact_number")
