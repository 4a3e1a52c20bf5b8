"""Writing a generated shop as a folder of the recorded form, with its expected figures."""

import gzip
from collections.abc import Iterator
from pathlib import Path

from storesim.magento2.generator.book import Book
from storesim.magento2.generator.expected import write_expected
from storesim.magento2.generator.generate import shop_of
from storesim.magento2.generator.statics import static_plain
from storesim.magento2.table import Table

_LEVEL = 5


def write_folder(book: Book, folder: Path) -> None:
    """Write every resource as `.json.gz` and `expected.csv`; one document in memory at a time."""
    folder.mkdir(parents=True, exist_ok=True)
    shop = shop_of(book)
    for name, table in shop.tables.items():
        if len(table):
            _write(folder / f"{name}.json.gz", _listing(table))
    for name, text in static_plain(book.plan.views).items():
        _write(folder / f"{name}.json.gz", iter([text]))
    write_expected(book, folder / "expected.csv")


def _listing(table: Table) -> Iterator[bytes]:
    yield b'{"items":['
    for row in table.positions():
        yield (b"," if row else b"") + table.raw(row)
    yield b'],"search_criteria":{"filter_groups":[]},"total_count":%d}' % len(table)


def _write(path: Path, parts: Iterator[bytes]) -> None:
    # A fixed time in the archive keeps the same shop the same file.
    with path.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=_LEVEL, mtime=0) as file:
        for part in parts:
            file.write(part)
