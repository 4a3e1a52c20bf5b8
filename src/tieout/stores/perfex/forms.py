"""Bodies of writing calls: classic forms for what is made, which both generations of the module read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

#: A body as it is said: texts, and groups of them by name or number.
Fields = Mapping[str, object]


def pairs(fields: Fields) -> list[tuple[str, str]]:
    """Names as PHP nests them: newitems[0][rate], allowed_payment_modes[]. None is left out."""
    found: list[tuple[str, str]] = []
    for name, value in fields.items():
        _add(found, name, value)
    return found


def _add(found: list[tuple[str, str]], name: str, value: object) -> None:
    if isinstance(value, Mapping):
        for key, one in value.items():
            _add(found, f"{name}[{key}]", one)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for number, one in enumerate(value):
            _add(found, f"{name}[{number}]" if isinstance(one, Mapping) else f"{name}[]", one)
    elif value is not None:
        found.append((name, str(value)))


def multipart(fields: Fields) -> tuple[str, bytes]:
    """Content type and body. The boundary comes from the content, so that the same body is the same bytes."""
    said = pairs(fields)
    boundary = hashlib.blake2b(repr(said).encode("utf-8", "replace"), digest_size=16).hexdigest()
    parts = [
        f'--{boundary}\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in said
    ]
    body = "".join([*parts, f"--{boundary}--\r\n"]).encode("utf-8", "replace")
    return f"multipart/form-data; boundary={boundary}", body
