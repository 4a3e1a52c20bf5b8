"""Builders of small dossiers, rules and organisations for tests of the pure middle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from tieout.accounting import Account, LedgerReference, OrganisationFacts, Ref, TaxComponent, TaxRate
from tieout.documents import (
    Address,
    Cancellation,
    Customer,
    DocumentKey,
    DocumentKind,
    Dossier,
    Line,
    LineKind,
    MeansOfPayment,
    Order,
    Refund,
    StoreInvoice,
    StorePayment,
    TaxShare,
    TaxTotal,
)
from tieout.money import Money
from tieout.planning.dossier import plan_dossier
from tieout.planning.results import DossierPlan, PlannedPosting, Posted, Snapshot
from tieout.rules.book import RuleBook, compile_rules
from tieout.rules.settings import AccountRoles, MethodRule, Rules, TaxRule, ZeroReason, ZeroRule

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
DAY = date(2026, 3, 10)

D = Decimal


def money(text: str | Decimal, currency: str = "GBP") -> Money:
    return Money(D(text), currency)


def account(code: str, name: str, type: str = "REVENUE", **more: Any) -> Account:
    return Account(account_id=f"id-{code}", code=code, name=name, type=type, **more)


def organisation(**more: Any) -> OrganisationFacts:
    facts = {
        "organisation_id": "org",
        "name": "Tidewater Ltd",
        "short_code": "!abc",
        "country": "GB",
        "version": "UK",
        "base_currency": "GBP",
        "timezone": "Europe/London",
    }
    return OrganisationFacts(**{**facts, **more})  # type: ignore[arg-type]


ACCOUNTS = (
    account("200", "Sales"),
    account("201", "Wholesale"),
    account("260", "Shipping charged"),
    account("261", "Fees charged"),
    account("262", "Levies", "CURRLIAB"),
    account("270", "Discounts given"),
    account("280", "Refund adjustments"),
    account("310", "Cost of goods", "DIRECTCOSTS"),
    account("825", "Gift cards", "CURRLIAB", payments_enabled=True),
    account("826", "Store credit", "CURRLIAB", payments_enabled=True),
    account("827", "Sales tax owed", "CURRLIAB"),
    account("860", "Rounding", "EXPENSE", system_account="ROUNDING"),
    account("610", "Accounts Receivable", "CURRENT", system_account="DEBTORS"),
    account("090", "Business bank", "BANK", bank_account_type="BANK", currency="GBP"),
    account("091", "Card clearing", "BANK", bank_account_type="PAYPAL", currency="GBP"),
    account("092", "Card clearing EUR", "BANK", bank_account_type="PAYPAL", currency="EUR"),
    account("093", "Card clearing USD", "BANK", bank_account_type="PAYPAL", currency="USD"),
    account("094", "Cheques", "CURRENT", payments_enabled=True),
    account("299", "Old sales", status="ARCHIVED"),
)

RATES = (
    TaxRate("OUTPUT2", "20% (VAT on Income)", D("20")),
    TaxRate("RROUTPUT", "5% (VAT on Income)", D("5")),
    TaxRate("ZERORATEDOUTPUT", "Zero Rated Income", D("0")),
    TaxRate("EXEMPTOUTPUT", "Exempt Income", D("0")),
    TaxRate("ECZROUTPUT", "Zero Rated EC Goods Income", D("0")),
    TaxRate("INPUT2", "20% (VAT on Expenses)", D("20"), for_revenue=False, for_expenses=True),
    TaxRate(
        "NONE",
        "No VAT",
        D("0"),
        for_assets=True,
        for_liabilities=True,
        for_expenses=True,
        for_equity=True,
    ),
    TaxRate("TAX001", "OSS Ireland 23%", D("23")),
    TaxRate("TAX002", "OSS Ireland 13.5%", D("13.5")),
    TaxRate(
        "TAX003",
        "Austin 2%",
        D("2"),
        components=(TaxComponent("city", D("1")), TaxComponent("transit", D("1"))),
    ),
    TaxRate("TAX004", "GST + QST", D("15.4737")),
    TaxRate("TAX005", "15%", D("15")),
    TaxRate("TAX006", "10%", D("10")),
    TaxRate("TAX007", "8.5%", D("8.5")),
)


def reference(**more: Any) -> LedgerReference:
    facts = {
        "organisation": organisation(),
        "accounts": ACCOUNTS,
        "tax_rates": RATES,
        "currencies": ("GBP", "EUR", "USD", "JPY", "KWD"),
        "read_at": NOW,
    }
    return LedgerReference(**{**facts, **more})


ROLES = AccountRoles(
    sales="200",
    shipping="260",
    fees="261",
    levies="262",
    refund_adjustments="280",
    gift_cards="825",
    store_credit="826",
    tax_liability="827",
)


def tax_rule(*codes: str, to: str, **more: Any) -> TaxRule:
    return TaxRule(codes=tuple(sorted(codes)), tax_type=to, **more)


def rules(**more: Any) -> Rules:
    facts: dict[str, Any] = {
        "accounts": ROLES,
        "taxes": (
            tax_rule("UK20", to="OUTPUT2"),
            tax_rule("UK5", to="RROUTPUT"),
            tax_rule("IE23", to="TAX001"),
            tax_rule("IE13.5", to="TAX002"),
            tax_rule("city", "transit", to="TAX003"),
            tax_rule("GST", "QST", to="TAX004"),
            tax_rule("T15", to="TAX005"),
            tax_rule("T10", to="TAX006"),
            tax_rule("T8.5", to="TAX007"),
        ),
        "zero_rules": (
            ZeroRule(ZeroReason.EXPORT, "ZERORATEDOUTPUT", ship_to="world", confirmed=True),
            ZeroRule(ZeroReason.ZERO_RATED, "ZERORATEDOUTPUT", ship_to="home", confirmed=True),
            ZeroRule(ZeroReason.EU_BUSINESS, "ECZROUTPUT", ship_to="eu", confirmed=True),
        ),
        "methods": (
            MethodRule("card", "091", "GBP"),
            MethodRule("card", "092", "EUR"),
            MethodRule("card", "093", "USD"),
            MethodRule("checkmo", "094", offline=True, due_days=14),
        ),
    }
    return Rules(**{**facts, **more})


def book(ledger: LedgerReference | None = None, **more: Any) -> RuleBook:
    return compile_rules(rules(**more), ledger or reference())


def line(
    gross: str,
    *,
    tax: str = "0",
    code: str = "",
    percent: str = "0",
    key: str = "1",
    kind: LineKind = LineKind.PRODUCT,
    quantity: str = "1",
    currency: str = "GBP",
    taxes: tuple[TaxShare, ...] | None = None,
    total_code: str = "",
    **more: Any,
) -> Line:
    """A line by its gross and tax; one tax share where a code is given. total_code: the store's name of a total."""
    if taxes is None:
        taxes = (TaxShare(code, code, D(percent), money(tax, currency)),) if code else ()
    facts = {
        "name": f"Thing {key}",
        "tax_percent": D(percent),
        "sku": f"SKU-{key}" if kind is LineKind.PRODUCT else "",
    }
    return Line(
        key=key,
        kind=kind,
        quantity=D(quantity),
        net=money(D(gross) - D(tax), currency),
        tax=money(tax, currency),
        gross=money(gross, currency),
        taxes=taxes,
        code=total_code,
        **{**facts, **more},  # type: ignore[arg-type]
    )


