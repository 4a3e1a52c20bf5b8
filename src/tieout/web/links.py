"""Addresses of documents in Xero's own window (developer.xero.com, "Deep link to Xero")."""

from __future__ import annotations

from urllib.parse import quote

from django.conf import settings

#: Path below the window's address, by role; credit notes of sales open on the same page as those of purchases.
_APP = {
    "contact": "/app/{code}/contacts/contact/{id}",
    "invoice": "/app/{code}/invoicing/view/{id}",
    "quote": "/app/{code}/quotes/view/{id}",
}
_CLASSIC = {
    "credit_note": "/AccountsPayable/ViewCreditNote.aspx?creditNoteID={id}",
    "payment": "/Bank/ViewTransaction.aspx?bankTransactionID={id}",
    "refund_payment": "/Bank/ViewTransaction.aspx?bankTransactionID={id}",
    "overpayment": "/Bank/ViewTransaction.aspx?bankTransactionID={id}",
}


def window() -> str:
    """Where Xero's screens are; the demo names its simulator instead."""
    return str(settings.TIEOUT_XERO_WINDOW).rstrip("/")


def in_xero(role: str, remote_id: str, short_code: str) -> str:
    """The address that opens the object in Xero, "" where Xero has no page for it or the id is not known."""
    if not remote_id or not short_code:
        return ""
    code, key = quote(short_code, safe="!"), quote(remote_id, safe="")
    if role in _APP:
        return window() + _APP[role].format(code=code, id=key)
    if role in _CLASSIC:
        page = _CLASSIC[role].format(id=key)
        return f"{window()}/organisationlogin/default.aspx?shortcode={code}&redirecturl={page}"
    return ""


def in_store(address: str) -> str:
    """A store's address as a link, "" unless it is plain http(s): data of a store never becomes a script."""
    return address if address.startswith(("https://", "http://")) else ""
