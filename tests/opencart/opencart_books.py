"""Rules that fit a dossier of an OpenCart shop: every tax it bears has a rate, every method an account."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

import dossiers
from small_ledger import check
from tieout.accounting import CreditNote, Invoice, LedgerReference, TaxRate
from tieout.documents import Dossier
from tieout.planning.dossier import plan_dossier
from tieout.planning.results import DossierPlan, Snapshot
from tieout.rules.book import compile_rules
from tieout.rules.seen import look_over
from tieout.rules.settings import MethodRule, Rules, TaxRule, UnknownTotalRule, ZeroReason, ZeroRule
from tieout.stores.opencart.adapter import OpenCartAdapter
from tieout.stores.opencart.translate import OpenCartTranslator

OPENCART = OpenCartAdapter()
CURRENCIES = ("GBP", "EUR", "USD", "JPY", "KWD", "CHF")


def translator(context: Mapping[str, Any], **options: str) -> OpenCartTranslator:
    return OPENCART.translator(msgspec.json.encode(context), options)


def reference_for(dossier: Dossier) -> LedgerReference:
    rates = list(dossiers.RATES)
    for number, tax in enumerate(look_over([dossier]).taxes, 1):
        rates.append(TaxRate(f"TAX{number:03d}X", " + ".join(tax.codes), tax.percent))
    clearing = dossiers.account("690", "Clearing", "CURRLIAB", payments_enabled=True)
    facts = dossiers.reference()
    return msgspec.structs.replace(
        facts, tax_rates=tuple(rates), currencies=CURRENCIES, accounts=(*facts.accounts, clearing)
    )


def rules_for(dossier: Dossier, **more: Any) -> Rules:
    taxes = tuple(
        TaxRule(codes=tax.codes, tax_type=f"TAX{number:03d}X")
        for number, tax in enumerate(look_over([dossier]).taxes, 1)
    )
    base = msgspec.structs.replace(
        OPENCART.default_rules(),
        accounts=dossiers.ROLES,
        taxes=taxes,
        zero_rules=tuple(
            ZeroRule(ZeroReason.EXPORT, "ZERORATEDOUTPUT", ship_to=where, confirmed=True)
            for where in ("home", "eu", "world")
        ),
        methods=(MethodRule("card", "690"), MethodRule("cod", "690", offline=True, money_seen=True)),
        unknown_totals=(UnknownTotalRule("gift_wrap", "fee", "261"),),
    )
    return msgspec.structs.replace(base, **more)


def plan(dossier: Dossier, **more: Any) -> DossierPlan:
    reference = reference_for(dossier)
    book = compile_rules(rules_for(dossier, **more), reference)
    return plan_dossier(dossier, book, Snapshot(reference=reference, now=dossiers.NOW))


def sale(planned: DossierPlan, dossier: Dossier) -> Invoice | CreditNote | None:
    """The sales document of a plan, checked by an arithmetic of the tests' own; None when it is held."""
    rates = {rate.tax_type: rate.rate for rate in reference_for(dossier).tax_rates}
    for posting in planned.postings:
        if isinstance(posting.payload, Invoice | CreditNote) and posting.ref.document.kind.value == "order":
            return check(posting.payload, rates)
    return None


def taxes_by_code(document: Invoice | CreditNote, dossier: Dossier) -> dict[tuple[str, ...], Decimal]:
    """What the ledger document carries per set of the shop's taxes, and per fixed tax."""
    names = {f"TAX{n:03d}X": tax.codes for n, tax in enumerate(look_over([dossier]).taxes, 1)}
    found: dict[tuple[str, ...], Decimal] = {}
    for line in document.lines:
        if line.tax.amount:
            key = names[line.tax_type]
            found[key] = found.get(key, Decimal(0)) + line.tax.amount
    return found
