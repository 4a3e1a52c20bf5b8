"""What changed since last time: everything that a shop may do to an order between two polls, and during one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from opencart_shops import OPENCART, VERSIONS, ShopDatabase, Shops, read_all

from tieout.documents import DocumentKind, Dossier
from tieout.errors import ContractBroken, NeedsOperator, RetryLater
from tieout.ports.store import Mark
from tieout.stores.opencart.database import Database, database_settings
from tieout.stores.opencart.marks import OrderMark, read_mark
from tieout.stores.opencart.query import Row, Select
from tieout.stores.opencart.reader import OpenCartReader
from tieout.stores.opencart.shop_clock import local_now


@pytest.fixture(params=VERSIONS)
def shop(shops: Shops, request: pytest.FixtureRequest) -> ShopDatabase:
    return shops.fresh(f"shop-{request.param}")


@pytest.fixture
def fourth(shops: Shops) -> ShopDatabase:
    return shops.fresh("shop-4.1.0.4")


@pytest.fixture
def third(shops: Shops) -> ShopDatabase:
    return shops.fresh("shop-3.0.5.1")


NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def test_nothing_new_brings_only_what_the_overlap_repeats(shop: ShopDatabase) -> None:
    first, mark = read_all(shop.reader())
    again, later = read_all(shop.reader(), since=mark)
    assert set(again) == {"5014"}
    assert again["5014"].body == first["5014"].body
    assert later == mark


def test_a_status_change_that_leaves_the_order_untouched_is_seen_through_the_history(fourth: ShopDatabase) -> None:
    _, mark = read_all(fourth.reader())
    fourth.run(
        "UPDATE @order SET order_status_id=5 WHERE order_id=5009",
        "INSERT INTO @order_history (order_id, order_status_id, notify, comment, date_added)"
        " VALUES (5009, 5, 0, '', '2026-11-21 01:00:00')",
    )
    found, later = read_all(fourth.reader(), since=mark)
    assert "5009" in found
    dossier = OPENCART.translator(fourth.reader().context(), {}).dossier(found["5009"].body, ())
    assert isinstance(dossier, Dossier)
    assert dossier.order.state == "5"
    assert str(dossier.payments[0].date) == "2026-11-21"
    assert (
        "5009" not in read_all(fourth.reader(), since=later)[0] or later == read_all(fourth.reader(), since=later)[1]
    )


def test_an_edit_is_seen_by_its_time_of_change_and_gives_new_line_ids_the_same_keys(shop: ShopDatabase) -> None:
    translator = OPENCART.translator(shop.reader().context(), {})
    before, mark = read_all(shop.reader())
    shop.run(
        "UPDATE @order_product SET order_product_id=order_product_id+900 WHERE order_id=5002",
        "UPDATE @order SET date_modified='2026-11-21 02:00:00' WHERE order_id=5002",
    )
    found, _ = read_all(shop.reader(), since=mark)
    assert "5002" in found
    one, other = (translator.dossier(raw.body, ()) for raw in (before["5002"], found["5002"]))
    assert isinstance(one, Dossier)
    assert isinstance(other, Dossier)
    assert [line.key for line in one.order.lines] == [line.key for line in other.order.lines]


def test_a_new_order_is_read_by_its_id(shop: ShopDatabase) -> None:
    _, mark = read_all(shop.reader())
    copy_order(shop, 5001, 5020, "2026-01-01 00:00:00")
    found, later = read_all(shop.reader(), since=mark)
    assert "5020" in found
    assert read_mark(later).order == 5020


def test_an_order_in_an_id_gap_that_became_visible_late_is_read_by_its_date(shop: ShopDatabase) -> None:
    copy_order(shop, 5001, 5020, "2026-11-21 03:00:00")
    _, mark = read_all(shop.reader())
    copy_order(shop, 5001, 5019, "2026-11-21 02:59:59")
    assert "5019" in read_all(shop.reader(), since=mark)[0]


def test_a_return_is_seen_although_the_order_does_not_change(shop: ShopDatabase) -> None:
    _, mark = read_all(shop.reader())
    file_return(shop)
    found, _ = read_all(shop.reader(), since=mark)
    assert "5003" in found
    translator = OPENCART.translator(shop.reader().context(), {"refund_return_actions": "1,4"})
    dossier = translator.dossier(found["5003"].body, ())
    assert isinstance(dossier, Dossier)
    (refund,) = dossier.refunds
    assert (refund.number[:4], str(refund.total), str(refund.tax_total)) == ("RMA-", "15.59 GBP", "2.60 GBP")
    untold = OPENCART.translator(shop.reader().context(), {}).dossier(found["5003"].body, ())
    assert isinstance(untold, Dossier)
    assert untold.refunds == ()


@pytest.mark.parametrize("status", ["0", "16"])
def test_an_order_in_the_middle_of_an_edit_is_not_cancelled_but_read_again(shop: ShopDatabase, status: str) -> None:
    _, mark = read_all(shop.reader())
    now = shop.reader()
    local = now_of(shop)
    shop.run(f"UPDATE @order SET order_status_id={status}, date_modified='{local}' WHERE order_id=5001")
    found, waiting = read_all(now, since=mark)
    assert "5001" not in found
    assert read_mark(waiting).unsettled == (5001,)
    shop.run(f"UPDATE @order SET order_status_id=5, date_modified='{local}' WHERE order_id=5001")
    found, settled = read_all(shop.reader(), since=waiting)
    assert b'"order_status_id":"5"' in found["5001"].body
    assert read_mark(settled).unsettled == ()


def test_an_order_that_stays_void_is_believed_after_a_quarter_of_an_hour(shop: ShopDatabase) -> None:
    _, mark = read_all(shop.reader())
    shop.run("UPDATE @order SET order_status_id=16, date_modified='2026-11-20 19:00:00' WHERE order_id=5001")
    found, later = read_all(shop.reader(), since=mark)
    assert b'"order_status_id":"16"' in found["5001"].body
    assert read_mark(later).unsettled == ()


def test_a_checkout_that_was_never_confirmed_is_no_edit(shop: ShopDatabase) -> None:
    found, _ = read_all(shop.reader())
    assert b'"order_status_id":"0"' in found["5013"].body


def test_a_deleted_order_is_gone_and_missing_among_the_keys(shop: ShopDatabase) -> None:
    reader = shop.reader()
    assert reader.one(DocumentKind.ORDER, "5005") is not None
    shop.run("DELETE FROM @order WHERE order_id=5005", "DELETE FROM @order_product WHERE order_id=5005")
    assert reader.one(DocumentKind.ORDER, "5005") is None
    assert "5005" not in set(reader.keys(DocumentKind.ORDER))
    assert "5006" in set(reader.keys(DocumentKind.ORDER))


def test_a_removed_order_is_no_cancellation_because_shops_are_tidied_up(shop: ShopDatabase) -> None:
    raw = read_all(shop.reader())[0]["5001"]
    body = msgspec.json.encode({**msgspec.json.decode(raw.body), "removed_at": "2026-11-21 04:00:00"})
    dossier = OPENCART.translator(shop.reader().context(), {}).dossier(body, ())
    assert isinstance(dossier, Dossier)
    assert dossier.order.state == "removed"
    rules = {(rule.kind, rule.state): rule.action.value for rule in OPENCART.default_rules().statuses}
    assert rules["order", "removed"] == "skip"


def test_a_stop_in_the_middle_of_a_reading_repeats_and_loses_nothing(
    shop: ShopDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tieout.stores.opencart.orders.PAGE", 4)
    monkeypatch.setattr("tieout.stores.opencart.orders.CHUNK_WITHOUT_INDEX", 4)
    whole = set(read_all(shop.reader())[0])
    seen: set[str] = set()
    mark: Mark | None = None
    for _ in range(40):
        page = next(iter(shop.reader().changes(DocumentKind.ORDER, mark)))
        seen |= {raw.key for raw in page.documents}
        mark = page.mark if page.mark is not None else mark
        if page.last:
            break
    assert seen == whole


def test_a_mass_edit_moves_no_mark_and_is_read_again(shop: ShopDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tieout.stores.opencart.orders.UNSETTLED_MAX", 2)
    _, mark = read_all(shop.reader())
    shop.run(
        f"UPDATE @order SET order_status_id=0, date_modified='{now_of(shop)}' WHERE order_id BETWEEN 5001 AND 5006"
    )
    _, later = read_all(shop.reader(), since=mark)
    assert later == mark


def test_marks_survive_their_text_and_a_foreign_mark_starts_over() -> None:
    mark = OrderMark(5014, 28, 3, 2, "2026-11-20 17:40:04", (5001, 5003))
    assert read_mark(Mark(updated_at=NOW, key=mark.key())) == mark
    assert read_mark(Mark(updated_at=NOW, key="something else")) == OrderMark()
    assert read_mark(None) == OrderMark()
    longest = OrderMark(10**9, 10**9, 10**9, 10**9, "2026-11-20 17:40:04", tuple(range(10**9, 10**9 + 12)))
    assert len(longest.key()) <= 200


class Meddling:
    """The shop's tables, with an edit that falls between two questions of one reading."""

    def __init__(self, rows: Database, shop: ShopDatabase, after: str, statements: Sequence[Sequence[str]]) -> None:
        self._rows = rows
        self._shop = shop
        self._after = after
        self._statements = list(statements)

    def select(self, query: Select) -> list[Row]:
        found = self._rows.select(query)
        if query.table == self._after and self._statements:
            self._shop.run(*self._statements.pop(0))
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._rows, name)


