"""What a store says: frozen values, the same for every kind of store.

Signs: all amounts of a sales document are positive for what the customer owes; all amounts of a refund are
positive for what the customer gets back. Discounts and kept fees are negative lines.
Tax basis: every line states net, tax and gross, and net + tax = gross. Exact: amounts may carry more decimals
than the currency has, as the store calculated them; `total` and `tax_total` are what the customer was shown.
Dates: `date` is the accounting date in the store view's own time zone (ACCOUNTING B3); times are UTC.
"""

from tieout.documents.dossier import Dossier, StorePayment, Unreadable
from tieout.documents.keys import LEADING, DocumentKey, DocumentKind, Envelope
from tieout.documents.lines import Line, LineKind, TaxShare, TaxTotal
from tieout.documents.parties import Address, Customer
from tieout.documents.products import Product
from tieout.documents.sales import (
    AppliedCredit,
    Cancellation,
    MeansOfPayment,
    MoneyBack,
    Order,
    Refund,
    StoreInvoice,
)

__all__ = [
    "LEADING",
    "Address",
    "AppliedCredit",
    "Cancellation",
    "Customer",
    "DocumentKey",
    "DocumentKind",
    "Dossier",
    "Envelope",
    "Line",
    "LineKind",
    "MeansOfPayment",
    "MoneyBack",
    "Order",
    "Product",
    "Refund",
    "StoreInvoice",
    "StorePayment",
    "TaxShare",
    "TaxTotal",
    "Unreadable",
]
