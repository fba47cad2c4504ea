"""Unsure crops are read again, turned and moved a little, and the readings are averaged (test-time augmentation).

What a network says of a clear digit stays the same from every such view; what it says of a scribble, or of a digit
between two others, does not.  Of simulated rubbish that passed for a digit before, two fifths no longer do, at the
confidence that rejects one digit in a hundred (network 20261123T190530240Z-5935236e).
"""

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from formdigits.arrays import CROP_SHAPE, DigitBatch, DigitCrop, Probabilities

SURE = 0.999
"""A crop whose most probable class has less than this in the network's own words is read again; 3 of 100 digits are."""
TURN_DEG, MOVE_PX = 9.0, 1.5
LEAST = 1e-6
"""A single view cannot rule a class out."""

Affine = npt.NDArray[np.float64]
"""Shape (2, 3), in pixels of a crop."""


def _turned(degrees: float) -> Affine:
    middle = ((CROP_SHAPE[1] - 1) / 2, (CROP_SHAPE[0] - 1) / 2)
    return np.asarray(cv2.getRotationMatrix2D(middle, degrees, 1.0))


def _moved(right_px: float, down_px: float) -> Affine:
    return np.array([[1, 0, right_px], [0, 1, down_px]], np.float64)


VIEWS = (
    _turned(TURN_DEG),
    _turned(-TURN_DEG),
    _moved(MOVE_PX, 0),
    _moved(-MOVE_PX, 0),
    _moved(0, MOVE_PX),
    _moved(0, -MOVE_PX),
)
"""From which an unsure crop is read besides as it is."""


def read_in_views(crops: DigitBatch, network: Callable[[DigitBatch], Probabilities]) -> Probabilities:
    """Read crops, the unsure ones from all views.

    Args:
        crops: shape (n, 28, 28, 1), 0.0 is ink and 1.0 is paper.
        network: from such a batch of any size to probabilities, shape (n, classes).

    Returns:
        Shape (n, classes), rows sum to 1.  Of an unsure crop the geometric mean of what all views gave.
    """
    found = network(crops)
    unsure = np.flatnonzero(found.max(axis=1, initial=0.0) < SURE)
    if not len(unsure):
        return found
    seen = np.stack([_seen(crops[row], view) for view in VIEWS for row in unsure])
    again = network(seen).reshape(len(VIEWS), len(unsure), -1)
    logs = np.log(np.maximum(np.concatenate([found[None, unsure], again]), LEAST)).mean(axis=0)
    mean = np.exp(logs)
    settled = found.copy()
    settled[unsure] = mean / mean.sum(axis=1, keepdims=True)
    return settled


def _seen(crop: DigitCrop, view: Affine) -> DigitCrop:
    """One crop turned or moved, paper where nothing was."""
    moved = cv2.warpAffine(crop, view, (CROP_SHAPE[1], CROP_SHAPE[0]), flags=cv2.INTER_LINEAR, borderValue=1.0)
    return np.asarray(moved, np.float32).reshape(CROP_SHAPE)
