"""Turns what a network says into probabilities, and an error budget into a threshold.

Fitted on digits that the network was not trained on, and kept in the manifest beside the weights.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from formdigits.arrays import NOT_A_DIGIT, Probabilities

TEMPERATURES = np.geomspace(0.4, 4.0, 93)
"""Networks of this kind lie between 0.9 and 1.6; the ends are for networks that were trained elsewhere."""
THRESHOLDS = np.unique(np.concatenate([np.linspace(0, 0.9, 19), 1 - np.geomspace(0.1, 1e-6, 51)]))
"""Confidences at which the accept curve is measured, dense towards 1, where error budgets are met."""

Labels = npt.NDArray[np.integer]
"""Shape (n,), 0 to 9, or 10 for not a digit."""


class AcceptPoint(NamedTuple):
    """What accepting digits from one confidence upwards means."""

    threshold: float
    accept_rate: float
    """Share of all crops that are accepted."""
    error_among_accepted: float
    """Share of the accepted ones that are wrong."""


class Calibration(BaseModel):
    """How to turn the outputs of one model version into probabilities and decisions."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    temperature: float = 1.0
    n: int = 0
    """Crops that the accept curve was measured on."""
    accept: tuple[AcceptPoint, ...] = ()
    """Measured on held-out crops, thresholds ascending."""

    def apply(self, probabilities: Probabilities) -> Probabilities:
        """Soften or sharpen the outputs of the network; which output is largest stays.

        Args:
            probabilities: shape (n, 11), rows sum to 1.

        Returns:
            As `probabilities`; where the network gives exactly 0, 0 stays.
        """
        tiny = np.finfo(np.float32).tiny
        logs = np.log(np.maximum(probabilities, tiny), dtype=np.float64) / self.temperature
        raised = np.exp(logs - logs.max(axis=1, keepdims=True, initial=-1e4)) * (probabilities > 0)
        calibrated: Probabilities = (raised / raised.sum(axis=1, keepdims=True)).astype(np.float32)
        return calibrated

    def threshold_for(self, max_error: float) -> float:
        """The least confidence at which a digit is accepted under an error budget.

        It errs on the strict side: one more error is counted than was seen.  Where the budget is smaller than the
        held-out crops can show, each digit alone must be within it.

        Args:
            max_error: wrong digits among the accepted ones, above 0 and up to 1.
        """
        allowed = [point.threshold for point in self.accept if self._error_at_most(point) <= max_error]
        return min(allowed, default=max(1 - max_error, self.clean_from))

    def _error_at_most(self, point: AcceptPoint) -> float:
        n_accepted = point.accept_rate * self.n
        return (point.error_among_accepted * n_accepted + 1) / (n_accepted + 1)

    @property
    def clean_from(self) -> float:
        """The least threshold from which upwards no error was seen; 1 where there is none."""
        clean = 1.0
        for point in reversed(self.accept):
            if point.error_among_accepted > 0:
                break
            clean = point.threshold
        return clean


def fit_calibration(probabilities: Probabilities, labels: Labels) -> Calibration:
    """Fit the temperature and measure the accept curve.

    Args:
        probabilities: what the network says of held-out crops, shape (n, 11), rows sum to 1.
        labels: what they are.
    """
    losses = [log_loss(Calibration(temperature=float(t)).apply(probabilities), labels) for t in TEMPERATURES]
    temperature = float(TEMPERATURES[int(np.argmin(losses))])
    calibrated = Calibration(temperature=temperature).apply(probabilities)
    return Calibration(temperature=temperature, n=len(labels), accept=accept_curve(calibrated, labels))


def log_loss(probabilities: Probabilities, labels: Labels) -> float:
    """Mean of the negative log of what the true class got."""
    given = probabilities[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(given, 1e-12)).mean())


def accept_curve(probabilities: Probabilities, labels: Labels) -> tuple[AcceptPoint, ...]:
    """What each of `THRESHOLDS` would accept, and how much of it wrongly.

    A crop is accepted when its largest output is a digit and reaches the threshold.
    """
    top, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    confidence = np.where(top == NOT_A_DIGIT, -1.0, confidence)
    return tuple(_accept_point(float(threshold), confidence, top == labels) for threshold in THRESHOLDS)


def _accept_point(threshold: float, confidence: npt.NDArray[np.floating], right: npt.NDArray[np.bool_]) -> AcceptPoint:
    accepted = confidence >= threshold
    n_accepted, n_wrong = int(accepted.sum()), int((accepted & ~right).sum())
    return AcceptPoint(
        threshold=threshold,
        accept_rate=n_accepted / max(len(right), 1),
        error_among_accepted=n_wrong / max(n_accepted, 1),
    )
