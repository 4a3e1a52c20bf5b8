"""What a store has no more: all ids compared with all that were read, for stores that tell no deletions.

A document counts as deleted only after the store was asked for it by its key. A comparison that would remove a large
part at once is refused: an emptied table, another prefix or a wrong database looks just like that.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tieout.documents import DocumentKind
from tieout.errors import NeedsOperator
from tieout.ports import Clock, StoreTranslator
from tieout.ports.deletions import DeletionReader, DeletionRecords

#: More than so many missing documents of one entity, which are also more than this share, stop the comparison.
BRAKE_COUNT, BRAKE_PERCENT = 20, 10
MUCH_MISSING = "store_much_missing"


class Missed(msgspec.Struct, frozen=True):
    """removed: found deleted; back: there after all, and read."""

    removed: int = 0
    back: int = 0


class Missing:
    """Finds the deleted documents of one connection."""

    def __init__(
        self,
        records: DeletionRecords,
        clock: Clock,
        connection: int,
        reader: DeletionReader,
        translator: StoreTranslator,
    ) -> None:
        self._records = records
        self._clock = clock
        self._connection = connection
        self._reader = reader
        self._translator = translator

    def compare(self, *, however_many: bool = False) -> Missed:
        """All entities. Raises NeedsOperator when suspiciously much is missing and `however_many` was not said;
        RetryLater and ContractBroken as the store's reader does."""
        found = Missed()
        for kind in self._reader.deletable():
            # Read before the store's: what is read meanwhile is in neither and looked at next time.
            known = self._records.living_keys(self._connection, kind)
            missing = sorted(known.difference(self._reader.keys(kind)))
            if len(missing) > BRAKE_COUNT and len(missing) * 100 > len(known) * BRAKE_PERCENT and not however_many:
                raise NeedsOperator(
                    f"{len(missing)} of {len(known)} documents ({kind.value}) that were read from the store are "
                    "missing there. Nothing was changed. Check that the connection leads to the right database and "
                    "table prefix; if they were really deleted, run: tieout pull --deleted",
                    code=MUCH_MISSING,
                    scope="connection",
                )
            one = self.look(kind, missing)
            found = Missed(found.removed + one.removed, found.back + one.back)
        return found

    def look(self, kind: DocumentKind, keys: Sequence[str]) -> Missed:
        """Ask the store for each of these, of which it is said that they were deleted."""
        now = self._clock.now()
        gone, back = [], []
        for raw in self._records.last_read(self._connection, kind, keys):
            current = self._reader.one(kind, raw.key)
            if current is None:
                gone.append(self._reader.removed(raw, now))
            else:
                back.append(current)
        page = [(raw, self._translator.envelope(raw)) for raw in (*gone, *back)]
        self._records.save_page(self._connection, kind, page, None, now)
        return Missed(self._records.mark_removed(self._connection, kind, [raw.key for raw in gone]), len(back))
