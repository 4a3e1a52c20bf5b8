"""Payment methods that Magento itself brings along."""

from __future__ import annotations

#: Methods whose invoices are "paid" without anybody having seen money (ACCOUNTING C1).
OFFLINE_METHODS = frozenset({"checkmo", "banktransfer", "purchaseorder", "cashondelivery"})
#: Orders of zero total have this method; there is nothing to pay.
FREE_METHOD = "free"
