"""Recurring mails: the digest of the morning, and what stops the work."""

from __future__ import annotations

from collections.abc import Callable
from smtplib import SMTPException
from typing import TYPE_CHECKING

from tieout.errors import RetryLater
from tieout.ports.schedules import Job

if TYPE_CHECKING:
    from tieout.config.wiring import Wiring
    from tieout.web.digest import Mail

#: Fact that keeps which alerts were mailed.
_TOLD = "alerts_told"


def digest(wired: Wiring, job: Job, stopping: Callable[[], bool]) -> str:
    """What needs a person, once a day; nothing when there is nothing."""
    from tieout.web import digest as letters

    mail = letters.digest(wired.clock.now())
    return "nothing to say" if mail is None else _send(mail)


def alerts(wired: Wiring, job: Job, stopping: Callable[[], bool]) -> str:
    """At once, and once, what stops the work: access withdrawn, a store that refuses, differences."""
    from tieout.web import digest as letters

    told = frozenset(filter(None, wired.administration.fact(_TOLD).split(" ")))
    now = wired.clock.now()
    mail, codes = letters.alert(now, told)
    result = "nothing new" if mail is None else _send(mail)
    if codes != told:
        wired.administration.note_fact(_TOLD, " ".join(sorted(codes)), now)
    return result


def _send(mail: Mail) -> str:
    from tieout.web import digest as letters

    to = letters.recipients()
    if not to:
        return "nobody to write to: no user has an e-mail address, and TIEOUT_DIGEST_TO is not set"
    try:
        letters.send(mail, to)
    except (OSError, SMTPException) as error:
        raise RetryLater(f"The mail server did not take the mail: {type(error).__name__}", scope="mail") from error
    return f"sent to {len(to)}"
