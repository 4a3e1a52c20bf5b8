"""A paper as PDF: A4, repeated heads, amounts in straight columns, page numbers. Drawn by ReportLab."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

import font_source_sans_pro as typeface
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, CondPageBreak, Flowable, Frame, PageTemplate, Paragraph, Spacer
from reportlab.platypus import Table as Drawn

from tieout.money import Money
from tieout.web import formats
from tieout.web.papers.tables import Cell, Column, Kind, Paper, Table

_PLAIN, _BOLD = "Tieout", "Tieout-Bold"
_INK, _SOFT, _RULE = HexColor("#1d2733"), HexColor("#5b6774"), HexColor("#c9d1d9")
_HEAD, _MARKED = HexColor("#eef2f6"), HexColor("#fff2cc")
_GOOD, _BAD = HexColor("#14683c"), HexColor("#9a3412")
_MARGIN, _FOOT = 16 * mm, 14 * mm
_WIDTH = A4[0] - 2 * _MARGIN
#: Room of a column that is not words: least and most, in points.
_COLUMN_MIN, _COLUMN_MAX = 28.0, 150.0
_WORDS_MIN = 120.0
#: Rows looked at to find how wide a column is.
_SAMPLE = 400
_PADDING = 8.0
#: Rows of a table that are drawn; a list of thousands is read in a spreadsheet.
ROWS_MAX = 500


@cache
def _fonts() -> None:
    folder = Path(typeface.font_directory)
    pdfmetrics.registerFont(TTFont(_PLAIN, str(folder / "SourceSansPro-Regular.ttf")))
    pdfmetrics.registerFont(TTFont(_BOLD, str(folder / "SourceSansPro-Semibold.ttf")))
    pdfmetrics.registerFontFamily(_PLAIN, normal=_PLAIN, bold=_BOLD, italic=_PLAIN, boldItalic=_BOLD)


def _style(name: str, size: float, *, bold: bool = False, **more: object) -> ParagraphStyle:
    settings = {"fontName": _BOLD if bold else _PLAIN, "fontSize": size, "leading": size * 1.28, "textColor": _INK}
    return ParagraphStyle(name, **{**settings, **more})


def _styles() -> dict[str, ParagraphStyle]:
    return {
        "title": _style("title", 22, bold=True),
        "subtitle": _style("subtitle", 12.5, textColor=_SOFT, spaceAfter=5 * mm),
        "verdict_good": _style("verdict_good", 12, bold=True, textColor=_GOOD),
        "verdict_bad": _style("verdict_bad", 12, bold=True, textColor=_BAD),
        "heading": _style("heading", 12.5, bold=True, spaceBefore=5 * mm, spaceAfter=1.2 * mm),
        "note": _style("note", 8.6, textColor=_SOFT, spaceAfter=1.6 * mm),
        "cell": _style("cell", 8.4),
        "number": _style("number", 8.4, alignment=TA_RIGHT),
        "head": _style("head", 8.2, bold=True, textColor=_SOFT),
        "head_number": _style("head_number", 8.2, bold=True, textColor=_SOFT, alignment=TA_RIGHT),
        "fact": _style("fact", 9.2),
        "fact_name": _style("fact_name", 9.2, textColor=_SOFT),
    }


def draw(paper: Paper) -> bytes:
    """The PDF's bytes. Text of stores is escaped; letters that the typeface lacks are drawn as boxes."""
    _fonts()
    styles = _styles()
    story: list[Flowable] = [
        Paragraph(_text(paper.title), styles["title"]),
        Spacer(1, 1.5 * mm),
        Paragraph(_text(paper.subtitle), styles["subtitle"]),
        _facts(paper.facts, styles),
        Spacer(1, 4 * mm),
        _verdict(paper, styles),
    ]
    nothing: list[tuple[str, str]] = []
    for table in paper.tables:
        if table.rows:
            story += [*_nothing(nothing, styles), *_table(table, styles)]
            nothing = []
        else:
            nothing.append((table.title, table.empty or _("None.")))
    story += _nothing(nothing, styles)
    buffer = io.BytesIO()
    document = BaseDocTemplate(
        buffer,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN + _FOOT,
        title=f"{paper.title} · {paper.subtitle}",
        author="Tieout",
        creator="Tieout",
        # Equal packs are equal byte for byte.
        invariant=1,
    )
    frame = Frame(_MARGIN, _MARGIN + _FOOT, _WIDTH, A4[1] - 2 * _MARGIN - _FOOT, 0, 0, 0, 0)
    document.addPageTemplates([PageTemplate(frames=[frame])])
    document.build(story, canvasmaker=_paged(paper.footer))
    return buffer.getvalue()


