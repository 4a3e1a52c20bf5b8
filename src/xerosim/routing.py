"""What all routes share: the answer value, reading a collection, finding one."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from xerosim.collection import Collection, Kept
from xerosim.errors import NotFound
from xerosim.resources.context import Context, Written
from xerosim.resources.listing import Listed, select
from xerosim.wire import Json, Request, Response

if TYPE_CHECKING:
    from xerosim.world import World

K = TypeVar("K", bound=Kept)


class Answer(msgspec.Struct):
    """What goes into the envelope."""

    plural: str
    elements: list[Json]
    pagination: Json | None = None
    extra: Json | None = None


Handler = Callable[["World", Context, list[str], Request], Answer | Response]


def answered(written: Written) -> Answer:
    """A write as an answer."""
    return Answer(written.plural, written.elements)


def one_of(collection: Collection[K], id: str) -> K:
    """A value by id. Raises NotFound."""
    value = collection.get(id.lower())
    if value is None:
        raise NotFound
    return value


def read(
    ctx: Context,
    collection: Collection[Any],
    singular: str,
    parts: list[str],
    render: Callable[[Any], Json],
    *,
    pageable: bool = False,
    timed: bool = True,
    keep: Callable[[Any], bool] | None = None,
) -> Answer:
    """GET of a collection or of one by id."""
    if len(parts) == 2:
        return Answer(collection.name, [render(one_of(collection, parts[1]))])
    if len(parts) > 2:
        raise NotFound
    return as_answer(
        collection.name, select(ctx, collection, singular, pageable=pageable, timed=timed, keep=keep), render
    )


def as_answer(plural: str, listed: Listed, render: Callable[[Any], Json]) -> Answer:
    """Listed values as an answer."""
    return Answer(plural, [render(value) for value in listed.values], listed.pagination)
