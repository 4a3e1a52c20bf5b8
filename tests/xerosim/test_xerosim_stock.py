"""Tracked items: quantities, average cost, and the inventory account that always holds what the items hold."""

from decimal import Decimal as D
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xerosim_tools import Caller, invoice, line

from xerosim.clock import VirtualClock
from xerosim.world import World


@pytest.fixture
def shelf(call: Caller) -> Caller:
    stocked(call)
    return call


def stocked(call: Caller) -> None:
    """A tracked item TRK."""
    details = {"UnitPrice": 4, "COGSAccountCode": "310", "TaxType": "INPUT2"}
    sales = {"UnitPrice": 10, "AccountCode": "200"}
    call(
        "PUT",
        "Items",
        {"Code": "TRK", "InventoryAssetAccountCode": "630", "PurchaseDetails": details, "SalesDetails": sales},
    )


def buy(call: Caller, quantity: int, price: str, **members: object) -> Any:
    bought = line(ItemCode="TRK", Quantity=quantity, UnitAmount=price, AccountCode=None, TaxType="INPUT2")
    return call.invoice(Type="ACCPAY", LineItems=[bought], **members)


def sale(quantity: int, **members: object) -> dict[str, object]:
    return invoice(LineItems=[line(ItemCode="TRK", Quantity=quantity, UnitAmount="10")], **members)


def held(call: Caller) -> tuple[D, D]:
    """Quantity on hand and cost pool; the inventory account must hold the pool."""
    item = call("GET", "Items/TRK")["Items"][0]
    assert call.balances().get("630", 0) == int(item["TotalCostPool"] * 100)
    return item["QuantityOnHand"], item["TotalCostPool"]


def test_purchases_are_stock_and_sales_cost_the_average(shelf: Caller) -> None:
    made = buy(shelf, 3, "4.00")
    assert made["LineItems"][0]["AccountCode"] == "630"
    buy(shelf, 1, "8.00")
    assert held(shelf) == (D(4), D(20))
    sold = shelf("PUT", "Invoices", sale(1))["Invoices"][0]
    assert held(shelf) == (D(3), D(15))
    assert shelf.balances()["310"] == 500
    shelf("POST", f"Invoices/{sold['InvoiceID']}", {"Status": "VOIDED"})
    assert held(shelf) == (D(4), D(20))
    assert "310" not in shelf.balances()


def test_the_last_piece_takes_the_rest_of_the_pool(shelf: Caller) -> None:
    buy(shelf, 3, "3.33")
    buy(shelf, 1, "0.02")
    for _ in range(4):
        shelf("PUT", "Invoices", sale(1))
    assert held(shelf) == (D(0), D(0))
    assert shelf.balances()["310"] == 1001


def test_returned_goods_come_back_at_the_average_and_to_the_supplier_at_their_price(shelf: Caller) -> None:
    buy(shelf, 4, "5.00")
    back = sale(1, Type="ACCRECCREDIT")
    shelf("PUT", "CreditNotes", back)
    assert held(shelf) == (D(5), D(25))
    returned = line(ItemCode="TRK", Quantity=2, UnitAmount="6.00", TaxType="INPUT2")
    shelf("PUT", "CreditNotes", invoice(Type="ACCPAYCREDIT", LineItems=[returned]))
    assert held(shelf) == (D(3), D(13))


def test_bank_lines_move_stock_as_well(shelf: Caller) -> None:
    bought = [line(ItemCode="TRK", Quantity=2, UnitAmount="7", AccountCode=None, TaxType="INPUT2")]
    body = {"Contact": {"Name": "Ada Byron"}, "BankAccount": {"Code": "090"}, "Date": "2026-09-01"}
    shelf("PUT", "BankTransactions", {**body, "Type": "SPEND", "LineItems": bought})
    assert held(shelf) == (D(2), D(14))
    sold = [line(ItemCode="TRK", Quantity=1, UnitAmount="10")]
    made = shelf("PUT", "BankTransactions", {**body, "Type": "RECEIVE", "LineItems": sold})["BankTransactions"][0]
    assert held(shelf) == (D(1), D(7))
    shelf("POST", f"BankTransactions/{made['BankTransactionID']}", {"Status": "DELETED"})
    assert held(shelf) == (D(2), D(14))
    sold[0]["Quantity"] = 3
    assert shelf.refused("PUT", "BankTransactions", {**body, "Type": "RECEIVE", "LineItems": sold}) == [
        "Insufficient stock. Items are eligible for backorder."
    ]


def test_an_edited_sale_moves_what_it_says_now(shelf: Caller) -> None:
    buy(shelf, 4, "5.00")
    sold = shelf("PUT", "Invoices", sale(1))["Invoices"][0]
    same_amount = [line(ItemCode="TRK", Quantity=2, UnitAmount="5")]
    shelf("POST", f"Invoices/{sold['InvoiceID']}", {"LineItems": same_amount})
    assert held(shelf) == (D(2), D(10))


def test_purchases_in_a_foreign_currency_are_held_in_the_base_currency(shelf: Caller) -> None:
    shelf("PUT", "Currencies", {"Code": "EUR"})
    buy(shelf, 2, "10.00", CurrencyCode="EUR", CurrencyRate="1.25")
    assert held(shelf) == (D(2), D(16))


DEALS = st.lists(
    st.tuples(
        st.sampled_from(["buy", "sell", "return", "void"]), st.integers(1, 9), st.decimals("0.01", "99.99", places=2)
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None)
@given(DEALS)
def test_the_inventory_account_always_holds_what_the_items_hold(deals: list[tuple[str, int, D]]) -> None:
    world = World(clock=VirtualClock())
    call = Caller(world, world.add_organisation("uk").id)
    world.limits_of(world.app.id).enforced = False
    stocked(call)
    made: list[str] = []
    for deal, quantity, price in deals:
        if deal == "buy":
            made.append(buy(call, quantity, str(price))["InvoiceID"])
        elif deal == "sell":
            made.append(call("PUT", "Invoices?allowBackorders=true", sale(quantity))["Invoices"][0]["InvoiceID"])
        elif deal == "return":
            call("PUT", "CreditNotes", sale(quantity, Type="ACCRECCREDIT"))
        elif made:
            call("POST", f"Invoices/{made.pop(0)}?allowBackorders=true", {"Status": "VOIDED"})
        held(call)
