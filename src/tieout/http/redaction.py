"""Keeps secrets out of errors, logs and evidence."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable
from urllib.parse import quote

HIDDEN = "[hidden]"
#: Shorter texts are no secrets and would blacken half of every message.
SECRET_LENGTH_MIN = 6
#: Evidence is for a person to read; longer texts are cut.
TEXT_LENGTH_MAX = 2_000

_NAMED = re.compile(
    r"""(?ix)
    ((?:authorization|proxy-authorization|cookie|set-cookie)["']?\s*[:=]\s*) (?:"[^"]*"|'[^']*'|[^\r\n]+)
    |((?:oauth_signature|oauth_token|oauth_nonce|oauth_consumer_key|access_token|refresh_token|id_token
        |client_secret|password|api_key|token)["']?\s*[:=]\s*["']?) [^"'\s,;&}]+
    |(\bbearer\s+) [A-Za-z0-9._~+/=-]+
    |(\bbasic\s+) [A-Za-z0-9+/=]{8,}
    |(://) [^/@\s:]+:[^/@\s]+@
    """
)


class Redactor:
    """secrets: the values that must not be seen, in any of the forms in which they travel."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms: set[str] = set()
        for secret in secrets:
            if len(secret) >= SECRET_LENGTH_MIN:
                forms |= {secret, quote(secret, safe=""), b64encode(secret.encode()).decode().rstrip("=")}
        # Longest first, so that a secret that contains another leaves no rest.
        self._forms = sorted(forms, key=len, reverse=True)

    def text(self, text: str) -> str:
        """`text` without secrets, cut to a bound."""
        for form in self._forms:
            text = text.replace(form, HIDDEN)
        return _NAMED.sub(_keep_name, text)[:TEXT_LENGTH_MAX]

    def body(self, body: bytes) -> str:
        """The start of an answer as readable text without secrets."""
        return self.text(body[: 4 * TEXT_LENGTH_MAX].decode("utf-8", errors="replace"))


def _keep_name(match: re.Match[str]) -> str:
    return next((group for group in match.groups() if group), "") + HIDDEN
