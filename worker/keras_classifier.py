"""The network that reads digit crops: built from a checked architecture, warmed up, and tested before it serves."""

import os
from functools import cache
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import tensorflow as tf

from formdigits.arrays import N_CLASSES, DigitBatch, Probabilities
from formdigits.digit_crop import CROP_PX, CROP_VERSION
from formdigits.errors import ModelRefused
from formdigits.model_file import inspect
from formdigits.model_version import MODEL_FILE, Manifest, read_golden, verify

BATCH_SIZES = (1, 8, 32, 64, 128, 256)
"""Batches are filled up to one of these, so that few shapes are ever compiled and kept."""
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
        self._infer = _inference(folder / MODEL_FILE, self.manifest)
        for size in BATCH_SIZES:
            self._infer(np.ones((size, CROP_PX, CROP_PX, 1), np.float32))
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


def _inference(h5: Path, manifest: Manifest) -> tf.types.experimental.PolymorphicFunction:
    """Build the network, load its weights, and compile one function from crops to probabilities."""
    architecture = inspect(h5)
    try:
        network = keras.Sequential.from_config(architecture.config)
        network.build((None, *architecture.input_shape))
        network.load_weights(h5)
    except Exception as error:  # whatever Keras makes of a damaged file, the old model goes on
        raise ModelRefused(f"{h5.parent.name}: its weights do not fit its architecture") from error

    @tf.function(input_signature=[tf.TensorSpec((None, CROP_PX, CROP_PX, 1), tf.float32)])
    def infer(crops: tf.Tensor) -> tf.Tensor:
        seen = crops if manifest.polarity == "ink_is_0" else 1.0 - crops
        outputs = network(tf.reshape(seen, (-1, *architecture.input_shape)), training=False)
        return outputs if architecture.output == "probabilities" else tf.nn.softmax(outputs)

    return infer


def use_one_thread() -> None:
    """Let TensorFlow use one thread in this process; the worker runs one process per core."""
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
