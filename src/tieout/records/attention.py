"""What needs a person, over all tables in one statement: it is asked with every page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from tieout.records.sql import Database, optional_date, optional_time

#: Counting stops here: "1,000+" tells as much.
COUNT_MAX = 1_000

_COUNTED = (COUNT_MAX + 1,)
# Columns: what, number, name, state, reason, at, first, last, count; a branch for each thing worth telling.
_STATEMENT = """
SELECT 'worker', 0, '', '', '', (SELECT MAX(changed_at) FROM installation WHERE name LIKE 'heartbeat %%'),
 (SELECT MIN(date) FROM document WHERE 1=0), (SELECT MIN(date) FROM document WHERE 1=0), COUNT(*)
 FROM connection WHERE removed_at IS NULL
UNION ALL SELECT 'organisation', id, CASE WHEN alias='' THEN name ELSE alias END, status, status_reason, NULL, NULL,
 NULL, 0 FROM organisation WHERE removed_at IS NULL AND status IN ('no_access','disconnected')
UNION ALL SELECT 'waits', id, CASE WHEN alias='' THEN name ELSE alias END, hold_scope, hold_reason, hold_until, NULL,
 NULL, 0 FROM organisation WHERE removed_at IS NULL AND status='connected' AND hold_until>%s
 AND hold_scope IN ('day','outage')
UNION ALL SELECT 'catch_up', id, CASE WHEN alias='' THEN name ELSE alias END, status, '', NULL, NULL, NULL, 0
 FROM organisation WHERE removed_at IS NULL AND status='connected' AND catch_up
UNION ALL SELECT 'store', id, name, status, status_reason, NULL, NULL, NULL, 0
 FROM connection WHERE removed_at IS NULL AND status IN ('failing','refused')
UNION ALL SELECT 'consent', t.id, '', t.status, '', COALESCE(t.refreshed_at, t.created_at), NULL, NULL, 0
 FROM authorisation t JOIN app a ON a.id=t.app_id WHERE t.status='connected' AND a."grant"<>'custom'
 AND COALESCE(t.refreshed_at, t.created_at)<=%s
 AND EXISTS (SELECT 1 FROM organisation o WHERE o.authorisation_id=t.id AND o.removed_at IS NULL)
UNION ALL SELECT 'held', 0, '', '', '', NULL, NULL, NULL, COUNT(*)
 FROM (SELECT 1 FROM posting WHERE state='held' LIMIT %s) held
UNION ALL SELECT 'drift', 0, '', '', '', NULL, NULL, NULL, COUNT(*)
 FROM (SELECT 1 FROM drift WHERE decided_at IS NULL AND blocks LIMIT %s) open
UNION ALL SELECT 'proof', p.organisation_id, CASE WHEN o.alias='' THEN o.name ELSE o.alias END, r.state, p.progress,
 r.started_at, p.dated_from, p.dated_to, CASE WHEN p.differences>0 THEN p.differences ELSE -p.findings END
 FROM proof p JOIN run r ON r.id=p.run_id JOIN organisation o ON o.id=p.organisation_id
 WHERE r.started_at>=%s AND o.removed_at IS NULL AND p.run_id=(SELECT MAX(q.run_id) FROM proof q
 JOIN run s ON s.id=q.run_id WHERE q.organisation_id=p.organisation_id AND s.state IN ('done','failed'))
 AND (r.state='failed' OR p.differences>0 OR p.findings>0)
"""


class AttentionRow(msgspec.Struct, frozen=True):
    """what: worker, organisation, waits, catch_up, store, consent, held, drift, proof.

    at: last heartbeat, until when it waits, when a consent was last used. count: stores connected (worker), rows
    up to COUNT_MAX + 1 (held, drift), differences or, negative, findings (proof).
    """

    what: str
    number: int
    name: str
    state: str
    reason: str
    at: datetime | None
    first: date | None
    last: date | None
    count: int


def attention(
    now: datetime, unused_since: datetime, proofs_since: datetime, database: Database | None = None
) -> Sequence[AttentionRow]:
    """One query. now: what waits longer is told; so are consents not used since, and tie-outs since."""
    rows = (database or Database()).rows(_STATEMENT, [now, unused_since, *_COUNTED, *_COUNTED, proofs_since])
    return [
        AttentionRow(
            row[0], row[1], row[2], row[3], row[4], optional_time(row[5]), optional_date(row[6]),
            optional_date(row[7]), row[8],
        )
        for row in rows
    ]  # fmt: skip
