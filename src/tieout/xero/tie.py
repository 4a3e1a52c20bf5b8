"""Which answered element belongs to which of ours: by our marker first, by position only as a last cross-check."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal

import msgspec

from tieout.xero import wire
from tieout.xero.codec import decoder
from tieout.xero.into import known_id


class Sent(msgspec.Struct, frozen=True):
    """The identifying members of an element, as sent or as answered."""

    InvoiceID: str | None = None
    InvoiceNumber: str | None = None
    CreditNoteID: str | None = None
    CreditNoteNumber: str | None = None
    ContactID: str | None = None
    ContactNumber: str | None = None
    Name: str | None = None
    ItemID: str | None = None
    PaymentID: str | None = None
    Code: str | None = None
    Reference: str | None = None
    Amount: Decimal | None = None
    Date: str | None = None
    Invoice: wire.DocumentRef | None = None
    CreditNote: wire.DocumentRef | None = None
    Overpayment: wire.DocumentRef | None = None


_elements = decoder(dict[str, list[Sent]])
_element = decoder(Sent)

Key = tuple[object, ...]


def sent_elements(body: str) -> Sequence[Sent]:
    """The elements of a body of ours, in order; none for a body without a list."""
    if not body.startswith('{"') or ":[" not in body:
        return ()
    return next(iter(_elements.decode(body.encode()).values()), ())


def identify(data: bytes | msgspec.Raw) -> Sent:
    """The identifying members of an answered element. Raises msgspec.ValidationError."""
    return _element.decode(data)


def _fold(text: str | None) -> str:
    return " ".join(text.split()).casefold() if text else ""


def _target(one: Sent) -> str:
    candidates = [
        identifier
        for stub in (one.CreditNote, one.Overpayment, one.Invoice)
        if stub
        for identifier in (stub.CreditNoteID, stub.OverpaymentID, stub.InvoiceID)
    ]
    return known_id(*candidates)


def _levels(list_name: str) -> tuple[Callable[[Sent], Key], ...]:
    """Keys from the surest to the weakest; a key with an empty part ties nothing."""
    match list_name:
        case "Invoices":
            return (lambda one: (known_id(one.InvoiceID),)), (lambda one: (_fold(one.InvoiceNumber),))
        case "CreditNotes":
            return (lambda one: (known_id(one.CreditNoteID),)), (lambda one: (_fold(one.CreditNoteNumber),))
        case "Contacts":
            return (
                lambda one: (known_id(one.ContactID),),
                lambda one: (_fold(one.ContactNumber),),
                lambda one: () if one.ContactNumber else (_fold(one.Name),),
            )
        case "Items":
            return (lambda one: (known_id(one.ItemID),)), (lambda one: (_fold(one.Code),))
        case "Payments":
            return (
                lambda one: (_fold(one.Reference), _target(one), one.Amount),
                lambda one: (_fold(one.Reference), _target(one)),
                lambda one: (_fold(one.Reference),),
                lambda one: () if one.Reference else (_target(one), one.Amount),
            )
        case "BankTransactions":
            return (lambda one: (_fold(one.Reference),),)
    return ()


def tie(list_name: str, sent: Sequence[Sent], answered: Sequence[Sent | None]) -> dict[int, int]:
    """Position answered → position sent. None in `answered` is an element that could not be read.

    Equal keys on both sides in equal number are tied in order. What has no key of its own is tied by its position
    only when the two lists are equally long and everything else stands at its own place.
    """
    ties: dict[int, int] = {}
    open_sent = set(range(len(sent)))
    for key_of in _levels(list_name):
        ours: dict[Key, list[int]] = defaultdict(list)
        theirs: dict[Key, list[int]] = defaultdict(list)
        for index in sorted(open_sent):
            key = key_of(sent[index])
            if key and all(key):
                ours[key].append(index)
        for index, one in enumerate(answered):
            if one is not None and index not in ties:
                theirs[key_of(one)].append(index)
        for key, places in ours.items():
            found = theirs.get(key, ())
            if len(found) == len(places):
                ties.update(zip(found, places, strict=True))
                open_sent.difference_update(places)
        if not open_sent:
            return ties
    if len(sent) == len(answered) and all(index == place for index, place in ties.items()):
        for place in open_sent:
            candidate = answered[place]
            if candidate is not None and not _contradicts(list_name, sent[place], candidate):
                ties[place] = place
    return ties


def _contradicts(list_name: str, ours: Sent, theirs: Sent) -> bool:
    """Both carry the same kind of key, and the keys differ."""
    for key_of in _levels(list_name):
        mine, other = key_of(ours), key_of(theirs)
        if mine and other and all(mine) and all(other) and mine != other:
            return True
    return False
