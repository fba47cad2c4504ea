import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from formdigits.calibration import AcceptPoint, Calibration, fit_calibration

N_CLASSES = 11


def outputs(tops, confidences):
    """Probabilities whose largest output is known; the rest is spread evenly."""
    rows = np.repeat(((1 - np.asarray(confidences)) / (N_CLASSES - 1))[:, None], N_CLASSES, axis=1)
    rows[np.arange(len(tops)), tops] = confidences
    return rows.astype(np.float32)


def crops_read(n, *, n_wrong, confidence=0.99, wrong_confidence=0.6):
    """`n` threes, of which `n_wrong` are read as fives."""
    labels = np.full(n, 3)
    tops = np.where(np.arange(n) < n_wrong, 5, 3)
    return outputs(tops, np.where(np.arange(n) < n_wrong, wrong_confidence, confidence)), labels


@given(
    arrays.arrays(np.float32, (5, N_CLASSES), elements=st.floats(0.0625, 1, width=32)),
    st.floats(0.4, 4),
)
def test_calibrated_rows_sum_to_one_and_keep_their_largest_output(raw, temperature):
    probabilities = raw / raw.sum(axis=1, keepdims=True)

    calibrated = Calibration(temperature=temperature).apply(probabilities)

    assert calibrated.dtype == np.float32
    np.testing.assert_allclose(calibrated.sum(axis=1), 1, atol=1e-5)
    top = probabilities.argmax(axis=1)
    np.testing.assert_allclose(calibrated[np.arange(5), top], calibrated.max(axis=1), atol=1e-6)


def test_an_output_that_a_network_does_not_have_stays_impossible():
    ten_outputs = np.pad(np.full((2, 10), 0.1, np.float32), ((0, 0), (0, 1)))

    calibrated = Calibration(temperature=3.0).apply(ten_outputs)

    assert (calibrated[:, 10] == 0).all()
    np.testing.assert_allclose(calibrated[:, :10], 0.1, atol=1e-6)


def test_an_empty_batch_stays_empty():
    nothing = np.zeros((0, N_CLASSES), np.float32)

    calibrated = Calibration().apply(nothing)

    assert calibrated.shape == (0, N_CLASSES)


def test_a_network_that_is_too_sure_of_itself_is_made_less_sure():
    too_sure, labels = crops_read(1000, n_wrong=100, confidence=0.999, wrong_confidence=0.999)

    calibration = fit_calibration(too_sure, labels)

    assert calibration.temperature > 1
    assert calibration.apply(too_sure).max(axis=1).mean() == pytest.approx(0.9, abs=0.02)


def test_the_threshold_keeps_the_errors_out_that_the_budget_cannot_bear():
    probabilities, labels = crops_read(5000, n_wrong=50)
    calibration = fit_calibration(probabilities, labels)
    confidences = calibration.apply(probabilities).max(axis=1)

    threshold = calibration.threshold_for(0.001)

    accepted = confidences >= threshold
    assert accepted[50:].all()
    assert not accepted[:50].any()


def test_a_generous_budget_accepts_every_digit():
    probabilities, labels = crops_read(1000, n_wrong=10)
    calibration = fit_calibration(probabilities, labels)

    threshold = calibration.threshold_for(0.05)

    assert threshold == 0


def test_a_budget_smaller_than_the_data_can_show_holds_for_each_digit_alone():
    probabilities, labels = crops_read(1000, n_wrong=0)
    calibration = fit_calibration(probabilities, labels)

    threshold = calibration.threshold_for(1e-5)

    assert threshold == pytest.approx(1 - 1e-5)


def test_the_lowest_threshold_within_the_budget_is_taken_whatever_lies_above_it():
    curve = (AcceptPoint(0.2, 0.9, 0.004), AcceptPoint(0.9, 0.3, 0.012), AcceptPoint(0.99, 0.25, 0.0))
    calibration = Calibration(n=1000, accept=curve)

    thresholds = calibration.threshold_for(0.01), calibration.threshold_for(0.0045)

    assert thresholds == (0.2, 0.99)


def test_without_any_measurement_a_digit_must_be_within_the_budget_by_itself():
    unmeasured = Calibration()

    threshold = unmeasured.threshold_for(0.02)

    assert threshold == 1.0


points = st.builds(
    AcceptPoint,
    threshold=st.floats(0, 1),
    accept_rate=st.floats(0, 1),
    error_among_accepted=st.sampled_from([0.0, 0.0, 0.001, 0.01, 0.1]),
)


@given(st.lists(points, max_size=8), st.integers(1, 20_000), st.tuples(st.floats(1e-6, 1), st.floats(1e-6, 1)))
def test_a_smaller_budget_never_accepts_more(curve, n, budgets):
    rates_fall = sorted((point.accept_rate for point in curve), reverse=True)
    ascending = sorted(curve, key=lambda point: point.threshold)
    accept = tuple(point._replace(accept_rate=rate) for point, rate in zip(ascending, rates_fall, strict=True))
    calibration = Calibration(n=n, accept=accept)
    strict, generous = sorted(budgets)

    thresholds = calibration.threshold_for(strict), calibration.threshold_for(generous)

    assert thresholds[0] >= thresholds[1]


def test_what_is_no_digit_counts_as_an_error_when_it_is_accepted():
    digits, digit_labels = crops_read(100, n_wrong=0)
    probabilities = np.concatenate([digits, outputs([7] * 100, [0.99] * 100)])
    labels = np.concatenate([digit_labels, np.full(100, 10)])

    curve = fit_calibration(probabilities, labels).accept

    assert curve[0].accept_rate == 1
    assert curve[0].error_among_accepted == 0.5


def test_a_crop_that_is_read_as_no_digit_is_never_accepted():
    probabilities = outputs([10] * 20, [0.999] * 20)

    curve = fit_calibration(probabilities, np.full(20, 4)).accept

    assert {point.accept_rate for point in curve} == {0.0}


def test_a_calibration_reads_back_from_json_as_it_was():
    probabilities, labels = crops_read(300, n_wrong=7)
    calibration = fit_calibration(probabilities, labels)

    read_back = Calibration.model_validate_json(calibration.model_dump_json())

    assert read_back == calibration
