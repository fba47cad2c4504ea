import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from formdigits.calibration import RUBBISH_SHARE, Calibration, HeldOut, fit_calibration
from formdigits.held_out import see

N_CLASSES = 11


def outputs(tops, confidences):
    """Probabilities whose largest output is known; the rest is spread evenly."""
    rows = np.repeat(((1 - np.asarray(confidences)) / (N_CLASSES - 1))[:, None], N_CLASSES, axis=1)
    rows[np.arange(len(tops)), tops] = confidences
    return rows.astype(np.float32)


def crops_read(n, *, n_wrong, confidence=0.99, wrong_confidence=0.6):
    """`n` threes, of which `n_wrong` are read as fives."""
    row = np.arange(n)
    tops = np.where(row < n_wrong, 5, 3)
    sure = np.where(row < n_wrong, wrong_confidence, confidence)
    return HeldOut(outputs(tops, sure), np.full(n, 3), np.zeros(n, int), row)


@given(
    arrays.arrays(np.float32, (5, N_CLASSES), elements=st.floats(0.0625, 1, width=32)),
    st.floats(0.4, 4),
    st.floats(-5, 1),
)
def test_calibrated_rows_sum_to_one_and_keep_the_order_of_their_digits(raw, temperature, none_bias):
    probabilities = raw / raw.sum(axis=1, keepdims=True)

    calibrated = Calibration(temperature=temperature, none_bias=none_bias).apply(probabilities)

    assert calibrated.dtype == np.float32
    np.testing.assert_allclose(calibrated.sum(axis=1), 1, atol=1e-5)
    order = probabilities[:, :10].argsort(axis=1)
    assert (np.diff(np.take_along_axis(calibrated[:, :10], order, axis=1)) >= 0).all()


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
    too_sure = crops_read(1000, n_wrong=100, confidence=0.999, wrong_confidence=0.999)

    calibration = fit_calibration(too_sure)

    assert calibration.temperature > 1
    assert calibration.apply(too_sure.probabilities).max(axis=1).mean() == pytest.approx(0.9, abs=0.02)


def test_what_is_no_digit_weighs_what_it_does_on_forms_and_not_what_it_does_in_a_training():
    digits, doubtful = crops_read(1000, n_wrong=0), outputs([10] * 500, [0.6] * 500)
    half_rubbish = HeldOut(
        np.concatenate([digits.probabilities, doubtful, doubtful]),
        np.repeat([3, 10], 1000),
        np.zeros(2000, int),
        np.arange(2000),
    )
    half_rubbish.labels[1000:1500] = 3

    calibration = fit_calibration(half_rubbish)

    assert calibration.none_bias < 0
    assert calibration.apply(doubtful)[0, 10] < 0.1


def test_the_threshold_keeps_the_errors_out_that_the_budget_cannot_bear():
    held_out = crops_read(5000, n_wrong=50)
    calibration = fit_calibration(held_out)
    confidences = calibration.apply(held_out.probabilities).max(axis=1)

    threshold = calibration.threshold_for(0.001)

    accepted = confidences >= threshold
    assert accepted[50:].all()
    assert not accepted[:50].any()


def test_a_generous_budget_accepts_every_digit():
    calibration = fit_calibration(crops_read(1000, n_wrong=10))

    threshold = calibration.threshold_for(0.05)

    assert threshold < 0.1


def calibration_of(n_unsure_wrong):
    """Of 2,000 digits at 0.95 so many are wrong; 2,000 at 0.99999 are right."""
    labels, row = np.full(4000, 3), np.arange(4000)
    probabilities = outputs(np.where(row < n_unsure_wrong, 5, 3), np.where(row < 2000, 0.95, 0.99999))
    return Calibration(scans=(see(probabilities, labels),))


def test_a_budget_smaller_than_the_data_can_show_is_kept_by_probabilities_that_proved_right():
    proved, disproved = calibration_of(n_unsure_wrong=100), calibration_of(n_unsure_wrong=1900)

    thresholds = [calibration.threshold_for(5e-5) for calibration in (proved, disproved)]

    assert 0.95 < thresholds[0] < 0.99999
    assert thresholds[1] > 1


def test_a_budget_that_was_seen_to_be_broken_by_the_surest_digits_accepts_nothing():
    calibration = fit_calibration(crops_read(1000, n_wrong=20, confidence=1, wrong_confidence=1))

    threshold = calibration.threshold_for(0.01)

    assert threshold > 1


