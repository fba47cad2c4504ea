"""How well digits are read: right and wrong, which is taken for which, and what accepting them would cost."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from formdigits.answers import answers_of
from formdigits.arrays import N_CLASSES, NOT_A_DIGIT, Probabilities
from formdigits.held_out import AcceptPoint, Labels, accept_curve
from formdigits.reliability import ReliabilityBin, expected_calibration_error, reliability

REJECTED = (0.0, 0.01, 0.05)
"""Shares of the digits, the least sure ones, that are left out when errors are compared."""


class RejectPoint(NamedTuple):
    """What is left when the least sure digits are not accepted."""

    rejected: float
    """Share of the digits."""
    error_among_accepted: float
    none_accepted: float | None = None
    """Share of what is no digit that is as sure to be one as those that are left; None where there is none."""


class Evaluation(BaseModel):
    """What became of labelled crops.  Shares of digits are of crops that do show a digit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    n: int
    """All crops."""
    n_none: int
    """Those of them that show no digit."""
    accuracy: float
    """Share of the digits that are read right, at whatever confidence."""
    threshold: float
    """The confidence from which upwards a digit is accepted."""
    accept_rate: float
    """Share of the digits that are accepted."""
    error_among_accepted: float
    """Share of the accepted digits that are wrong."""
    none_accepted: float | None
    """Share of what is no digit that is accepted as one; None where there is none."""
    accept_curve: list[AcceptPoint]
    """Accept rate and error among accepted of the digits at rising thresholds."""
    at_reject: list[RejectPoint] = []
    """Error among accepted of the digits where the least sure ones of them are rejected, by `REJECTED`."""
    calibration_error: float = 0.0
    """Expected calibration error of the digits, 0 to 1."""
    reliability: list[ReliabilityBin] = []
    """Confidence and accuracy of the digits, from the least sure to the surest."""
    auroc: float | None = None
    """Chance that a digit is surer to be one than what is none; None where there is none."""
    confusion: list[list[int]]
    """Shape (11, 11), counts: what it is down, what it is read as across; 10 is not a digit."""


def evaluate(probabilities: Probabilities, labels: Labels, *, threshold: float) -> Evaluation:
    """Compare what was read with what it is.

    Args:
        probabilities: calibrated, shape (n, 11).
        labels: shape (n,), 0 to 9, or 10 for not a digit.
        threshold: confidence from which upwards a digit is accepted.
    """
    labels = np.asarray(labels, np.int64)
    top, accepted = answers_of(probabilities).classes, is_accepted(probabilities, threshold)
    none = labels == NOT_A_DIGIT
    return Evaluation(
        n=len(labels),
        n_none=int(none.sum()),
        accuracy=share((top == labels)[~none]),
        threshold=threshold,
        accept_rate=share(accepted[~none]),
        error_among_accepted=share((top != labels)[~none & accepted]),
        none_accepted=share(accepted[none]) if none.any() else None,
        accept_curve=list(accept_curve(probabilities[~none], labels[~none])),
        at_reject=at_reject(probabilities[~none], labels[~none], probabilities[none]),
        calibration_error=expected_calibration_error(probabilities[~none], labels[~none]),
        reliability=reliability(probabilities[~none], labels[~none]),
        auroc=auroc(digit_confidence(probabilities[~none]), digit_confidence(probabilities[none])),
        confusion=confusion(labels, top),
    )


def digit_confidence(probabilities: Probabilities) -> npt.NDArray[np.floating]:
    """How sure each crop is its most probable digit, shape (n,)."""
    confidence: npt.NDArray[np.floating] = probabilities[:, :NOT_A_DIGIT].max(axis=1)
    return confidence


def at_reject(probabilities: Probabilities, labels: Labels, none: Probabilities) -> list[RejectPoint]:
    """What is wrong among the surest digits, and what passes beside them; one that is read as none is surest never."""
    found, sure_of_none = answers_of(probabilities), answers_of(none).sureness
    surest = np.argsort(-found.sureness, kind="stable")
    points = []
    for rejected in REJECTED:
        left = surest[: round((1 - rejected) * len(surest))]
        wrong, accepted = share((found.classes != labels)[left]), None
        if len(left) and len(none):
            accepted = float(np.mean(sure_of_none >= max(found.sureness[left[-1]], 0)))
        points.append(RejectPoint(rejected, wrong, accepted))
    return points


def auroc(digits: npt.NDArray[np.floating], none: npt.NDArray[np.floating]) -> float | None:
    """Area under the receiver operating characteristic: pairs of a digit and no digit in which the digit is surer."""
    if not (len(digits) and len(none)):
        return None
    among = np.sort(none)
    below, up_to = (np.searchsorted(among, digits, side=side) for side in ("left", "right"))
    return float((below + up_to).sum() / (2 * len(digits) * len(none)))


def is_accepted(probabilities: Probabilities, threshold: float) -> npt.NDArray[np.bool_]:
    """Whether each crop is taken for a digit and surely enough; shape (n,)."""
    found = answers_of(probabilities)
    accepted: npt.NDArray[np.bool_] = found.is_digit & (found.confidence >= threshold)
    return accepted


def confusion(labels: Labels, top: Labels) -> list[list[int]]:
    """Count what is read as what; shape (11, 11), truth down, reading across."""
    counts = np.bincount(labels * N_CLASSES + top, minlength=N_CLASSES * N_CLASSES)
    table: list[list[int]] = counts.reshape(N_CLASSES, N_CLASSES).tolist()
    return table


def share(happened: npt.NDArray[np.bool_]) -> float:
    """The share of True; 0 of nothing."""
    return float(happened.mean()) if len(happened) else 0.0
