"""Keep a process small that has many threads: glibc gives each thread a heap of its own and rarely gives any back.

Nothing here is needed for anything else; on other C libraries it does nothing.
"""

from __future__ import annotations

import ctypes
import sys

#: glibc's number of the option, and how many heaps all threads share.
_M_ARENA_MAX, _ARENAS = -8, 2


def share_heaps() -> bool:
    """Before threads start: let them share a few heaps. False where the C library knows no such thing."""
    library = _library()
    return library is not None and bool(library.mallopt(_M_ARENA_MAX, _ARENAS))


def give_back() -> bool:
    """Return freed memory to the system. True when something went back."""
    library = _library()
    return library is not None and bool(library.malloc_trim(0))


def _library() -> ctypes.CDLL | None:
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "mallopt") and hasattr(library, "malloc_trim") else None
