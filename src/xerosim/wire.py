"""The values that cross the border: requests, responses, JSON with exact decimals and Xero's generic XML."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from urllib.parse import parse_qsl, unquote
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import msgspec

from xerosim.errors import PostDataInvalid

_encoder = msgspec.json.Encoder(decimal_format="number")
_decoder = msgspec.json.Decoder(float_hook=Decimal)
# Characters that XML 1.0 cannot carry; Xero's own XML breaks on them, ours leaves them out.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")

JSON = "application/json; charset=utf-8"
XML = "text/xml; charset=utf-8"
HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"

Json = dict[str, object]


class Request(msgspec.Struct, frozen=True):
    """One HTTP request. `target` is the raw path with its query; header names are lower case."""

    method: str
    target: str
    headers: Mapping[str, str] = {}
    body: bytes = b""

    @property
    def path(self) -> str:
        return unquote(self.target.partition("?")[0])

    @property
    def query(self) -> dict[str, str]:
        """Query parameters by lower-case name; a repeated name keeps its last value."""
        text = self.target.partition("?")[2]
        if not text:
            return {}
        return {name.lower(): value for name, value in parse_qsl(text, keep_blank_values=True)}


class Response(msgspec.Struct):
    """One HTTP answer and what the transport does with it.

    delay_seconds: wait before answering.  drop: close the connection instead of answering.
    cut: send only this many bytes of the body, then close.  hang: never answer.
    """

    status: int
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    body: bytes = b""
    delay_seconds: float = 0.0
    drop: bool = False
    cut: int | None = None
    hang: bool = False


def encode(value: object) -> bytes:
    """Write JSON; decimals become numbers with the digits they carry."""
    return _encoder.encode(value)


def decode(body: bytes) -> object:
    """Read JSON; numbers with a fraction become decimals. Raises PostDataInvalid."""
    try:
        return _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ArithmeticError) as error:
        raise PostDataInvalid(f"JSON for post data was invalid,{error}") from error


def json_response(status: int, value: object, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer."""
    return Response(status, {"content-type": JSON, **(headers or {})}, encode(value))


def text_response(status: int, text: str, content_type: str = TEXT) -> Response:
    """A text answer."""
    return Response(status, {"content-type": content_type}, text.encode())


def to_xml(root: str, value: Mapping[str, object]) -> bytes:
    """Write a JSON object as Xero's XML: element names are the keys, lists wrap their singular."""
    parts = [f'<{root} xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">']
    _write_members(parts, value)
    parts.append(f"</{root}>")
    return "".join(parts).encode()


def _write_members(parts: list[str], value: Mapping[str, object]) -> None:
    for key, member in value.items():
        _write(parts, key, member)


def _write(parts: list[str], name: str, value: object) -> None:
    if value is None:
        return
    if isinstance(value, Mapping):
        parts.append(f"<{name}>")
        _write_members(parts, value)
        parts.append(f"</{name}>")
    elif isinstance(value, list):
        parts.append(f"<{name}>")
        singular = singular_of(name)
        for element in value:
            _write(parts, singular, element)
        parts.append(f"</{name}>")
    else:
        parts.append(f"<{name}>{_xml_text(value)}</{name}>")


def _xml_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    if text.startswith("/Date("):
        # XML carries ISO dates where JSON carries milliseconds.
        from xerosim.dates import utc_text

        digits = re.match(r"/Date\((-?\d+)", text)
        if digits:
            return utc_text(int(digits[1])).rstrip("Z")
    return escape(_NOT_XML.sub("", text))


_SINGULARS = {
    "Addresses": "Address",
    "TaxComponents": "TaxComponent",
    "Currencies": "Currency",
    "TrackingCategories": "TrackingCategory",
    "BatchPayments": "BatchPayment",
    "Elements": "DataContractBase",
    "Rows": "Row",
    "Cells": "Cell",
    "Tracking": "TrackingCategory",
    "ReportTitles": "ReportTitle",
    "Warnings": "Warning",
    "Details": "Detail",
}


def singular_of(name: str) -> str:
    """The element name inside a list element."""
    if name in _SINGULARS:
        return _SINGULARS[name]
    if name.endswith("ies"):
        return name[:-3] + "y"
    return name[:-1] if name.endswith("s") else name + "Item"


_LIST_NAMES = {
    "Invoices", "CreditNotes", "Contacts", "Items", "Payments", "Allocations", "LineItems", "Addresses",
    "Phones", "Accounts", "TaxRates", "TaxComponents", "Currencies", "Tracking", "ContactPersons",
    "BankTransactions", "ManualJournals", "JournalLines", "BatchPayments", "BankTransfers", "Quotes",
    "PurchaseOrders", "TrackingCategories", "Options", "ContactGroups", "HistoryRecords",
    "RepeatingInvoices", "LinkedTransactions", "Overpayments", "Prepayments",
}  # fmt: skip


def from_xml(body: bytes) -> Json:
    """Read Xero's XML as the JSON object it stands for; every value is text. Raises PostDataInvalid."""
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise PostDataInvalid("XML for post data was invalid")
    try:
        root = ElementTree.fromstring(body)  # entities are refused above
    except ElementTree.ParseError as error:
        raise PostDataInvalid(f"XML for post data was invalid,{error}") from error
    if root.tag in _LIST_NAMES:
        return {root.tag: [_element(child) for child in root]}
    return {root.tag + "s": [_element(root)]}


def _element(node: ElementTree.Element) -> object:
    if node.tag in _LIST_NAMES:
        return [_element(child) for child in node]
    if len(node) == 0:
        return node.text or ""
    return {child.tag: _element(child) for child in node}


def elements_of(body: object, plural: str, singular: str) -> list[Json] | None:
    """The elements a write carries: the wrapped list, one wrapped object, or one bare object.

    None where the body names something else (Xero then says that no data was processed).
    """
    if isinstance(body, list):
        return [element for element in body if isinstance(element, dict)] or None
    if not isinstance(body, dict) or not body:
        return None
    wanted = {plural.lower(), singular.lower()}
    for key, value in body.items():
        if isinstance(key, str) and key.lower() in wanted:
            if isinstance(value, list):
                return [element for element in value if isinstance(element, dict)] or None
            if isinstance(value, dict):
                return [value]
    if len(body) == 1 and next(iter(body)) in _LIST_NAMES - _NESTED:
        return None
    return [body]


# Lists that belong inside one element: a bare object may consist of one of them alone.
_NESTED = {
    "LineItems",
    "Addresses",
    "Phones",
    "TaxComponents",
    "ContactPersons",
    "JournalLines",
    "Options",
    "Tracking",
}


def header_pairs(headers: Mapping[str, str]) -> Iterable[tuple[bytes, bytes]]:
    """Headers as bytes for an ASGI server."""
    return [
        (name.encode("latin-1", "replace"), value.encode("latin-1", "replace")) for name, value in headers.items()
    ]
