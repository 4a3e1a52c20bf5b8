"""Batches grow with what Xero bears and shrink when it strains."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tieout.engine.batches import BATCH_MAX, BATCH_START, BODY_BYTES_MAX, Answered, fits, next_size


def quick(count: int) -> Answered:
    return Answered(count, 1.0, True, False)


def test_it_starts_with_xeros_advice_and_grows_to_the_bound() -> None:
    sizes = [BATCH_START]
    while sizes[-1] < BATCH_MAX:
        sizes.append(next_size(sizes[-1], quick(sizes[-1])))
    assert sizes == [50, 100, 200, 400, 500]
    assert next_size(500, quick(500)) == 500


def test_a_batch_that_was_not_full_proves_nothing() -> None:
    assert next_size(100, quick(40)) == 100


def test_slow_answers_shrink_it_a_little_and_failures_halve_it() -> None:
    assert next_size(400, Answered(400, 26.0, True, False)) == 300
    assert next_size(400, Answered(400, 60.0, False, True)) == 200
    assert next_size(400, Answered(60, 60.0, False, True)) == 30
    assert next_size(400, Answered(400, 12.0, True, False)) == 400


def test_an_incomplete_answer_does_not_let_it_grow() -> None:
    assert next_size(100, Answered(100, 1.0, False, False)) == 100


def test_a_size_that_was_asked_for_is_kept() -> None:
    assert next_size(50, quick(50), fixed=50) == 50
    assert next_size(50, Answered(50, 60, False, True), fixed=50) == 50


@given(st.integers(1, BATCH_MAX), st.integers(1, BATCH_MAX), st.floats(0, 100), st.booleans(), st.booleans())
def test_it_never_leaves_its_bounds(size: int, count: int, seconds: float, complete: bool, strained: bool) -> None:
    assert 1 <= next_size(size, Answered(count, seconds, complete, strained)) <= BATCH_MAX


@given(st.integers(1, 500), st.integers(0, 10**9))
def test_c116_a_body_that_is_too_large_is_cut_down(count: int, body: int) -> None:
    taken = fits(body, count)
    assert 1 <= taken <= count
    assert taken == count if body <= BODY_BYTES_MAX or count == 1 else taken < count
