"""Sets that are read as they are: MNIST's test part, simulated scans, and scikit-learn's digits as foreign hands."""

from collections.abc import Iterator

import cv2
import numpy as np

from bench.digits.answers import figures_of_digits
from bench.digits.cells import read_cells
from bench.digits.pictures import draw_misread
from bench.digits.run import Figures, Run, classifier, digits
from bench.digits.scans import read_scans
from formdigits.arrays import GreyPage
from formdigits.charts import draw_confusion, draw_reliability

ENLARGED_PX = 64
DARKEST = 16
"""The darkest of the grey levels that scikit-learn's digits have."""


def measure_mnist(run: Run) -> Figures:
    """MNIST's test part."""
    images, labels = digits().images[run.rows], digits().labels[run.rows]
    probabilities = read_cells((255 - image for image in images), classifier())
    figures, found = figures_of_digits(probabilities, labels)
    draw_confusion(found.confusion, run.folder / "confusion.png")
    draw_misread(images, labels, probabilities, run.folder / "misread.png")
    return figures


def measure_scans(run: Run) -> Figures:
    """Cells of simulated scans."""
    (probabilities, labels), pages = read_scans(run)
    figures, found = figures_of_digits(probabilities, labels)
    draw_reliability(found.reliability, run.folder / "reliability.png")
    return figures | pages


def measure_hands(run: Run) -> Figures:
    """scikit-learn's digits, which Alpaydin and Kaynak gathered: 8 x 8 pixels, 17 grey levels."""
    images, labels = foreign_hands()
    probabilities = read_cells(enlarged(images[: run.n_digits]), classifier())
    return figures_of_digits(probabilities, labels[: run.n_digits])[0]


def foreign_hands() -> tuple[np.ndarray, np.ndarray]:
    """Images of shape (1797, 8, 8), 16 is ink, and what they show."""
    from sklearn.datasets import load_digits  # noqa: PLC0415 it is there where the model is measured

    found = load_digits()
    return found.images, found.target.astype(np.int64)


def enlarged(images: np.ndarray) -> Iterator[GreyPage]:
    """Images of 8 x 8 pixels as cells, with paper around them.

    Args:
        images: shape (n, 8, 8), 16 is ink.
    """
    for image in images:
        ink = np.pad(image.astype(np.float32) / DARKEST, 2)
        large = cv2.resize(ink, (ENLARGED_PX, ENLARGED_PX), interpolation=cv2.INTER_CUBIC)
        yield np.rint(255 * (1 - np.clip(large, 0, 1))).astype(np.uint8)
