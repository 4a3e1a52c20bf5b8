"""What can be switched and timed apart: the entities of the Sync settings, and what belongs to each."""

from __future__ import annotations

from enum import StrEnum

from tieout.accounting import Role
from tieout.documents import DocumentKind


class Entity(StrEnum):
    """What a merchant sets a rhythm for. Sales are orders or store invoices, whichever the shop books."""

    CUSTOMERS = "customers"
    PRODUCTS = "products"
    SALES = "sales"
    CREDIT_MEMOS = "credit_memos"
    PAYMENTS = "payments"


class Mode(StrEnum):
    """When changes of an entity go to Xero."""

    #: As soon as they are seen.
    IMMEDIATELY = "immediately"
    #: They wait in the queue until the entity's next time, then go in batches.
    SCHEDULED = "scheduled"
    #: Only when a person says so: Sync now, Add to queue.
    MANUAL = "manual"


_ENTITY_OF: dict[Role, Entity] = {
    Role.CONTACT: Entity.CUSTOMERS,
    Role.ITEM: Entity.PRODUCTS,
    Role.INVOICE: Entity.SALES,
    Role.QUOTE: Entity.SALES,
    Role.DIFFERENCE: Entity.SALES,
    Role.CREDIT_NOTE: Entity.CREDIT_MEMOS,
    Role.ALLOCATION: Entity.CREDIT_MEMOS,
    Role.PAYMENT: Entity.PAYMENTS,
    Role.OVERPAYMENT: Entity.PAYMENTS,
    Role.REFUND_PAYMENT: Entity.PAYMENTS,
}

#: The store's documents of each entity, for reading them.
KINDS: dict[Entity, tuple[DocumentKind, ...]] = {
    Entity.CUSTOMERS: (DocumentKind.CUSTOMER,),
    Entity.PRODUCTS: (DocumentKind.PRODUCT,),
    Entity.SALES: (DocumentKind.ORDER, DocumentKind.INVOICE),
    Entity.CREDIT_MEMOS: (DocumentKind.REFUND,),
    Entity.PAYMENTS: (DocumentKind.PAYMENT,),
}


def entity_of(role: Role) -> Entity:
    """Whose switches and rhythm a posting follows."""
    return _ENTITY_OF[role]


def roles_of(entity: Entity) -> tuple[Role, ...]:
    """The postings of an entity, in the order of work."""
    return tuple(role for role in Role if _ENTITY_OF[role] is entity)
