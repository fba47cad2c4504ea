"""What readers that were trained here learn from and look at: the product's own crops, so that nothing else differs."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from formdigits.arrays import CROP_SHAPE, DigitBatch, GreyPage
from formdigits.digit_crop import normalise

MNIST = Path(__file__).parents[3] / "trainer" / "data" / "mnist.npz"

Labelled = tuple[DigitBatch, np.ndarray]
"""Crops of shape (n, 28, 28, 1) and labels of shape (n,)."""


def crops_of(cells: Iterable[GreyPage]) -> DigitBatch:
    """Normalised cells; a blank one is all paper."""
    paper = np.ones(CROP_SHAPE, np.float32)
    crops = [normalise(cell) for cell in cells]
    return np.stack([paper if crop is None else crop for crop in crops])


def train_part(at_most: int) -> Labelled:
    """MNIST's train part, normalised."""
    with np.load(MNIST) as data:
        images, labels = data["x_train"][:at_most], data["y_train"][:at_most].astype(np.int64)
    return crops_of(255 - image for image in images), labels
