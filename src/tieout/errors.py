"""What can go wrong, and what the engine does about it.

    TieoutError
    ├── ConfigurationWrong   a setting is missing or wrong; the process does not start
    ├── RetryLater           a limit, an outage, a lock: wait until `not_before` or for `after_seconds`
    ├── OutcomeUnknown       sent, no (whole) answer: look up by our marker before anything is sent again
    ├── NeedsOperator        permission, revoked consent, refusal: hold this document or connection
    └── ContractBroken       an answer does not fit the published description: hold, keep the evidence

Documents or rules that cannot be planned are not exceptions but values: `Problem`.
"""

from __future__ import annotations

from datetime import datetime

import msgspec


class TieoutError(Exception):
    """Base of all errors of Tieout; the message is a sentence for the operator."""


class ConfigurationWrong(TieoutError):
    """A setting is missing or wrong. The message names it and gives an example."""

    def __init__(self, setting: str, message: str) -> None:
        super().__init__(message)
        self.setting = setting


class RetryLater(TieoutError):
    """Nothing was done, or surely refused; try again later.

    after_seconds: what the server named, else None (the engine backs off with jitter).
    scope: what has to wait: "minute", "day", "concurrent", "app", "outage", "lock", "connection".
    """

    def __init__(
        self,
        message: str,
        *,
        scope: str,
        after_seconds: int | None = None,
        not_before: datetime | None = None,
    ) -> None:
        super().__init__(message)
        self.scope = scope
        self.after_seconds = after_seconds
        self.not_before = not_before


class OutcomeUnknown(TieoutError):
    """The request left, and no complete answer came back. It may or may not have taken effect."""


class NeedsOperator(TieoutError):
    """Only a person can go on: consent withdrawn, scope or permission missing, address refused.

    code: a code of the problem catalogue.  scope: "document", "organisation", "connection".
    """

    def __init__(self, message: str, *, code: str, scope: str) -> None:
        super().__init__(message)
        self.code = code
        self.scope = scope


class ContractBroken(TieoutError):
    """An answer that does not fit the description we test against. `evidence` is redacted text."""

    def __init__(self, message: str, *, evidence: str = "") -> None:
        super().__init__(message)
        self.evidence = evidence


class Problem(msgspec.Struct, frozen=True, gc=False):
    """Why a document (or one posting of it) cannot be planned or was refused.

    code: of the closed list in `tieout.rules.catalogue`.  reason: one sentence with the facts of this
    document, for a merchant.  subject: what must be mapped or mended ("tax UK VAT 20", "method checkmo"),
    equal for all documents with the same cause, so that they are shown as one problem with one button.
    """

    code: str
    reason: str
    subject: str = ""
