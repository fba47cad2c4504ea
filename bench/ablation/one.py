"""One training with one part left out, in a process of its own: train, measure, print one object of JSON."""

import json
import sys

import numpy as np

from bench.ablation.parts import PARTS
from bench.digits import clean, strangers, worn
from bench.digits.cells import read_cells
from bench.digits.run import Figures, digits
from formdigits.answers import answers_of
from formdigits.arrays import DigitBatch, Probabilities
from formdigits.messages import Recipe
from trainer import dataset
from trainer.fitting import fit, make_repeatable
from trainer.network import build_cnn
from trainer.scoring import Scorer

N_WORN, N_RUBBISH, N_LETTERS = 400, 60, 15
"""Digits for each corruption and strength, and cells of each kind of rubbish and of each letter."""
SEED = 2026
"""Of what is measured on, whatever the seed of the training is."""


class Trained:
    """The network as it comes from training, not calibrated."""

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer

    def predict(self, crops: DigitBatch) -> Probabilities:
        """Shape (n, 11)."""
        return self._scorer(crops)


def main(part: str, recipe: Recipe) -> None:
    """Train without one part, and print what came of it."""
    PARTS[part]()
    make_repeatable(recipe.seed)
    prepared = dataset.prepare(validation_split=recipe.validation_split, n_digits=recipe.n_digits, seed=recipe.seed)
    network = build_cnn()
    fit(network, prepared, recipe, on_epoch=lambda _: None, is_cancelled=lambda: False)
    print(json.dumps(measured(Trained(Scorer(network)))))


def measured(reader: Trained) -> Figures:
    """Shares of 1."""
    mnist = read_cells((255 - image for image in digits().images), reader)
    images, labels = clean.foreign_hands()
    hands = read_cells(clean.enlarged(images), reader)
    errors = [
        worn.error(one, strength, range(N_WORN), SEED, reader)
        for one in worn.CORRUPTIONS
        for strength in range(worn.N_STRENGTHS)
    ]
    accepted = {
        name: float((answers_of(read_cells(cells, reader)).sureness >= threshold_of(mnist)).mean())
        for name, cells in (
            ("rubbish", strangers.cells_of(strangers.KINDS, N_RUBBISH, SEED)),
            ("letters", strangers.cells_of(strangers.LETTERS, N_LETTERS, SEED)),
        )
    }
    return {
        "mnist_error": float((answers_of(mnist).classes != digits().labels).mean()),
        "worn_error": float(np.mean(errors)),
        "hands_error": float((answers_of(hands).classes != labels).mean()),
    } | accepted


def threshold_of(mnist: Probabilities) -> float:
    """The confidence that rejects one digit in a hundred."""
    return float(np.quantile(answers_of(mnist).sureness, strangers.REJECTED))


if __name__ == "__main__":
    main(sys.argv[1], Recipe.model_validate_json(sys.argv[2]))
