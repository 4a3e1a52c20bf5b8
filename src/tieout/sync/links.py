"""Migrate and Reset links: a plan first that changes nothing, then doing what it said.

*Migrate* takes over, in a chosen organisation, what is booked of a store there already: by another connector, or by
an earlier set-up with one organisation. *Reset* forgets the links into an organisation (a demo company, before the
live one is connected); nothing in Xero is touched by either.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

import msgspec

from tieout.accounting import Held, Ref, Role
from tieout.documents import LEADING, DocumentKey
from tieout.planning.adopting import Found, LedgerIndex, Match, links_of
from tieout.planning.results import DossierPlan, PlannedPosting
from tieout.ports import Clock, Ledger, Meter
from tieout.ports.administration import Administration
from tieout.ports.inward import Agreement
from tieout.ports.links import LinkCounts, LinkRecords
from tieout.ports.records import DocumentRecords, DueDossier, StoreConnection
from tieout.sync.plan import Planner

_BATCH = 200
_SALES = (Role.INVOICE, Role.CREDIT_NOTE)


class LinkLine(msgspec.Struct, frozen=True):
    """One sale of the store. found: adopt, amount_differs, several, not_found, linked, held. Amounts as text.

    payments: how many payments of it are there too.
    """

    document: int
    kind: str
    number: str
    date: date | None
    found: str
    theirs: str = ""
    by: str = ""
    ours_total: str = ""
    theirs_total: str = ""
    payments: int = 0
    reason: str = ""


class LinkPlan(msgspec.Struct, frozen=True):
    """counts: lines by what was found."""

    connection: int
    organisation: int
    lines: tuple[LinkLine, ...]

    @property
    def counts(self) -> Mapping[str, int]:
        return dict(Counter(line.found for line in self.lines))


class Migrated(msgspec.Struct, frozen=True):
    """documents: sales taken over. links: all postings linked. forgotten: links into the former organisation."""

    documents: int
    links: int
    forgotten: int = 0


class _Candidate(msgspec.Struct, frozen=True):
    dossier: DueDossier
    plan: DossierPlan
    version: int
    matches: Mapping[Ref, Match]
    links: Mapping[tuple[str, str], Held]


class Links:
    """Links of one store."""

    def __init__(
        self,
        documents: DocumentRecords,
        records: LinkRecords,
        administration: Administration,
        clock: Clock,
        connection: StoreConnection,
        planner: Planner,
    ) -> None:
        self._documents = documents
        self._records = records
        self._administration = administration
        self._clock = clock
        self._connection = connection
        self._planner = planner

    def counts(self, organisation: int) -> LinkCounts:
        return self._records.links(self._connection.id, organisation)

    def plan(
        self,
        organisation: int,
        ledger: Ledger,
        meter: Meter,
        *,
        dated_from: date | None = None,
        progress: Callable[[str], None] | None = None,
    ) -> LinkPlan:
        """What would be taken over. Reads Xero's lists once, a call a thousand documents; writes nothing."""
        index = self._index(ledger, meter, dated_from, progress)
        lines = [
            _line(candidate, one)
            for candidate in self._candidates(organisation, index, dated_from)
            for one in _sales_of(candidate.plan)
        ]
        return LinkPlan(self._connection.id, organisation, tuple(lines))

    def migrate(
        self,
        organisation: int,
        ledger: Ledger,
        meter: Meter,
        *,
        by: str,
        address: str = "",
        dated_from: date | None = None,
        from_organisation: int | None = None,
    ) -> Migrated:
        """Take over what the plan says, as it is found now; what differs or is not found stays as it is.

        from_organisation: where the same documents were linked before; those links are forgotten.
        """
        index = self._index(ledger, meter, dated_from, None)
        links = documents = 0
        moved: list[int] = []
        for candidate in self._candidates(organisation, index, dated_from):
            if not any(match.found is Found.ADOPT for match in candidate.matches.values()):
                continue
            links += self._records.agree(self._agreement(candidate, organisation), self._clock.now())
            documents += 1
            moved.append(candidate.dossier.root_id or 0)
        forgotten = 0
        if from_organisation is not None and moved:
            forgotten = self._records.forget(
                self._connection.id, from_organisation, moved, by=by, address=address,
                why=f"migrated to organisation {organisation}", now=self._clock.now(),
            )  # fmt: skip
        self._administration.note(
            by=by, action="migrate", subject=f"{documents} documents of {self._connection.name} taken over",
            now=self._clock.now(), address=address,
        )  # fmt: skip
        return Migrated(documents, links, forgotten)

    def reset(self, organisation: int, *, by: str, address: str = "") -> int:
        """Forget all links into an organisation. Returns how many."""
        return self._records.forget(
            self._connection.id, organisation, None, by=by, address=address, why="reset", now=self._clock.now()
        )

    def _index(
        self, ledger: Ledger, meter: Meter, dated_from: date | None, progress: Callable[[str], None] | None
    ) -> LedgerIndex:
        read: dict[Role, list[Held]] = {}
        for role in (*_SALES, Role.PAYMENT):
            found = read[role] = []
            for page in ledger.read(role, meter, dated_from=dated_from):
                found += [one for one in page if one.role is role]
                if progress is not None:
                    progress(f"{len(found)} {role.value.replace('_', ' ')}s read")
        return LedgerIndex([*read[Role.INVOICE], *read[Role.CREDIT_NOTE]], read[Role.PAYMENT])

    def _candidates(self, organisation: int, index: LedgerIndex, dated_from: date | None) -> Iterator[_Candidate]:
        for dossier in self._dossiers(dated_from):
            assert dossier.root_id is not None
            plan, version = self._planner.plan_into(dossier, organisation)
            linked = self._records.linked_roots(organisation, [dossier.root_id])
            numbers = {member.document: member.number for member in dossier.members}
            matches = {
                one.ref: Match(Found.LINKED) if linked else _look(index, one, numbers) for one in _sales_of(plan)
            }
            sales = {
                ref: match.held
                for ref, match in matches.items()
                if match.found is Found.ADOPT and match.held is not None
            }
            yield _Candidate(dossier, plan, version, matches, links_of(plan.postings, sales, index) if sales else {})

    def _dossiers(self, dated_from: date | None) -> Iterator[DueDossier]:
        for kind in LEADING:
            after = 0
            while roots := self._administration.roots(
                self._connection.id, kind, after, _BATCH, dated_from=dated_from
            ):
                after = roots[-1][0]
                yield from self._documents.dossiers(self._connection.id, [key for _, key in roots])

    def _agreement(self, candidate: _Candidate, organisation: int) -> Agreement:
        """The plan as it was found there: only what was found counts as posted, under the numbers it has."""
        postings = [_as_found(one, candidate.links) for one in candidate.plan.postings]
        return Agreement(
            dossier=candidate.dossier,
            organisation=organisation,
            plan=msgspec.structs.replace(candidate.plan, postings=tuple(postings)),
            rule_version=candidate.version,
            remote={key: held.remote_id for key, held in candidate.links.items()},
            statuses={held.remote_id: held.status for held in candidate.links.values()},
        )


