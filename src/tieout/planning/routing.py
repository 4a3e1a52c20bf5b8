"""Where a dossier goes: one of several organisations, and never two. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from tieout.documents import Dossier
from tieout.errors import Problem
from tieout.rules.catalogue import Code
from tieout.rules.routing import Chooser, Routed, RouteFacts


class Way(msgspec.Struct, frozen=True, gc=False):
    """organisations: where the dossier is planned into; empty: nowhere for the moment (it is being moved).
    problem: why it is held there instead."""

    organisations: tuple[int, ...]
    problem: Problem | None = None


def route_facts(dossier: Dossier) -> RouteFacts:
    """What the rules may look at."""
    order = dossier.order
    customer = order.customer
    country = (order.ship_to or customer.billing).country or customer.billing.country
    return RouteFacts(
        currency=order.currency,
        store_view=order.store_view,
        country=country,
        company=customer.company or customer.billing.company,
        tax_number=customer.tax_number or customer.billing.tax_number,
        customer_group=customer.group,
    )


def find_way(
    dossier: Dossier | None,
    choose: Chooser,
    organisations: Sequence[int],
    posted_in: Collection[int],
    chosen: int | None,
) -> Way:
    """The way of one dossier.

    dossier None: it cannot be read.  organisations: those the store goes to, the first takes what cannot be decided.
    posted_in: those whose books hold something of it; what is in the books stays there until a person moves it.
    chosen: a person's word.
    """
    settled = tuple(one for one in organisations if one in posted_in)
    if dossier is None:
        fallback = (chosen,) if chosen is not None and chosen in organisations else tuple(organisations[:1])
        return Way(settled or fallback)
    routed = choose(route_facts(dossier))
    if chosen is not None and chosen in organisations:
        if settled and chosen not in settled:
            return Way(())
        routed = Routed(chosen, "chosen by a person")
    if settled:
        if routed.organisation in settled:
            return Way(settled)
        return Way(settled, _moved(routed))
    if routed.organisation is None:
        return Way(tuple(organisations[:1]), _undecided(routed, dossier))
    return Way((routed.organisation,))


def _moved(routed: Routed) -> Problem:
    to = "would hold it now" if routed.organisation is None else f"name organisation {routed.organisation} now"
    return Problem(
        Code.ORGANISATION_CHANGED,
        f"It is in this organisation's books, but the rules {to} ({routed.why}). Keep it here or move it.",
        "organisation of posted documents",
    )


def _undecided(routed: Routed, dossier: Dossier) -> Problem:
    facts = route_facts(dossier)
    named = ", ".join(
        f"{name} {value}"
        for name, value in (
            ("currency", facts.currency),
            ("store view", facts.store_view),
            ("country", facts.country or "unknown"),
        )
        if value
    )
    return Problem(
        Code.ORGANISATION_UNDECIDED,
        f"No organisation for this document: {routed.why} ({named}).",
        f"organisation for {facts.currency}",
    )
