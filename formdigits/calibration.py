"""Turns what a network says into probabilities, and an error budget into a threshold.

Fitted on digits that the network was not trained on, and kept in the manifest beside the weights.
"""

from functools import lru_cache
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, model_validator

from formdigits.answers import answers_of
from formdigits.arrays import NOT_A_DIGIT, Probabilities
from formdigits.field_odds import FieldOdds, field_odds
from formdigits.held_out import NONE_SEEN, Labels, Seen, see, seen_in

TEMPERATURES = np.geomspace(0.4, 4.0, 93)
"""Networks of this kind lie between 0.9 and 1.8; the ends are for networks that were trained elsewhere."""
NONE_BIASES = np.linspace(-5, 1, 61)
RUBBISH_SHARE = 0.02
"""Boxes of filled-in forms that hold ink that is no digit."""
LEAST_CONFIDENCE = 0.95
"""A field less sure than this is looked at, however large the budget: an average may be kept by hiding bad guesses."""
NEVER = 1.01
"""The threshold where none keeps the budget: no probability reaches it."""


class HeldOut(NamedTuple):
    """What a network says of crops that it was not trained on, one row a crop."""

    probabilities: Probabilities
    labels: Labels
    scans: npt.NDArray[np.integer]
    """Which crops were worn alike, from 0; shape (n,)."""
    digits: npt.NDArray[np.integer]
    """Which crops are one digit that was worn in several ways; shape (n,)."""


class Calibration(BaseModel):
    """How to turn the outputs of one model version into probabilities and decisions."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    temperature: float = 1.0
    none_bias: float = 0.0
    """Added to the log of "not a digit", of which forms have less than trainings."""
    scans: tuple[Seen, ...] = ()
    """Held-out digits as they were read, those worn alike together."""
    rubbish: Seen = NONE_SEEN
    """What showed no digit."""
    alike: float = 1.0
    """How many wrong crops are one digit that was worn in several ways."""

    @model_validator(mode="before")
    @classmethod
    def _with_counts(cls, data: Any) -> Any:
        """Take the accept curve that manifests had before for what it counted."""
        if isinstance(data, dict) and "accept" in data:
            seen = seen_in(data["accept"], data.get("n", 0))
            return {"temperature": data.get("temperature", 1.0), "scans": [seen] if seen.n else []}
        return data

    def apply(self, probabilities: Probabilities) -> Probabilities:
        """Soften or sharpen the outputs of the network; the order of the ten digits stays.

        Args:
            probabilities: shape (n, 11), rows sum to 1.

        Returns:
            As `probabilities`; where the network gives exactly 0, 0 stays.
        """
        tiny = np.finfo(np.float32).tiny
        logs = np.log(np.maximum(probabilities, tiny), dtype=np.float64) / self.temperature
        logs[:, NOT_A_DIGIT] += self.none_bias
        raised = np.exp(logs - logs.max(axis=1, keepdims=True, initial=-1e4)) * (probabilities > 0)
        calibrated: Probabilities = (raised / raised.sum(axis=1, keepdims=True)).astype(np.float32)
        return calibrated

    def threshold_for(self, max_error: float, n_digits: int = 1) -> float:
        """The least probability of a whole field at which it is accepted under an error budget.

        Args:
            max_error: wrong fields among the accepted ones, above 0 and up to 1.
            n_digits: of the field, 1 or more.
        """
        if not self.scans:
            return NEVER
        odds = self.odds(n_digits)
        return float(odds.thresholds[odds.within(max_error)].min(initial=NEVER))

    def odds(self, n_digits: int) -> FieldOdds:
        """What accepting fields of so many digits costs at each threshold."""
        return _odds(self.scans, self.rubbish, self.alike, n_digits)


@lru_cache(maxsize=64)
def _odds(scans: tuple[Seen, ...], rubbish: Seen, alike: float, n_digits: int) -> FieldOdds:
    return field_odds(scans, rubbish, RUBBISH_SHARE if rubbish.n else 0.0, alike, n_digits)


class Thresholds(Protocol):
    """What knows how sure fields must be: a calibration, or a model version with one."""

    def threshold_for(self, max_error: float, n_digits: int = 1) -> float: ...


def least_for(thresholds: Thresholds, max_error: float, n_digits: int) -> float:
    """The least probability at which a field is accepted without a look."""
    return max(LEAST_CONFIDENCE, thresholds.threshold_for(max_error, n_digits))


def fit_calibration(held_out: HeldOut) -> Calibration:
    """Fit temperature and bias, and count what is right and wrong at which confidence."""
    labels, none = held_out.labels, held_out.labels == NOT_A_DIGIT
    fitted = _fitted(held_out.probabilities, labels)
    calibrated = fitted.apply(held_out.probabilities)
    scans = [(held_out.scans == scan) & ~none for scan in np.unique(held_out.scans[~none])]
    wrong = (answers_of(calibrated).classes != labels) & ~none
    times_wrong = np.unique(held_out.digits[wrong], return_counts=True)[1]
    return Calibration(
        temperature=fitted.temperature,
        none_bias=fitted.none_bias,
        scans=tuple(see(calibrated[scan], labels[scan]) for scan in scans),
        rubbish=see(calibrated[none], labels[none]),
        alike=float((times_wrong**2).sum() / times_wrong.sum()) if len(times_wrong) else 1.0,
    )


def _fitted(probabilities: Probabilities, labels: Labels) -> Calibration:
    """Temperature and bias of the least log loss, found in turns; rubbish weighs what it does on forms."""
    none = labels == NOT_A_DIGIT
    weights = np.where(none, RUBBISH_SHARE * np.mean(~none) / max(np.mean(none), 1e-9), 1 - RUBBISH_SHARE)

    def loss(one: Calibration) -> float:
        return log_loss(one.apply(probabilities), labels, weights)

    best = Calibration()
    for _ in range(2):
        best = min((Calibration(temperature=float(t), none_bias=best.none_bias) for t in TEMPERATURES), key=loss)
        if none.any():
            best = min((Calibration(temperature=best.temperature, none_bias=float(b)) for b in NONE_BIASES), key=loss)
    return best


def log_loss(probabilities: Probabilities, labels: Labels, weights: npt.NDArray[np.float64] | None = None) -> float:
    """Mean of the negative log of what the true class got; all crops weigh the same unless told."""
    given = probabilities[np.arange(len(labels)), labels]
    return float(np.average(-np.log(np.maximum(given, 1e-12)), weights=weights))