def _look(index: LedgerIndex, one: PlannedPosting, numbers: Mapping[DocumentKey, str]) -> Match:
    if one.problems or one.payload is None:
        return Match(Found.HELD)
    return index.sale(one, numbers.get(one.ref.document, one.ref.document.key))


def _sales_of(plan: DossierPlan) -> Sequence[PlannedPosting]:
    return [one for one in plan.postings if one.ref.role in _SALES and one.payload is not None]


def _as_found(one: PlannedPosting, links: Mapping[tuple[str, str], Held]) -> PlannedPosting:
    held = links.get((one.ref.role.value, one.ref.document.key))
    if held is None or one.payload is None:
        return one
    if one.ref.role in _SALES and held.number:
        payload = msgspec.structs.replace(one.payload, number=held.number)
        return msgspec.structs.replace(one, payload=payload, marker=held.number)
    if one.ref.role is Role.PAYMENT:
        payload = msgspec.structs.replace(one.payload, reference=held.reference)
        return msgspec.structs.replace(one, payload=payload, marker=held.reference or one.marker)
    return one


def _line(candidate: _Candidate, one: PlannedPosting) -> LinkLine:
    match = candidate.matches[one.ref]
    member = next((m for m in candidate.dossier.members if m.document == one.ref.document), None)
    total = getattr(getattr(one.payload, "totals", None), "total", None)
    theirs = match.held.total if match.held is not None else None
    payments = sum(1 for role, _ in candidate.links if role == Role.PAYMENT.value)
    return LinkLine(
        document=member.id if member is not None else candidate.dossier.root_id or 0,
        kind=one.ref.role.value,
        number=member.number if member is not None else one.ref.document.key,
        date=getattr(one.payload, "date", None),
        found=match.found.value,
        theirs=match.held.number if match.held is not None else "",
        by=match.by,
        ours_total=str(total) if total is not None else "",
        theirs_total=str(theirs) if theirs is not None else "",
        payments=payments if match.found is Found.ADOPT else 0,
        reason=one.problems[0].reason if one.problems else "",
    )
