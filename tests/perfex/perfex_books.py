"""Rules that fit a dossier of a CRM, and small CRMs with one document in them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec
from perfex_rigs import PERFEX, RestRig, translator

import dossiers
from small_ledger import check
from storesim.perfex import Crm
from storesim.perfex.arithmetic import Discount, LineInput, Tax
from storesim.perfex.sales import InvoiceInput
from tieout.accounting import CreditNote, Invoice, LedgerReference, TaxRate
from tieout.documents import DocumentKind, Dossier
from tieout.errors import Problem
from tieout.planning.dossier import plan_dossier
from tieout.planning.results import DossierPlan, Snapshot
from tieout.rules.book import compile_rules
from tieout.rules.seen import look_over
from tieout.rules.settings import MethodRule, Rules, TaxRule, ZeroReason, ZeroRule

D = Decimal
VAT = Tax("VAT", D("20.00"))
REDUCED = Tax("VAT reduced", D("5.00"))
GST = Tax("GST", D("5.00"))
PST = Tax("PST", D("7.00"))
TAXES = (VAT, REDUCED, PST, Tax("MwSt", D("19.00")), Tax("QST", D("9.98")), Tax("Zero", D("0.00")))


def line(
    rate: str | Decimal, quantity: str | Decimal = "1", *taxes: Tax, name: str = "Work", text: str = ""
) -> LineInput:
    return LineInput(name, D(quantity), D(rate), taxes or (VAT,), text)


def untaxed(rate: str, quantity: str = "1") -> LineInput:
    return LineInput("Work", D(quantity), D(rate))


def crm_with(
    *lines: LineInput, discount: Discount | None = None, adjustment: Decimal | None = None, **more: Any
) -> tuple[Crm, int]:
    """A CRM with one client and one invoice; its key."""
    crm = Crm()
    for tax in sorted({tax for one in lines for tax in one.taxes}, key=lambda tax: (tax.name, tax.rate)):
        crm.people.add_tax(tax.name, tax.rate)
    client = crm.people.add_client({"company": "Harbour Lights", "country": crm.country("GB")})
    wanted = InvoiceInput(
        client=client, lines=tuple(lines), date="2026-03-10", discount=discount or Discount(), adjustment=adjustment,
        **more,
    )  # fmt: skip
    return crm, crm.sales.add(wanted)


def translated(
    crm: Crm,
    key: int,
    kind: DocumentKind = DocumentKind.INVOICE,
    *,
    options: dict[str, str] | None = None,
    **more: Any,
) -> Dossier | tuple[Problem, ...]:
    """A document as it is read by the REST module and translated. more: settings of the module."""
    rig = RestRig(crm, **more)
    reader = rig.reader(**(options or {}))
    raw = reader.one(kind, str(key))
    assert raw is not None
    return translator(reader, rig.options(**(options or {}))).dossier(raw.body, ())


def dossier(crm: Crm, key: int, kind: DocumentKind = DocumentKind.INVOICE, **more: Any) -> Dossier:
    found = translated(crm, key, kind, **more)
    assert isinstance(found, Dossier), found
    return found


def reference_for(*of: Dossier) -> LedgerReference:
    rates = list(dossiers.RATES)
    for number, tax in enumerate(look_over(of).taxes, 1):
        rates.append(TaxRate(f"TAX{number:03d}X", " + ".join(tax.codes), tax.percent))
    clearing = dossiers.account("690", "Clearing", "BANK", bank_account_type="BANK", currency="GBP")
    facts = dossiers.reference()
    return msgspec.structs.replace(
        facts, tax_rates=tuple(rates), currencies=("GBP", "USD", "EUR"), accounts=(*facts.accounts, clearing)
    )


def rules_for(*of: Dossier, **more: Any) -> Rules:
    seen = look_over(of)
    base = msgspec.structs.replace(
        PERFEX.default_rules(),
        accounts=dossiers.ROLES,
        taxes=tuple(
            TaxRule(codes=tax.codes, tax_type=f"TAX{number:03d}X") for number, tax in enumerate(seen.taxes, 1)
        ),
        zero_rules=tuple(
            ZeroRule(ZeroReason.EXPORT, "ZERORATEDOUTPUT", ship_to=where, confirmed=True)
            for where in ("home", "eu", "world")
        ),
        methods=tuple(MethodRule(method.method, "690", bank_confirmed=True) for method in seen.methods),
    )
    return msgspec.structs.replace(base, **more)


def plan(of: Dossier, posted: Sequence[Any] = (), **more: Any) -> DossierPlan:
    reference = reference_for(of)
    book = compile_rules(rules_for(of, **more), reference)
    return plan_dossier(of, book, Snapshot(reference=reference, now=dossiers.NOW, posted=tuple(posted)))


def document(planned: DossierPlan, of: Dossier) -> Invoice | CreditNote | None:
    """The invoice or credit note of a plan, checked by an arithmetic of the tests' own; None when it is held."""
    rates = {rate.tax_type: rate.rate for rate in reference_for(of).tax_rates}
    for posting in planned.postings:
        if isinstance(posting.payload, Invoice | CreditNote) and posting.ref.role.value in ("invoice", "credit_note"):
            return check(posting.payload, rates)
    return None


def codes(planned: DossierPlan) -> set[str]:
    return {str(problem.code) for held in planned.held for problem in held.problems}


def booked(of: Dossier, **more: Any) -> Invoice | CreditNote:
    planned = plan(of, **more)
    found = document(planned, of)
    assert found is not None, planned.held
    return found
