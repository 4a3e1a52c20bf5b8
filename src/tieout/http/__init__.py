"""One HTTP client wrapper: time and size limits, redaction, error classes, address guard."""
