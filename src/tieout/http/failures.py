"""What can go wrong below the level of an answer.

    HttpFailure
    ├── NotSent         no connection: the request never left and may be sent again
    ├── Lost            it left, or may have, and no whole answer came back
    ├── TooLarge        the answer is larger than the limit; it was not read to its end
    └── AddressRefused  the address is not one that we call (guard.py)

Their texts hold no secrets. Callers turn them into the classes of `tieout.errors`: only they know whether a
request changes anything.
"""

from __future__ import annotations

from tieout.errors import TieoutError


class HttpFailure(TieoutError):
    """Base of the failures of this package."""


class NotSent(HttpFailure):
    """No connection could be made."""


class Lost(HttpFailure):
    """The request may have had its effect, but its answer did not arrive whole."""


class TooLarge(HttpFailure):
    """The answer passed the limit of bytes."""


class AddressRefused(HttpFailure):
    """The address leads where a stranger's entry must never lead us, or cannot be an address."""
