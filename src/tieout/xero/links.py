"""Addresses of documents inside Xero, for people."""

from __future__ import annotations

from urllib.parse import quote

from tieout.accounting import Role

_HOME = "https://go.xero.com"


def deep_link(role: Role, remote_id: str, short_code: str) -> str:
    """The page of a document in Xero; "" for what has none. short_code: the organisation's ("!Qj35V")."""
    if not remote_id or not short_code:
        return ""
    code = quote(short_code, safe="!")
    app = f"{_HOME}/app/{code}"
    classic = f"{_HOME}/organisationlogin/default.aspx?shortcode={code}&redirecturl="
    match role:
        case Role.CONTACT:
            return f"{app}/contacts/contact/{remote_id}"
        case Role.INVOICE:
            return f"{app}/invoicing/view/{remote_id}"
        case Role.QUOTE:
            return f"{app}/quotes/view/{remote_id}"
        case Role.CREDIT_NOTE:
            # Xero shows sales notes under the path of purchases.
            return f"{classic}/AccountsPayable/ViewCreditNote.aspx?creditNoteID={remote_id}"
        case Role.PAYMENT | Role.REFUND_PAYMENT | Role.OVERPAYMENT:
            return f"{classic}/Bank/ViewTransaction.aspx?bankTransactionID={remote_id}"
    return ""
