"""Xero's arithmetic, predicted exactly; the certificate that a document ties out. Pure."""
