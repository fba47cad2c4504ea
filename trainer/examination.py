"""What a network can do: on the frozen digits that decide whether it is promoted, and on MNIST's test part for people.

The frozen digits are taken twice, as they are and worn: changed as other pens and scanners would have made them, then
normalised again.  A gate on clean digits alone would let a network through that fails on faint ink.
"""

from typing import Any, NamedTuple

import cv2
import numpy as np

from formdigits.arrays import N_CLASSES, NOT_A_DIGIT, DigitBatch, Probabilities
from formdigits.calibration import Calibration, fit_calibration
from formdigits.digit_crop import CROP_PX, normalise
from formdigits.evaluation import Evaluation, evaluate, is_accepted, share
from trainer.dataset import HELD_OUT_SEED, Crops, Dataset
from trainer.scoring import Scorer

SCAN_PX = 56
"""Worn crops are enlarged to this before they are normalised again, as a cell of a scan would be."""
WEAR = 0.3
"""Strength of the augmentation that wears a crop."""
RUBBISH_PER_DIGIT = 0.02
"""Not-a-digits among the calibration crops, about as many as filled-in forms have."""
USUAL_BUDGET = 0.001
"""The error budget that metrics are given at."""
SUREST = 0.95
"""Networks are compared on as many of their surest answers, whatever their confidences mean."""


class Result(NamedTuple):
    """How a network did on the frozen crops."""

    n: int
    accuracy: float
    """Of the digits as they are."""
    worn_accuracy: float
    n_surest_wrong: int
    """Wrong answers among the surest `SUREST` of all frozen crops, rubbish included."""


class Frozen(NamedTuple):
    """The crops that every candidate and the current model are measured on."""

    clean: Crops
    worn: Crops
    rubbish: Crops

    @property
    def mix(self) -> Crops:
        return self.clean.joined(self.worn).joined(self.rubbish)


def frozen_crops(dataset: Dataset) -> Frozen:
    """The frozen part of a dataset."""
    return calibration_crops(dataset._replace(held_out=dataset.frozen))


def calibration_crops(dataset: Dataset) -> Frozen:
    """All that was held out, in the proportions that forms have."""
    worn_digits = worn(dataset.held_out, seed=HELD_OUT_SEED)
    n_rubbish = round(RUBBISH_PER_DIGIT * len(dataset.held_out.labels))
    return Frozen(dataset.held_out, worn_digits, dataset.held_out_rubbish.take(slice(n_rubbish)))


def worn(crops: Crops, *, seed: int) -> Crops:
    """Change crops as other hands, pens and scanners would have, and normalise what comes out."""
    import tensorflow as tf  # noqa: PLC0415

    from trainer.augmentation import augment  # noqa: PLC0415

    changed: Any = augment(tf.constant(crops.batch), tf.constant([seed, 0]), tf.constant(WEAR))
    pages = np.rint(np.asarray(changed)[..., 0] * 255).astype(np.uint8)
    made = [normalise(cv2.resize(page, (SCAN_PX, SCAN_PX), interpolation=cv2.INTER_CUBIC)) for page in pages]
    inked = [row for row, crop in enumerate(made) if crop is not None]
    pixels = np.array([np.rint(made[row] * 255) for row in inked], np.uint8).reshape(-1, CROP_PX, CROP_PX, 1)  # type: ignore[operator]
    return Crops(pixels, crops.labels[inked])


def examine(scorer: Scorer, frozen: Frozen) -> Result:
    """Measure a network on the frozen crops."""
    mix = frozen.mix
    top, confidence = answers(scorer(mix.batch))
    n_clean, n_worn = len(frozen.clean.labels), len(frozen.worn.labels)
    right = top == mix.labels
    surest = np.argsort(-confidence, kind="stable")[: round(SUREST * len(right))]
    return Result(
        n=len(right),
        accuracy=share(right[:n_clean]),
        worn_accuracy=share(right[n_clean : n_clean + n_worn]),
        n_surest_wrong=int((~right[surest]).sum()),
    )


def answers(probabilities: Probabilities) -> tuple[Any, Any]:
    """The most probable class of each crop, and how sure a digit is; not-a-digit is never accepted, so it is -1."""
    top = probabilities.argmax(axis=1)
    return top, np.where(top == NOT_A_DIGIT, -1.0, probabilities.max(axis=1))


def calibrate(scorer: Scorer, dataset: Dataset) -> Calibration:
    """Fit the calibration on what was held out.

    A network with ten outputs takes much of what is no digit for one, at any confidence; it is calibrated on digits
    alone, because otherwise it would accept nothing.
    """
    crops = calibration_crops(dataset)
    seen = crops.mix if scorer.n_classes == N_CLASSES else crops.clean.joined(crops.worn)
    return fit_calibration(scorer(seen.batch), seen.labels)


def examine_for_people(scorer: Scorer, calibration: Calibration, test: Crops, rubbish: Crops) -> Evaluation:
    """Evaluate on MNIST's test part and rubbish, at the usual error budget."""
    crops = test.joined(rubbish)
    probabilities = calibration.apply(scorer(crops.batch))
    return evaluate(probabilities, crops.labels, threshold=calibration.threshold_for(USUAL_BUDGET))


def rubbish_accepted(scorer: Scorer, digits: DigitBatch, rubbish: DigitBatch, *, rejected: float = 0.01) -> float:
    """Share of rubbish that passes at the confidence that rejects this share of the digits."""
    _, confidence = answers(scorer(digits))
    threshold = float(np.quantile(confidence, rejected))
    return share(is_accepted(scorer(rubbish), max(threshold, 0.0)))
