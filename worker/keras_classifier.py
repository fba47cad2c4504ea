"""The network that reads digit crops: its file is checked, and it is tested before it serves."""

import os
import weakref
from functools import cache
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
import tensorflow as tf

from formdigits.arrays import N_CLASSES, DigitBatch, Probabilities
from formdigits.digit_crop import CROP_VERSION
from formdigits.errors import ModelRefused
from formdigits.model_file import inspect
from formdigits.model_version import MODEL_FILE, Manifest, read_golden, verify
from worker.network import BATCH_SIZES, Network, give_back, network_for

GOLDEN_TOLERANCE = 0.01
"""Largest difference of a probability on the golden batch: other processors and thread counts round differently."""


class KerasClassifier:
    """One model version, ready to read."""

    def __init__(self, folder: Path) -> None:
        """Load a model version, or refuse it.

        Args:
            folder: of one version in a model store.

        Raises:
            ModelRefused: the file is damaged, foreign, made for other crops, or does not read its golden batch as
                its maker did.
        """
        self.manifest: Manifest = verify(folder)
        if self.manifest.crop_version != CROP_VERSION:
            raise ModelRefused(f"{folder.name}: trained on crops of version {self.manifest.crop_version}; retrain it")
        self.threshold_for = cache(self.manifest.calibration.threshold_for)
        """Least confidence at which a digit is accepted under an error budget."""
        self._infer = _loaded(folder / MODEL_FILE, self.manifest)
        # Not before nobody holds this classifier any more: somebody may still read a chunk with it.
        weakref.finalize(self, give_back, self._infer).atexit = False
        self._read_golden_batch(folder)

    @property
    def version(self) -> str:
        return self.manifest.version

    def predict(self, crops: DigitBatch) -> Probabilities:
        """Read a batch of any size.

        Args:
            crops: shape (n, 28, 28, 1), 0.0 is ink and 1.0 is paper.

        Returns:
            Calibrated probabilities, shape (n, 11); column 10 is "not a digit".
        """
        raw = self._raw(crops)
        missing = N_CLASSES - raw.shape[1]
        return self.manifest.calibration.apply(np.pad(raw, ((0, 0), (0, missing))))

    def _raw(self, crops: DigitBatch) -> Probabilities:
        """What the network itself says, shape (n, `n_classes`)."""
        largest = BATCH_SIZES[-1]
        parts = [self._filled_up(crops[start : start + largest]) for start in range(0, len(crops), largest)]
        return np.concatenate(parts) if parts else np.zeros((0, self.manifest.n_classes), np.float32)

    def _filled_up(self, crops: DigitBatch) -> Probabilities:
        size = next(size for size in BATCH_SIZES if size >= len(crops))
        if size > len(crops):
            paper = np.ones((size - len(crops), *crops.shape[1:]), np.float32)
            return np.asarray(self._infer(np.concatenate([crops, paper])))[: len(crops)]
        return np.asarray(self._infer(crops))

    def _read_golden_batch(self, folder: Path) -> None:
        crops, expected = read_golden(folder)
        found = self._raw(crops)
        if found.shape != expected.shape or not np.allclose(found, expected, atol=GOLDEN_TOLERANCE):
            raise ModelRefused(f"{folder.name}: does not read its golden batch as its maker did")


def _loaded(h5: Path, manifest: Manifest) -> Network:
    """A network with the weights of a version."""
    network = network_for(inspect(h5), manifest)
    try:
        network.load_weights(h5)
    except Exception as error:  # whatever Keras makes of a damaged file, the old model goes on
        give_back(network)
        raise ModelRefused(f"{h5.parent.name}: its weights do not fit its architecture") from error
    return network


def use_one_thread() -> None:
    """Let TensorFlow use one thread in this process; the worker runs one process per core."""
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
