"""Settings that a person asks for: accounts, tax rates, currencies. One per call, as Xero wants it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from tieout.errors import ContractBroken
from tieout.ports.ledger import Meter
from tieout.xero import forms, wire
from tieout.xero.caller import Caller
from tieout.xero.codec import decoder, encode, number
from tieout.xero.into import known_id

_envelope = decoder(wire.Envelope)
_account = decoder(wire.AccountWire)
_tax_rate = decoder(wire.TaxRateWire)


def _first(body: bytes, name: str) -> msgspec.Raw:
    try:
        found = getattr(_envelope.decode(body), name)
    except msgspec.DecodeError as error:
        raise ContractBroken("Xero's answer to a creation cannot be read") from error
    if not found:
        raise ContractBroken(f"Xero's answer to a creation has no {name}")
    raw: msgspec.Raw = found[0]
    return raw


class NewAccount(msgspec.Struct, frozen=True):
    """An account to be made. currency, bank_number: of type BANK only; Xero wants a number there."""

    code: str
    name: str
    type: str
    tax_type: str = ""
    payments_enabled: bool = False
    currency: str = ""
    bank_number: str = ""


def create_account(caller: Caller, account: NewAccount, meter: Meter) -> str:
    """The new account's id."""
    form = forms.AccountForm(
        Code=account.code,
        Name=account.name,
        Type=account.type,
        # Lines of a bank account carry no tax of its own; Xero takes none there.
        TaxType=account.tax_type or None if account.type != "BANK" else None,
        EnablePaymentsToAccount=True if account.payments_enabled else None,
        BankAccountNumber=account.bank_number or None,
        CurrencyCode=account.currency or None,
    )
    reply = caller.put("Accounts", encode(form).encode(), meter)
    made = _account.decode(_first(reply.body, "Accounts"))
    account_id = known_id(made.AccountID)
    if not account_id:
        raise ContractBroken("Xero created an account without an id")
    return account_id


def create_tax_rate(
    caller: Caller, name: str, components: Sequence[tuple[str, str, bool]], report_type: str, meter: Meter
) -> str:
    """The new rate's TaxType. report_type: "" where the organisation's country has none."""
    form = forms.TaxRateForm(
        Name=name,
        TaxComponents=tuple(
            forms.TaxComponentForm(part, number(Decimal(percent)), compound) for part, percent, compound in components
        ),
        ReportTaxType=report_type or None,
    )
    reply = caller.put("TaxRates", encode({"TaxRates": [form]}).encode(), meter)
    rate = _tax_rate.decode(_first(reply.body, "TaxRates"))
    if not rate.TaxType:
        raise ContractBroken("Xero created a tax rate without a tax type")
    return rate.TaxType


def enable_currency(caller: Caller, code: str, meter: Meter) -> None:
    """Adds a currency to the organisation; it cannot be removed again."""
    caller.put("Currencies", encode(forms.CurrencyForm(code)).encode(), meter)
