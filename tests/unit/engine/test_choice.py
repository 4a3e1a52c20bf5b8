"""Which postings go next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tieout.accounting import Role
from tieout.engine.choice import Waiting as W
from tieout.engine.choice import choose

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LINGER = timedelta(seconds=2)


def test_work_goes_in_the_order_of_roles() -> None:
    ready = [W(Role.PAYMENT, 500, 500, 100, NOW), W(Role.CONTACT, 3, 50, 100, NOW), W(Role.INVOICE, 9, 50, 100, NOW)]
    assert choose(ready, (), NOW, filling=False, linger=LINGER) == (Role.CONTACT, None)


def test_what_a_person_asked_for_goes_first() -> None:
    ready = [W(Role.CONTACT, 500, 500, 200, NOW), W(Role.PAYMENT, 1, 500, 5, NOW)]
    assert choose(ready, (), NOW, filling=True, linger=LINGER) == (Role.PAYMENT, None)


def test_immediate_work_passes_a_back_fill() -> None:
    ready = [W(Role.CONTACT, 500, 500, 200, NOW), W(Role.INVOICE, 1, 500, 50, NOW)]
    assert choose(ready, (), NOW, filling=True, linger=LINGER) == (Role.INVOICE, None)


def test_a_batch_waits_for_the_calls_that_fill_it() -> None:
    ready = [W(Role.INVOICE, 20, 50, 100, NOW - timedelta(hours=1), more=True)]
    assert choose(ready, (Role.CONTACT,), NOW, filling=False, linger=LINGER) == (None, None)
    assert choose(ready, (), NOW, filling=False, linger=LINGER)[0] is Role.INVOICE


def test_a_batch_waits_a_little_for_planning() -> None:
    ready = [W(Role.INVOICE, 20, 50, 100, NOW)]
    assert choose(ready, (), NOW, filling=True, linger=LINGER) == (None, NOW + LINGER)
    assert choose(ready, (), NOW + LINGER, filling=True, linger=LINGER)[0] is Role.INVOICE


def test_a_full_batch_waits_for_nothing() -> None:
    ready = [W(Role.INVOICE, 50, 50, 100, NOW, more=True)]
    assert choose(ready, (Role.CONTACT,), NOW, filling=True, linger=LINGER)[0] is Role.INVOICE


def test_nothing_under_way_can_fill_it_so_it_goes() -> None:
    ready = [W(Role.INVOICE, 20, 50, 100, NOW, more=True)]
    assert choose(ready, (Role.PAYMENT,), NOW, filling=False, linger=LINGER)[0] is Role.INVOICE
    assert choose([W(Role.INVOICE, 2, 50, 100, NOW)], (Role.CONTACT,), NOW, filling=False, linger=LINGER)[0]


def test_a_later_role_with_a_full_batch_goes_while_an_earlier_one_fills() -> None:
    ready = [W(Role.CONTACT, 3, 50, 100, NOW), W(Role.PAYMENT, 50, 50, 100, NOW)]
    assert choose(ready, (), NOW, filling=True, linger=LINGER) == (Role.PAYMENT, None)