def test_a_field_of_many_digits_bears_fewer_wrong_ones_of_each():
    calibration = fit_calibration(crops_read(5000, n_wrong=20, wrong_confidence=0.98, confidence=0.999))

    thresholds = [calibration.threshold_for(0.01, n_digits) for n_digits in (1, 4)]

    assert thresholds[0] < 0.5
    assert thresholds[1] > 0.9


def test_unsure_digits_that_stand_on_one_scan_hold_back_fewer_fields_than_those_on_all():
    labels, one_in_ten = np.full(400, 3), np.where(np.arange(400) < 40, 0.6, 0.999)
    all_sure, all_unsure = np.full(400, 0.999), np.full(400, 0.6)
    good, bad, mixed = (see(outputs(labels, sure), labels) for sure in (all_sure, all_unsure, one_in_ten))
    together, apart = Calibration(scans=(*[good] * 9, bad)), Calibration(scans=(mixed,) * 10)

    rates = [calibration.odds(8).accepted_at(0.9) for calibration in (together, apart)]

    assert rates[0] == pytest.approx(0.9)
    assert rates[1] == pytest.approx(0.9**8, abs=0.02)


def test_a_digit_that_is_misread_in_every_way_it_was_worn_is_one_mistake():
    held_out = crops_read(4000, n_wrong=40)
    in_four_ways = held_out._replace(digits=np.arange(4000) // 4)

    calibrations = fit_calibration(held_out), fit_calibration(in_four_ways)

    assert [calibration.alike for calibration in calibrations] == [1, 4]
    bounds = [calibration.odds(1).wrong_at_most.max() for calibration in calibrations]
    assert bounds[0] < bounds[1]


def test_without_any_measurement_nothing_is_accepted():
    unmeasured = Calibration()

    threshold = unmeasured.threshold_for(0.02)

    assert threshold > 1


def counted(held_out, n_scans):
    """A calibration that changes nothing, of these crops."""
    parts = [slice(scan, None, n_scans) for scan in range(n_scans)]
    return Calibration(scans=tuple(see(held_out.probabilities[part], held_out.labels[part]) for part in parts))


held_out_crops = st.builds(
    crops_read,
    st.integers(50, 3000),
    n_wrong=st.integers(0, 40),
    confidence=st.floats(0.5, 1),
    wrong_confidence=st.floats(0.3, 1),
)


@given(held_out_crops, st.integers(1, 3), st.integers(1, 12), st.tuples(st.floats(1e-6, 1), st.floats(1e-6, 1)))
def test_a_smaller_budget_never_accepts_more(held_out, n_scans, n_digits, budgets):
    calibration = counted(held_out, n_scans)
    strict, generous = sorted(budgets)

    thresholds = calibration.threshold_for(strict, n_digits), calibration.threshold_for(generous, n_digits)

    assert thresholds[0] >= thresholds[1]


def test_what_is_no_digit_counts_as_an_error_when_it_is_accepted():
    digits = crops_read(1000, n_wrong=0)
    with_rubbish = HeldOut(
        np.concatenate([digits.probabilities, outputs([7] * 100, [0.99] * 100)]),
        np.concatenate([digits.labels, np.full(100, 10)]),
        np.zeros(1100, int),
        np.arange(1100),
    )

    odds = fit_calibration(with_rubbish).odds(1)

    assert odds.accept_rate[-1] == 1
    assert odds.wrong[-1] == pytest.approx(RUBBISH_SHARE)


def test_a_crop_that_is_read_as_no_digit_is_never_accepted():
    unreadable = HeldOut(outputs([10] * 20, [1 - 1e-9] * 20), np.full(20, 4), np.zeros(20, int), np.arange(20))

    odds = fit_calibration(unreadable).odds(1)

    assert set(odds.accept_rate) == {0.0}


def test_a_calibration_reads_back_from_json_as_it_was():
    calibration = fit_calibration(crops_read(300, n_wrong=7))

    read_back = Calibration.model_validate_json(calibration.model_dump_json())

    assert read_back == calibration


def test_the_accept_curve_of_an_older_manifest_is_taken_for_what_it_counted():
    thresholds = [*np.linspace(0, 0.9, 19), *(1 - np.geomspace(0.1, 1e-6, 51))[1:]]
    curve = [
        [threshold, 0.99 if threshold < 0.98 else 0.9, 0.01 if threshold < 0.98 else 0.0] for threshold in thresholds
    ]

    calibration = Calibration.model_validate({"temperature": 1.2, "n": 10_000, "accept": curve})

    assert 0.9 < calibration.threshold_for(0.001) < 0.981
    assert calibration.threshold_for(0.05) < 0.1
    assert calibration.odds(1).accepted_at(0.99) == pytest.approx(0.9, abs=0.01)
