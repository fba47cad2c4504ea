"""From single held-out crops to whole fields: what accepting fields of n digits from a probability upwards costs.

The digits of a field come from one hand and one scan, so a field is drawn from crops that were worn alike.  One wrong
digit makes a field wrong; the draws are of the other digits, so that every wrong crop counts with the share of fields
that would have carried it through.
"""

from collections.abc import Sequence
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from formdigits.held_out import THRESHOLDS, Seen

N_DRAWN = 4000
"""Fields that are drawn from the crops of one scan."""
SEED = 20261123
SURE_OF_BOUND = 0.8
"""Probability with which an error rate is below the bound that is counted with."""
SURE = 0.9
"""Digits from this confidence upwards show whether confidences can be trusted: those that fields are accepted with."""

_DOUBTS = 1 - np.append(THRESHOLDS, 1 - 3e-7)
COSTS = -np.log1p(-np.sqrt(_DOUBTS[:-1] * _DOUBTS[1:]).clip(max=0.99))
"""Of a digit in each bin of `THRESHOLDS`: minus the log of its confidence; those of a field's digits add up."""
FIELD_COSTS = -np.log(THRESHOLDS[1:])[::-1]
"""Ascending, so that thresholds fall."""

Values = npt.NDArray[np.float64]


class FieldOdds(NamedTuple):
    """Fields of n digits at falling thresholds; all have the shape of `FIELD_COSTS`."""

    thresholds: Values
    accept_rate: Values
    accepted: Values
    """The same by scan; shape (scans, thresholds)."""
    wrong: Values
    """Share of all fields that are accepted and wrong, as seen."""
    wrong_at_most: Values
    """The same, as it may be at most."""
    doubt: Values
    """The same, as the probabilities of the accepted fields have it, made larger by `caution`."""

    def within(self, max_error: float) -> npt.NDArray[np.bool_]:
        """Which thresholds keep a budget of wrong fields among the accepted.

        A budget that the held-out crops are too few to show is kept where the probabilities say so and what was seen
        does not speak against it.
        """
        bearable = max_error * self.accept_rate
        shown = self.wrong_at_most <= bearable
        trusted = (self.doubt <= bearable) & (self.wrong <= bearable)
        kept: npt.NDArray[np.bool_] = (shown | trusted) & (self.accept_rate > 0)
        return kept

    def accepted_at(self, threshold: float) -> float:
        """Share of the fields whose probability reaches a threshold."""
        return float(self.by_scan(threshold).mean())

    def by_scan(self, threshold: float) -> Values:
        """The same for each scan, shape (scans,): fields of one page fare alike."""
        ascending = self.thresholds[::-1]
        return np.array([np.interp(threshold, ascending, rates[::-1], right=0.0) for rates in self.accepted])


def field_odds(scans: Sequence[Seen], rubbish: Seen, rubbish_share: float, alike: float, n_digits: int) -> FieldOdds:
    """Draw fields.

    Args:
        scans: the crops of digits, worn alike in each; all scans are equally frequent.
        rubbish: what shows no digit.
        rubbish_share: of the boxes of a form.
        alike: how many wrong crops come from one digit that was worn in several ways: so many are one mistake.
        n_digits: of a field, 1 or more.
    """
    uniform = np.random.default_rng(SEED).random((n_digits, N_DRAWN))
    mixed = [(1 - rubbish_share) * _shares(scan) + rubbish_share * _shares(rubbish) for scan in scans]
    drawn = [np.append(COSTS, np.inf)[np.searchsorted(np.cumsum(mix), uniform, side="right")] for mix in mixed]
    sums = np.array([one.sum(axis=0) for one in drawn])
    accepted = np.array([_reached(one, FIELD_COSTS) for one in sums])
    through = [n_digits * _reached(one[:-1].sum(axis=0), FIELD_COSTS[:, None] - COSTS) for one in drawn]
    n = len(scans)
    digits = [(1 - rubbish_share) / (n * max(scan.n, 1)) * one for scan, one in zip(scans, through, strict=True)]
    no_digits = rubbish_share / (n * max(rubbish.n, 1)) * np.sum(through, axis=0)
    weights = np.concatenate([*digits, no_digits], axis=1)
    counts = np.concatenate([*(scan.wrong for scan in scans), rubbish.wrong])
    same = np.append(np.full(n * len(COSTS), alike), np.ones(len(COSTS)))
    wrong = weights @ counts
    return FieldOdds(
        thresholds=np.exp(-FIELD_COSTS),
        accept_rate=accepted.mean(axis=0),
        accepted=accepted,
        wrong=wrong,
        wrong_at_most=sum_at_most(wrong, (weights**2 * same) @ counts, (weights * same).max(axis=1)),
        doubt=caution(scans, alike) * _doubt_within(np.sort(sums.ravel()), FIELD_COSTS),
    )


def caution(scans: Sequence[Seen], alike: float) -> float:
    """How many times more of the sure digits may be wrong than their confidences say; 1 or more."""
    sure = THRESHOLDS >= SURE
    in_bins = np.sum([np.add(scan.right, scan.wrong) for scan in scans], axis=0)[sure]
    expected = float(-np.expm1(-COSTS[sure]) @ in_bins)
    wrong = np.array(np.sum([scan.wrong for scan in scans], axis=0)[sure].sum(), np.float64)
    return max(1.0, float(sum_at_most(wrong, alike * wrong, np.array(alike))) / max(expected, 1e-9))


def _shares(seen: Seen) -> Values:
    shares: Values = np.add(seen.right, seen.wrong) / max(seen.n, 1)
    return shares


def _reached(costs: Values, limits: Values) -> Values:
    """The share of costs within each limit."""
    reached: Values = np.searchsorted(np.sort(costs), limits, side="right") / len(costs)
    return reached


def _doubt_within(costs: Values, limits: Values) -> Values:
    """What is missing to certainty of fields within each limit, added up, as a share of all fields; `costs` ascend."""
    doubts = np.append(0, np.cumsum(-np.expm1(-costs)))
    within: Values = doubts[np.searchsorted(costs, limits, side="right")] / len(costs)
    return within


def sum_at_most(value: Values, variance: Values, largest: Values) -> Values:
    """Upper bound of a weighted sum of rare events.

    Fay and Feuer, "Confidence intervals for directly standardized rates", Statistics in Medicine 16 (1997): one more
    event of the largest weight is counted, and a gamma distribution fitted.  Of equal weights it is the exact bound
    of a Poisson count.

    Args:
        value: weights of all events added up.
        variance: their squares added up.
        largest: weight that an event may have.
    """
    mean, spread = value + largest, np.maximum(variance + largest**2, 1e-300)
    bound: Values = spread / (2 * np.maximum(mean, 1e-300)) * _chi_square_quantile(2 * mean**2 / spread)
    return bound


def _chi_square_quantile(degrees: Values) -> Values:
    """Wilson and Hilferty's approximation, within 1 % for two degrees of freedom and more."""
    part = 2 / (9 * np.maximum(degrees, 1e-9))
    quantile: Values = degrees * (1 - part + NormalDist().inv_cdf(SURE_OF_BOUND) * np.sqrt(part)) ** 3
    return quantile
