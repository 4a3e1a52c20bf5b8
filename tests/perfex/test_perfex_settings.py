"""The entry of Perfex in the list of stores: its form, its rules, its numbers."""

from __future__ import annotations

from tieout.documents import DocumentKind
from tieout.ports.deletions import DeletionReader
from tieout.ports.memory import Remembering
from tieout.rules.settings import Action, SalesDocuments
from tieout.stores.kinds import KINDS, PERFEX, WRITABLE
from tieout.stores.perfex.settings import CREDIT_NOTE_STATES, FIELDS, INVOICE_STATES, REMOVED
from tieout.stores.values import SettingKind


def test_perfex_is_in_the_lists_of_stores_that_are_read_and_written() -> None:
    assert KINDS["perfex"] is PERFEX
    assert WRITABLE["perfex"] is PERFEX
    reader = PERFEX.reader({"url": "https://crm.example.test", "token": "t"})
    assert isinstance(reader, DeletionReader)
    assert isinstance(reader, Remembering)
    assert list(reader.kinds()) == [
        DocumentKind.CUSTOMER, DocumentKind.PRODUCT, DocumentKind.INVOICE, DocumentKind.REFUND,
    ]  # fmt: skip


def test_every_state_of_the_crm_has_a_rule_from_the_start() -> None:
    rules = PERFEX.default_rules()
    assert rules.sales_documents is SalesDocuments.INVOICES
    by_state = {(rule.kind, rule.state): rule.action for rule in rules.statuses}
    for state in (*INVOICE_STATES.values(), REMOVED):
        assert ("invoice", state) in by_state
    for state in (*CREDIT_NOTE_STATES.values(), REMOVED):
        assert ("refund", state) in by_state
    assert by_state["invoice", "draft"] is Action.WAIT
    assert by_state["invoice", "cancelled"] is Action.UNDO


def test_secrets_are_sealed_and_every_field_says_what_it_is_for() -> None:
    assert {field.name for field in FIELDS if field.secret} == {"token", "password"}
    assert len({field.name for field in FIELDS}) == len(FIELDS)
    for field in FIELDS:
        assert field.label
        assert (field.kind is SettingKind.CHOICE) == bool(field.choices)


def test_numbers_of_a_crm_carry_its_own_prefixes_and_the_mapping_page_saves_them_so() -> None:
    from tieout.web.setup_forms import NumberingForm

    numbering = PERFEX.default_rules().numbering
    initial = {"order": numbering.order, "invoice": numbering.invoice, "refund": numbering.refund}
    assert set(initial.values()) == {""}
    assert NumberingForm({}, initial=initial).is_valid()
    assert not NumberingForm({"order": "A", "invoice": "B", "refund": "B"}, initial=initial).is_valid()
    assert NumberingForm({"order": "A", "invoice": "B", "refund": "C"}, initial=initial).is_valid()
