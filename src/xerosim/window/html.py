"""HTML from values: everything is escaped unless it is Markup."""

from collections.abc import Iterable, Sequence
from html import escape


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def text(value: object) -> str:
    """A value as HTML."""
    return value if isinstance(value, Markup) else escape(str(value))


def link(address: str, label: object, current: bool = False) -> Markup:
    """A link."""
    mark = ' aria-current="page"' if current else ""
    return Markup(f'<a href="{escape(address)}"{mark}>{text(label)}</a>')


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], foot: Sequence[object] = ()) -> Markup:
    """A table; heads that end in # are columns of numbers."""
    numeric = [head.endswith("#") for head in heads]
    classes = [' class="number"' if one else "" for one in numeric]
    parts = ['<div class="wide"><table><thead><tr>']
    parts += [f'<th scope="col"{c}>{escape(h.rstrip("#"))}</th>' for h, c in zip(heads, classes, strict=True)]
    parts.append("</tr></thead><tbody>")
    for row in rows:
        parts.append("<tr>" + "".join(f"<td{c}>{text(v)}</td>" for v, c in zip(row, classes, strict=True)) + "</tr>")
    parts.append("</tbody>")
    if foot:
        cells = "".join(f"<td{c}>{text(v)}</td>" for v, c in zip(foot, classes, strict=True))
        parts.append(f"<tfoot><tr>{cells}</tr></tfoot>")
    parts.append("</table></div>")
    return Markup("".join(parts))


def facts(pairs: Iterable[tuple[str, object]]) -> Markup:
    """A list of names and values; empty values are left out."""
    parts = [f"<dt>{escape(name)}</dt><dd>{text(value)}</dd>" for name, value in pairs if value not in ("", None)]
    return Markup(f"<dl>{''.join(parts)}</dl>")
