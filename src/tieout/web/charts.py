"""Bar charts drawn on the server: figures in, coordinates out; the template loops once."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

#: The drawing's size in its own units; CSS scales it.
WIDTH = 720
HEIGHT = 200
#: Room for the labels under the bars.
FOOT = 26
GAP = 4


class Bar(msgspec.Struct, frozen=True):
    """One bar: `label` under it (or ""), `title` for pointer and screen reader, coordinates in drawing units.

    second: height of the part at the foot that is told apart (failed calls), 0 when there is none.
    """

    label: str
    title: str
    x: int
    y: int
    width: int
    height: int
    second: int = 0
    second_y: int = 0
    faint: bool = False
    #: Keeps its label on narrow screens too.
    key: bool = False

    @property
    def middle(self) -> int:
        return self.x + self.width // 2


class Chart(msgspec.Struct, frozen=True):
    """sentence: what a person who does not see the drawing is told. limit_y: height of the limit's line."""

    bars: tuple[Bar, ...]
    sentence: str
    peak: int
    limit_y: int | None = None
    width: int = WIDTH
    height: int = HEIGHT
    base: int = HEIGHT - FOOT


class Point(msgspec.Struct, frozen=True):
    """What a bar shows. value, second: zero or more; second is part of value. faint: a forecast, no fact."""

    label: str
    title: str
    value: int
    second: int = 0
    faint: bool = False


def bars(points: Sequence[Point], sentence: str, *, limit: int | None = None, labels: int = 5) -> Chart:
    """Lay out a bar per point from left to right; about `labels` of them keep their label, the last always.

    A limit that is near enough to matter (at most three times the peak) widens the scale and gets a line.
    """
    peak = max((point.value for point in points), default=0)
    top = peak
    if limit and limit <= max(peak, 1) * 3:
        top = max(peak, limit)
    room = HEIGHT - FOOT - 6
    step = WIDTH / max(len(points), 1)
    every = max(1, len(points) // labels)
    drawn = []
    for index, point in enumerate(points):
        height = round(room * point.value / top) if top else 0
        second = round(room * point.second / top) if top else 0
        last = len(points) - 1
        keep = (last - index) % every == 0
        drawn.append(
            Bar(
                label=point.label if keep else "",
                title=point.title,
                x=round(index * step) + GAP // 2,
                y=HEIGHT - FOOT - max(height, 1 if point.value else 0),
                width=max(2, round(step) - GAP),
                height=max(height, 1 if point.value else 0),
                second=max(second, 2 if point.second else 0),
                second_y=HEIGHT - FOOT - max(second, 2 if point.second else 0),
                faint=point.faint,
                key=index == last - every * (last // every),
            )
        )
    limit_y = HEIGHT - FOOT - round(room * limit / top) if limit and top and limit <= top else None
    return Chart(bars=tuple(drawn), sentence=sentence, peak=peak, limit_y=limit_y)
