"""The book's documents as tables that a shop serves; each document is worked out when read."""

from array import array
from collections.abc import Callable

from storesim.magento2.columns import Value, plain_fields
from storesim.magento2.generator.book import Book
from storesim.magento2.generator.order_document import order_json
from storesim.magento2.generator.other_documents import invoice_json, memo_json, transaction_json
from storesim.magento2.generator.people import customer_document
from storesim.magento2.generator.sketch import Sketch, buyer_of
from storesim.magento2.generator.times import shop_text
from storesim.magento2.table import Key
from storesim.wire import encode

_FORM_SAMPLE = 60
_SECONDS_BETWEEN_REGISTRATIONS = 97


class GeneratedDocuments:
    """A table whose keys are 1, 2, 3 … and whose documents come from a function of the position.

    columns: fields that are cheap to give for every document at once.
    """

    def __init__(
        self, count: int, raw: Callable[[int], bytes], columns: dict[str, Callable[[], list[Value]]]
    ) -> None:
        self._count = count
        self._raw = raw
        self._columns = columns

    def __len__(self) -> int:
        return self._count

    def key(self, position: int) -> Key:
        """See `Documents`."""
        return position + 1

    def position(self, key: Key) -> int | None:
        """See `Documents`."""
        return key - 1 if isinstance(key, int) and 1 <= key <= self._count else None

    def raw(self, position: int) -> bytes:
        """See `Documents`."""
        return self._raw(position)

    def column(self, name: str) -> list[Value] | None:
        """See `Documents`."""
        make = self._columns.get(name)
        return None if make is None else make()

    def field_names(self) -> frozenset[str]:
        """Union over the first documents."""
        names: set[str] = set(self._columns)
        for position in range(min(self._count, _FORM_SAMPLE)):
            names |= plain_fields(self._raw(position))
        return frozenset(names)


class GeneratedCustomers(GeneratedDocuments):
    """Registered customers; guests leave gaps between their ids."""

    def __init__(self, book: Book) -> None:
        numbers = book.customers
        self._positions: dict[int, int] | None = None
        self._numbers = numbers

        def written(position: int) -> bytes:
            number = numbers[position]
            return encode(customer_document(buyer_of(book.plan, number), registered_at(book, number)))

        def times() -> list[Value]:
            return [registered_at(book, number) for number in numbers]

        columns: dict[str, Callable[[], list[Value]]] = {
            "id": lambda: [number + 1 for number in numbers],
            "created_at": times,
            "updated_at": times,
        }
        super().__init__(len(numbers), written, columns)

    def key(self, position: int) -> Key:
        """See `Documents`."""
        return self._numbers[position] + 1

    def position(self, key: Key) -> int | None:
        """See `Documents`."""
        if self._positions is None:
            self._positions = {number + 1: place for place, number in enumerate(self._numbers)}
        return self._positions.get(key) if isinstance(key, int) else None


def registered_at(book: Book, number: int) -> str:
    """When a person registered: returning ones before the first order, new ones with their order."""
    plan = book.plan
    if number < plan.pool:
        return shop_text(plan.start - 86_400 - (plan.pool - number) * _SECONDS_BETWEEN_REGISTRATIONS)
    return shop_text(book.created[number - plan.pool] - 60)


def order_documents(book: Book) -> GeneratedDocuments:
    """The table of orders."""
    plan = book.plan

    def of_sketch(read: Callable[[Sketch], Value]) -> list[Value]:
        return [read(book.sketch(index)) for index in range(plan.orders)]

    columns: dict[str, Callable[[], list[Value]]] = {
        "entity_id": lambda: list(range(1, plan.orders + 1)),
        "created_at": lambda: [shop_text(at) for at in book.created],
        "updated_at": lambda: [shop_text(at) for at in book.updated],
        "store_id": lambda: list(book.views),
        "increment_id": lambda: of_sketch(lambda entry: book.numbers(entry).increment),
    }
    return GeneratedDocuments(plan.orders, lambda index: order_json(book.story(index)), columns)


def invoice_documents(book: Book) -> GeneratedDocuments:
    """The table of invoices."""

    def raw(position: int) -> bytes:
        index, ordinal = book.owner(book.invoices_before, position)
        return invoice_json(book.story(index), ordinal)

    columns = _columns_of_parts(book, book.invoices_before, book.invoice_times)
    return GeneratedDocuments(book.invoice_count, raw, columns)


def memo_documents(book: Book) -> GeneratedDocuments:
    """The table of credit memos."""

    def raw(position: int) -> bytes:
        return memo_json(book.story(book.owner(book.memos_before, position)[0]))

    columns = _columns_of_parts(book, book.memos_before, book.memo_times)
    return GeneratedDocuments(book.memo_count, raw, columns)


def transaction_documents(book: Book) -> GeneratedDocuments:
    """The table of gateway transactions."""

    def raw(position: int) -> bytes:
        index, ordinal = book.owner(book.transactions_before, position)
        return transaction_json(book.story(index), ordinal)

    columns = _columns_of_parts(book, book.transactions_before, book.transaction_times)
    columns["transaction_id"] = columns.pop("entity_id")
    for name in ("updated_at", "store_id"):
        del columns[name]
    return GeneratedDocuments(book.transaction_count, raw, columns)


def _columns_of_parts(book: Book, before: "array[int]", times: "array[int]") -> dict[str, Callable[[], list[Value]]]:
    """Cheap columns of documents that belong to an order; they never change after they were made."""

    def owners() -> list[int]:
        return [index for index in range(book.plan.orders) for _ in range(before[index + 1] - before[index])]

    return {
        "entity_id": lambda: list(range(1, before[-1] + 1)),
        "order_id": lambda: [index + 1 for index in owners()],
        "store_id": lambda: [book.views[index] for index in owners()],
        "created_at": lambda: [shop_text(at) for at in times],
        "updated_at": lambda: [shop_text(at) for at in times],
    }