REWRITTEN = (
    "UPDATE @order_product SET quantity=3, total=135 WHERE order_id=5001",
    "UPDATE @order_total SET value=135 WHERE order_id=5001 AND code='sub_total'",
    "UPDATE @order_total SET value=27.79 WHERE order_id=5001 AND code='tax'",
    "UPDATE @order_total SET value=166.74 WHERE order_id=5001 AND code='total'",
    "UPDATE @order SET total=166.74, date_modified='2026-11-20 17:00:00' WHERE order_id=5001",
)


@pytest.mark.parametrize("after", ["order", "order_product", "order_total"])
def test_an_order_edited_while_it_is_read_comes_from_one_moment(shop: ShopDatabase, after: str) -> None:
    rows = Meddling(Database(database_settings(shop.options())), shop, after, [REWRITTEN])
    found, _ = read_all(OpenCartReader(rows))
    dossier = OPENCART.translator(shop.reader().context(), {}).dossier(found["5001"].body, ())
    assert isinstance(dossier, Dossier)
    told = (
        str(dossier.order.total.amount),
        str(dossier.order.lines[0].quantity),
        str(dossier.order.tax_total.amount),
    )
    assert told in {("58.74", "1", "9.79"), ("166.74", "3", "27.79")}


def test_lines_that_never_add_up_are_given_as_they_are_when_nothing_moves(third: ShopDatabase) -> None:
    third.run("UPDATE @order_total SET value=44 WHERE order_id=5001 AND code='sub_total'")
    assert "5001" in read_all(third.reader())[0]


