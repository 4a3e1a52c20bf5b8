"""The statements that write plans, and the order of their parameters."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tieout.engine.states import PostingState
from tieout.records.plan_rows import Wanted, encoded
from tieout.records.sql import text

KNOWN_COLUMNS = (
    "p.id, p.role, d.kind, d.key, p.ordinal, p.root_id, p.state, p.state_after, p.action, p.wanted_digest,"
    " p.posted_digest, p.sent_digest, p.source_digest, p.rule_version, p.remote_id, p.remote_status, p.code,"
    " p.reason, p.priority, p.document_id, p.marker"
)

INSERT_POSTING = """INSERT INTO posting (organisation_id, connection_id, role, document_id, ordinal, root_id,
 state, state_after, action, wanted_digest, posted_digest, sent_digest, source_digest, rule_version, marker, origin,
 remote_id, remote_status, currency, total_minor, tax_minor, date, code, reason, subject, remarks, why,
 priority, unmet, attempts, batch_limit, drift, queued_at, run_id, burnt, must_check)
 VALUES (%s,%s,%s,%s,%s,%s,%s,'',%s,%s,'','',%s,%s,%s,'store','','',%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,0,0,0,'',
 %s,%s,'',%s)"""

INSERT_PAYLOAD = "INSERT INTO posting_payload (posting_id, wanted, certificate) VALUES (%s,%s,%s)"

# A reason to try anew starts the attempts anew; queued_at stays when nothing but its priority changed.
UPDATE_POSTING = """UPDATE posting SET state=%s, state_after=%s, action=%s, wanted_digest=%s, source_digest=%s,
 rule_version=%s, marker=%s, currency=%s, total_minor=%s, tax_minor=%s, date=%s, code=%s, reason=%s, subject=%s,
 remarks=%s, why=%s, priority=%s, queued_at=COALESCE(%s, queued_at), attempts=CASE WHEN %s THEN 0 ELSE attempts END,
 not_before=CASE WHEN %s THEN NULL ELSE not_before END WHERE id=%s"""

# What was posted, and what is being sent, are kept when the wanted payload moves away from them.
UPDATE_PAYLOAD = """UPDATE posting_payload SET
 posted=CASE WHEN %s THEN wanted WHEN %s THEN NULL ELSE posted END,
 sent=CASE WHEN %s AND sent IS NULL THEN wanted ELSE sent END,
 wanted=%s, certificate=%s WHERE posting_id=%s"""

PLAN_EVENT = """INSERT INTO event (at, entity, number, action, status, code, message, role, remote_id, connection_id,
 organisation_id, document_id, posting_id, run_id, detail)
 VALUES (%s,%s,%s,%s,%s,%s,%s,%s,'',%s,%s,%s,%s,%s,'')"""


def insert_values(entry: Wanted, now: datetime, must_check: bool) -> tuple[Any, ...]:
    if entry.state is PostingState.HELD:
        entry.newly_held = True
    return (
        entry.organisation, entry.connection, entry.ref.role.value, entry.document, entry.ref.ordinal, entry.root,
        entry.state.value, entry.action, entry.digest, entry.source_digest, entry.rule_version,
        text(entry.marker, 255), entry.currency, entry.total_minor, entry.tax_minor, entry.date, entry.code,
        text(entry.reason), text(entry.subject, 200), entry.remarks, entry.why[:60], entry.priority, now, entry.run,
        must_check,
    )  # fmt: skip


def payload_values(entry: Wanted) -> tuple[Any, ...]:
    return entry.id, encoded(entry), entry.certificate


def update_values(entry: Wanted) -> tuple[Any, ...]:
    fresh = entry.payload_changed
    return (
        entry.state.value, entry.state_after, entry.action, entry.digest, entry.source_digest, entry.rule_version,
        text(entry.marker, 255), entry.currency, entry.total_minor, entry.tax_minor, entry.date, entry.code,
        text(entry.reason), text(entry.subject, 200), entry.remarks, entry.why[:60], entry.priority, entry.queued_at,
        fresh, fresh, entry.id,
    )  # fmt: skip


def payload_update_values(entry: Wanted) -> tuple[Any, ...]:
    known = entry.known
    assert known is not None
    leaves_posted = bool(known.posted_digest) and known.posted_digest == known.wanted_digest
    # To end something its payload is needed; of an adopted one that differs the wanted one is all we have.
    leaves_posted = leaves_posted or bool(known.remote_id and not known.posted_digest and not entry.digest)
    returns_to_posted = bool(entry.digest) and entry.digest == known.posted_digest
    leaves_sent = known.state is PostingState.SENDING and known.wanted_digest == known.sent_digest
    return leaves_posted, returns_to_posted, leaves_sent, encoded(entry), entry.certificate, entry.id
