"""Frozen calls: written before the first request, kept until their outcome is known."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from tieout.accounting import Role
from tieout.engine.keys import idempotency_key
from tieout.engine.states import CallState
from tieout.ports.turn import NewCall, StoredCall
from tieout.records.codec import encode_payload, to_text
from tieout.records.sql import Database, optional_time, text, time_of

_COLUMNS = (
    "id, organisation_id, role, operation, method, path, idempotency_key, postings, markers, state, tries, fence,"
    " priority, frozen_at, first_sent_at, last_sent_at, not_before"
)
#: Evidence kept of an answer as a whole; elements keep their own slice in the log.
_EVIDENCE_MAX = 8_000

_ids = msgspec.json.Decoder(tuple[int, ...])
_texts = msgspec.json.Decoder(tuple[str, ...])


class Outbox:
    """The calls' part of TurnRecords."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def unsettled_calls(self, organisation: int) -> Sequence[StoredCall]:
        rows = self._database.rows(
            f"SELECT {_COLUMNS} FROM call WHERE organisation_id=%s AND NOT (state='done') ORDER BY id", [organisation]
        )
        return [_call(row, "") for row in rows]

    def call(self, call: int) -> StoredCall:
        row = self._database.row(f"SELECT {_COLUMNS}, body FROM call WHERE id=%s{self._database.locked}", [call])
        assert row is not None, f"call {call} is gone"
        return _call(row, row[-1])

    def freeze(self, call: NewCall, tenant_id: str, nonce: str, now: datetime) -> StoredCall:
        database = self._database
        row = database.row(
            "INSERT INTO call (organisation_id, role, operation, method, path, body, body_digest, idempotency_key,"
            " postings, markers, count, fence, priority, state, tries, frozen_at, message, evidence)"
            " VALUES (%s,%s,%s,%s,%s,%s,%s,'',%s,%s,%s,0,%s,'open',0,%s,'','') RETURNING id",
            [
                call.organisation, call.role.value, call.operation, call.method, call.path, call.body,
                hashlib.sha256(call.body.encode()).hexdigest(), to_text(call.postings), to_text(call.markers),
                len(call.postings), call.priority, now,
            ],
        )  # fmt: skip
        assert row is not None
        identity = row[0]
        database.run(
            "UPDATE call SET idempotency_key=%s WHERE id=%s",
            [idempotency_key(tenant_id, nonce, identity), identity],
        )
        database.run_many(
            "UPDATE posting SET state='sending', state_after='', call_id=%s, sent_digest=%s, attempts=attempts+1"
            " WHERE id=%s",
            [(identity, digest, posting) for posting, digest in zip(call.postings, call.digests, strict=True)],
        )
        database.run_many(
            "UPDATE posting_payload SET sent=%s WHERE posting_id=%s",
            [(encode_payload(payload), posting) for posting, payload in call.altered.items()],
        )
        markers = dict(zip(call.postings, call.markers, strict=True))
        database.run_many(
            "UPDATE posting SET marker=%s WHERE id=%s", [(markers[posting], posting) for posting in call.altered]
        )
        return self.call(identity)

    def mark_sent(self, call: int, request: int, fence: int, now: datetime) -> StoredCall:
        self._database.run(
            "UPDATE call SET state='sending', tries=tries+1, fence=%s, request_id=%s, last_sent_at=%s,"
            " not_before=NULL, first_sent_at=COALESCE(first_sent_at, %s) WHERE id=%s",
            [fence, request, now, now, call],
        )
        return self.call(call)

    def update_call(
        self,
        call: int,
        state: CallState,
        *,
        now: datetime,
        not_before: datetime | None = None,
        status: int | None = None,
        message: str = "",
        evidence: str = "",
        postings: Sequence[int] | None = None,
        markers: Sequence[str] | None = None,
    ) -> None:
        self._database.run(
            "UPDATE call SET state=%s, not_before=%s, status=COALESCE(%s, status), message=%s, evidence=%s,"
            " settled_at=%s WHERE id=%s",
            [
                state.value, not_before, status, text(message), text(evidence, _EVIDENCE_MAX),
                now if state is CallState.DONE else None, call,
            ],
        )  # fmt: skip
        if postings is not None and markers is not None:
            self._database.run(
                "UPDATE call SET postings=%s, markers=%s WHERE id=%s", [to_text(postings), to_text(markers), call]
            )


def _call(row: Sequence[Any], body: str) -> StoredCall:
    return StoredCall(
        id=row[0],
        organisation=row[1],
        role=Role(row[2]),
        operation=row[3],
        method=row[4],
        path=row[5],
        body=body,
        key=row[6],
        postings=_ids.decode(row[7]),
        markers=_texts.decode(row[8]),
        state=CallState(row[9]),
        tries=row[10],
        fence=row[11],
        priority=row[12],
        frozen_at=time_of(row[13]),
        first_sent_at=optional_time(row[14]),
        last_sent_at=optional_time(row[15]),
        not_before=optional_time(row[16]),
    )
