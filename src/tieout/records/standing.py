"""What is derived from the postings: a document's state, and how many dependencies of a posting are not met."""

from __future__ import annotations

from collections.abc import Iterable

from tieout.records.sql import Database

# The SQL twin of engine.actions.counts_as_there; a test compares the two.
_THERE = (
    "CASE WHEN n.role IN ('contact','item') THEN n.remote_id<>'' OR n.state='gone'"
    " ELSE n.state IN ('posted','gone') END"
)

UNMET = (
    "(SELECT COUNT(*) FROM posting_dependency x JOIN posting n ON n.id=x.needs_id"
    f" WHERE x.posting_id=posting.id AND NOT ({_THERE}))"
)

# The first that applies, top down: as in engine.states.SyncState.
SYNC_STATE = """COALESCE((SELECT CASE
 WHEN SUM(CASE WHEN p.state='held' THEN 1 ELSE 0 END) > 0 THEN 'held'
 WHEN SUM(CASE WHEN p.state='sending' THEN 1 ELSE 0 END) > 0 THEN 'sending'
 WHEN SUM(CASE WHEN p.state='queued' THEN 1 ELSE 0 END) > 0 THEN 'queued'
 WHEN SUM(CASE WHEN p.state='waiting' THEN 1 ELSE 0 END) > 0 THEN 'waiting'
 WHEN SUM(CASE WHEN p.state='removed' THEN 1 ELSE 0 END) > 0 THEN 'removed'
 WHEN SUM(CASE WHEN p.state='posted' THEN 1 ELSE 0 END) > 0 THEN 'posted' END
 FROM posting p WHERE p.document_id=document.id), CASE WHEN skipped_code<>'' THEN 'skipped' ELSE 'received' END)"""


def refresh_documents(database: Database, documents: Iterable[int]) -> None:
    """Derive the documents' states from their postings."""
    database.run_in(f"UPDATE document SET sync_state={SYNC_STATE} WHERE id IN (@)", [], documents)


def refresh_unmet(database: Database, postings: Iterable[int]) -> None:
    """Count the open dependencies of these postings anew."""
    database.run_in(f"UPDATE posting SET unmet={UNMET} WHERE id IN (@)", [], postings)


def refresh_dependents(database: Database, needs: Iterable[int]) -> None:
    """Count the open dependencies of everything that needs one of these postings."""
    database.run_in(
        f"UPDATE posting SET unmet={UNMET} WHERE id IN"
        " (SELECT y.posting_id FROM posting_dependency y WHERE y.needs_id IN (@))",
        [],
        needs,
    )