def share(code: str, percent: str, amount: str, currency: str = "GBP", **more: Any) -> TaxShare:
    return TaxShare(code, code, D(percent), money(amount, currency), **more)


def totals(lines: Iterable[Line], currency: str) -> tuple[TaxTotal, ...]:
    """Each tax over lines, as a shop lists them."""
    found: dict[str, TaxTotal] = {}
    for one in lines:
        for part in one.taxes:
            before = found.get(part.code)
            amount = part.amount if before is None else before.amount + part.amount
            found[part.code] = TaxTotal(part.code, part.title, part.percent, amount)
    return tuple(found.values())


def customer(**more: Any) -> Customer:
    facts = {
        "key": "7",
        "is_guest": False,
        "number": "7",
        "first_name": "Ben",
        "last_name": "Ward",
        "email": "ben.ward@example.net",
        "billing": Address(street=("Unit 7",), city="York", postal_code="YO1 7HH", country="GB"),
    }
    return Customer(**{**facts, **more})  # type: ignore[arg-type]


def order(
    *lines: Line, total: str | None = None, tax: str | None = None, currency: str = "GBP", **more: Any
) -> Order:
    """An order whose totals are the sums of its lines unless told."""
    gross = D(total) if total is not None else sum((one.gross.amount for one in lines), D(0))
    taxed = D(tax) if tax is not None else sum((one.tax.amount for one in lines), D(0))
    facts: dict[str, Any] = {
        "key": "16",
        "number": "000000016",
        "state": "complete",
        "status": "complete",
        "store_view": "default",
        "placed_at": datetime(2026, 3, 10, 12, 0, tzinfo=UTC),
        "date": DAY,
        "base_currency": "GBP",
        "customer": customer(),
        "taxes": totals(lines, currency),
        "payment_method": "card",
        "shows_gross": True,
        "url": "https://shop.example/order/16",
    }
    facts |= more
    return Order(
        currency=currency,
        lines=lines,
        total=money(gross, currency),
        tax_total=money(taxed, currency),
        exact_total=money(gross, currency),
        **facts,
    )


