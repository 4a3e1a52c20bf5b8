"""How each kind of store calls on changes. A kind without a line here signs by `signed_calls`."""

from __future__ import annotations

from tieout.ports.webhooks import StoreWebhooks
from tieout.stores.opencart.calls import ExtensionCalls
from tieout.stores.perfex.calls import PerfexCalls
from tieout.stores.signed_calls import SignedCalls

SIGNED_CALLS: StoreWebhooks = SignedCalls()

#: Kinds whose stores have a scheme of their own.
OWN: dict[str, StoreWebhooks] = {"opencart": ExtensionCalls(), "perfex": PerfexCalls()}
#: Of these, kinds that sign with a key among the connection's settings; the others with the secret we made.
OWN_KEY = frozenset(("opencart",))


def webhooks_of(kind: str) -> StoreWebhooks:
    return OWN.get(kind, SIGNED_CALLS)
