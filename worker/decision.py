"""From probabilities to outcomes: what is accepted, and what a person must look at."""

import math
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np

from formdigits.arrays import NOT_A_DIGIT, Probabilities
from formdigits.constraints import judge_field, judge_page
from formdigits.form_template import Field, FormTemplate
from formdigits.readings import NEEDS_REVIEW, CellReading, Doubt, FieldReading, Outcome


class Thresholds(Protocol):
    """What deciding needs to know of a model version."""

    def threshold_for(self, max_error: float, n_digits: int = 1) -> float: ...


LEAST_CONFIDENCE = 0.95
"""A field less sure than this is looked at, however large the budget: an average may be kept by hiding bad guesses."""

Polygon = tuple[tuple[float, float], ...]

BLANK_CELL = CellReading(digit=None, confidence=1.0)


class Written(NamedTuple):
    """What stands in an area, where the boxes do not say which digit is which."""

    text: str
    """Digits, `?` for what is none, and `.` where a decimal point is written."""
    confidence: float
    """Probability that it was cut and read right, 0 to 1."""


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
    field: Field,
    cells: Sequence[CellReading],
    *,
    max_error: float,
    thresholds: Thresholds,
    polygon_px: Polygon,
    written: Written | None = None,
    roster: frozenset[str] | None = None,
) -> FieldReading:
    """Decide one field of digits.

    Args:
        field: of the form template.
        cells: one a box, from left to right; `BLANK_CELL` where it is blank.  Of an area, one a digit.
        max_error: error budget of the job, which the field's own may lower.
        thresholds: of the model version that made the probabilities.
        polygon_px: where the field is on the scan.
        written: what stands in an area; None for boxes.
        roster: the values that the field may have; None where it names no roster, or it cannot be had.
    """
    inked = [cell for cell in cells if cell.probabilities]
    text = written.text if written else "".join([cell.character for cell in cells])
    confidence = written.confidence if written else math.prod(cell.confidence for cell in inked)
    value, doubts = judge_field(field, text, roster)
    n_digits = len([cell for cell in inked if cell.digit is not None])
    if not inked:
        outcome = Outcome.REVIEW if doubts else Outcome.BLANK
    elif not n_digits:
        outcome = Outcome.UNREADABLE
    else:
        budget = max_error if field.max_error is None else min(max_error, field.max_error)
        least = max(LEAST_CONFIDENCE, thresholds.threshold_for(budget, n_digits))
        sure = n_digits == len(inked) and confidence >= least and (not written or _is_confirmed(field, roster))
        outcome = Outcome.ACCEPTED if sure and not doubts else Outcome.REVIEW
    return FieldReading(
        name=field.name,
        text=text,
        value=value,
        doubts=doubts,
        outcome=outcome,
        confidence=round(confidence, 6),
        cells=tuple(cells),
        polygon_px=polygon_px,
    )


def decide_together(form: FormTemplate, fields: Sequence[FieldReading]) -> tuple[FieldReading, ...]:
    """Send the fields of a page that do not agree with each other to review."""
    if not form.rules:
        return tuple(fields)
    doubts = judge_page(form, {field.name: field.value for field in fields})
    return tuple(_doubted(field, doubts[field.name]) if field.name in doubts else field for field in fields)


def _doubted(field: FieldReading, doubts: tuple[Doubt, ...]) -> FieldReading:
    outcome = field.outcome if field.outcome in NEEDS_REVIEW else Outcome.REVIEW
    return field.model_copy(update={"doubts": (*field.doubts, *doubts), "outcome": outcome})


def _is_confirmed(field: Field, roster: frozenset[str] | None) -> bool:
    """Whether a value that keeps the rules can hardly be wrong.

    Where no boxes say how many digits there are, confidence alone does not keep an error budget: of 300 drawn fields
    without touching digits it accepted 173, three of them wrong.
    """
    return field.constraints.check_digit is not None or roster is not None
