"""The seam to the network: what `tieout.http.HttpClient` does, and what a test or a simulator may do instead."""

from __future__ import annotations

from typing import Protocol

from tieout.http import AddressRefused, Lost, NotSent, Reply, Request, TooLarge

#: The request surely had no effect.
NOTHING_SENT = (NotSent, AddressRefused)
#: It may have had its effect.
ANSWER_LOST = (Lost, TooLarge)
#: Either.
NO_ANSWER = (*NOTHING_SENT, *ANSWER_LOST)


class Transport(Protocol):
    def send(self, request: Request) -> Reply:
        """Raises members of NO_ANSWER, nothing else."""
        ...


__all__ = ["ANSWER_LOST", "NOTHING_SENT", "NO_ANSWER", "Reply", "Request", "Transport"]
