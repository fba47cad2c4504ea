"""The interval around a share."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formdigits.wilson import wilson


def test_the_interval_is_the_one_of_the_textbooks():
    low, high = wilson(0.9, 100)

    assert (low, high) == (pytest.approx(0.8256, abs=1e-4), pytest.approx(0.9448, abs=1e-4))


def test_without_an_error_it_still_does_not_promise_perfection():
    low, high = wilson(1.0, 300)

    assert high == 1
    assert 0.98 < low < 0.99


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_it_holds_what_was_found_and_is_narrower_of_more(counts):
    n_right, n = counts

    low, high = wilson(n_right / n, n)
    narrow_low, narrow_high = wilson(n_right / n, 4 * n)

    assert 0 <= low <= n_right / n <= high <= 1
    assert narrow_high - narrow_low < high - low


def test_of_nothing_nothing_is_known():
    assert wilson(0.0, 0) == (0.0, 1.0)