def _paged(footer: str) -> type[Canvas]:
    """A canvas that knows how many pages there are when it writes the first foot."""

    class Paged(Canvas):  # type: ignore[misc]  # the package has no types
        def __init__(self, *args: object, **kwargs: object) -> None:
            super().__init__(*args, **kwargs)
            self._pages: list[dict[str, object]] = []

        def showPage(self) -> None:
            self._pages.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            count = len(self._pages)
            for state in self._pages:
                self.__dict__.update(state)
                self._foot(count)
                super().showPage()
            super().save()

        def _foot(self, count: int) -> None:
            self.setStrokeColor(_RULE)
            self.setLineWidth(0.5)
            self.line(_MARGIN, _MARGIN + _FOOT - 6 * mm, A4[0] - _MARGIN, _MARGIN + _FOOT - 6 * mm)
            self.setFont(_PLAIN, 8)
            self.setFillColor(_SOFT)
            self.drawString(_MARGIN, _MARGIN, footer)
            page = _("Page %(page)s of %(pages)s") % {"page": self._pageNumber, "pages": count}
            self.drawRightString(A4[0] - _MARGIN, _MARGIN, page)

    return Paged


def _text(text: str) -> str:
    """Escaped for a paragraph."""
    return escape(_drawable(text)).replace("\n", "<br/>")


def _drawable(text: str) -> str:
    """Control characters out, and a box for each letter that the typeface lacks."""
    known = pdfmetrics.getFont(_PLAIN).face.charToGlyph
    return "".join(
        letter if ord(letter) in known or letter == "\n" else "\u25a1"
        for letter in text
        if letter >= " " or letter == "\n"
    )


def _facts(facts: Sequence[tuple[str, str]], styles: dict[str, ParagraphStyle], width: float = 48 * mm) -> Flowable:
    rows = [
        [Paragraph(_text(name), styles["fact_name"]), Paragraph(_text(value), styles["fact"])]
        for name, value in facts
    ]
    drawn = Drawn(rows, colWidths=[width, _WIDTH - width], hAlign="LEFT")
    drawn.setStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 1.2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1.2),
        ]
    )
    return drawn


def _verdict(paper: Paper, styles: dict[str, ParagraphStyle]) -> Flowable:
    tone = "good" if paper.good else "bad"
    drawn = Drawn([[Paragraph(_text(paper.verdict), styles[f"verdict_{tone}"])]], colWidths=[_WIDTH])
    colour = _GOOD if paper.good else _BAD
    drawn.setStyle(
        [
            ("LINEBEFORE", (0, 0), (0, -1), 3, colour),
            ("BACKGROUND", (0, 0), (-1, -1), _HEAD),
            ("LEFTPADDING", (0, 0), (-1, -1), 10),
            ("TOPPADDING", (0, 0), (-1, -1), 7),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 8),
        ]
    )
    return drawn


def _nothing(lines: Sequence[tuple[str, str]], styles: dict[str, ParagraphStyle]) -> list[Flowable]:
    """Lists that have nothing in them: a line each, so that a reader sees that they were looked at."""
    if not lines:
        return []
    return [CondPageBreak(20 * mm), Spacer(1, 5 * mm), _facts(lines, styles, 68 * mm)]


