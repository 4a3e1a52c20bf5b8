"""How structured values lie in the tables: payloads and bodies as compressed bytes, lists as JSON text."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from typing import Any

import msgspec

from tieout.accounting import CreditNote, Invoice, Payload
from tieout.errors import Problem
from tieout.planning.results import Certificate

#: Below this compressing costs more than it saves.
_COMPRESS_FROM_BYTES = 200
#: The first byte of a stored payload says how the rest is to be read.
_PLAIN, _DEFLATED = b"\x00", b"\x01"

_encoder = msgspec.msgpack.Encoder()
_payloads = msgspec.msgpack.Decoder(Payload)
_certificates = msgspec.msgpack.Decoder(Certificate)
_problems = msgspec.json.Decoder(tuple[Problem, ...])
_json = msgspec.json.Encoder()


def pack(encoded: bytes) -> bytes:
    """Compress when it pays."""
    if len(encoded) < _COMPRESS_FROM_BYTES:
        return _PLAIN + encoded
    return _DEFLATED + zlib.compress(encoded, 1)


def unpack(stored: bytes | memoryview) -> bytes:
    stored = bytes(stored)
    return stored[1:] if stored[:1] == _PLAIN else zlib.decompress(stored[1:])


def encode_payload(payload: Payload) -> bytes:
    return pack(_encoder.encode(payload))


def decode_payload(stored: bytes | memoryview) -> Payload:
    payload: Payload = _payloads.decode(unpack(stored))
    return payload


def payload_digest(payload: Payload | None) -> str:
    """What decides whether a posting differs; "" for one that must not exist.

    The words that explain a choice of account or tax type are left out: another explanation changes no books.
    """
    if payload is None:
        return ""
    if isinstance(payload, Invoice | CreditNote):
        lines = tuple(
            msgspec.structs.replace(line, why_account="", why_tax="") if line.why_account or line.why_tax else line
            for line in payload.lines
        )
        payload = msgspec.structs.replace(payload, lines=lines)
    return hashlib.blake2b(_encoder.encode(payload), digest_size=16).hexdigest()


def encode_certificate(certificate: Certificate) -> bytes:
    return pack(_encoder.encode(certificate))


def decode_certificate(stored: bytes | memoryview) -> Certificate:
    return _certificates.decode(unpack(stored))


def pack_body(body: bytes) -> bytes:
    """A store document's own bytes, compressed."""
    return zlib.compress(body, 1)


def unpack_body(stored: bytes | memoryview) -> bytes:
    return zlib.decompress(stored)


def to_text(value: Any) -> str:
    """JSON text of a value."""
    return _json.encode(value).decode()


def encode_problems(problems: Sequence[Problem]) -> str:
    return to_text(problems) if problems else ""


def decode_problems(text: str) -> tuple[Problem, ...]:
    return _problems.decode(text) if text else ()
