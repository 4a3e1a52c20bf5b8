"""Errors of `tieout.errors` as a sentence on screen."""

from __future__ import annotations

from django.utils.translation import gettext as _

from tieout.errors import RetryLater, TieoutError
from tieout.web import formats


def sentence(error: TieoutError) -> str:
    """The error's own words, and when to try again where that is known."""
    if isinstance(error, RetryLater) and error.not_before is not None:
        return _("%(what)s. It is free again at %(when)s.") % {
            "what": str(error).rstrip("."),
            "when": formats.moment(error.not_before),
        }
    return str(error)
