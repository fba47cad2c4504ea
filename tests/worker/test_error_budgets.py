"""Whether the shipped model keeps error budgets on scans that neither its training nor its calibration saw."""

import cv2
import numpy as np
import pytest

from formdigits.answers import answers_of
from formdigits.calibration import least_for
from formdigits.digit_crop import normalise
from formdigits.model_version import DEFAULT_MODEL
from trainer.dataset import load_mnist

pytestmark = pytest.mark.keras

N_OF_A_SCAN = 800
N_FIELDS = 3000
CELL_PX = 60


def plain(cell, _):
    return cell


def shaken(cell, _):
    return cv2.filter2D(cell, -1, np.full((1, 7), 1 / 7))


def shaded(cell, _):
    return np.rint(cell * np.linspace(0.7, 1, CELL_PX)).astype(np.uint8)


def peppered(cell, rng):
    return np.where(rng.random(cell.shape) < 0.03, rng.integers(0, 255, cell.shape), cell).astype(np.uint8)


def coarse(cell, _):
    return cv2.resize(cv2.resize(cell, (22, 22), interpolation=cv2.INTER_AREA), cell.shape)


def tilted(cell, rng):
    matrix = cv2.getRotationMatrix2D((CELL_PX / 2, CELL_PX / 2), rng.uniform(6, 10), 1)
    return cv2.warpAffine(cell, matrix, cell.shape, borderValue=255)


def of_a_felt_pen(cell, _):
    return cv2.erode(cell, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5)))


def in_one_bit(cell, _):
    return np.where(cv2.GaussianBlur(cell, (0, 0), 1.2) < 170, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def classifier():
    from worker.digit_classifier import DigitClassifier

    return DigitClassifier(DEFAULT_MODEL)


@pytest.fixture(scope="module")
def scans(classifier):
    """For each scan, the probabilities of its digits and what they are."""
    _, (images, labels) = load_mnist()
    rng = np.random.default_rng(5)
    read = []
    for number, wear in enumerate((plain, shaken, shaded, peppered, coarse, tilted, of_a_felt_pen, in_one_bit)):
        rows = slice(number * N_OF_A_SCAN, (number + 1) * N_OF_A_SCAN)
        cells = [cv2.resize(255 - image, (CELL_PX, CELL_PX), interpolation=cv2.INTER_CUBIC) for image in images[rows]]
        crops = [normalise(wear(cell, rng)) for cell in cells]
        inked = [row for row, crop in enumerate(crops) if crop is not None]
        read.append((classifier.predict(np.stack([crops[row] for row in inked])), labels[rows][inked]))
    return read


def fields(scans, n_digits):
    """Probability of each drawn field, 0 where it holds what is no digit, and whether it is right."""
    rng = np.random.default_rng(6)
    sure, right = [], []
    for probabilities, labels in scans:
        drawn = rng.integers(0, len(labels), (N_FIELDS, n_digits))
        found = answers_of(probabilities)
        confidence = found.confidence.astype(np.float64)[drawn].prod(axis=1)
        sure.append(np.where(found.is_digit[drawn].all(axis=1), confidence, 0))
        right.append((found.classes == labels)[drawn].all(axis=1))
    return np.concatenate(sure), np.concatenate(right)


@pytest.mark.parametrize("max_error", [0.05, 0.01, 0.002])
@pytest.mark.parametrize("n_digits", [1, 4, 8, 12])
def test_fields_of_unseen_scans_stay_within_their_error_budget(classifier, scans, n_digits, max_error):
    sure, right = fields(scans, n_digits)

    accepted = sure >= least_for(classifier, max_error, n_digits)

    n_crops = sum(len(labels) for _, labels in scans)
    n_wrong = int((accepted & ~right).sum())
    assert n_wrong <= max_error * accepted.sum() + len(right) * n_digits / n_crops  # one wrong crop more may be chance


@pytest.mark.parametrize("n_digits", [1, 4, 8])
def test_about_as_much_of_unseen_scans_goes_to_review_as_was_forecast(classifier, scans, n_digits):
    sure, _ = fields(scans, n_digits)
    least = least_for(classifier, 0.01, n_digits)

    forecast = 1 - classifier.manifest.calibration.odds(n_digits).accepted_at(least)

    assert forecast == pytest.approx((sure < least).mean(), abs=0.12)
