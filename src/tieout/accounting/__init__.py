"""What a ledger takes and what it says of itself: frozen values, free of any wire format.

Amounts are in the document's currency. Enumerations keep Xero's spelling.
"""

from tieout.accounting.chart import (
    Account,
    ContactEntry,
    LedgerReference,
    OrganisationFacts,
    TaxComponent,
    TaxRate,
    TrackingCategory,
)
from tieout.accounting.held import Held, HeldLine
from tieout.accounting.postings import (
    Allocation,
    Contact,
    ContactAddress,
    CreditNote,
    Invoice,
    Item,
    LedgerLine,
    LineAmountTypes,
    Overpayment,
    Payload,
    Payment,
    Ref,
    Role,
    Status,
    Totals,
)

__all__ = [
    "Account",
    "Allocation",
    "Contact",
    "ContactAddress",
    "ContactEntry",
    "CreditNote",
    "Held",
    "HeldLine",
    "Invoice",
    "Item",
    "LedgerLine",
    "LedgerReference",
    "LineAmountTypes",
    "OrganisationFacts",
    "Overpayment",
    "Payload",
    "Payment",
    "Ref",
    "Role",
    "Status",
    "TaxComponent",
    "TaxRate",
    "Totals",
    "TrackingCategory",
]