def _table(table: Table, styles: dict[str, ParagraphStyle]) -> list[Flowable]:
    shown = [at for at, column in enumerate(table.columns) if not column.csv_only]
    columns = [table.columns[at] for at in shown]
    story: list[Flowable] = [CondPageBreak(42 * mm), Paragraph(_text(table.title), styles["heading"])]
    if table.note:
        story.append(Paragraph(_text(table.note), styles["note"]))
    texts = [[_shown(row[at]) for at in shown] for row in table.rows[:ROWS_MAX]]
    head = [Paragraph(_text(one.title), styles["head_number" if _right(one) else "head"]) for one in columns]
    rows = [
        [
            Paragraph(_text(cell), styles["number" if _right(column) else "cell"])
            for column, cell in zip(columns, row, strict=True)
        ]
        for row in texts
    ]
    drawn = Drawn([head, *rows], colWidths=_widths(columns, texts), repeatRows=1, hAlign="LEFT")
    commands: list[tuple[object, ...]] = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("BACKGROUND", (0, 0), (-1, 0), _HEAD),
        ("LINEBELOW", (0, 0), (-1, 0), 0.7, _RULE),
        ("LINEBELOW", (0, 1), (-1, -1), 0.3, _RULE),
        ("LEFTPADDING", (0, 0), (-1, -1), 4),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ("TOPPADDING", (0, 0), (-1, -1), 1.8),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.6),
    ]
    marked = sorted(at for at in table.marked if at < ROWS_MAX)
    commands += [("BACKGROUND", (0, at + 1), (-1, at + 1), _MARKED) for at in marked]
    drawn.setStyle(commands)
    story.append(drawn)
    if more := len(table.rows) - len(texts):
        sentence = ngettext("%(n)s more row is in the CSV.", "%(n)s more rows are in the CSV.", more)
        story.append(Paragraph(_text(sentence % {"n": formats.number(more)}), styles["note"]))
    return story


def _right(column: Column) -> bool:
    return column.kind in (Kind.MONEY, Kind.COUNT)


def _shown(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case Money():
            return formats.money(cell)
        case date():
            return formats.day(cell)
        case int():
            return formats.number(cell)
        case _:
            return cell


def _widths(columns: Sequence[Column], texts: Sequence[Sequence[str]]) -> list[float]:
    """As wide as what stands in them, words taking the rest; all shrunk alike when it does not fit."""
    natural = []
    for at, column in enumerate(columns):
        longest = max((row[at] for row in texts[:_SAMPLE]), key=len, default="")
        title = max(column.title.split(), key=len, default="")
        width = max(
            pdfmetrics.stringWidth(_drawable(longest), _PLAIN, 8.4), pdfmetrics.stringWidth(title, _BOLD, 8.2)
        )
        bound = _WIDTH if column.kind is Kind.WORDS else _COLUMN_MAX
        natural.append(min(max(width + _PADDING + 2, _COLUMN_MIN), bound))
    words = [at for at, column in enumerate(columns) if column.kind is Kind.WORDS]
    fixed = sum(width for at, width in enumerate(natural) if at not in words)
    if words:
        room = max((_WIDTH - fixed) / len(words), _WORDS_MIN)
        natural = [min(width, room) if at in words else width for at, width in enumerate(natural)]
    total = sum(natural)
    if words and total < _WIDTH:
        natural[words[-1]] += _WIDTH - total
        return natural
    if total < _WIDTH:
        # Room that is left goes to the gap before the figures.
        texts_at = [at for at, column in enumerate(columns) if not _right(column)] or [0]
        share = (_WIDTH - total) / len(texts_at)
        return [width + (share if at in texts_at else 0) for at, width in enumerate(natural)]
    return [width * _WIDTH / total for width in natural]