def test_tables_of_another_prefix_are_read(shops: Shops) -> None:
    shop = shops.recorded("4.1.0.4", prefix="ocx7_")
    assert set(read_all(shop.reader())[0]) == {str(one) for one in range(5001, 5015)}
    with pytest.raises(ContractBroken, match="prefix"):
        read_all(shop.reader(prefix="oc_"))


def test_a_shop_of_4_0_2_without_orders_is_read_and_told_apart(shops: Shops) -> None:
    shop = shops.fresh("base-4.0.2.3")
    assert shop.reader().test().version == "4.0.2"
    found, mark = read_all(shop.reader())
    assert found == {}
    assert read_mark(mark) == OrderMark()


def test_an_order_of_4_0_2_with_a_voucher_sold_is_read_whole(shops: Shops) -> None:
    shop = shops.fresh("base-4.0.2.3")
    shop.run(
        "SET SESSION sql_mode=''",
        "SET SESSION sql_mode='';"
        "INSERT INTO @order (order_id, store_id, customer_id, customer_group_id, firstname, lastname, email, total,"
        " order_status_id, currency_code, currency_value, payment_method, shipping_method, date_added, date_modified)"
        " VALUES (1, 0, 0, 1, 'Mary', 'Poole', 'm@example.test', 35, 5, 'GBP', 1,"
        " '{\"code\":\"cod.cod\",\"name\":\"Cash\"}', '', '2026-08-01 10:00:00', '2026-08-01 10:00:00');"
        "INSERT INTO @order_product (order_id, product_id, name, model, quantity, price, total, tax)"
        " VALUES (1, 9, 'Mug', 'MUG', 1, 10, 10, 0);"
        "INSERT INTO @order_voucher (order_id, voucher_id, description, code, amount)"
        " VALUES (1, 1, 'Gift for Ann', 'AB12', 25);"
        "INSERT INTO @order_total (order_id, extension, code, title, value, sort_order)"
        " VALUES (1,'opencart','sub_total','Sub-Total',35,1),(1,'opencart','total','Total',35,9)",
    )
    found, _ = read_all(shop.reader())
    dossier = OPENCART.translator(shop.reader().context(), {}).dossier(found["1"].body, ())
    assert isinstance(dossier, Dossier)
    assert [(line.kind.value, str(line.gross.amount.normalize())) for line in dossier.order.lines] == [
        ("product", "1E+1"),
        ("voucher_sale", "25"),
    ]
    assert dossier.order.total.amount == 35


