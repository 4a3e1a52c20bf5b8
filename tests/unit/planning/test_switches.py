"""What is switched off is left out of plans, with what hangs on it."""

from __future__ import annotations

from tieout.accounting import Ref, Role
from tieout.documents import DocumentKey, DocumentKind
from tieout.planning.results import DossierPlan, PlannedPosting
from tieout.planning.switches import without
from tieout.rules.entities import Entity, entity_of, roles_of

ORDER = DocumentKey(DocumentKind.ORDER, "1")
REFUND = DocumentKey(DocumentKind.REFUND, "2")
CONTACT = Ref(Role.CONTACT, DocumentKey(DocumentKind.CUSTOMER, "3"))
INVOICE, PAYMENT = Ref(Role.INVOICE, ORDER), Ref(Role.PAYMENT, ORDER)
CREDIT, ALLOCATION = Ref(Role.CREDIT_NOTE, REFUND), Ref(Role.ALLOCATION, REFUND)

PLAN = DossierPlan(
    (
        PlannedPosting(CONTACT, None, "C"),
        PlannedPosting(ALLOCATION, None, "A", depends_on=(CREDIT, INVOICE)),
        PlannedPosting(INVOICE, None, "I", depends_on=(CONTACT,)),
        PlannedPosting(PAYMENT, None, "P", depends_on=(INVOICE,)),
        PlannedPosting(CREDIT, None, "N", depends_on=(CONTACT,)),
    )
)


def kept(plan: DossierPlan) -> set[Ref]:
    return {posting.ref for posting in plan.postings}


def test_every_role_belongs_to_one_entity() -> None:
    assert sorted(role for entity in Entity for role in roles_of(entity)) == sorted(Role)
    assert all(role in roles_of(entity_of(role)) for role in Role)


def test_nothing_off_changes_nothing() -> None:
    assert without(PLAN, ()) is PLAN


def test_payments_off_leave_the_sale_and_its_credit() -> None:
    plan = without(PLAN, {Entity.PAYMENTS})
    assert kept(plan) == {CONTACT, INVOICE, CREDIT, ALLOCATION}
    assert plan.skipped == ()


def test_credit_memos_off_take_their_allocations_along() -> None:
    plan = without(PLAN, {Entity.CREDIT_MEMOS})
    assert kept(plan) == {CONTACT, INVOICE, PAYMENT}
    assert [(one.document, one.code) for one in plan.skipped] == [(REFUND, "switched_off")]


def test_without_its_sale_nothing_of_a_dossier_goes() -> None:
    plan = without(PLAN, {Entity.SALES})
    assert kept(plan) == {CONTACT}
    assert {one.document for one in plan.skipped} == {ORDER, REFUND}


def test_a_payment_of_a_sale_that_xero_holds_still_goes() -> None:
    plan = without(PLAN, {Entity.SALES}, {INVOICE})
    assert kept(plan) == {CONTACT, PAYMENT, CREDIT, ALLOCATION}
    assert plan.skipped == ()


def test_customers_off_keep_the_contacts_that_sales_need() -> None:
    assert without(PLAN, {Entity.CUSTOMERS, Entity.PRODUCTS}) == PLAN
