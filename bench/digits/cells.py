"""A digit as the cell of a scan shows it: MNIST's pixels enlarged to pen strokes, on paper, seen by a scanner."""

from collections.abc import Iterable
from typing import Protocol

import cv2
import numpy as np
import numpy.typing as npt

from formdigits.arrays import N_CLASSES, NOT_A_DIGIT, DigitBatch, GreyPage, Probabilities
from formdigits.digit_crop import normalise
from samples.pen import Coverage
from samples.simulator.writing import trace

CELL_PX = 64
"""A box of 8 mm at about 200 dpi."""
DIGIT_PX = 46
"""The long side of a digit in it."""
DRIFT_PX = 2.0
PAPER, PEN = 246.0, 40.0
OPTICS_PX, SENSOR = 0.7, 2.0
"""Standard deviations of a scanner's blur and noise: every cell has them."""
AT_ONCE = 2000

Rng = np.random.Generator


class Reader(Protocol):
    """What reads crops."""

    def predict(self, crops: DigitBatch) -> Probabilities:
        """Probabilities of shape (n, 11)."""
        ...


def ink_of(image: npt.NDArray[np.uint8], rng: Rng) -> Coverage:
    """Write a digit near the middle of an empty cell.

    Args:
        image: shape (28, 28), 255 is ink.
        rng: where it lies.

    Returns:
        Shape (64, 64), 0.0 is paper and 1.0 ink.
    """
    strokes = trace(image, DIGIT_PX)
    height, width = strokes.shape
    left, top = (np.array([CELL_PX - width, CELL_PX - height]) / 2 + rng.normal(0, DRIFT_PX, 2)).round().astype(int)
    left, top = np.clip((left, top), 0, (CELL_PX - width, CELL_PX - height))
    ink = np.zeros((CELL_PX, CELL_PX), np.float32)
    ink[top : top + height, left : left + width] = strokes
    return ink


def scanned(ink: Coverage, rng: Rng, *, paper: float = PAPER, pen: float = PEN) -> GreyPage:
    """See ink on paper with an ordinary scanner."""
    seen = cv2.GaussianBlur(paper - (paper - pen) * ink, (0, 0), OPTICS_PX)
    return grey(seen + rng.normal(0, SENSOR, seen.shape))


def grey(levels: npt.NDArray[np.floating]) -> GreyPage:
    """Levels as pixels."""
    return np.clip(np.rint(levels), 0, 255).astype(np.uint8)


def read_cells(cells: Iterable[GreyPage], reader: Reader) -> Probabilities:
    """Normalise cells and read them; a blank one is not a digit, surely; shape (n, 11)."""
    crops = [normalise(cell) for cell in cells]
    found = np.zeros((len(crops), N_CLASSES), np.float32)
    found[:, NOT_A_DIGIT] = 1.0
    inked = np.array([row for row, crop in enumerate(crops) if crop is not None], np.intp)
    for start in range(0, len(inked), AT_ONCE):
        rows = inked[start : start + AT_ONCE]
        found[rows] = reader.predict(np.stack([crops[row] for row in rows]))  # type: ignore[misc]
    return found
