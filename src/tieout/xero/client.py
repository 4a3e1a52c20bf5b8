"""The `Ledger` of one Xero organisation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

import msgspec

from tieout.accounting import ContactEntry, Held, LedgerReference, Role
from tieout.errors import NeedsOperator, RetryLater, TieoutError
from tieout.ports.ledger import Answer, AnswerKind, FrozenCall, Meter, Outgoing, TokenKeeper
from tieout.ports.outside import Clock
from tieout.ports.reports import Balance, BankMovement
from tieout.xero import creating, looking, out, reading, reports
from tieout.xero.addresses import Addresses
from tieout.xero.answers import read_answer
from tieout.xero.caller import USER_AGENT, Caller
from tieout.xero.changes import XeroChanges
from tieout.xero.transport import ANSWER_LOST, NOTHING_SENT, Transport

#: Longest idempotency key Xero takes.
KEY_LENGTH_MAX = 128


class XeroLedger:
    """Implements `tieout.ports.Ledger` and `tieout.ports.reports.Reports`.

    tenant_id: "" for custom connections. base_currency: what a payment is in when Xero's answer does not say.
    """

    def __init__(
        self,
        transport: Transport,
        tokens: TokenKeeper,
        clock: Clock,
        *,
        tenant_id: str,
        addresses: Addresses | None = None,
        base_currency: str = "",
        user_agent: str = USER_AGENT,
    ) -> None:
        self._caller = Caller(transport, tokens, tenant_id, addresses or Addresses(), user_agent)
        self._clock = clock
        self._base_currency = base_currency

    def lane(self, outgoing: Outgoing) -> str:
        return out.lane(outgoing)

    def freeze(self, outgoing: Sequence[Outgoing]) -> FrozenCall:
        return out.freeze(outgoing)

    def send(self, call: FrozenCall, idempotency_key: str) -> Answer:
        assert 0 < len(idempotency_key) <= KEY_LENGTH_MAX
        try:
            reply = self._caller.call(
                call.method, call.path, call.body.encode(), {"Idempotency-Key": idempotency_key}
            )
        except NOTHING_SENT as error:
            return Answer(kind=AnswerKind.RETRY, status=0, limit="connection", message=str(error))
        except ANSWER_LOST as error:
            return Answer(kind=AnswerKind.UNKNOWN, status=0, message=str(error))
        except NeedsOperator as error:
            return Answer(kind=AnswerKind.NO_ACCESS, status=401, message=str(error), code=error.code)
        except TieoutError as error:
            # The token could not be had, so nothing was sent or the token was refused before anything happened.
            wait = error.after_seconds if isinstance(error, RetryLater) else None
            return Answer(kind=AnswerKind.RETRY, status=0, limit="connection", retry_after=wait, message=str(error))
        answer = read_answer(call, reply.status, reply.headers, reply.body)
        return msgspec.structs.replace(answer, correlation_id=reply.headers.get("xero-correlation-id", ""))

    def hint(self, outgoing: Outgoing) -> str:
        return looking.hint(outgoing)

    def lookup_size(self, role: Role) -> int:
        return looking.SIZES[role]

    def look_up(self, role: Role, markers: Sequence[str], hints: Mapping[str, str], meter: Meter) -> dict[str, Held]:
        return looking.look_up(self._caller, role, markers, hints, meter, self._base_currency)

    def reference(self, meter: Meter) -> LedgerReference:
        return reading.reference(self._caller, self._clock.now(), meter)

    def contacts(self, since: datetime | None, meter: Meter) -> Iterator[Sequence[ContactEntry]]:
        return reading.contacts(self._caller, since, meter)

    def read(
        self,
        role: Role,
        meter: Meter,
        *,
        since: datetime | None = None,
        dated_from: date | None = None,
        dated_to: date | None = None,
    ) -> Iterator[Sequence[Held]]:
        span = reading.Span(since=since, dated_from=dated_from, dated_to=dated_to)
        return reading.read(self._caller, role, span, meter, self._base_currency)

    def read_some(self, role: Role, ids: Sequence[str], meter: Meter) -> Iterator[Sequence[Held]]:
        return looking.read_some(self._caller, role, ids, meter)

    @property
    def changes(self) -> XeroChanges:
        """Whole objects, for the way back."""
        return XeroChanges(self._caller, self._base_currency)

    def trial_balance(self, day: date, meter: Meter) -> tuple[Balance, ...]:
        return reports.trial_balance(self._caller, day, meter)

    def bank_summary(self, first: date, last: date, meter: Meter) -> tuple[BankMovement, ...]:
        return reports.bank_summary(self._caller, first, last, meter)

    def create_account(
        self,
        code: str,
        name: str,
        type: str,
        tax_type: str,
        meter: Meter,
        *,
        payments_enabled: bool = False,
        currency: str = "",
        bank_number: str = "",
    ) -> str:
        account = creating.NewAccount(code, name, type, tax_type, payments_enabled, currency, bank_number)
        return creating.create_account(self._caller, account, meter)

    def create_tax_rate(
        self, name: str, components: Sequence[tuple[str, str, bool]], report_type: str, meter: Meter
    ) -> str:
        return creating.create_tax_rate(self._caller, name, components, report_type, meter)

    def enable_currency(self, code: str, meter: Meter) -> None:
        creating.enable_currency(self._caller, code, meter)
