"""Reads what changed of orders.

Nothing in the shop says reliably that an order changed: from 4.1 on a status change leaves `date_modified` alone,
and returns leave the order alone in every version. So an order counts as changed when its time of change, its
history, a return or a store-credit row is new, each with an overlap; what is read twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from tieout.documents import DocumentKind
from tieout.ports.store import Mark, Page, RawDocument
from tieout.stores.opencart.documents import Json, OrderAssembler, encode, is_torn
from tieout.stores.opencart.marks import UNSETTLED_MAX, OrderMark, read_mark
from tieout.stores.opencart.query import Condition, Rows, Select
from tieout.stores.opencart.shop_clock import EARLIEST, local_now, shifted, utc

T = TypeVar("T")

#: Read again before the newest change: in autumn an hour comes twice, and rows appear later than they are dated.
OVERLAP = timedelta(minutes=90)
#: How long an order may stand at "unconfirmed" or "void" in the middle of an edit before it is believed.
SETTLING = timedelta(minutes=15)
#: History rows looked at again: ids are given out before rows become visible.
ID_OVERLAP = 200
#: Documents on a page.
PAGE = 200
#: Orders read at once where the children have no index on the order: each question then walks the whole table.
CHUNK_WITHOUT_INDEX = 2000
#: Times an order is read again when it was edited meanwhile.
TRIES_MAX = 4
_UNCONFIRMED = "0"


class OrderReader:
    """zone: the shop's. void: id of the status that an edit passes through from 4.1 on.

    wait: seconds to sleep before an order is read again.
    """

    def __init__(
        self,
        rows: Rows,
        assembler: OrderAssembler,
        *,
        zone: ZoneInfo,
        void: str,
        wait: Callable[[float], None] = lambda seconds: None,
    ) -> None:
        self._rows = rows
        self._assembler = assembler
        self._zone = zone
        self._void = void
        self._wait = wait

    def one(self, key: str) -> RawDocument | None:
        found = self._read([int(key)]).get(int(key))
        return None if found is None else self._raw(int(key), found)

    def changes(self, since: Mark | None) -> Iterator[Page]:
        """What changed first, under the old mark, so that a stop in between repeats it; then new orders by id."""
        start = read_mark(since)
        heads = self._heads()
        changed = self._changed(start)
        chunk = PAGE if self._rows.has_index("order_history", "order_id") else CHUNK_WITHOUT_INDEX
        unsettled: list[int] = []
        for ids in _pieces(changed, chunk):
            documents, waiting = self._documents(ids)
            unsettled += waiting
            for page in _pieces(documents, PAGE):
                yield Page(documents=tuple(page), mark=since, last=False)
        if len(unsettled) > UNSETTLED_MAX:
            # A mass edit: everything since the old mark is read again next time.
            yield Page(documents=(), mark=since, last=True)
            return
        position = OrderMark(
            order=start.order,
            history=max(start.history, heads.history),
            returns=max(start.returns, heads.returns),
            credit=max(start.credit, heads.credit),
            changed=max(start.changed, heads.changed),
            unsettled=tuple(unsettled),
        )
        while True:
            ids = self._new(position.order, chunk)
            documents, waiting = self._documents(ids)
            position = OrderMark(
                order=max(ids, default=position.order),
                history=position.history,
                returns=position.returns,
                credit=position.credit,
                changed=position.changed,
                unsettled=(*position.unsettled, *waiting)[:UNSETTLED_MAX],
            )
            last = len(ids) < chunk
            pages = list(_pieces(documents, PAGE)) or [[]]
            for number, page in enumerate(pages):
                whole = number == len(pages) - 1
                # The mark moves with the last page of a chunk: a page in its middle is read again after a stop.
                yield Page(documents=tuple(page), mark=self._mark(position) if whole else since, last=last and whole)
            since = self._mark(position)
            if last:
                return

    def _mark(self, position: OrderMark) -> Mark:
        return Mark(updated_at=utc(position.changed, self._zone), key=position.key())

    def _heads(self) -> OrderMark:
        """How far the shop's lists go now; taken before anything is read, so that nothing falls in between."""
        return OrderMark(
            history=self._highest("order_history", "order_history_id"),
            returns=self._highest("return", "return_id"),
            credit=self._highest("customer_transaction", "customer_transaction_id"),
            changed=self._top("order", "date_modified") or EARLIEST,
        )

    def _highest(self, table: str, column: str) -> int:
        found = self._top(table, column)
        return int(found) if found.isascii() and found.isdigit() else 0

    def _top(self, table: str, column: str) -> str:
        if column not in self._rows.columns(table):
            return ""
        found = self._rows.select(Select(table, (column,), (), (column,), 1, True))
        return found[0].get(column, "") if found else ""

    def _changed(self, start: OrderMark) -> list[int]:
        """Orders up to the mark that changed since, by everything that tells it."""
        if start == OrderMark():
            return []
        earlier = shifted(start.changed, -OVERLAP)
        found = set(start.unsettled)
        for column in ("date_modified", "date_added"):
            found |= self._ids("order", "order_id", (Condition(column, ">=", (earlier,)),))
        found |= self._ids("order_history", "order_id", (Condition("order_history_id", ">", (str(start.history),)),))
        found |= self._ids(
            "order_history",
            "order_id",
            (
                Condition("order_history_id", ">", (str(max(start.history - ID_OVERLAP, 0)),)),
                Condition("date_added", ">=", (earlier,)),
            ),
        )
        found |= self._ids("return", "order_id", (Condition("return_id", ">", (str(start.returns),)),))
        found |= self._ids("return", "order_id", (Condition("date_modified", ">=", (earlier,)),))
        credit = (Condition("customer_transaction_id", ">", (str(start.credit),)),)
        found |= self._ids("customer_transaction", "order_id", credit)
        return sorted(one for one in found if 0 < one <= start.order or one in start.unsettled)

    def _ids(self, table: str, column: str, where: tuple[Condition, ...]) -> set[int]:
        if column not in self._rows.columns(table):
            return set()
        return {int(row[column]) for row in self._rows.stream(Select(table, (column,), where))}

    def _new(self, after: int, limit: int) -> list[int]:
        where = (Condition("order_id", ">", (str(after),)),)
        return [
            int(row["order_id"])
            for row in self._rows.select(Select("order", ("order_id",), where, ("order_id",), limit))
        ]

    def _documents(self, ids: Sequence[int]) -> tuple[list[RawDocument], list[int]]:
        """Documents in the order of ids, and which orders are in the middle of something."""
        documents, waiting = [], []
        read = self._read(ids) if ids else {}
        for one in ids:
            document = read.get(one)
            if document is None:
                continue
            if self._is_passing(document):
                waiting.append(one)
            else:
                documents.append(self._raw(one, document))
        return documents, waiting

    def _read(self, ids: Sequence[int]) -> dict[int, Json]:
        """Orders that belong to one moment each; where the shop knows no transactions they are read until so."""
        with self._rows.snapshot() as consistent:
            found = self._assembler.read(ids)
        if consistent:
            return found
        for attempt in range(TRIES_MAX):
            headers = self._assembler.headers(list(found))
            again = [
                one for one, document in found.items() if headers.get(one) != document["order"] or is_torn(document)
            ]
            if not again:
                break
            self._wait(0.2 * 2**attempt)
            fresh = self._assembler.read(again)
            settled = [one for one in again if fresh.get(one) == found[one]]
            for one in again:
                found.pop(one)
            found |= fresh
            if len(settled) == len(again):
                break  # an extension's own way of adding up: it stays like that
        return dict(sorted(found.items()))

    def _is_passing(self, document: Json) -> bool:
        """Whether an order may be in the middle of an edit just now: by its status, or its lines do not add up."""
        order, history = document["order"], document.get("history", [])
        assert isinstance(order, dict)
        assert isinstance(history, list)
        status = order.get("order_status_id", "0")
        was_confirmed = any(row.get("order_status_id", "0") not in (_UNCONFIRMED, self._void) for row in history)
        if not (is_torn(document) or (status in (_UNCONFIRMED, self._void) and was_confirmed)):
            return False
        return shifted(_newest_time(document), SETTLING) > local_now(self._rows, self._zone)

    def _raw(self, key: int, document: Json) -> RawDocument:
        return RawDocument(
            kind=DocumentKind.ORDER,
            key=str(key),
            updated_at=utc(_newest_time(document), self._zone),
            body=encode(document),
        )


def _newest_time(document: Json) -> str:
    order, history = document["order"], document.get("history", [])
    assert isinstance(order, dict)
    assert isinstance(history, list)
    times = [order.get("date_modified", ""), order.get("date_added", "")]
    times += [row.get("date_added", "") for row in history]
    return max(time for time in times if isinstance(time, str))


def _pieces(things: Sequence[T], size: int) -> Iterator[list[T]]:
    for start in range(0, len(things), size):
        yield list(things[start : start + size])
