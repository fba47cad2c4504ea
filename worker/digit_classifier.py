"""What reads digit crops: a network that was checked, and tested before it serves."""

from functools import cache
from pathlib import Path

import numpy as np

from formdigits.arrays import N_CLASSES, DigitBatch, Probabilities
from formdigits.digit_crop import CROP_VERSION
from formdigits.errors import ModelRefused
from formdigits.model_version import MODEL_FILE, Manifest, read_golden, verify
from formdigits.views import read_in_views
from worker.network import Network

GOLDEN_TOLERANCE = 0.01
"""Largest difference of a probability on the golden batch: other processors and thread counts round differently."""
LARGEST_BATCH = 64
"""More crops at once are slower: what one layer leaves for the next no longer fits into a core's cache."""


class DigitClassifier:
    """One model version, ready to read."""

    def __init__(self, folder: Path, *, n_threads: int = 0) -> None:
        """Load a model version, or refuse it.

        Args:
            folder: of one version in a model store.
            n_threads: that compute; 0 for one a core.

        Raises:
            ModelRefused: the file is damaged, foreign, made for other crops, or does not read its golden batch as
                its maker did.
        """
        self.manifest: Manifest = verify(folder)
        if self.manifest.crop_version != CROP_VERSION:
            raise ModelRefused(f"{folder.name}: trained on crops of version {self.manifest.crop_version}; retrain it")
        self.threshold_for = cache(self.manifest.calibration.threshold_for)
        """Least probability of a field of so many digits at which it is accepted under an error budget."""
        self._network = Network(folder / MODEL_FILE, self.manifest, n_threads=n_threads)
        self._read_golden_batch(folder)

    @property
    def version(self) -> str:
        return self.manifest.version

    def predict(self, crops: DigitBatch) -> Probabilities:
        """Read a batch of any size, what is unsure in it from several views.

        Args:
            crops: shape (n, 28, 28, 1), 0.0 is ink and 1.0 is paper.

        Returns:
            Calibrated probabilities, shape (n, 11); column 10 is "not a digit".
        """
        raw = read_in_views(crops, self._raw)
        missing = N_CLASSES - raw.shape[1]
        return self.manifest.calibration.apply(np.pad(raw, ((0, 0), (0, missing))))

    def _raw(self, crops: DigitBatch) -> Probabilities:
        """What the network itself says, shape (n, `n_classes`)."""
        parts = [self._network(crops[start : start + LARGEST_BATCH]) for start in range(0, len(crops), LARGEST_BATCH)]
        return np.concatenate(parts) if parts else np.zeros((0, self.manifest.n_classes), np.float32)

    def _read_golden_batch(self, folder: Path) -> None:
        crops, expected = read_golden(folder)
        found = self._raw(crops)
        if found.shape != expected.shape or not np.allclose(found, expected, atol=GOLDEN_TOLERANCE):
            raise ModelRefused(f"{folder.name}: does not read its golden batch as its maker did")
