"""A small read-only page that looks into the ledgers."""
