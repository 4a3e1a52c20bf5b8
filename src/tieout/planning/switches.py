"""Leave out of a plan what is switched off: it is not sent, and what Xero holds of it stays as it is."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from tieout.accounting import Ref, Role
from tieout.planning.results import DossierPlan, Skipped
from tieout.rules.catalogue import Code
from tieout.rules.entities import Entity, entity_of

_SHARED = (Role.CONTACT, Role.ITEM)


def without(plan: DossierPlan, off: Collection[Entity], posted: Collection[Ref] = ()) -> DossierPlan:
    """The plan without entities that are off, and without what depends on their postings.

    posted: what Xero holds; a payment of an invoice that is there already still goes when sales are off.
    Contacts and items stay: only documents that go ask for them.
    """
    dropped = {
        posting.ref
        for posting in plan.postings
        if posting.ref.role not in _SHARED and entity_of(posting.ref.role) in off
    }
    if any(ref.role is Role.INVOICE and ref not in posted for ref in dropped):
        # Without its sale nothing of a dossier makes sense in the ledger.
        dropped = {posting.ref for posting in plan.postings if posting.ref.role not in _SHARED}
    while more := {
        posting.ref
        for posting in plan.postings
        if posting.ref not in dropped and any(ref in dropped and ref not in posted for ref in posting.depends_on)
    }:
        dropped |= more
    if not dropped:
        return plan
    kept = [posting for posting in plan.postings if posting.ref not in dropped]
    whole = {posting.ref.document for posting in kept}
    skipped = [
        Skipped(document, Code.SWITCHED_OFF, "Its kind is switched off in the Sync settings.")
        for document in dict.fromkeys(ref.document for ref in sorted(dropped))
        if document not in whole and not any(ref.document == document for ref in posted)
    ]
    return msgspec.structs.replace(plan, postings=tuple(kept), skipped=(*plan.skipped, *skipped))
