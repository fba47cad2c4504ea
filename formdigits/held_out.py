"""What was seen of held-out crops, compactly enough for a manifest: how many were read right and wrong, how surely."""

from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer

from formdigits.answers import answers_of
from formdigits.arrays import Probabilities

THRESHOLDS = np.unique(np.concatenate([np.linspace(0, 0.9, 19), 1 - np.geomspace(0.1, 1e-6, 51)]))
"""Confidences at which crops are counted, dense towards 1, where error budgets are met."""

Labels = npt.NDArray[np.integer]
"""Shape (n,), 0 to 9, or 10 for not a digit."""


def _numbers(written: Any) -> Any:
    return [int(number) for number in written.split()] if isinstance(written, str) else written


Counts = Annotated[
    tuple[int, ...],
    BeforeValidator(_numbers),
    PlainSerializer(lambda counts: " ".join(map(str, counts)), when_used="json"),  # one line of a manifest
]
"""One for each of `THRESHOLDS`: crops that reach it and not the next."""


class AcceptPoint(NamedTuple):
    """What accepting digits from one confidence upwards means."""

    threshold: float
    accept_rate: float
    """Share of all crops that are accepted."""
    error_among_accepted: float
    """Share of the accepted ones that are wrong."""


class Seen(BaseModel):
    """Crops of one kind, and what they were taken for; what is read as not a digit is in `n` alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    n: int
    right: Counts
    wrong: Counts


NONE_SEEN = Seen(n=0, right=(0,) * len(THRESHOLDS), wrong=(0,) * len(THRESHOLDS))


def see(probabilities: Probabilities, labels: Labels) -> Seen:
    """Count what was read right and wrong at which confidence.

    Args:
        probabilities: calibrated, shape (n, 11).
        labels: what the crops are, shape (n,).
    """
    found = answers_of(probabilities)
    right = found.classes == labels
    return Seen(
        n=len(labels),
        right=_counted(found.confidence[found.is_digit & right]),
        wrong=_counted(found.confidence[found.is_digit & ~right]),
    )


def _counted(confidences: npt.NDArray[np.floating]) -> Counts:
    found = np.searchsorted(THRESHOLDS, confidences, side="right") - 1
    counts: list[int] = np.bincount(found, minlength=len(THRESHOLDS)).tolist()
    return tuple(counts)


def seen_in(curve: Sequence[Sequence[float]], n: int) -> Seen:
    """The counts behind an accept curve at `THRESHOLDS`, which manifests held before they held counts."""
    rates, errors = np.array(curve, np.float64).reshape(-1, 3)[:, 1:].T
    accepted = np.append(np.rint(rates * n), 0)
    wrong = np.append(np.rint(rates * n * errors), 0)
    in_bin, wrong_in_bin = -np.diff(accepted), -np.diff(wrong)
    return Seen(n=n, right=tuple((in_bin - wrong_in_bin).astype(int)), wrong=tuple(wrong_in_bin.astype(int)))


def accept_curve(probabilities: Probabilities, labels: Labels) -> tuple[AcceptPoint, ...]:
    """What each of `THRESHOLDS` would accept, and how much of it wrongly.

    A crop is accepted when its largest output is a digit and reaches the threshold.
    """
    seen = see(probabilities, labels)
    n_wrong = np.cumsum(seen.wrong[::-1])[::-1]
    n_accepted = n_wrong + np.cumsum(seen.right[::-1])[::-1]
    rates, errors = n_accepted / max(seen.n, 1), n_wrong / np.maximum(n_accepted, 1)
    return tuple(map(AcceptPoint._make, zip(THRESHOLDS.tolist(), rates.tolist(), errors.tolist(), strict=True)))
