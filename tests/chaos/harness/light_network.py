"""A network of one matrix in the place of Keras's: no TensorFlow.

Imported in a worker process before anything else, it stands where `worker.keras_classifier` is looked for; all the rest
of the process is the product's own.  A test that imports it to know what will be read replaces nothing.
"""

import sys
import types
from functools import cache
from pathlib import Path

import numpy as np

from formdigits.arrays import N_CLASSES, DigitBatch, Probabilities
from formdigits.model_version import verify


class LightNetwork:
    """Reads a crop by a fixed matrix of random numbers: always the same digit for the same crop."""

    def __init__(self, folder: Path) -> None:
        self.manifest = verify(folder)
        self.threshold_for = cache(self.manifest.calibration.threshold_for)
        self._matrix = np.random.default_rng(2026).normal(size=(28 * 28, N_CLASSES)).astype(np.float32)

    @property
    def version(self) -> str:
        return self.manifest.version

    def predict(self, crops: DigitBatch) -> Probabilities:
        scores = (1 - crops.reshape(len(crops), 28 * 28)) @ self._matrix
        scores = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-np.inf))
        return scores / scores.sum(axis=1, keepdims=True)


def take_the_place_of_keras() -> None:
    """Have every later import of `worker.keras_classifier` in this process find the light network."""
    stand_in = types.ModuleType("worker.keras_classifier")
    stand_in.KerasClassifier = LightNetwork
    stand_in.use_one_thread = lambda: None
    sys.modules[stand_in.__name__] = stand_in
