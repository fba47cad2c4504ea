"""Whether confidence is a probability: how often digits were wrong, beside how often their confidences said so."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from formdigits.answers import Answers, answers_of
from formdigits.arrays import Probabilities
from formdigits.held_out import Labels

N_ECE_BINS = 15
"""Equally wide, as in Guo et al., "On Calibration of Modern Neural Networks", 2017."""
EDGES = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9999, 1.0)
"""Of the bins that are drawn, dense towards 1, where digits are accepted."""

Bins = npt.NDArray[np.intp]
"""In which bin each crop is, shape (n,)."""


class ReliabilityBin(NamedTuple):
    """Crops of about the same confidence."""

    n: int
    confidence: float
    """Mean of what was said."""
    accuracy: float
    """Share that was right."""


def reliability(probabilities: Probabilities, labels: Labels) -> list[ReliabilityBin]:
    """What was said and what was right, from the least confidence to the largest; no bin is empty.

    Args:
        probabilities: calibrated, shape (n, 11).
        labels: what the crops are, shape (n,).
    """
    found = answers_of(probabilities)
    return _binned(found, labels, np.searchsorted(EDGES[1:-1], found.confidence, side="right"))


def expected_calibration_error(probabilities: Probabilities, labels: Labels) -> float:
    """How far confidence and accuracy lie apart, on average over the crops, 0 to 1; 0 of nothing."""
    found = answers_of(probabilities)
    bins = _binned(found, labels, np.minimum(found.confidence * N_ECE_BINS, N_ECE_BINS - 1).astype(np.intp))
    return sum(one.n * abs(one.confidence - one.accuracy) for one in bins) / max(len(labels), 1)


def _binned(found: Answers, labels: Labels, bins: Bins) -> list[ReliabilityBin]:
    right, confidence = found.classes == labels, found.confidence.astype(np.float64)
    counts = np.bincount(bins)
    sums = zip(counts, np.bincount(bins, confidence), np.bincount(bins, right), strict=True)
    return [ReliabilityBin(int(n), float(said / n), float(was / n)) for n, said, was in sums if n]
