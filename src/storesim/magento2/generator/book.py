"""The order book of a generated shop: a short entry an order, and from it every number and id.

Built in one pass over the sketches; documents themselves are worked out when somebody asks.
"""

from array import array
from bisect import bisect_right
from collections import OrderedDict

from storesim.magento2.generator.sketch import Plan, Sketch, buyer_count, buyer_of, sketch
from storesim.magento2.generator.story import Numbers, Story, tell

_STORIES_KEPT_MAX = 1_024


class Book:
    """Entries of all orders of one plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        count = plan.orders
        self.created = array("q", bytes(8 * count))
        self.updated = array("q", bytes(8 * count))
        self.views = array("B", bytes(count))
        # How many documents of each kind came before the order with this index, and in all.
        self.invoices_before = array("q", bytes(8 * (count + 1)))
        self.memos_before = array("q", bytes(8 * (count + 1)))
        self.transactions_before = array("q", bytes(8 * (count + 1)))
        # When each invoice, credit memo and transaction was made, in the order of their ids.
        self.invoice_times = array("q")
        self.memo_times = array("q")
        self.transaction_times = array("q")
        # The order's place in its own view's sequences.
        self._order_places = array("q", bytes(8 * count))
        self._invoice_places = array("q", bytes(8 * count))
        self._memo_places = array("q", bytes(8 * count))
        self._stories: OrderedDict[int, Story] = OrderedDict()
        self._fill()
        self.customers = self._registered()

    @property
    def invoice_count(self) -> int:
        """Invoices in all."""
        return self.invoices_before[-1]

    @property
    def memo_count(self) -> int:
        """Credit memos in all."""
        return self.memos_before[-1]

    @property
    def transaction_count(self) -> int:
        """Gateway transactions in all."""
        return self.transactions_before[-1]

    def sketch(self, index: int) -> Sketch:
        """The order with this index in a few words."""
        return sketch(self.plan, index)

    def story(self, index: int) -> Story:
        """The order with this index, worked out; the last ones are kept."""
        found = self._stories.get(index)
        if found is None:
            entry = sketch(self.plan, index)
            found = tell(self.plan, entry, self.numbers(entry))
            self._stories[index] = found
            if len(self._stories) > _STORIES_KEPT_MAX:
                self._stories.popitem(last=False)
        return found

    def numbers(self, entry: Sketch) -> Numbers:
        """The order's own number and those of its documents."""
        index = entry.index
        view = self.views[index]
        first_invoice = self.invoices_before[index]
        first_transaction = self.transactions_before[index]
        has_memo = entry.refund != "none"
        invoice_range = range(len(entry.invoiced))
        return Numbers(
            increment=increment(view, self._order_places[index] + 1),
            invoice_ids=tuple(first_invoice + ordinal + 1 for ordinal in invoice_range),
            invoice_increments=tuple(
                increment(view, self._invoice_places[index] + ordinal + 1) for ordinal in invoice_range
            ),
            memo_id=self.memos_before[index] + 1 if has_memo else 0,
            memo_increment=increment(view, self._memo_places[index] + 1) if has_memo else "",
            transaction_ids=tuple(first_transaction + ordinal + 1 for ordinal in range(entry.transaction_count)),
        )

    def owner(self, before: "array[int]", position: int) -> tuple[int, int]:
        """(order index, ordinal within the order) of the document at a position of one kind."""
        index = bisect_right(before, position) - 1
        return index, position - before[index]

    def _fill(self) -> None:
        orders: dict[int, int] = {}
        invoices: dict[int, int] = {}
        memos: dict[int, int] = {}
        views: dict[int, int] = {}
        for index in range(self.plan.orders):
            entry = sketch(self.plan, index)
            view = views.get(entry.buyer)
            if view is None:
                view = buyer_of(self.plan, entry.buyer).view.number
                if entry.buyer < self.plan.pool:
                    views[entry.buyer] = view
            self.created[index] = entry.created
            self.updated[index] = entry.updated
            self.views[index] = view
            self._order_places[index] = orders.get(view, 0)
            self._invoice_places[index] = invoices.get(view, 0)
            self._memo_places[index] = memos.get(view, 0)
            refunds = (entry.refunded,) if entry.refund != "none" else ()
            memo_count = len(refunds)
            self.invoice_times.extend(entry.invoiced)
            self.memo_times.extend(refunds)
            if entry.is_paid_by_card:
                self.transaction_times.extend((*entry.invoiced, *refunds))
            orders[view] = orders.get(view, 0) + 1
            invoices[view] = invoices.get(view, 0) + len(entry.invoiced)
            memos[view] = memos.get(view, 0) + memo_count
            self.invoices_before[index + 1] = self.invoices_before[index] + len(entry.invoiced)
            self.memos_before[index + 1] = self.memos_before[index] + memo_count
            self.transactions_before[index + 1] = self.transactions_before[index] + entry.transaction_count

    def _registered(self) -> "array[int]":
        """Numbers of the people who have a customer account, ascending."""
        people = range(buyer_count(self.plan))
        return array("q", (n for n in people if not buyer_of(self.plan, n).is_guest))


def increment(view: int, place: int) -> str:
    """A document's number: views other than the first put their own number in front."""
    return f"{place:09d}" if view == 1 else f"{view}{place:09d}"
