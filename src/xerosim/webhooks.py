"""Webhook events."""

from collections.abc import Sequence


class Webhooks:
    """Collects events for the organisations' subscribers."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.events: list[tuple[str, str, str, str, int]] = []
        self.enabled = False

    def note(self, tenant: str, events: Sequence[tuple[str, str, str]], now: int) -> None:
        """Remember events of a call: (category, CREATE or UPDATE, id)."""
        if self.enabled:
            self.events += [(tenant, category, action, id, now) for category, action, id in events]
