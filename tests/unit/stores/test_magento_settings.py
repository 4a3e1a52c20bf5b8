"""What the connection form asks for and which rules a new connection starts with."""

from __future__ import annotations

import magento_samples as samples
import pytest
from magento_shops import open_shop, reader

from tieout.ports import StoreAdapter, StoreReader, StoreTranslator
from tieout.rules.settings import Action
from tieout.stores.kinds import KINDS, MAGENTO2, store_kind
from tieout.stores.magento2.reader import page_size_of
from tieout.stores.values import SettingKind

RULES = MAGENTO2.default_rules()
STATUSES = {(rule.kind, rule.state): rule.action for rule in RULES.statuses}
METHODS = {rule.method: rule for rule in RULES.methods}


@pytest.mark.parametrize("state", ["new", "pending_payment", "payment_review", "holded"])
def test_b02_unfinished_orders_wait(state: str) -> None:
    assert STATUSES["order", state] is Action.WAIT


@pytest.mark.parametrize("state", ["processing", "complete", "closed"])
def test_b02_confirmed_orders_are_authorised(state: str) -> None:
    assert STATUSES["order", state] is Action.AUTHORISED


def test_b02_cancelled_sales_are_undone() -> None:
    assert STATUSES["order", "canceled"] is Action.UNDO
    assert STATUSES["invoice", "cancelled"] is Action.UNDO


@pytest.mark.parametrize("state", ["open", "paid"])
def test_b02_open_and_paid_invoices_are_authorised(state: str) -> None:
    assert STATUSES["invoice", state] is Action.AUTHORISED


def test_b02_every_recorded_state_has_a_rule() -> None:
    for entry in samples.documents("orders"):
        dossier = samples.dossier(int(entry["entity_id"]))
        assert ("order", dossier.order.state) in STATUSES
        assert all(("invoice", invoice.state) in STATUSES for invoice in dossier.invoices)


@pytest.mark.parametrize("method", ["checkmo", "banktransfer", "purchaseorder", "cashondelivery"])
def test_c01_offline_methods_do_not_prove_money(method: str) -> None:
    assert METHODS[method].offline
    assert not METHODS[method].money_seen


def test_c94_free_orders_have_nothing_to_post() -> None:
    assert METHODS["free"].skip


def test_secrets_are_marked_and_fields_are_explained() -> None:
    fields = {field.name: field for field in MAGENTO2.fields()}
    secret = {name for name, field in fields.items() if field.secret}
    assert secret == {"access_token", "access_token_secret", "consumer_key", "consumer_secret"}
    assert all(field.help and field.label for field in fields.values())
    assert all(field.choices for field in fields.values() if field.kind is SettingKind.CHOICE)


@pytest.mark.parametrize(("text", "size"), [("50", 50), ("", 100), ("0", 100), ("many", 100), ("-3", 100)])
def test_page_size_is_read_leniently(text: str, size: int) -> None:
    assert page_size_of({"page_size": text}) == size


def test_kinds_are_found_by_name() -> None:
    assert store_kind("magento2") is KINDS["magento2"] is MAGENTO2
    with pytest.raises(KeyError):
        store_kind("abacus")


def test_the_adapter_fits_the_ports() -> None:
    adapter: StoreAdapter = MAGENTO2
    source: StoreReader = reader(open_shop())
    translator: StoreTranslator = adapter.translator(source.context(), {})
    assert translator is not None
