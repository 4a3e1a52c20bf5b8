"""Mails: a digest once a day, and at once what stops the work. Counts and document numbers only."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tieout.records.models import Event
from tieout.web import formats
from tieout.web.access import UserRole
from tieout.web.notices import Notice, loud, notices
from tieout.web.problems import causes

CAUSES_MAX = 20
#: Roles whose users are written to when no address is set.
_READERS = (UserRole.OWNER.value, UserRole.OPERATOR.value, UserRole.BOOKKEEPER.value)


class Mail(msgspec.Struct, frozen=True):
    subject: str
    text: str


def recipients() -> list[str]:
    """TIEOUT_DIGEST_TO, else the addresses of the people who can do something about it."""
    if settings.TIEOUT_DIGEST_TO:
        return list(settings.TIEOUT_DIGEST_TO)
    users = User.objects.filter(is_active=True, groups__name__in=_READERS).exclude(email="")
    return sorted(set(users.values_list("email", flat=True)))


def digest(now: datetime) -> Mail | None:
    """What a person should know this morning; None when there is nothing to say."""
    waiting = loud(notices(now))
    if not waiting:
        return None
    subject = ngettext("Tieout: %(n)s thing needs you", "Tieout: %(n)s things need you", len(waiting))
    lines = [_("What needs you:"), "", *_lines(waiting)]
    held = causes(CAUSES_MAX)
    if held:
        lines += ["", _("Held, by cause:"), ""]
        lines += [f"  {formats.number(one.count)} × {one.title}" for one in held]
    day = now - timedelta(days=1)
    sent = Event.objects.filter(status="success", at__gte=day).exclude(role="").count()
    text = ngettext(
        "In the last 24 hours %(n)s posting went to Xero.", "In the last 24 hours %(n)s postings went to Xero.", sent
    )
    lines += ["", text % {"n": formats.number(sent)}]
    return Mail(subject % {"n": len(waiting)}, _letter(lines))


def alert(now: datetime, told: frozenset[str]) -> tuple[Mail | None, frozenset[str]]:
    """(mail about what newly stops the work, codes of everything that does). told: codes that were mailed before."""
    stopped = [one for one in notices(now) if one.tone == "danger"]
    new = [one for one in stopped if one.code not in told]
    codes = frozenset(one.code for one in stopped)
    if not new:
        return None, codes
    return Mail(_("Tieout: the work stopped"), _letter([_("Something stopped just now:"), "", *_lines(new)])), codes


def send(mail: Mail, to: list[str]) -> None:
    """Raises OSError or SMTPException when the server does not take it."""
    EmailMessage(subject=mail.subject, body=mail.text, to=to).send()


def _lines(found: list[Notice]) -> list[str]:
    base = settings.TIEOUT_BASE_URL.rstrip("/")
    return [f"  • {one.text}" + (f"\n    {base}{one.url}" if base and one.url else "") for one in found]


def _letter(lines: list[str]) -> str:
    return "\n".join([*lines, "", _("Tieout")]) + "\n"
