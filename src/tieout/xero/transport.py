"""The seam to the network: what `tieout.http.HttpClient` does, and what a test or a simulator may do instead."""

from __future__ import annotations

from typing import Protocol

from tieout.http import AddressRefused, Limits, Lost, NotSent, Reply, Request, TooLarge

#: Of one call to Xero. An organisation's lease lasts more than twice as long as an answer is awaited.
LIMITS = Limits(read_seconds=30.0, total_seconds=60.0)

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


__all__ = ["ANSWER_LOST", "LIMITS", "NOTHING_SENT", "NO_ANSWER", "Reply", "Request", "Transport"]