def invoice(*lines: Line, key: str = "21", currency: str = "GBP", **more: Any) -> StoreInvoice:
    gross = sum((one.gross.amount for one in lines), D(0))
    facts: dict[str, Any] = {
        "key": key,
        "number": f"0000000{key}",
        "order_key": "16",
        "state": "paid",
        "created_at": datetime(2026, 3, 11, 12, 0, tzinfo=UTC),
        "date": date(2026, 3, 11),
        "taxes": totals(lines, currency),
        "total": money(gross, currency),
        "tax_total": money(sum((one.tax.amount for one in lines), D(0)), currency),
        "exact_total": money(gross, currency),
    }
    return StoreInvoice(lines=lines, **{**facts, **more})


def refund(*lines: Line, key: str = "31", total: str | None = None, currency: str = "GBP", **more: Any) -> Refund:
    gross = D(total) if total is not None else sum((one.gross.amount for one in lines), D(0))
    facts: dict[str, Any] = {
        "key": key,
        "number": f"0000000{key}",
        "order_key": "16",
        "state": "refunded",
        "created_at": datetime(2026, 3, 20, 12, 0, tzinfo=UTC),
        "date": date(2026, 3, 20),
        "taxes": totals(lines, currency),
        "tax_total": money(sum((one.tax.amount for one in lines), D(0)), currency),
        "method": "card",
        "money_moved": True,
    }
    return Refund(lines=lines, total=money(gross, currency), exact_total=money(gross, currency), **{**facts, **more})


def payment(amount: str, *, key: str = "21", currency: str = "GBP", **more: Any) -> StorePayment:
    facts: dict[str, Any] = {
        "document": DocumentKey(DocumentKind.INVOICE, key),
        "order_key": "16",
        "date": date(2026, 3, 11),
        "method": "card",
        "invoice_key": key,
    }
    return StorePayment(amount=money(amount, currency), **{**facts, **more})


def cancellation(*lines: Line, **more: Any) -> Cancellation:
    facts: dict[str, Any] = {
        "total": money(sum((one.gross.amount for one in lines), D(0))),
        "tax_total": money(sum((one.tax.amount for one in lines), D(0))),
        "date": date(2026, 3, 15),
    }
    return Cancellation(lines=lines, **{**facts, **more})


def means(method: str, amount: str, currency: str = "GBP") -> MeansOfPayment:
    return MeansOfPayment(method, method, money(amount, currency))


def snapshot(ledger: LedgerReference | None = None, **more: Any) -> Snapshot:
    return Snapshot(reference=ledger or reference(), now=NOW, **more)


def plan(dossier: Dossier, rule_book: RuleBook | None = None, **more: Any) -> DossierPlan:
    rule_book = rule_book or book()
    return plan_dossier(dossier, rule_book, snapshot(rule_book.reference, **more))


#: Xero's status of an object once it is posted.
def post(
    planned: DossierPlan, changes: Mapping[Ref, Mapping[str, Any]] | None = None, status: str = ""
) -> tuple[Posted, ...]:
    """What our records hold after everything in a plan that can go has gone."""
    posted = []
    for posting in planned.postings:
        if posting.payload is None or posting.problems or posting.waits:
            continue
        held: str = status or getattr(posting.payload, "status", None)
        base = Posted(posting.ref, posting.payload, f"xero-{posting.marker}", str(held or "AUTHORISED"))
        posted.append(msgspec.structs.replace(base, **(changes or {}).get(posting.ref, {})))
    return tuple(posted)


def only(planned: DossierPlan, role: str, ordinal: int | None = None) -> PlannedPosting:
    """The one posting of a role; fails when there are more or none."""
    found = [
        p for p in planned.postings if p.ref.role.value == role and (ordinal is None or p.ref.ordinal == ordinal)
    ]
    assert len(found) == 1, (role, planned)
    return found[0]


def roles(planned: DossierPlan) -> list[str]:
    return [p.ref.role.value for p in planned.postings]


def codes(planned: DossierPlan) -> list[str]:
    """Problem codes of held documents and postings."""
    found = [str(p.code) for held in planned.held for p in held.problems]
    return found + [str(p.code) for posting in planned.postings for p in posting.problems]


def skip_codes(planned: DossierPlan) -> list[str]:
    return [str(s.code) for s in planned.skipped]
