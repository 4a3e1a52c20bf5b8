"""Addresses of the window."""

from typing import TYPE_CHECKING

from xerosim.wire import Request, Response

if TYPE_CHECKING:
    from xerosim.world import World


def handle(world: "World", request: Request, path: str) -> Response | None:
    """Answer a window address; None where the path is not one."""
    return None
