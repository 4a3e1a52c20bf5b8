"""The way back, decided: what becomes of one object of the ledger in the store. Pure.

The table that accountants read is in docs/organisations.md and in the tests; each row is a branch of `decide`.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from tieout.accounting.brought import LedgerContact, LedgerInvoice, LedgerPayment, Sighting, has_ended
from tieout.documents.entries import Entry, EntryKind, InvoiceState
from tieout.errors import Problem
from tieout.planning.entries import Missing
from tieout.planning.merging import Agreed, Merged, merge
from tieout.rules.catalogue import Code
from tieout.rules.inward import Ended, InwardRules


class Step(StrEnum):
    """What is done. REMEMBER: nothing but to know from now on how it looks."""

    REMEMBER = "remember"
    CREATE = "create"
    UPDATE = "update"
    CANCEL = "cancel"
    DELETE = "delete"
    HOLD = "hold"
    WAIT = "wait"
    SKIP = "skip"


class Situation(msgspec.Struct, frozen=True):
    """All that is known of one object. sighting: as the ledger holds it now.

    entry: of it in the store's words; what it waits for; why it cannot be written.
    agreed: how both sides looked last, None before the first time.  linked: it has a record in the store.
    store: the store's record now, None when the store has it no more (only asked for when linked).
    made_in_store: the record was made there first.  store_moved: see `merging.merge`.
    takes_new: records of its kind are brought.  was_ended: it had ended when it was looked at last.
    asked: a person pressed “Sync again”.
    """

    kind: EntryKind
    sighting: Sighting
    entry: Entry | Missing | tuple[Problem, ...]
    linked: bool
    agreed: Agreed | None = None
    store: Entry | None = None
    made_in_store: bool = False
    store_moved: bool = False
    takes_new: bool = True
    was_ended: bool = False
    asked: bool = False


class InwardDecision(msgspec.Struct, frozen=True):
    """step, and what it needs. code, reason, subject: why it is held, waits or is skipped."""

    step: Step
    why: str
    merged: Merged | None = None
    problems: tuple[Problem, ...] = ()
    waits_for: Missing | None = None
    code: str = ""


def decide(situation: Situation, rules: InwardRules) -> InwardDecision:
    """What to do about one object; the first row that fits."""
    if has_ended(situation.sighting):
        return _ended(situation, rules)
    if not situation.linked:
        return _new(situation, rules)
    return _linked(situation, rules)


def _ended(situation: Situation, rules: InwardRules) -> InwardDecision:
    if not situation.linked:
        return InwardDecision(Step.SKIP, "it had ended in Xero before it came")
    if situation.was_ended:
        return InwardDecision(Step.REMEMBER, "its end is known")
    if situation.store is None:
        return InwardDecision(Step.REMEMBER, "it has ended on both sides")
    what = rules.end(situation.kind)
    if what is Ended.LEAVE:
        return InwardDecision(Step.REMEMBER, "it ended in Xero; the rules leave it in the store")
    if _has_ended_in_store(situation.store):
        return InwardDecision(Step.REMEMBER, "it has ended on both sides")
    step = Step.CANCEL if what is Ended.CANCEL else Step.DELETE
    return InwardDecision(step, f"it was {situation.sighting.status.lower()} in Xero")


def _has_ended_in_store(entry: Entry) -> bool:
    return getattr(entry, "state", None) is InvoiceState.CANCELLED or getattr(entry, "active", True) is False


def _new(situation: Situation, rules: InwardRules) -> InwardDecision:
    skipped = _passed_over(situation.sighting, rules)
    if skipped and not situation.asked:
        return InwardDecision(Step.SKIP, skipped)
    if not situation.takes_new and not situation.asked:
        return InwardDecision(Step.SKIP, "new ones are not brought: their direction is switched off")
    if isinstance(situation.entry, Missing):
        return InwardDecision(
            Step.WAIT, f"its {situation.entry.kind} is not in the store yet", waits_for=situation.entry
        )
    if isinstance(situation.entry, tuple):
        return _held(situation.entry)
    return InwardDecision(Step.CREATE, "made in Xero")


def _passed_over(sighting: Sighting, rules: InwardRules) -> str:
    """Why something new in the ledger does not come, "" when it does."""
    match sighting:
        case LedgerContact() if sighting.is_supplier and not sighting.is_customer:
            return "a supplier"
        case LedgerInvoice() if sighting.status in ("DRAFT", "SUBMITTED"):
            return "not approved in Xero yet"
        case LedgerInvoice() | LedgerPayment() if rules.since and sighting.date and sighting.date < rules.since:
            return "dated before the start of the way back"
    return ""


def _linked(situation: Situation, rules: InwardRules) -> InwardDecision:
    agreed, entry = situation.agreed, situation.entry
    if isinstance(entry, Missing):
        return InwardDecision(Step.WAIT, f"its {entry.kind} is not in the store yet", waits_for=entry)
    if isinstance(entry, tuple):
        return _held(entry)
    if agreed is None:
        return InwardDecision(Step.REMEMBER, "known to both sides; looked at for the first time")
    if agreed.ledger == entry and not situation.was_ended and not situation.asked:
        return InwardDecision(Step.REMEMBER, "as Xero held it before")
    if situation.store is None:
        problem = Problem(
            Code.STORE_DELETED,
            "It changed in Xero, but a person deleted it in the store.",
            f"deleted {situation.kind.value}",
        )
        return InwardDecision(Step.HOLD, problem.reason, problems=(problem,), code=problem.code)
    if _has_ended_in_store(situation.store) and not _has_ended_in_store(entry):
        # Had both sides known of each other, its end in the store would have ended it in the ledger.
        problem = Problem(
            Code.STORE_DELETED,
            "It changed in Xero, but it was cancelled in the store. Void it in Xero, or open it again in the store.",
            f"cancelled {situation.kind.value}",
        )
        return InwardDecision(Step.HOLD, problem.reason, problems=(problem,), code=problem.code)
    merged = merge(
        agreed,
        situation.store,
        entry,
        lambda field: rules.winner(situation.kind, field, made_in_store=situation.made_in_store),
        store_moved=situation.store_moved,
    )
    if not merged.to_store:
        return InwardDecision(Step.REMEMBER, "the store has it so already", merged=merged)
    return InwardDecision(Step.UPDATE, "changed in Xero: " + ", ".join(sorted(merged.to_store)), merged=merged)


def _held(problems: tuple[Problem, ...]) -> InwardDecision:
    first = problems[0]
    return InwardDecision(Step.HOLD, first.reason, problems=problems, code=first.code)