def test_a_user_who_may_not_read_is_told_so_and_one_who_may_only_read_suffices(third: ShopDatabase) -> None:
    name = f"t{third.name[-8:]}"
    third.run(
        f"CREATE USER '{name}' IDENTIFIED BY 'secret-word'",
        f"GRANT SELECT ON {third.name}.* TO '{name}'",
    )
    try:
        reader = third.reader(user=name, password="secret-word")
        assert len(read_all(reader)[0]) == 14
        third.run(f"REVOKE SELECT ON {third.name}.* FROM '{name}'")
        with pytest.raises(NeedsOperator) as refused:
            read_all(third.reader(user=name, password="secret-word"))
        assert refused.value.code in ("store_right_missing", "store_access_refused")
        with pytest.raises(NeedsOperator) as wrong:
            third.reader(user=name, password="no").test()
        assert "secret-word" not in str(wrong.value)
    finally:
        third.run(f"DROP USER '{name}'")


def test_a_database_that_does_not_answer_is_asked_again_later(third: ShopDatabase) -> None:
    with pytest.raises(RetryLater):
        third.reader(port="1").test()


def test_nothing_can_be_written_through_the_reader(third: ShopDatabase) -> None:
    database = Database(database_settings(third.options()))
    with pytest.raises((NeedsOperator, RetryLater, ContractBroken)):
        database._server._execute("UPDATE oc_order SET total=0")
    assert third.ask("SELECT COUNT(*) FROM @order WHERE total=0") == [(0,)]


def test_settings_come_from_the_view_where_the_owner_granted_that(third: ShopDatabase) -> None:
    third.run(
        "CREATE VIEW @tieout_setting AS SELECT store_id, `key`, value FROM @setting WHERE `key` IN"
        " ('config_currency','config_timezone','config_name')"
    )
    found = third.reader().test()
    assert found.name == "Fjord Tea House"
    assert not any("settings" in warning for warning in found.warnings)


def test_a_customer_changed_without_a_time_of_change_is_read_once_a_day(third: ShopDatabase) -> None:
    reader = third.reader()
    first, mark = read_all(reader, DocumentKind.CUSTOMER)
    assert set(first) == {"1", "2"}
    assert mark is not None
    assert read_all(reader, DocumentKind.CUSTOMER, mark)[0] == {}
    yesterday = msgspec.structs.replace(mark, updated_at=mark.updated_at.replace(year=2020))
    assert set(read_all(reader, DocumentKind.CUSTOMER, yesterday)[0]) == {"1", "2"}
    third.run("UPDATE @customer SET status=0 WHERE customer_id=2")
    assert set(read_all(third.reader(customers="enabled"), DocumentKind.CUSTOMER)[0]) == {"1"}


def test_products_come_by_their_time_of_change(third: ShopDatabase) -> None:
    _, mark = read_all(third.reader(), DocumentKind.PRODUCT)
    third.run("UPDATE @product SET price=46, date_modified='2027-01-01 00:00:00' WHERE product_id=201")
    found, later = read_all(third.reader(), DocumentKind.PRODUCT, mark)
    assert b'"price":"46.0000"' in found["201"].body
    assert later is not None
    assert later.updated_at.year == 2027


def copy_order(shop: ShopDatabase, source: int, target: int, at: str) -> None:
    for table, own in (("order", ""), ("order_product", "order_product_id"), ("order_total", "order_total_id")):
        columns = [row[0] for row in shop.ask(f"SHOW COLUMNS FROM @{table}") if row[0] != own]
        fixed = {"order_id": str(target), "date_added": f"'{at}'", "date_modified": f"'{at}'"}
        chosen = ",".join(fixed.get(column, f"`{column}`") for column in columns)
        names = ",".join(f"`{c}`" for c in columns)
        shop.run(f"INSERT INTO @{table} ({names}) SELECT {chosen} FROM @{table} WHERE order_id={source}")


def file_return(shop: ShopDatabase) -> None:
    """A customer sends one of three glass cups back; staff say: refunded."""
    shop.run(
        "SET SESSION sql_mode='';"
        "INSERT INTO @return (order_id, product_id, customer_id, firstname, lastname, email, product, model,"
        " quantity, opened, return_reason_id, return_action_id, return_status_id, comment, date_added, date_modified)"
        " VALUES (5003, 203, 1, 'Ben', 'Field', 'b@example.test', 'Glass cup (set of 2)', 'CUP-2', 1, 0, 1, 1, 3, '',"
        " '2026-08-01 10:00:00', '2026-08-02 10:00:00')"
    )


def now_of(shop: ShopDatabase) -> str:
    """The shop's local time: London's."""
    return local_now(Database(database_settings(shop.options())), ZoneInfo("Europe/London"))
