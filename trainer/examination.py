"""What a network can do: on the frozen digits that decide whether it is promoted, and on MNIST's test part for people.

The frozen digits are taken twice, as they are and worn: changed as other pens and scanners would have made them, then
normalised again.  A gate on clean digits alone would let a network through that fails on faint ink.
"""

from typing import NamedTuple

import numpy as np

from formdigits.answers import answers_of
from formdigits.arrays import N_CLASSES, DigitBatch
from formdigits.calibration import Calibration, HeldOut, fit_calibration, least_for
from formdigits.evaluation import Evaluation, evaluate, is_accepted, share
from trainer.dataset import HELD_OUT_SEED, Crops, Dataset, crops_of
from trainer.hands import other_hands
from trainer.scoring import Scorer
from trainer.wear import Worn, worn_ways

N_WAYS = 4
"""In which each held-out digit is worn for the calibration."""
MISLABELLED = (4306, 4829)
"""Rows of the held-out digits, as `HELD_OUT_SEED` orders them, whose label is wrong at first sight: a 3 is called 5,
and a 9 is called 3.  Two mistakes of which every good network is sure would speak against all small error budgets."""
RUBBISH_PER_DIGIT = 0.02
"""Not-a-digits among the frozen crops."""
N_ON_SCANS = 4000
UNSEEN_SEED = HELD_OUT_SEED + 1
"""Wears digits otherwise than the calibration has them."""
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
    """The frozen part of a dataset, as it is and worn."""
    clean = dataset.frozen
    way = worn_ways(clean.pixels, n_ways=1, seed=HELD_OUT_SEED)
    n_rubbish = round(RUBBISH_PER_DIGIT * len(clean.labels))
    return Frozen(clean, Crops(way.pixels, clean.labels[way.rows]), dataset.held_out_rubbish.take(slice(n_rubbish)))


def scan_like(dataset: Dataset) -> tuple[Crops, Worn]:
    """All digits that were held out and some of other hands, each worn in `N_WAYS` ways."""
    labels = dataset.held_out.labels
    held_out = dataset.held_out.take(np.setdiff1d(np.arange(len(labels)), MISLABELLED))
    others = other_hands(255 - held_out.pixels[..., 0], held_out.labels, seed=HELD_OUT_SEED)
    digits = held_out.joined(crops_of(*others))
    ways = worn_ways(digits.pixels, n_ways=N_WAYS, seed=HELD_OUT_SEED)
    return Crops(ways.pixels, digits.labels[ways.rows]), ways


def examine(scorer: Scorer, frozen: Frozen) -> Result:
    """Measure a network on the frozen crops."""
    mix = frozen.mix
    found = answers_of(scorer(mix.batch))
    n_clean, n_worn = len(frozen.clean.labels), len(frozen.worn.labels)
    right = found.classes == mix.labels
    surest = np.argsort(-found.sureness, kind="stable")[: round(SUREST * len(right))]
    return Result(
        n=len(right),
        accuracy=share(right[:n_clean]),
        worn_accuracy=share(right[n_clean : n_clean + n_worn]),
        n_surest_wrong=int((~right[surest]).sum()),
    )


def calibrate(scorer: Scorer, dataset: Dataset) -> Calibration:
    """Fit the calibration on what was held out, as scans have it.

    A network with ten outputs takes much of what is no digit for one, at any confidence; it is calibrated on digits
    alone, because otherwise it would accept nothing.
    """
    crops, ways = scan_like(dataset)
    rubbish = dataset.held_out_rubbish
    if scorer.n_classes < N_CLASSES:
        rubbish = rubbish.take(slice(0))
    seen, n = crops.joined(rubbish), len(rubbish.labels)
    none = np.full(n, -1)
    return fit_calibration(
        HeldOut(scorer(seen.batch), seen.labels, np.append(ways.scans, none), np.append(ways.rows, none))
    )


def examine_for_people(scorer: Scorer, calibration: Calibration, test: Crops, rubbish: Crops) -> Evaluation:
    """Evaluate on MNIST's test part and rubbish, at the usual error budget."""
    crops = test.joined(rubbish)
    probabilities = calibration.apply(scorer(crops.batch))
    return evaluate(probabilities, crops.labels, threshold=least_for(calibration, USUAL_BUDGET, 1))


def examine_on_scans(scorer: Scorer, calibration: Calibration, test: Crops, rubbish: Crops) -> Evaluation:
    """Evaluate on `N_ON_SCANS` digits of MNIST's test part, as scans that the calibration has not seen have them."""
    digits = test.take(slice(N_ON_SCANS))
    way = worn_ways(digits.pixels, n_ways=1, seed=UNSEEN_SEED)
    on_scans = Crops(way.pixels, digits.labels[way.rows])
    return examine_for_people(scorer, calibration, on_scans, rubbish)


def rubbish_accepted(scorer: Scorer, digits: DigitBatch, rubbish: DigitBatch, *, rejected: float = 0.01) -> float:
    """Share of rubbish that passes at the confidence that rejects this share of the digits."""
    threshold = float(np.quantile(answers_of(scorer(digits)).sureness, rejected))
    return share(is_accepted(scorer(rubbish), max(threshold, 0.0)))
