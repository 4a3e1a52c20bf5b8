"""New contacts against the ledger's own, before any is made (ACCOUNTING D3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from tieout.accounting import Contact, ContactEntry, Payload
from tieout.engine.states import PostingState
from tieout.ports.turn import ReadyPosting, Sent, Settled, TurnRecords
from tieout.rules.contacts import ContactIndex, Create, Linked, Proposal, match_contact
from tieout.rules.settings import ContactRules
from tieout.rules.texts import folded
from tieout.sync.turn import freezing

#: A contact that is about to be made stands in the index under this, until its call is settled.
RESERVED = "new:"
#: How long a posting waits for a contact under way that may be the same person.
_WAIT = timedelta(seconds=2)


class Matched(msgspec.Struct, frozen=True):
    """to_create: what remains to be made; altered: payloads with another name or number, by posting."""

    to_create: tuple[ReadyPosting, ...]
    altered: Mapping[int, Payload]


def match(records: TurnRecords, organisation: int, ready: Sequence[ReadyPosting], now: datetime) -> Matched:
    """Link what the ledger has, hold what is ambiguous, put off what may be under way, return the rest."""
    entries = {one.id: _entry(one.payload, one.id) for one in ready if isinstance(one.payload, Contact)}
    known = list(records.contact_candidates(organisation, list(entries.values())))
    rules: dict[int, ContactRules] = {}
    settled: list[tuple[ReadyPosting, Settled]] = []
    put_off: list[int] = []
    create: list[ReadyPosting] = []
    altered: dict[int, Payload] = {}
    index = _Index(known)
    for one in ready:
        assert isinstance(one.payload, Contact)
        if one.connection not in rules:
            rules[one.connection] = records.contact_rules(organisation, one.connection)
        chosen = rules[one.connection]
        if chosen.single_contact:
            settled.append((one, _linked(one, chosen.single_contact, "the contact chosen for all web customers")))
            continue
        match match_contact(one.payload, index.index, chosen):
            case Linked(contact_id=contact_id) if contact_id.startswith(RESERVED):
                put_off.append(one.id)
            case Linked(contact_id=contact_id, by=by):
                settled.append((one, _linked(one, contact_id, f"found in Xero by {_words(by)}")))
            case Proposal(contact_ids=ids, by=by) if any(i.startswith(RESERVED) for i in ids):
                put_off.append(one.id)
            case Proposal(contact_ids=ids, by=by):
                settled.append((one, _ambiguous(one, len(ids), _words(by))))
            case Create(name=name, contact_number=number):
                payload = one.payload
                if (name, number) != (payload.name, payload.contact_number):
                    payload = msgspec.structs.replace(payload, name=name, contact_number=number)
                    altered[one.id] = payload
                index.add(_entry(payload, one.id))
                create.append(one)
    if settled:
        sent: list[Sent] = [freezing.as_sent(one) for one, _ in settled]
        results = [result for _, result in settled]
        records.settle(sent, results, organisation=organisation, call=None, duration_ms=None, now=now)
    records.put_off(put_off, now + _WAIT)
    return Matched(tuple(create), altered)


def reserve(
    records: TurnRecords, organisation: int, ready: Sequence[ReadyPosting], altered: Mapping[int, Payload]
) -> None:
    """Contacts about to be made take their place in the index, so that the next batch sees them."""
    entries = []
    for one in ready:
        payload = altered.get(one.id, one.payload)
        if one.action == "create" and isinstance(payload, Contact):
            entries.append(_entry(payload, one.id))
    records.save_contacts(organisation, entries)


#: Fields that Tieout fills where Xero has none; all others stay as people have them there.
_FILLED = ("contact_number", "account_number", "email", "tax_number")


def gaps(
    records: TurnRecords, organisation: int, ready: Sequence[ReadyPosting], now: datetime
) -> Mapping[int, ContactEntry]:
    """Changed contacts in which Xero has something empty, with what it has; the others are done without a call.

    Where the rules let the store write its customers over the contacts, an entry without a name: nothing is kept.
    """
    asked = [ContactEntry(contact_id=one.remote_id, name="") for one in ready]
    index = {entry.contact_id: entry for entry in records.contact_candidates(organisation, asked)}
    open_: dict[int, ContactEntry] = {}
    rules: dict[int, ContactRules] = {}
    settled: list[tuple[ReadyPosting, Settled]] = []
    for one in ready:
        assert isinstance(one.payload, Contact)
        known = index.get(one.remote_id)
        if one.connection not in rules:
            rules[one.connection] = records.contact_rules(organisation, one.connection)
        if not rules[one.connection].fill_empty_only:
            open_[one.id] = ContactEntry(contact_id=one.remote_id, name="")
        elif known is not None and filled(one.payload, known) != known:
            open_[one.id] = known
        else:
            settled.append((one, _left_alone(one, known)))
    if settled:
        sent: list[Sent] = [freezing.as_sent(one) for one, _ in settled]
        results = [result for _, result in settled]
        records.settle(sent, results, organisation=organisation, call=None, duration_ms=None, now=now)
    return open_


def filled(payload: Contact, known: ContactEntry) -> ContactEntry:
    """What the ledger holds once its empty fields are filled."""
    changes = {field: getattr(payload, field) for field in _FILLED if not getattr(known, field)}
    return msgspec.structs.replace(known, **changes)


def made(payload: Contact, contact_id: str) -> ContactEntry:
    """The index entry of a contact that we made."""
    return msgspec.structs.replace(_entry(payload, 0), contact_id=contact_id)


def _entry(payload: Payload, posting: int) -> ContactEntry:
    assert isinstance(payload, Contact)
    return ContactEntry(
        contact_id=f"{RESERVED}{posting}",
        name=payload.name,
        email=payload.email,
        contact_number=payload.contact_number,
        account_number=payload.account_number,
        tax_number=payload.tax_number,
        company=payload.is_company,
    )


class _Index:
    """Candidates of a batch; grows by what the batch itself is about to make."""

    def __init__(self, known: Sequence[ContactEntry]) -> None:
        self._by_id: dict[str, ContactEntry] = {}
        self._keys: tuple[dict[str, list[ContactEntry]], ...] = ({}, {}, {}, {})
        self.index = ContactIndex(self._by_id, *self._keys)
        for entry in known:
            self.add(entry)

    def add(self, entry: ContactEntry) -> None:
        self._by_id[entry.contact_id] = entry
        keys = (entry.contact_number, entry.account_number, folded(entry.email), folded(entry.name))
        for key, entries in zip(keys, self._keys, strict=True):
            if key:
                entries.setdefault(key, []).append(entry)


def _words(by: str) -> str:
    return "e-mail" if by == "email" else by.replace("_", " ")


def _linked(one: ReadyPosting, contact_id: str, how: str) -> Settled:
    return Settled(
        id=one.id,
        state=PostingState.POSTED,
        action="nothing",
        posted_digest=one.digest,
        remote_id=contact_id,
        remote_status="ACTIVE",
        attempts=one.attempts,
        posted=True,
        event=("success", f"Linked: {how}", ""),
        event_action="link",
        origin="adopted",
    )


def _left_alone(one: ReadyPosting, known: ContactEntry | None) -> Settled:
    return Settled(
        id=one.id,
        state=PostingState.POSTED,
        action="nothing",
        posted_digest=one.digest,
        remote_id=one.remote_id,
        remote_status=known.status if known else "ACTIVE",
        attempts=one.attempts,
        posted=True,
        event=("success", "Nothing is empty in Xero; the contact stays as it is there", ""),
    )


def _ambiguous(one: ReadyPosting, count: int, by: str) -> Settled:
    reason = f"{count} contacts in Xero have the same {by}. Choose the one that is this customer."
    return Settled(
        id=one.id,
        state=PostingState.HELD,
        action=one.action,
        posted_digest="",
        remote_id="",
        remote_status="",
        attempts=one.attempts + 1,
        code="contact_ambiguous",
        reason=reason,
        subject=by,
        event=("held", reason, ""),
    )
