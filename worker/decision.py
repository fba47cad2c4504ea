"""From probabilities to outcomes: what is accepted, and what a person must look at."""

import math
from collections.abc import Sequence
from typing import Protocol

from formdigits.arrays import NOT_A_DIGIT, Probabilities
from formdigits.readings import CellReading, FieldReading, Outcome


class Thresholds(Protocol):
    """What deciding needs to know of a model version."""

    def threshold_for(self, max_error: float) -> float: ...


LEAST_CONFIDENCE = 0.95
"""A digit less sure than this is looked at, however large the budget: an average may be kept by hiding bad guesses."""

Polygon = tuple[tuple[float, float], ...]

BLANK_CELL = CellReading(digit=None, confidence=1.0)


def decide(
    name: str,
    cells: Sequence[Probabilities | None],
    *,
    max_error: float,
    thresholds: Thresholds,
    polygon_px: Polygon,
) -> FieldReading:
    """Decide one field.

    Args:
        name: of the field.
        cells: one entry a box, from left to right: shape (11,), or None where the box is blank.
        max_error: error budget of the field; each of its n digits gets a share of 1/n, so that the sum stays within it.
        thresholds: of the model version that made the probabilities.
        polygon_px: where the field is on the scan.
    """
    readings = tuple(_read_cell(probabilities) for probabilities in cells)
    inked = [reading for reading in readings if not reading.blank]
    threshold = max(LEAST_CONFIDENCE, thresholds.threshold_for(max_error / max(len(inked), 1)))
    confidence = math.prod(reading.confidence for reading in inked)
    if not inked:
        outcome = Outcome.BLANK
    elif all(reading.digit is None for reading in inked):
        outcome = Outcome.UNREADABLE
    elif _has_gap(readings) or not _all_sure(inked, threshold):
        outcome = Outcome.REVIEW
    else:
        outcome = Outcome.ACCEPTED
    return FieldReading(
        name=name,
        text="".join(reading.character for reading in readings),
        outcome=outcome,
        confidence=round(confidence, 6),
        cells=readings,
        polygon_px=polygon_px,
    )


def _read_cell(probabilities: Probabilities | None) -> CellReading:
    if probabilities is None:
        return BLANK_CELL
    best = int(probabilities.argmax())
    return CellReading(
        digit=None if best == NOT_A_DIGIT else best,
        confidence=float(probabilities[best]),
        probabilities=tuple(probabilities.round(4).tolist()),
    )


def _all_sure(inked: Sequence[CellReading], threshold: float) -> bool:
    return all(reading.digit is not None and reading.confidence >= threshold for reading in inked)


def _has_gap(readings: Sequence[CellReading]) -> bool:
    """Whether a box between two inked ones is blank: a digit may have been lost there."""
    blank = [reading.blank for reading in readings]
    first, last = blank.index(False), len(blank) - blank[::-1].index(False)
    return any(blank[first:last])
