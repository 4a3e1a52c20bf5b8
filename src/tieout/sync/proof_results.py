"""What a tie-out found, as one value that is shown, stored with its run, and filed at month end."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tieout.accounting import Role
from tieout.ports.reports import BankMovement
from tieout.reconciling.accounts import Movement
from tieout.reconciling.differences import ControlTotal, Difference
from tieout.reconciling.findings import Finding
from tieout.reconciling.listed import Listed
from tieout.reconciling.roll_forward import RollForward
from tieout.reconciling.sums import Sums


class Row(msgspec.Struct, frozen=True):
    """A difference as people and machines read it. chosen: a setting of the owner explains it."""

    kind: str
    number: str
    field: str
    store: str
    xero: str
    reason: str
    chosen: bool = False


class TiedOut(msgspec.Struct, frozen=True):
    """differences: those that nothing explains; chosen: those that a setting does.

    accounts, banks: by Xero's own reports, in the organisation's base currency. reports_refused: why they are
    missing, "" when they are not.
    """

    documents: int
    differences: tuple[Row, ...]
    chosen: tuple[Row, ...] = ()
    controls: tuple[ControlTotal, ...] = ()
    sums: tuple[Sums, ...] = ()
    lines: tuple[Listed, ...] = ()
    liabilities: tuple[RollForward, ...] = ()
    accounts: tuple[Movement, ...] = ()
    banks: tuple[BankMovement, ...] = ()
    findings: tuple[Finding, ...] = ()
    reports_refused: str = ""
    organisation: str = ""
    base_currency: str = ""

    def rows(self) -> list[tuple[str, ...]]:
        """Everything found, for tables."""
        return [(r.kind, r.number, r.field, r.store, r.xero, r.reason) for r in (*self.differences, *self.chosen)]

    def sentence(self) -> str:
        if self.differences:
            return f"{len(self.differences)} differences in {self.documents} documents."
        also = f" ({len(self.chosen)} explained by your settings)" if self.chosen else ""
        look = f" {len(self.findings)} to look at." if self.findings else ""
        return f"{self.documents} documents tie out, no difference{also}.{look}"

    def as_json(self) -> dict[str, object]:
        """For machines; amounts are texts."""
        lists = ("differences", "chosen", "controls", "sums", "liabilities", "accounts", "banks", "findings")
        return {
            "documents": self.documents,
            **{name: list(getattr(self, name)) for name in lists},
            "rounding": [one for one in self.lines if one.what == "rounding"],
            "adjustments": [one for one in self.lines if one.what == "adjustment"],
            "reports_refused": self.reports_refused,
        }


_encode = msgspec.msgpack.Encoder(decimal_format="string").encode
_decode = msgspec.msgpack.Decoder(TiedOut).decode


def encode(result: TiedOut) -> bytes:
    return _encode(result)


def decode(body: bytes) -> TiedOut:
    """Of any version that wrote it: fields that it did not know are empty."""
    return _decode(body)


def row(one: Difference) -> Row:
    kind = one.document.kind.value
    if one.ref is not None and one.ref.role in (Role.PAYMENT, Role.OVERPAYMENT, Role.REFUND_PAYMENT):
        kind = one.ref.role.value
    return Row(kind, one.number, one.what, one.store, one.ledger, one.sentence, one.chosen)


def merge(parts: Sequence[TiedOut]) -> TiedOut:
    """Several organisations in one answer."""
    lists = ("differences", "chosen", "controls", "sums", "lines", "liabilities", "accounts", "banks", "findings")
    currencies = {part.base_currency for part in parts}
    return TiedOut(
        documents=sum(part.documents for part in parts),
        **{name: tuple(one for part in parts for one in getattr(part, name)) for name in lists},
        reports_refused=" ".join(dict.fromkeys(part.reports_refused for part in parts if part.reports_refused)),
        organisation=", ".join(part.organisation for part in parts if part.organisation),
        base_currency=currencies.pop() if len(currencies) == 1 else "",
    )
