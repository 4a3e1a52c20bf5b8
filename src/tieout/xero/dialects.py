"""The forms in which Xero says no, read into one: validation JSON and XML, problem JSON, OAuth JSON, plain text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs
from xml.etree import ElementTree

import msgspec

from tieout.http import Redactor
from tieout.xero.codec import decode_loose, encode

#: An error body beyond this is not read as XML or text.
ERROR_TEXT_MAX = 200_000
#: Evidence kept of one element or one answer, in characters.
EVIDENCE_MAX = 2_000

#: Messages kept of one element.
MESSAGES_MAX = 50

_redactor = Redactor()
#: Addresses of customers are no secrets but have no place in evidence that outlives them.
_EMAIL = re.compile(r'("EmailAddress"\s*:\s*")[^"]+')


class ErrorBody(msgspec.Struct, frozen=True):
    """An error answer's body, whatever its form.

    kind: Xero's Type ("ValidationException"), a problem's Title or an OAuth error ("invalid_grant").
    elements: what was refused, as JSON texts, with the messages inside.
    """

    message: str = ""
    kind: str = ""
    number: int | None = None
    elements: tuple[bytes, ...] = ()


def evidence(data: bytes | str) -> str:
    """Text for a person and for our storage: bounded, without tokens and addresses."""
    text = data[: 4 * EVIDENCE_MAX].decode("utf-8", "replace") if isinstance(data, bytes) else data
    return bounded(_EMAIL.sub(r"\1[hidden]", _redactor.text(text[:EVIDENCE_MAX])))


def bounded(text: str) -> str:
    """Text cut to the length of evidence, visibly."""
    return text if len(text) <= EVIDENCE_MAX else text[: EVIDENCE_MAX - 1] + "…"


def messages_in(value: Any) -> list[str]:
    """Messages of every non-empty ValidationErrors list, however deep, in order, without repetition."""
    found: dict[str, None] = {}
    _collect(value, found)
    return list(found)


def _collect(value: Any, found: dict[str, None]) -> None:
    if isinstance(value, dict):
        for key, member in value.items():
            if key.lower() == "validationerrors" and isinstance(member, list):
                for one in member:
                    text = one.get("Message") or one.get("message") if isinstance(one, dict) else one
                    if text and len(found) < MESSAGES_MAX:
                        found[bounded(str(text))] = None
            else:
                _collect(member, found)
    elif isinstance(value, list):
        for member in value:
            _collect(member, found)


def read_error(body: bytes) -> ErrorBody:
    """The error body in any dialect. Never raises; what cannot be read becomes its text."""
    error = _read_error(body)
    return msgspec.structs.replace(error, message=bounded(error.message), kind=error.kind[:100])


def _read_error(body: bytes) -> ErrorBody:
    stripped = body[:ERROR_TEXT_MAX].strip()
    if not stripped:
        return ErrorBody()
    if stripped[:1] in b"{[":
        try:
            return _json(decode_loose(body))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return ErrorBody(message=_text(stripped))
    if stripped[:1] == b"<":
        return _html(stripped) if b"<html" in stripped[:500].lower() else _xml(stripped)
    text = _text(stripped)
    if text.startswith("oauth_problem="):
        form = parse_qs(text)
        advice = form.get("oauth_problem_advice", [""])[0]
        return ErrorBody(message=advice or text, kind=form.get("oauth_problem", [""])[0])
    return ErrorBody(message=text)


def _text(data: bytes) -> str:
    return " ".join(data.decode("utf-8", "replace").split())[:EVIDENCE_MAX]


def _json(value: Any) -> ErrorBody:
    if not isinstance(value, dict):
        return ErrorBody(message=_text(encode(value).encode()))
    fields: Mapping[str, Any] = {str(key).lower(): member for key, member in value.items()}
    if isinstance(fields.get("error"), str):
        return ErrorBody(message=str(fields.get("error_description") or fields["error"]), kind=str(fields["error"]))
    elements = fields.get("elements")
    number = fields.get("errornumber")
    return ErrorBody(
        message=str(fields.get("message") or fields.get("detail") or fields.get("title") or ""),
        kind=str(fields.get("type") or fields.get("title") or ""),
        number=number if isinstance(number, int) else None,
        elements=tuple(encode(one).encode() for one in elements) if isinstance(elements, list) else (),
    )


def _html(data: bytes) -> ErrorBody:
    return ErrorBody(message=_text(re.sub(rb"(?s)<(script|style).*?</\1>|<[^>]+>", b" ", data)), kind="html")


def _xml(data: bytes) -> ErrorBody:
    """ApiException of the XML form. Documents that declare entities are not parsed."""
    if b"<!" in data:
        return _html(data)
    try:
        root = ElementTree.fromstring(data)
    except ElementTree.ParseError:
        return _html(data)
    number = root.findtext("ErrorNumber") or ""
    message = root.findtext("Message") or root.findtext(".//Description") or root.findtext(".//Message") or ""
    return ErrorBody(
        message=message,
        kind=root.findtext("Type") or root.findtext(".//ExceptionType") or "",
        number=int(number) if number.isdigit() else None,
        elements=tuple(encode(_xml_element(one)).encode() for one in root.findall("Elements/*")),
    )


def _xml_element(element: ElementTree.Element) -> dict[str, object]:
    """Its plain members, and its messages from every depth."""
    members: dict[str, object] = {
        child.tag: child.text for child in element if child.text and not len(child) and child.text.strip()
    }
    messages: Sequence[str] = [one.findtext("Message") or "" for one in element.iter("ValidationError")]
    members["ValidationErrors"] = [{"Message": message} for message in dict.fromkeys(messages) if message]
    return members
