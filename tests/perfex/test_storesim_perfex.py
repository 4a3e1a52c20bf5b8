"""The simulated CRM itself: both generations, its traps, its process, its state."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from decimal import Decimal as D
from typing import Any

import pytest
from perfex_books import VAT, crm_with, line
from perfex_rigs import DatabaseRig, RestRig

from storesim.perfex import Crm, PerfexShop
from storesim.perfex.arithmetic import LineInput
from storesim.perfex.core import Options, Refused
from storesim.perfex.expected import expected
from storesim.perfex.generator import generate
from storesim.perfex.sales import InvoiceInput
from storesim.perfex.shop import TOKEN
from storesim.wire import Request, decode


def ask(shop: PerfexShop, path: str, method: str = "GET", **more: Any) -> tuple[int, Any]:
    address, _, query = path.partition("?")
    headers = {"authtoken": TOKEN, **more.pop("headers", {})}
    answer = shop.handle(Request(method, f"/api/{address}", query, headers, **more))
    return answer.status, decode(answer.body)


def shop_of(crm: Crm, generation: str = "3") -> PerfexShop:
    return RestRig(crm, generation=generation).shop


def test_the_same_seed_gives_the_same_crm_and_state_survives() -> None:
    one, other = generate(invoices=20, seed=4), generate(invoices=20, seed=4)
    assert expected(one) == expected(other)
    again = Crm(Options())
    again.restore(one.state())
    assert expected(again) == expected(one)
    assert again.options == one.options
    again.sales.add(InvoiceInput(client=1, lines=(line("1"),), date="2026-11-20"))
    assert again.tables.count("invoices") == 21


def test_old_lists_are_bare_arrays_and_new_ones_have_pages_that_are_clamped() -> None:
    crm = generate(invoices=12, seed=4)
    status, old = ask(shop_of(crm, "2"), "invoices?page=2&per_page=5")
    assert status == 200
    assert len(old) == 12
    _, new = ask(shop_of(crm), "invoices?page=9&per_page=5")
    assert (new["meta"]["page"], len(new["data"]), new["meta"]["has_more"]) == (3, 2, False)
    assert isinstance(ask(shop_of(crm), "invoices?limit=3")[1], list)


def test_every_scalar_is_a_text_and_null_stays_null() -> None:
    crm, key = crm_with(line("100"))
    _, found = ask(shop_of(crm), f"invoices/{key}")
    assert (found["id"], found["total"], found["duedate"], found["payments"]) == ("1", "120.00", None, [])
    assert "taxes" not in found["items"][0]


def test_empty_lists_failed_validations_and_missing_records_are_all_404_in_the_old_module() -> None:
    shop = shop_of(Crm(), "2")
    assert ask(shop, "invoices") == (404, {"status": False, "message": "No data were found"})
    assert ask(shop, "invoices/7")[0] == 404
    assert ask(shop, "customers", "POST", body=b"vat=1")[0] == 404
    assert ask(shop_of(Crm()), "customers", "POST", body=b"vat=1")[0] == 422


def test_the_id_of_a_payment_in_the_list_is_its_mode_s() -> None:
    crm, key = crm_with(line("100"))
    crm.sales.pay(key, D("10"), "3", "2026-03-11")
    crm.sales.pay(key, D("10"), "stripe", "2026-03-11")
    _, rows = ask(shop_of(crm), "payments")
    assert [(row["id"], row["paymentid"], row["name"]) for row in rows] == [
        ("3", "1", "Cheque"),
        (None, "2", "Stripe"),
    ]


def test_without_a_token_nobody_comes_in_and_the_quota_is_told() -> None:
    crm, _ = crm_with(line("100"))
    rig = RestRig(crm, calls=2)
    for headers in ({"authtoken": ""}, {"authtoken": "wrong"}):
        assert ask(rig.shop, "invoices", headers=headers)[0] == 401
    answer = rig.shop.handle(Request("GET", "/api/invoices", f"authtoken={TOKEN}"))
    assert answer.headers["x-ratelimit-remaining"] == "1"
    assert [ask(rig.shop, "invoices")[0] for _ in range(2)] == [200, 429]


def test_a_draft_gets_its_number_when_it_is_real_and_a_deleted_last_number_comes_again() -> None:
    crm, first = crm_with(line("100"), draft=True)
    assert crm.sales.number(first) == "INV-DRAFT"
    crm.sales.pay(first, D("1"), "1", "2026-03-11")
    assert crm.sales.number(first) == "INV-000001"
    crm.sales.delete(first)
    second = crm.sales.add(InvoiceInput(client=1, lines=(line("1"),), date="2026-03-10"))
    assert crm.sales.number(second) == "INV-000001"
    crm.options.delete_only_last = True
    third = crm.sales.add(InvoiceInput(client=1, lines=(line("1"),), date="2026-03-10"))
    with pytest.raises(Refused):
        crm.sales.delete(second)
    crm.sales.delete(third)


def test_statuses_follow_the_money_and_cancelling_is_undone() -> None:
    crm, key = crm_with(line("100"), duedate="2099-01-01")

    def state() -> object:
        return crm.tables.one("invoices", key)["status"]

    assert state() == 1
    payment = crm.sales.pay(key, D("20"), "1", "2026-03-11")
    assert state() == 3
    note = crm.credits.add(1, [LineInput("Off", D(1), D("100"), (VAT,))], "2026-03-12")
    crm.credits.apply(note, key, D("100"), "2026-03-12")
    assert state() == 2
    with pytest.raises(Refused):
        crm.credits.apply(note, key, D("0.01"), "2026-03-12")
    crm.sales.delete_payment(payment)
    assert state() == 3
    crm.sales.cancel(key)
    assert state() == 5
    crm.sales.uncancel(key)
    assert state() == 3


def test_the_total_is_the_caller_s_and_the_tax_is_the_server_s() -> None:
    crm, key = crm_with(line("100"), subtotal=D("90"), total=D("999"))
    row = crm.tables.one("invoices", key)
    assert (row["subtotal"], row["total"], row["total_tax"]) == (D("90.00"), D("999.00"), D("20.00"))


def test_the_database_follows_the_tables(database: Callable[[Crm], DatabaseRig]) -> None:
    crm, key = crm_with(line("100"))
    rig = database(crm)
    crm.sales.pay(key, D("120"), "1", "2026-03-11")
    crm.people.delete_client(1)
    connection = rig.mirror._connection
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT status, total, adjustment FROM {rig.mirror.name}.tblinvoices")
        assert cursor.fetchall() == ((2, D("120.00"), None),)
        cursor.execute(f"SELECT COUNT(*) FROM {rig.mirror.name}.tblclients")
        assert cursor.fetchall() == ((0,),)


def test_people_act_on_it_from_outside() -> None:
    crm, key = crm_with(line("100"))
    shop = shop_of(crm)

    def act(action: str, body: object = None, method: str = "POST") -> Any:
        content = json.dumps(body).encode() if body is not None else b""
        return decode(shop.handle(Request(method, f"/__sim__/{action}", body=content)).body)

    act("pay", {"invoice": key, "amount": 50, "date": "2026-03-11"})
    assert act("expected", method="GET")["invoices"][0]["left"] == 70
    act("edit", {"table": "invoices", "key": key, "values": {"clientnote": "Hello"}})
    act("cancel", {"table": "invoices", "key": key})
    assert crm.tables.one("invoices", key)["status"] == 5
    assert "message" in act("cancel", {"table": "invoices", "key": 99})
    act("faults", {"kind": "500", "path_part": "/invoices"})
    assert shop.handle(Request("GET", "/api/invoices", headers={"authtoken": TOKEN})).status == 500


def test_it_runs_as_a_program_of_its_own() -> None:
    command = [sys.executable, "-m", "storesim.perfex", "--invoices", "5", "--generation", "2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            started = json.loads(process.stdout.readline())
            request = urllib.request.Request(
                f"{started['base_url']}/api/invoices", headers={"authtoken": started["token"]}
            )
            with urllib.request.urlopen(request, timeout=10) as answer:
                assert len(json.loads(answer.read())) == 5
        finally:
            process.terminate()
