"""Codes of what only a person can mend about a store connection; the same for every kind of store."""

RIGHT_MISSING = "store_right_missing"
ACCESS_REFUSED = "store_access_refused"
ADDRESS_WRONG = "store_address_wrong"
