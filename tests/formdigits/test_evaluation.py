import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from formdigits.evaluation import evaluate


def read_as(*readings):
    """One row for each (class, confidence)."""
    rows = np.zeros((len(readings), 11), np.float32)
    for row, (top, confidence) in zip(rows, readings, strict=True):
        row[:] = (1 - confidence) / 10
        row[top] = confidence
    return rows


def test_accuracy_counts_digits_alone():
    probabilities = read_as((1, 0.9), (2, 0.9), (7, 0.9), (3, 0.9))

    evaluation = evaluate(probabilities, np.array([1, 2, 3, 10]), threshold=0.5)

    assert (evaluation.n, evaluation.n_none) == (4, 1)
    assert evaluation.accuracy == pytest.approx(2 / 3)


def test_an_unsure_error_is_not_among_the_accepted():
    probabilities = read_as((1, 0.99), (2, 0.99), (7, 0.6))

    evaluation = evaluate(probabilities, np.array([1, 2, 3]), threshold=0.9)

    assert evaluation.error_among_accepted == 0
    assert evaluation.accept_rate == pytest.approx(2 / 3)


def test_rubbish_that_is_taken_for_a_digit_is_told_apart_from_wrong_digits():
    probabilities = read_as((4, 0.99), (10, 0.99), (6, 0.3), (5, 0.99))

    evaluation = evaluate(probabilities, np.array([10, 10, 10, 5]), threshold=0.9)

    assert evaluation.none_accepted == pytest.approx(1 / 3)
    assert evaluation.error_among_accepted == 0


def test_without_rubbish_nothing_is_said_of_it():
    probabilities = read_as((4, 0.99))

    evaluation = evaluate(probabilities, np.array([4]), threshold=0.9)

    assert evaluation.none_accepted is None
    assert evaluation.auroc is None


def test_no_crops_at_all_are_no_error():
    nothing = np.zeros((0, 11), np.float32)

    evaluation = evaluate(nothing, np.zeros(0, np.int64), threshold=0.9)

    assert (evaluation.n, evaluation.accuracy) == (0, 0)
    assert np.sum(evaluation.confusion) == 0


def test_confidence_that_is_a_probability_has_no_calibration_error():
    half_right = read_as(*[(1, 0.5)] * 10)

    honest = evaluate(half_right, np.repeat([1, 2], 5), threshold=0.9)
    boasting = evaluate(half_right, np.full(10, 2), threshold=0.9)

    assert honest.calibration_error == pytest.approx(0, abs=1e-6)
    assert boasting.calibration_error == pytest.approx(0.5)
    assert [(one.n, one.accuracy) for one in honest.reliability] == [(10, 0.5)]


def test_what_is_no_digit_is_not_asked_how_well_digits_are_calibrated():
    evaluation = evaluate(read_as((1, 1.0), (7, 0.9)), np.array([1, 10]), threshold=0.5)

    assert evaluation.calibration_error == pytest.approx(0)


def test_the_least_sure_digits_are_rejected_first():
    probabilities = read_as(*[(1, 0.99)] * 95, *[(2, 0.6)] * 4, (10, 0.99))

    evaluation = evaluate(probabilities, np.full(100, 1), threshold=0.9)

    assert [point.rejected for point in evaluation.at_reject] == [0, 0.01, 0.05]
    assert [point.error_among_accepted for point in evaluation.at_reject] == pytest.approx([0.05, 4 / 99, 0])


def test_what_is_no_digit_is_accepted_where_it_is_as_sure_as_the_digits_that_are_left():
    digits, rubbish = [*[(1, 0.99)] * 99, (2, 0.6)], [(3, 0.999), (4, 0.99), (5, 0.7), (10, 0.999)]

    evaluation = evaluate(read_as(*digits, *rubbish), np.repeat([1, 10], [100, 4]), threshold=0.9)

    assert [point.none_accepted for point in evaluation.at_reject] == [0.75, 0.5, 0.5]


def test_without_digits_nothing_says_what_else_is_accepted_beside_them():
    evaluation = evaluate(read_as((4, 0.99), (10, 0.99)), np.array([10, 10]), threshold=0.9)

    assert [point.none_accepted for point in evaluation.at_reject] == [None, None, None]


def test_what_is_read_as_no_digit_is_accepted_beside_no_digits_either():
    evaluation = evaluate(read_as((10, 0.99), (10, 0.99)), np.array([1, 10]), threshold=0.9)

    assert evaluation.at_reject[0].none_accepted == 0


@pytest.mark.parametrize(("digit", "rubbish", "auroc"), [(0.9, 0.5, 1.0), (0.5, 0.9, 0.0), (0.7, 0.7, 0.5)])
def test_digits_are_told_from_rubbish_by_how_sure_they_are(digit, rubbish, auroc):
    probabilities = read_as((1, digit), (2, digit), (3, rubbish))

    evaluation = evaluate(probabilities, np.array([1, 2, 10]), threshold=0.9)

    assert evaluation.auroc == auroc


@given(st.lists(st.tuples(st.integers(0, 10), st.integers(0, 10)), min_size=1, max_size=60))
def test_the_confusion_counts_every_crop_in_its_row_and_column(pairs):
    labels, tops = np.array(pairs).T

    evaluation = evaluate(read_as(*((top, 0.96) for top in tops)), labels, threshold=0.5)

    table = np.array(evaluation.confusion)
    np.testing.assert_array_equal(table.sum(axis=1), np.bincount(labels, minlength=11))
    np.testing.assert_array_equal(table.sum(axis=0), np.bincount(tops, minlength=11))


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 10), st.floats(0.2, 1)), min_size=1, max_size=40))
def test_a_higher_threshold_never_accepts_more(crops):
    labels = np.array([label for label, _, _ in crops])

    evaluation = evaluate(read_as(*((top, sure) for _, top, sure in crops)), labels, threshold=0.5)

    rates = [point.accept_rate for point in evaluation.accept_curve]
    assert rates == sorted(rates, reverse=True)
