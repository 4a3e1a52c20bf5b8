"""One HTTP client wrapper: time and size limits, redaction, error classes, address guard."""

from tieout.http.client import HttpClient, Limits, Reply, Request
from tieout.http.failures import AddressRefused, Lost, NotSent, TooLarge
from tieout.http.guard import AddressGuard
from tieout.http.redaction import Redactor

__all__ = [
    "AddressGuard",
    "AddressRefused",
    "HttpClient",
    "Limits",
    "Lost",
    "NotSent",
    "Redactor",
    "Reply",
    "Request",
    "TooLarge",
]
