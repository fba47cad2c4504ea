"""From probabilities to outcomes: what is accepted, and what a person must look at."""

import math
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from formdigits.arrays import NOT_A_DIGIT, Probabilities
from formdigits.readings import CellReading, FieldReading, Outcome


class Thresholds(Protocol):
    """What deciding needs to know of a model version."""

    def threshold_for(self, max_error: float) -> float: ...


LEAST_CONFIDENCE = 0.95
"""A digit less sure than this is looked at, however large the budget: an average may be kept by hiding bad guesses."""

Polygon = tuple[tuple[float, float], ...]

BLANK_CELL = CellReading(digit=None, confidence=1.0)


def read_cells(probabilities: Probabilities) -> list[CellReading]:
    """Take what the network says of a batch to one reading a crop.

    Args:
        probabilities: shape (n, 11).
    """
    best = probabilities.argmax(axis=1)
    exact = probabilities.astype(np.float64)  # rounded as float32, 0.0001 would be stored as 0.00009999999747378752
    confidences = exact[np.arange(len(best)), best].round(6).tolist()
    return [
        CellReading(digit=None if digit == NOT_A_DIGIT else digit, confidence=confidence, probabilities=rounded)
        for digit, confidence, rounded in zip(
            best.tolist(), confidences, map(tuple, exact.round(4).tolist()), strict=True
        )
    ]


def decide(
    name: str, cells: Sequence[CellReading], *, max_error: float, thresholds: Thresholds, polygon_px: Polygon
) -> FieldReading:
    """Decide one field.

    Args:
        name: of the field.
        cells: one a box, from left to right; `BLANK_CELL` where it is blank.
        max_error: error budget of the field; each of its n digits gets a share of 1/n, so that the sum stays within it.
        thresholds: of the model version that made the probabilities.
        polygon_px: where the field is on the scan.
    """
    inked = [cell for cell in cells if cell.probabilities]
    threshold = max(LEAST_CONFIDENCE, thresholds.threshold_for(max_error / max(len(inked), 1)))
    if not inked:
        outcome = Outcome.BLANK
    elif all(cell.digit is None for cell in inked):
        outcome = Outcome.UNREADABLE
    elif _has_gap(cells) or not _all_sure(inked, threshold):
        outcome = Outcome.REVIEW
    else:
        outcome = Outcome.ACCEPTED
    return FieldReading(
        name=name,
        text="".join([cell.character for cell in cells]),
        outcome=outcome,
        confidence=round(math.prod([cell.confidence for cell in inked]), 6),
        cells=tuple(cells),
        polygon_px=polygon_px,
    )


def _all_sure(inked: Sequence[CellReading], threshold: float) -> bool:
    return all(cell.digit is not None and cell.confidence >= threshold for cell in inked)


def _has_gap(cells: Sequence[CellReading]) -> bool:
    """Whether a box between two inked ones is blank: a digit may have been lost there."""
    blank = [cell.blank for cell in cells]
    first, last = blank.index(False), len(blank) - blank[::-1].index(False)
    return any(blank[first:last])
