"""Payment methods and order statuses that OpenCart itself brings along."""

from __future__ import annotations

#: Methods that prove no money when an order is paid by status (ACCOUNTING C1).
OFFLINE_METHODS = frozenset({"cod", "bank_transfer", "cheque"})
#: Orders of zero total have this method; there is nothing to pay.
FREE_METHOD = "free_checkout"

#: Statuses that mean the customer paid (ACCOUNTING C2), unless the operator says otherwise. Pending is not one,
#: although the shop counts it as processing.
PAID_STATUSES = ("2", "3", "5", "15")
#: Status that means the whole order was given back.
REFUND_STATUSES = ("11",)
#: Number of a row that was written when a customer opened the last step of the checkout: no order (yet).
UNCONFIRMED = "0"
#: State of an order that the shop has no more.
REMOVED = "removed"

#: Methods under which planning knows the means of payment (ACCOUNTING C6).
STORE_CREDIT = "store_credit"
GIFT_VOUCHER = "gift_voucher"
MEANS = {"credit": STORE_CREDIT, "voucher": GIFT_VOUCHER}
