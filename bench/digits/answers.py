"""Counting answers: how many are right, within which interval, and how many of the surest are wrong."""

import numpy as np
import numpy.typing as npt

from bench.digits.run import Figures
from formdigits.arrays import Probabilities
from formdigits.evaluation import REJECTED, Evaluation, evaluate
from formdigits.held_out import Labels
from formdigits.wilson import wilson

Flags = npt.NDArray[np.bool_]
Values = npt.NDArray[np.floating]


def figures_of_digits(probabilities: Probabilities, labels: Labels) -> tuple[Figures, Evaluation]:
    """Everything that is told of a set of digits, and all that is known of it."""
    found = evaluate(probabilities, labels, threshold=0.0)
    errors = {f"{point.rejected:g}": point.error_among_accepted for point in found.at_reject}
    figures = in_short(found.accuracy, found.n, errors) | {"calibration_error": found.calibration_error}
    return figures, found


def figures_of_answers(right: Flags, confidence: Values) -> Figures:
    """The same of answers that have no probabilities, whatever their confidence means."""
    errors = {f"{share:g}": error_at_reject(right, confidence, share) for share in REJECTED}
    return in_short(float(right.mean()), len(right), errors)


def in_short(accuracy: float, n: int, errors: dict[str, float]) -> Figures:
    """Accuracy with its interval, and the wrong ones among the surest by what was rejected; shares of 1."""
    low, high = wilson(accuracy, n)
    return {"n": n, "accuracy": accuracy, "low": low, "high": high, "error_at_reject": errors}


def error_at_reject(right: Flags, confidence: Values, share: float) -> float:
    """The share that is wrong when the least sure are left out."""
    kept = np.argsort(-confidence, kind="stable")[: round((1 - share) * len(right))]
    return float((~right[kept]).mean())
