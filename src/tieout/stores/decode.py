"""From our documents' bytes to wire structures; what cannot be read is told, never raised."""

from __future__ import annotations

from typing import Generic, TypeVar

import msgspec

from tieout.errors import Problem
from tieout.rules.catalogue import Code

S = TypeVar("S", bound=msgspec.Struct)

#: What reading hostile data can raise; all of it means "not readable".
UNREADABLE = (msgspec.MsgspecError, ValueError, ArithmeticError, RecursionError, OverflowError, TypeError)


class Reader(Generic[S]):
    """Decodes one kind of document."""

    def __init__(self, structure: type[S]) -> None:
        self._decoder = msgspec.json.Decoder(structure)

    def read(self, body: bytes, subject: str) -> S | Problem:
        """The structure, or why it cannot be read. subject: what it is, for the sentence ("order 16")."""
        try:
            return self._decoder.decode(body)
        except UNREADABLE as error:
            return unreadable(subject, str(error))


def unreadable(subject: str, why: str) -> Problem:
    return Problem(
        code=Code.DATA_UNREADABLE,
        reason=f"The store's data of {subject} cannot be read: {why[:300]}.",
        subject=subject,
    )
