# ruff: noqa: E501 - rows of wire data, one a line
"""Properties of reading answers: nothing that arrives raises, and the order of elements does not matter."""

from __future__ import annotations

import random

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from xero_things import (
    IDS,
    INVOICE,
    allocation,
    body,
    change,
    contact,
    create,
    credit_note,
    frozen,
    invoice,
    invoice_answer,
    item,
    overpayment,
    payment,
    uuid,
)

from tieout.ports import AnswerKind, Operation
from tieout.xero.answers import read_answer

CALLS = [
    frozen([create("M-1", invoice()), create("M-2", invoice("M-2"))]),
    frozen([create("C-1", credit_note())]),
    frozen([create("7", contact())]),
    frozen([create("MUG", item())]),
    frozen([create("p", payment(INVOICE, "p"), IDS), create("q", payment(INVOICE, "q"), IDS)]),
    frozen([create("o", overpayment())]),
    frozen([create("a", allocation(), IDS)]),
    frozen([change(Operation.DELETE, "a", allocation(), uuid(4), ids=IDS)]),
    frozen([change(Operation.DELETE, "p", payment(INVOICE), uuid(3), ids=IDS)]),
]
SCALARS = (
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.text(max_size=20) | st.floats(allow_nan=False)
)
NAMES = st.sampled_from(
    ["Invoices", "CreditNotes", "Contacts", "Items", "Payments", "BankTransactions", "Allocations", "Elements",
     "Message", "Type", "ErrorNumber", "ValidationErrors", "InvoiceID", "InvoiceNumber", "Total", "LineItems", "Detail",
     "Contact", "Status", "StatusAttributeString", "error", "Warnings", "pagination"]
)  # fmt: skip
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=5), max_leaves=20
)
BODIES = (
    st.binary(max_size=200)
    | st.text(max_size=100).map(str.encode)
    | ANYTHING.map(msgspec.json.encode)
    | st.sampled_from(
        [b"<html>", b"<a><b></a>", b"<a/>", b"[" * 5000, b'{"a":' * 5000, b"\xff\xfe{", b"oauth_problem="]
    )
)
STATUSES = st.sampled_from(
    [200, 201, 204, 301, 400, 401, 403, 404, 408, 409, 412, 413, 415, 429, 500, 501, 503, 504, 599]
)
HEADERS = st.dictionaries(
    st.sampled_from(
        ["content-type", "retry-after", "x-rate-limit-problem", "x-daylimit-remaining", "date", "www-authenticate"]
    ),
    st.text(max_size=30),
    max_size=4,
)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(CALLS), STATUSES, HEADERS, BODIES)
def test_nothing_that_arrives_raises_and_nothing_refused_counts_as_done(
    call: object, status: int, headers: dict[str, str], data: bytes
) -> None:
    answer = read_answer(call, status, headers, data)  # type: ignore[arg-type]
    assert {one.marker for one in answer.elements} <= set(call.markers)  # type: ignore[attr-defined]
    assert len({one.marker for one in answer.elements}) == len(answer.elements)
    if status >= 400 and not (status == 404 and call.method == "DELETE"):  # type: ignore[attr-defined]
        assert not any(one.ok for one in answer.elements)
    assert all(one.problems for one in answer.elements if not one.ok)
    assert len(answer.evidence) <= 2000


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 40), st.randoms(use_true_random=False), st.sets(st.integers(0, 39)))
def test_the_order_of_elements_does_not_matter(count: int, shuffler: random.Random, missing: set[int]) -> None:
    call = frozen([create(f"M-{n}", invoice(f"M-{n}")) for n in range(count)])
    rows = [invoice_answer(f"M-{n}", uuid(n + 1)) for n in range(count) if n not in missing]
    shuffler.shuffle(rows)
    answer = read_answer(call, 200, {}, body("Invoices", rows))
    expected = {f"M-{n}": uuid(n + 1) for n in range(count) if n not in missing}
    assert {one.marker: one.remote_id for one in answer.elements} == expected
    assert answer.kind is (AnswerKind.SETTLED if expected else AnswerKind.UNKNOWN)
