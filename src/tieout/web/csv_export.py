"""CSV for spreadsheets: streamed row by row, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.http import StreamingHttpResponse

#: A cell that begins with one of these is read as a formula by spreadsheets (OWASP, "CSV injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
#: A negative amount is no formula: nothing but a sign, digits and a point.
_PLAIN_NUMBER = frozenset("0123456789.")
#: Rows written to the answer at once; a write per row doubles the time of a long file.
ROWS_PER_CHUNK = 500


def guarded(value: object) -> str:
    """The cell's text, with an apostrophe before anything that a spreadsheet would take for a formula."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    text = str(value)
    if text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA):
        if text[0] == "-" and len(text) > 1 and set(text[1:]) <= _PLAIN_NUMBER:
            return text
        return "'" + text
    return text


class _Echo:
    """A file for csv.writer that keeps the last chunk instead of writing it."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def write(self, text: str) -> int:
        self.parts.append(text)
        return len(text)

    def take(self) -> str:
        text = "".join(self.parts)
        self.parts.clear()
        return text


def lines(header: Sequence[object], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The file's text in chunks, header first, each cell guarded."""
    echo = _Echo()
    writer = csv.writer(echo)
    writer.writerow([guarded(cell) for cell in header])
    for index, row in enumerate(rows, start=1):
        writer.writerow([guarded(cell) for cell in row])
        if index % ROWS_PER_CHUNK == 0:
            yield echo.take()
    yield echo.take()


def response(name: str, header: Sequence[object], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """A download called `name`.csv. The mark at its head tells spreadsheets that it is UTF-8."""

    def content() -> Iterator[bytes]:
        yield b"\xef\xbb\xbf"
        for text in lines(header, rows):
            yield text.encode()

    answer = StreamingHttpResponse(content(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer
