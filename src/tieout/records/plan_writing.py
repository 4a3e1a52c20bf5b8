"""Write what planning wants: compare with what is known, queue the difference, leave what is posted alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from tieout.accounting import Ref, Role
from tieout.documents import DocumentKey
from tieout.engine.actions import counts_as_there
from tieout.engine.parking import PARKED_PRIORITY
from tieout.engine.states import PostingState
from tieout.ports.records import PlanToWrite
from tieout.records.codec import payload_digest
from tieout.records.entities import lift_needs
from tieout.records.plan_rows import Known, Wanted, decide, known_posting
from tieout.records.plan_sql import (
    INSERT_PAYLOAD,
    INSERT_POSTING,
    KNOWN_COLUMNS,
    PLAN_EVENT,
    UPDATE_PAYLOAD,
    UPDATE_POSTING,
    insert_values,
    payload_update_values,
    payload_values,
    update_values,
)
from tieout.records.sql import Database, text
from tieout.records.standing import refresh_dependents, refresh_documents, refresh_unmet

_SHARED = (Role.CONTACT, Role.ITEM)

_SYNTHETIC = """INSERT INTO document (connection_id, kind, key, root_kind, root_key, number, title, email, state,
 store_view, url, date, total_minor, currency, updated_at, read_at, digest, version, planned_version, planning_due,
 planning_cause, problems, removed, never_send, never_send_reason, skipped_code, skipped_reason, sales_documents,
 sync_state)
 VALUES (%s,%s,%s,%s,%s,%s,%s,%s,'','','',NULL,NULL,'',%s,%s,'',1,1,%s,'document','',%s,%s,'','','','','received')
 ON CONFLICT (connection_id, kind, key) DO NOTHING"""


class PlanWriting:
    """Plans into one organisation."""

    def __init__(self, database: Database, organisation: int, plans: Sequence[PlanToWrite], now: datetime) -> None:
        self._database = database
        self._organisation = organisation
        self._plans = plans
        self._now = now
        self._connection = plans[0].dossier.connection
        self._ids: dict[DocumentKey, int] = {}
        self._digests: dict[int, str] = {}
        self._never: set[int] = set()
        self._catch_up = False
        self._known: dict[Ref, Known] = {}
        self._of_root: dict[int, list[Known]] = {}

    def write(self, counts: Counter[str]) -> None:
        row = self._database.row("SELECT catch_up FROM organisation WHERE id=%s", [self._organisation])
        self._catch_up = bool(row and row[0])
        self._find_documents()
        self._find_postings()
        wanted = [entry for plan in self._plans for entry in self._wanted(plan, counts)]
        new = {entry.ref: entry for entry in wanted if entry.known is None}
        changed = [entry for entry in wanted if entry.known is not None]
        self._insert(list(new.values()))
        self._update(changed)
        self._connect([*new.values(), *changed])
        skipped = self._skip(counts)
        self._log([*new.values(), *changed], skipped)
        for entry in (*new.values(), *changed):
            counts[entry.state.value if entry.state.value in ("queued", "held", "waiting", "gone") else "quiet"] += 1
        touched = {entry.document for entry in (*new.values(), *changed)}
        touched |= {member.id for plan in self._plans for member in plan.dossier.members if member.due}
        refresh_documents(self._database, sorted(touched))

    # ---- what is known

    def _find_documents(self) -> None:
        needed: dict[DocumentKey, tuple[str, str, str]] = {}
        for plan in self._plans:
            for member in plan.dossier.members:
                self._ids[member.document] = member.id
                # That the store has it no more is a change like any other.
                self._digests[member.id] = f"-{member.digest}" if member.removed else member.digest
                if member.never_send:
                    self._never.add(member.id)
            for posting in plan.plan.postings:
                payload = posting.payload
                title = str(getattr(payload, "name", ""))
                needed.setdefault(posting.ref.document, (posting.marker, title, str(getattr(payload, "email", ""))))
                for ref in posting.depends_on:
                    needed.setdefault(ref.document, ("", "", ""))
            for held in plan.plan.held:
                needed.setdefault(held.document, ("", "", ""))
        missing = [key for key in needed if key not in self._ids]
        self._load_ids(missing)
        unknown = [key for key in missing if key not in self._ids]
        now = self._now
        self._database.run_many(
            _SYNTHETIC,
            [
                (
                    self._connection, key.kind.value, key.key, key.kind.value, key.key, text(needed[key][0], 120),
                    text(needed[key][1], 300), text(needed[key][2], 320), now, now, False, False, False,
                )
                for key in unknown
            ],
        )  # fmt: skip
        self._load_ids(unknown)

    def _load_ids(self, keys: Sequence[DocumentKey]) -> None:
        for kind in sorted({key.kind for key in keys}):
            rows = self._database.rows_in(
                "SELECT key, id, digest, never_send FROM document WHERE connection_id=%s AND kind=%s AND key IN (@)",
                [self._connection, kind.value],
                [key.key for key in keys if key.kind is kind],
            )
            for key, identity, digest, never_send in rows:
                self._ids[DocumentKey(kind, key)] = identity
                self._digests[identity] = digest
                if never_send:
                    self._never.add(identity)

    def _find_postings(self) -> None:
        rows = self._database.rows_in(
            f"SELECT {KNOWN_COLUMNS} FROM posting p JOIN document d ON d.id=p.document_id"
            " WHERE p.organisation_id=%s AND p.document_id IN (@) ORDER BY p.id"
            + (" FOR NO KEY UPDATE OF p" if self._database.is_postgresql else ""),
            [self._organisation],
            sorted(self._ids.values()),
        )
        for row in rows:
            known = known_posting(row)
            self._known[known.ref] = known
            self._of_root.setdefault(known.root, []).append(known)

    # ---- what is wanted

    def _wanted(self, plan: PlanToWrite, counts: Counter[str]) -> Iterable[Wanted]:
        root = plan.dossier.root_id
        assert root is not None, "a dossier without its leading document cannot be planned"
        older = {version: {p.ref: p for p in other.postings} for version, other in plan.older.items()}
        seen: set[Ref] = set()
        for planned in (*plan.plan.postings, *plan.plan.absent):
            seen.add(planned.ref)
            known = self._known.get(planned.ref)
            own = self._ids[planned.ref.document]
            shared = planned.ref.role in _SHARED
            source = self._digests[own] if shared else f"{self._digests[own][:32]}:{self._digests[root][:32]}"
            version = plan.rule_version
            if known is not None and shared and own != root and (known.id == 0 or not known.may_be_replaced):
                continue
            if known is not None and known.is_posted and plan.dossier.cause != "release":
                differs = payload_digest(planned.payload) != known.posted_digest
                if source == known.source_digest or plan.dossier.cause == "rules":
                    counts["otherwise_booked"] += differs
                    counts["quiet"] += 1
                    continue
                if known.rule_version != version and differs:
                    alternative = older.get(known.rule_version, {}).get(planned.ref)
                    if alternative is None:
                        counts["otherwise_booked"] += 1
                        continue
                    counts["otherwise_booked"] += payload_digest(alternative.payload) != payload_digest(
                        planned.payload
                    )
                    planned, version = alternative, known.rule_version
            never = own in self._never or (root in self._never and not shared)
            entry = decide(
                planned, known, organisation=self._organisation, connection=self._connection, document=own,
                root=own if shared else root, source_digest=source, rule_version=version, why=plan.why,
                priority=plan.priorities.get(planned.ref.role, plan.priority), run=plan.run,
                never_send=never, released=plan.dossier.cause == "release",
                now=self._now, catch_up=self._catch_up,
            )  # fmt: skip
            if entry is not None:
                if known is None:
                    self._known[planned.ref] = entry.as_known()
                yield entry
            else:
                counts["quiet"] += 1
        yield from self._held_documents(plan, seen)
        yield from self._dropped(plan, seen)

    def _held_documents(self, plan: PlanToWrite, seen: set[Ref]) -> Iterable[Wanted]:
        """A document none of whose postings could be planned is held in its main posting."""
        assert plan.dossier.root_id is not None
        for held in plan.plan.held:
            ref = Ref(_main_role(held.document), held.document)
            if ref in seen:
                continue
            seen.add(ref)
            own = self._ids[held.document]
            known = self._known.get(ref)
            entry = decide(
                None, known, organisation=self._organisation, connection=self._connection, document=own,
                root=plan.dossier.root_id, source_digest=known.source_digest if known else "",
                rule_version=plan.rule_version, why=plan.why, priority=plan.priority, run=plan.run,
                never_send=own in self._never, released=False, now=self._now, ref=ref, problems=held.problems,
            )  # fmt: skip
            if entry is not None:
                yield entry

    def _dropped(self, plan: PlanToWrite, seen: set[Ref]) -> Iterable[Wanted]:
        """What an earlier plan wanted, this one does not name, and Xero never got: wanted no more."""
        assert plan.dossier.root_id is not None
        held = {document.document for document in plan.plan.held}
        for known in self._of_root.get(plan.dossier.root_id, ()):
            if known.ref in seen or known.ref.role in _SHARED or known.is_posted or known.ref.document in held:
                continue
            if known.state not in (PostingState.GONE, PostingState.SENDING):
                yield known.gone(self._now)

    # ---- writing

    def _insert(self, entries: Sequence[Wanted]) -> None:
        self._database.run_many(
            INSERT_POSTING, [insert_values(entry, self._now, self._catch_up) for entry in entries]
        )
        ids = {
            (document, role, ordinal): identity
            for identity, document, role, ordinal in self._database.rows_in(
                "SELECT id, document_id, role, ordinal FROM posting WHERE organisation_id=%s AND document_id IN (@)",
                [self._organisation],
                sorted({entry.document for entry in entries}),
            )
        }
        for entry in entries:
            entry.id = ids[entry.document, entry.ref.role.value, entry.ref.ordinal]
            known = self._known.get(entry.ref)
            if known is not None:
                known.id = entry.id
        self._database.run_many(INSERT_PAYLOAD, [payload_values(entry) for entry in entries])

    def _update(self, entries: Sequence[Wanted]) -> None:
        self._database.run_many(UPDATE_POSTING, [update_values(entry) for entry in entries])
        self._database.run_many(
            UPDATE_PAYLOAD, [payload_update_values(entry) for entry in entries if entry.payload_changed]
        )

    def _connect(self, entries: Sequence[Wanted]) -> None:
        """Dependencies of new and changed postings, and how many of them are not met."""
        changed = [entry.id for entry in entries if entry.known is not None]
        self._database.run_in("DELETE FROM posting_dependency WHERE posting_id IN (@)", [], changed)
        now = {entry.ref: entry.state for entry in entries}
        pairs: list[tuple[int, int]] = []
        unmet: list[tuple[int, int]] = []
        for entry in entries:
            open_needs = 0
            for ref in dict.fromkeys(entry.depends_on):
                needs = self._known.get(ref)
                if needs is None:
                    # Nothing of that name is wanted: the plan is at odds with itself; it must not be sent.
                    open_needs += 1
                    continue
                there = _there(needs, now.get(ref, needs.state))
                open_needs += not there
                if not (there and ref.role is Role.ITEM):
                    pairs.append((entry.id, needs.id))
            if open_needs:
                unmet.append((open_needs, entry.id))
        self._database.run_many("INSERT INTO posting_dependency (posting_id, needs_id) VALUES (%s,%s)", pairs)
        self._database.run_in("UPDATE posting SET unmet=0 WHERE unmet<>0 AND id IN (@)", [], changed)
        self._database.run_many("UPDATE posting SET unmet=%s WHERE id=%s", unmet)
        refresh_unmet(self._database, changed)
        # What hangs on a document that changes waits for the change, also when it was ready before.
        refresh_dependents(self._database, changed)
        self._lift(entries)

    def _lift(self, entries: Sequence[Wanted]) -> None:
        """What goes takes the contacts and items along that it needs and that wait for a time of their own."""
        going: dict[int, list[int]] = {}
        for entry in entries:
            if entry.state is PostingState.QUEUED and entry.priority < PARKED_PRIORITY and entry.depends_on:
                going.setdefault(entry.priority, []).append(entry.id)
        for priority in sorted(going, reverse=True):
            lift_needs(self._database, going[priority], priority)

    def _skip(self, counts: Counter[str]) -> list[tuple[int, str, str, str]]:
        """Skipped documents get their reason, planned ones lose it; returns what is new for the log."""
        reasons: dict[int, tuple[str, str]] = {}
        own = [plan for plan in self._plans if not plan.elsewhere]
        for plan in own:
            for skipped in plan.plan.skipped:
                identity = self._ids.get(skipped.document)
                if identity is not None:
                    reasons[identity] = (skipped.code, skipped.reason)
        members = {member.id: member.number for plan in own for member in plan.dossier.members}
        counts["skipped"] += len(reasons)
        before: Mapping[int, tuple[str, str]] = {
            identity: (code, reason)
            for identity, code, reason in self._database.rows_in(
                "SELECT id, skipped_code, skipped_reason FROM document WHERE id IN (@)", [], sorted(members)
            )
        }
        changes = [
            (identity, *reasons.get(identity, ("", "")))
            for identity in members
            if before.get(identity, ("", "")) != reasons.get(identity, ("", ""))
        ]
        self._database.run_many(
            "UPDATE document SET skipped_code=%s, skipped_reason=%s WHERE id=%s",
            [(code, text(reason), identity) for identity, code, reason in changes],
        )
        return [(identity, members[identity], code, reason) for identity, code, reason in changes if code]

    def _log(self, entries: Sequence[Wanted], skipped: Sequence[tuple[int, str, str, str]]) -> None:
        numbers = {member.id: member for plan in self._plans for member in plan.dossier.members}
        kinds = {identity: key.kind.value for key, identity in self._ids.items()}
        run = self._plans[0].run
        rows: list[tuple[object, ...]] = [
            (
                self._now, kinds[entry.document],
                numbers[entry.document].number if entry.document in numbers else entry.marker[:120],
                "plan", "held", entry.code, text(entry.reason), entry.ref.role.value, self._connection,
                self._organisation, entry.document, entry.id, run,
            )
            for entry in entries
            if entry.state is PostingState.HELD and entry.newly_held
        ]  # fmt: skip
        rows += [
            (
                self._now, kinds[identity], number, "plan", "skipped", code, text(reason), "", self._connection,
                self._organisation, identity, None, run,
            )
            for identity, number, code, reason in skipped
        ]  # fmt: skip
        self._database.run_many(PLAN_EVENT, rows)


def _there(known: Known, state: PostingState) -> bool:
    return counts_as_there(
        role=known.ref.role, state=state, remote_id=known.remote_id, remote_status=known.remote_status
    )


_MAIN_ROLES = {"customer": Role.CONTACT, "product": Role.ITEM, "refund": Role.CREDIT_NOTE, "payment": Role.PAYMENT}


def _main_role(document: DocumentKey) -> Role:
    return _MAIN_ROLES.get(document.kind.value, Role.INVOICE)
