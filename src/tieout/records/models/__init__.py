"""The tables. Truth of the queue is here: a posting that differs from what was posted *is* queued.

No `auto_now`, no database defaults that read a clock: every time is an argument. Totals are whole minor units
beside their currency; structured values are text or bytes made by `tieout.records.codec`.
"""

from tieout.records.models.access import ApiToken
from tieout.records.models.calls import Call, Request
from tieout.records.models.connections import App, Authorisation, Connection, Mapping, Organisation
from tieout.records.models.documents import Document, DocumentBody, Watermark
from tieout.records.models.history import Audit, Event, Run
from tieout.records.models.installation import Inbox, Installation, Schedule
from tieout.records.models.ledger import Drift, HeldFigures, RemoteContact
from tieout.records.models.postings import Dependency, Posting, PostingPayload
from tieout.records.models.proofs import Proof
from tieout.records.models.two_way import Brought, BroughtMark, Conflict, DocumentTarget, RoutingRules

__all__ = [
    "ApiToken",
    "App",
    "Audit",
    "Authorisation",
    "Brought",
    "BroughtMark",
    "Call",
    "Conflict",
    "Connection",
    "Dependency",
    "Document",
    "DocumentBody",
    "DocumentTarget",
    "Drift",
    "Event",
    "HeldFigures",
    "Inbox",
    "Installation",
    "Mapping",
    "Organisation",
    "Posting",
    "PostingPayload",
    "Proof",
    "RemoteContact",
    "Request",
    "RoutingRules",
    "Run",
    "Schedule",
    "Watermark",
]
