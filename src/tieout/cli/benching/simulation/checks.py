"""What is wrong in a world at its end: by the simulated Xero's books and journal, by our tables, by our file."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import connections

from tieout.cli.benching.simulation.people import Deed
from tieout.cli.benching.simulation.shop import Order
from tieout.records import models
from tieout.records.standing import SYNC_STATE, UNMET

if TYPE_CHECKING:
    from tieout.cli.benching.simulation.world import Simulation

_ENDED = ("VOIDED", "DELETED")
#: A change of a person that is so young when ours leaves could not be seen before: it was looked just now.
_TOO_YOUNG_SECONDS = 300.0

Json = dict[str, Any]


def problems(world: Simulation) -> list[str]:
    """Sentences; empty when every order is in the books exactly once and equal to the shop, and nothing is stuck."""
    return [*_books(world), *_limits(world), *_tables(world), *_consistency(world), *_secrets(world)]


def _books(world: Simulation) -> list[str]:
    found: list[str] = []
    ledger: Json = world.xero.ledger(world.tenant)
    alive: dict[str, list[Json]] = {}
    for invoice in ledger["Invoices"]:
        if invoice["Status"] not in _ENDED:
            alive.setdefault(invoice["InvoiceNumber"], []).append(invoice)
    payments = Counter(one.get("Reference", "") for one in ledger["Payments"] if one["Status"] != "DELETED")
    for order in world.shop.orders.values():
        there = alive.pop(order.marker, [])
        deed = world.people.done.get(order.marker)
        paid = payments[order.payment_marker]
        found += _order(order, there, paid) if deed is None else _touched(world, order, deed, there, paid)
    found += [f"{number} is nobody's" for number in alive]
    numbers = Counter(contact.get("ContactNumber", "") for contact in ledger["Contacts"])
    found += [f"contact {number} is there {count} times" for number, count in numbers.items() if count > 1]
    return found


def _order(order: Order, there: list[Json], payments: int) -> list[str]:
    found: list[str] = []
    wanted = 0 if order.cancelled else 1
    if len(there) != wanted:
        found.append(f"{order.marker} is in the ledger {len(there)} times instead of {wanted}")
    for invoice in there:
        if invoice["Total"] != order.total:
            found.append(f"{order.marker} has {invoice['Total']} instead of {order.total}")
        if order.paid and invoice["AmountPaid"] != order.total:
            found.append(f"{order.marker} has {invoice['AmountPaid']} paid of {order.total}")
    if payments != int(order.paid and not order.cancelled):
        found.append(f"{order.marker} has {payments} payments")
    return found


def _touched(world: Simulation, order: Order, deed: Deed, there: list[Json], payments: int) -> list[str]:
    """Nothing twice, nothing that a person wrote overwritten, nothing that a person ended made again."""
    found: list[str] = []
    if len(there) > 1 or payments > 1:
        found.append(f"{order.marker} is there {len(there)} times with {payments} payments")
    ours = [
        one.at
        for one in world.xero.journal.made
        if one.call and one.kind == "Invoices" and one.label == order.marker and one.at >= deed.at
    ]
    if ours and min(ours) - deed.at <= _TOO_YOUNG_SECONDS:
        world.coverage["person and Tieout at once"] += 1
        return found
    if deed.name == "void" and there:
        found.append(f"{order.marker} was voided by a person and is there again")
    if deed.name == "edit" and not world.overruled and [one["Total"] for one in there] != [deed.total]:
        found.append(f"{order.marker} was changed to {deed.total} by a person and then overwritten")
    if deed.name == "pay" and not there:
        found.append(f"{order.marker} was paid in Xero by a person and is gone")
    return found


def _limits(world: Simulation) -> list[str]:
    found = []
    worst = world.xero.journal.worst_minute(world.tenant)
    together = world.xero.journal.worst_concurrency(world.tenant)
    if worst > 60:
        found.append(f"{worst} calls within a minute")
    # What a killed process had in flight may run on at the server while its successor begins.
    if together > (10 if world.coverage["crash in flight"] else 5):
        found.append(f"{together} calls in flight at once")
    return found


def _tables(world: Simulation) -> list[str]:
    """Nothing is stuck: everything is posted or gone, except what a person has to decide about."""
    using = world.storage._database.alias
    found = [
        f"posting {posting.marker} is {posting.state}: {posting.reason}"
        for posting in models.Posting.objects.using(using).exclude(state__in=("posted", "gone"))
        if not _waits_for_a_person(world, posting)
    ]
    found += [f"call {call.pk} is {call.state}" for call in models.Call.objects.using(using).exclude(state="done")]
    found += [
        f"document {document.number} is due for planning"
        for document in models.Document.objects.using(using).filter(planning_due=True)
    ]
    leases = models.Organisation.objects.using(using).filter(lease_until__gt=world.clock.now())
    return found + [f"organisation {one.pk} is held by {one.lease_owner}" for one in leases]


def _waits_for_a_person(world: Simulation, posting: models.Posting) -> bool:
    """Held or behind what is held, because of a deed of a person in Xero."""
    number = posting.marker.replace("PAY-", "SO-")
    return number in world.people.done and posting.state in ("held", "queued")


def _consistency(world: Simulation) -> list[str]:
    """What is derived equals what it is derived from; keys point at rows."""
    with connections[world.storage._database.alias].cursor() as cursor:
        cursor.execute("PRAGMA foreign_key_check")
        found = [f"a row of {row[0]} points nowhere" for row in cursor.fetchall()]
        cursor.execute("PRAGMA integrity_check")
        found += [str(row[0]) for row in cursor.fetchall() if row[0] != "ok"]
        cursor.execute(f"SELECT id FROM posting WHERE unmet<>{UNMET} AND state NOT IN ('posted','gone')")
        found += [f"posting {row[0]} counts its dependencies wrongly" for row in cursor.fetchall()]
        cursor.execute(f"SELECT number FROM document WHERE sync_state<>{SYNC_STATE}")
        found += [f"document {row[0]} shows another state than its postings" for row in cursor.fetchall()]
    return found


def _secrets(world: Simulation) -> list[str]:
    """No token is anywhere in our database: not in the log, not in evidence, not in a reason."""
    name = connections[world.storage._database.alias].settings_dict["NAME"]
    token = world.tokens.token
    return ["an access token is in the database"] if token and token.encode() in Path(name).read_bytes() else []
