"""compare(store facts, what we sent, what Xero holds) -> differences. Pure."""
