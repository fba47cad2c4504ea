"""What probabilities say in one word."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from formdigits.answers import NO_DIGIT_FROM, answers_of


def probabilities(digit, of_digit, of_none):
    row = np.full(11, max(0.0, 1 - of_digit - of_none) / 9)
    row[digit], row[10] = of_digit, of_none
    return row[None]


def test_a_crop_that_is_likely_no_digit_is_still_told_as_the_best_guess():
    found = answers_of(probabilities(digit=7, of_digit=0.15, of_none=0.8))

    assert found.classes.tolist() == [7]
    assert found.confidence.tolist() == [0.15]


def test_a_crop_that_is_surely_no_digit_is_told_as_none():
    found = answers_of(probabilities(digit=7, of_digit=0.02, of_none=0.97))

    assert found.classes.tolist() == [10]
    assert found.confidence.tolist() == [0.97]
    assert found.sureness.tolist() == [-1]


@given(arrays(np.float64, (5, 11), elements=st.floats(0.001, 1)))
def test_a_guess_is_the_likeliest_digit_and_never_sure_enough_to_be_accepted_where_none_is_likelier(raw):
    rows = raw / raw.sum(axis=1, keepdims=True)

    found = answers_of(rows)

    guessed = found.is_digit
    assert (found.confidence[guessed] == rows[guessed, :10].max(axis=1)).all()
    assert (found.confidence[guessed & (rows[:, 10] > rows[:, :10].max(axis=1))] <= 0.5).all()
    assert (rows[~guessed, 10] >= NO_DIGIT_FROM).all()
