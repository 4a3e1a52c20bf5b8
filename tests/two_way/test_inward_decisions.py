# ruff: noqa: E501 (a row of the table is one line)
"""The table of docs/organisations.md: what becomes of one object of Xero in the store."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from paper_crm import invoice_entry

from tieout.accounting import LineAmountTypes, TaxRate
from tieout.accounting.brought import LedgerContact, LedgerInvoice, LedgerInvoiceLine, LedgerPayment
from tieout.documents.entries import CustomerEntry, EntryKind, InvoiceEntry, InvoiceState, Person, TaxName
from tieout.errors import Problem
from tieout.money import Money
from tieout.planning.entries import Known, Missing, StoreWords, Words, entry_of
from tieout.planning.inward import Situation, Step, decide
from tieout.planning.merging import Agreed, merge
from tieout.rules.inward import Ended, EndedRule, InwardMethod, InwardRules, InwardTax, Winner, WinnerRule
from tieout.rules.settings import MethodRule, Rules, TaxRule

D = Decimal
BEFORE = CustomerEntry("Mill Ltd", phone="1", people=(Person("Ann", "Mill", "ann@mill.example"),))
PHONE_2 = msgspec.structs.replace(BEFORE, phone="2")
PHONE_3 = msgspec.structs.replace(BEFORE, phone="3")
RENAMED = msgspec.structs.replace(BEFORE, name="Mill and Sons Ltd")
HERE, GONE = LedgerContact("c", "Mill Ltd"), LedgerContact("c", "Mill Ltd", status="ARCHIVED")
VOID = LedgerInvoice(
    "i", "INV-1", "VOIDED", "c", date(2026, 3, 1), "GBP", LineAmountTypes.EXCLUSIVE, (),
    Money(D(0), "GBP"), Money(D(0), "GBP"), Money(D(0), "GBP"),
)  # fmt: skip
DRAFT = msgspec.structs.replace(VOID, status="DRAFT")
BILL = invoice_entry("INV-1", "7", "10.00")
CANCELLED = msgspec.structs.replace(BILL, state=InvoiceState.CANCELLED)
TAX = Problem("store_tax_unmapped", "no tax", "tax")
CUSTOMER, INVOICE = EntryKind.CUSTOMER, EntryKind.INVOICE
LEAVE = InwardRules(ended=(EndedRule(INVOICE, Ended.LEAVE),))
DELETE = InwardRules(ended=(EndedRule(INVOICE, Ended.DELETE),))
LEDGER_WINS = InwardRules(winners=(WinnerRule(CUSTOMER, Winner.LEDGER),))
STORE_WINS = InwardRules(winners=(WinnerRule(CUSTOMER, Winner.STORE),))

#: what it is · what is known of it · rules · what is done
TABLE: list[tuple[str, dict[str, Any], InwardRules, Step]] = [
    ("new in Xero", {"sighting": HERE, "entry": BEFORE}, InwardRules(), Step.CREATE),
    ("new, but new ones are switched off", {"sighting": HERE, "entry": BEFORE, "takes_new": False}, InwardRules(), Step.SKIP),
    ("new and switched off, asked for by a person", {"sighting": HERE, "entry": BEFORE, "takes_new": False, "asked": True}, InwardRules(), Step.CREATE),
    ("only a supplier", {"sighting": msgspec.structs.replace(HERE, is_supplier=True), "entry": BEFORE}, InwardRules(), Step.SKIP),
    ("a draft", {"kind": INVOICE, "sighting": DRAFT, "entry": BILL}, InwardRules(), Step.SKIP),
    ("dated before the start", {"kind": INVOICE, "sighting": msgspec.structs.replace(VOID, status="AUTHORISED"), "entry": BILL}, InwardRules(since=date(2026, 4, 1)), Step.SKIP),
    ("its customer is not there yet", {"kind": INVOICE, "sighting": msgspec.structs.replace(VOID, status="PAID"), "entry": Missing("customer", "c")}, InwardRules(), Step.WAIT),
    ("its tax is not known in the store", {"kind": INVOICE, "sighting": msgspec.structs.replace(VOID, status="PAID"), "entry": (TAX,)}, InwardRules(), Step.HOLD),
    ("ended before it came", {"sighting": GONE, "entry": BEFORE}, InwardRules(), Step.SKIP),
    ("seen for the first time, known to both", {"sighting": HERE, "entry": BEFORE, "linked": True, "store": BEFORE}, InwardRules(), Step.REMEMBER),
    ("as before", {"sighting": HERE, "entry": BEFORE, "linked": True, "agreed": Agreed(BEFORE), "store": PHONE_3}, InwardRules(), Step.REMEMBER),
    ("changed in Xero only", {"sighting": HERE, "entry": PHONE_2, "linked": True, "agreed": Agreed(BEFORE, BEFORE), "store": BEFORE}, InwardRules(), Step.UPDATE),
    ("changed in Xero, the store has it so", {"sighting": HERE, "entry": PHONE_2, "linked": True, "agreed": Agreed(BEFORE, BEFORE), "store": PHONE_2}, InwardRules(), Step.REMEMBER),
    ("changed on both sides, Xero wins", {"sighting": HERE, "entry": PHONE_2, "linked": True, "agreed": Agreed(BEFORE, BEFORE), "store": PHONE_3}, LEDGER_WINS, Step.UPDATE),
    ("changed on both sides, the store wins", {"sighting": HERE, "entry": PHONE_2, "linked": True, "agreed": Agreed(BEFORE, BEFORE), "store": PHONE_3}, STORE_WINS, Step.REMEMBER),
    ("changed in Xero, deleted in the store", {"sighting": HERE, "entry": PHONE_2, "linked": True, "agreed": Agreed(BEFORE, BEFORE)}, InwardRules(), Step.HOLD),
    ("changed in Xero, cancelled in the store", {"kind": INVOICE, "sighting": msgspec.structs.replace(VOID, status="AUTHORISED"), "entry": invoice_entry("INV-1", "7", "11.00"), "linked": True, "agreed": Agreed(BILL, BILL), "store": CANCELLED}, InwardRules(), Step.HOLD),
    ("archived in Xero, contacts are left", {"sighting": GONE, "entry": BEFORE, "linked": True, "store": BEFORE}, InwardRules(), Step.REMEMBER),
    ("void in Xero", {"kind": INVOICE, "sighting": VOID, "entry": CANCELLED, "linked": True, "store": BILL}, InwardRules(), Step.CANCEL),
    ("void in Xero, rule: leave", {"kind": INVOICE, "sighting": VOID, "entry": CANCELLED, "linked": True, "store": BILL}, LEAVE, Step.REMEMBER),
    ("void in Xero, rule: delete", {"kind": INVOICE, "sighting": VOID, "entry": CANCELLED, "linked": True, "store": BILL}, DELETE, Step.DELETE),
    ("void in Xero, cancelled in the store", {"kind": INVOICE, "sighting": VOID, "entry": CANCELLED, "linked": True, "store": CANCELLED}, InwardRules(), Step.REMEMBER),
    ("void in Xero, gone from the store", {"kind": INVOICE, "sighting": VOID, "entry": CANCELLED, "linked": True}, InwardRules(), Step.REMEMBER),
    ("void and known to be", {"kind": INVOICE, "sighting": VOID, "entry": CANCELLED, "linked": True, "store": BILL, "was_ended": True}, InwardRules(), Step.REMEMBER),
]  # fmt: skip


@pytest.mark.parametrize(("what", "known", "rules", "done"), TABLE, ids=[row[0] for row in TABLE])
def test_the_table(what: str, known: dict[str, Any], rules: InwardRules, done: Step) -> None:
    situation = Situation(**{"kind": CUSTOMER, "linked": False, **known})
    assert decide(situation, rules).step is done, what


def test_each_field_has_its_own_winner_and_other_fields_are_merged() -> None:
    store = msgspec.structs.replace(RENAMED, phone="3")
    ledger = msgspec.structs.replace(BEFORE, phone="2", website="https://mill.example")
    rules = InwardRules(winners=(WinnerRule(CUSTOMER, Winner.STORE), WinnerRule(CUSTOMER, Winner.LEDGER, "phone")))
    merged = merge(
        Agreed(BEFORE, BEFORE), store, ledger, lambda field: rules.winner(CUSTOMER, field, made_in_store=True),
        store_moved=True,
    )  # fmt: skip
    assert isinstance(merged.entry, CustomerEntry)
    assert (merged.entry.name, merged.entry.phone) == ("Mill and Sons Ltd", "2")
    assert merged.entry.website == "https://mill.example"
    assert (merged.to_store, merged.to_ledger) == ({"phone", "website"}, {"name"})
    [conflict] = merged.conflicts
    assert (conflict.field, conflict.store, conflict.ledger, conflict.winner) == ("phone", "3", "2", Winner.LEDGER)


WORDS = StoreWords(
    frozenset({"GBP"}), {"VAT|20": TaxName("VAT", D(20)), "CA|5": TaxName("GST", D(5)), "QC|10": TaxName("QST", D(10))},
    {"card": "Card", "till": "Till"},
)  # fmt: skip
RATES = {"OUTPUT2": TaxRate("OUTPUT2", "20%", D(20)), "TAX1": TaxRate("TAX1", "GST QST", D(15))}


def words(**more: Any) -> Words:
    taxes = (TaxRule(("VAT|20",), "OUTPUT2"), TaxRule(("CA|5", "QC|10"), "TAX1"))
    methods = (MethodRule("card", "601"), MethodRule("till", "602"))
    return Words(Rules(**{"taxes": taxes, "methods": methods, **more}), RATES, WORDS)


def xero_invoice(*lines: tuple[str, str, str, str], basis: str = "Exclusive", **more: Any) -> LedgerInvoice:
    """Lines of (quantity, unit, amount, tax)."""
    made = tuple(
        LedgerInvoiceLine("x", D(q), D(u), Money(D(a), "GBP"), Money(D(t), "GBP"), str(more.get("tax", "OUTPUT2")))
        for q, u, a, t in lines
    )
    tax = sum((line.tax.amount for line in made), D(0))
    amounts = sum((line.amount.amount for line in made), D(0))
    net = amounts - tax if basis == "Inclusive" else amounts
    return msgspec.structs.replace(
        VOID, status="AUTHORISED", line_amount_types=LineAmountTypes(basis), lines=made,
        sub_total=Money(net, "GBP"), total_tax=Money(tax, "GBP"), total=Money(net + tax, "GBP"),
    )  # fmt: skip


KNOWN = Known({"c": "7"}, {"i": "9"})


def test_gross_lines_of_xero_become_net_lines_to_the_cent() -> None:
    entry = entry_of(
        xero_invoice(("2", "12.00", "24.00", "4.00"), ("3", "3.33", "9.99", "1.67"), basis="Inclusive"),
        words(),
        KNOWN,
    )
    assert isinstance(entry, InvoiceEntry)
    assert [(line.net.amount, line.unit_net) for line in entry.lines] == [
        (D("20.00"), D("10.00")),
        (D("8.32"), D("2.7733")),
    ]
    assert entry.net + entry.tax == entry.total == Money(D("33.99"), "GBP")


def test_a_composite_rate_becomes_the_stores_several_taxes() -> None:
    entry = entry_of(xero_invoice(("1", "100", "100", "15"), tax="TAX1"), words(), KNOWN)
    assert isinstance(entry, InvoiceEntry)
    assert entry.lines[0].taxes == (TaxName("GST", D(5)), TaxName("QST", D(10)))


def test_unknown_taxes_accounts_and_currencies_are_told_and_can_be_named() -> None:
    odd = xero_invoice(("1", "10", "10", "2"), tax="OSS")
    [problem] = entry_of(odd, words(), KNOWN)  # type: ignore[misc]
    assert problem.code == "store_tax_unmapped"
    named = InwardRules(taxes=(InwardTax("OSS", (("VAT", D(20)),)),), methods=(InwardMethod("777", "till"),))
    assert isinstance(entry_of(odd, words(inward=named), KNOWN), InvoiceEntry)
    yen = msgspec.structs.replace(xero_invoice(("1", "10", "10", "2")), currency="JPY")
    assert [one.code for one in entry_of(yen, words(), KNOWN)] == ["store_currency_missing"]  # type: ignore[union-attr]
    payment = LedgerPayment("p", "i", "AUTHORISED", date(2026, 3, 1), Money(D(5), "GBP"), "777")
    [problem] = entry_of(payment, words(), KNOWN)  # type: ignore[misc]
    assert problem.code == "store_method_unmapped"
    assert getattr(entry_of(payment, words(inward=named), KNOWN), "method", "") == "till"
    assert (
        getattr(entry_of(msgspec.structs.replace(payment, account_code="601"), words(), KNOWN), "method", "")
        == "card"
    )
