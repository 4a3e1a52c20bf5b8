"""Plan the contact of a buyer (ACCOUNTING D3, D4)."""

from __future__ import annotations

from tieout.accounting import Contact, Ref, Role
from tieout.documents import Customer, DocumentKey, DocumentKind
from tieout.planning.results import PlannedPosting
from tieout.planning.work import SINGLE_CONTACT
from tieout.rules.book import RuleBook
from tieout.rules.contacts import contact_payload


def plan_contact(customer: Customer, book: RuleBook) -> PlannedPosting:
    """The contact posting of a customer, or the one contact for all web customers where that is chosen.

    The single contact exists in Xero already (`ContactRules.single_contact` is its id): it is linked, not sent.
    """
    rules = book.rules.contacts
    if rules.single_contact:
        number = f"{rules.number_prefix}web"
        return PlannedPosting(Ref(Role.CONTACT, SINGLE_CONTACT), Contact("Web customers", number), number)
    payload = contact_payload(customer, rules)
    key = DocumentKey(DocumentKind.CUSTOMER, customer.key)
    return PlannedPosting(Ref(Role.CONTACT, key), payload, payload.contact_number)
