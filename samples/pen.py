"""Digits as a pen writes them, from the 28 x 28 pixels of MNIST's test part, which no network has been trained on."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from formdigits.geometry import Box
from samples.scanner import Picture

MNIST = Path(__file__).parent.parent / "trainer" / "data" / "mnist.npz"
Coverage = npt.NDArray[np.float32]
"""Shape (h, w), how much of each pixel the ink covers: 0.0 is paper and 1.0 ink."""

PENS = ((38, 38, 42), (32, 44, 96), (58, 52, 50), (96, 96, 98))
"""Red, green and blue of black and blue ballpoints, a fineliner and a pencil."""


class TestDigits(NamedTuple):
    """MNIST's test part: images of shape (n, 28, 28), white on black, and what they show."""

    images: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.int64]

    def draw_lot(self, rng: np.random.Generator) -> tuple[npt.NDArray[np.uint8], int]:
        """Any digit."""
        i = int(rng.integers(len(self.labels)))
        return self.images[i], int(self.labels[i])


def load_test_digits() -> TestDigits:
    """Read the shipped file."""
    with np.load(MNIST) as data:
        return TestDigits(data["x_test"], data["y_test"].astype(np.int64))


def trace(image: npt.NDArray[np.uint8], height_px: int) -> Coverage:
    """Enlarge a digit of 28 x 28 to strokes with sharp edges, cut tightly, `height_px` high or as wide."""
    left, top, width, height = cv2.boundingRect((image > 60).astype(np.uint8))
    scale = height_px / max(width, height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    cut = image[top : top + height, left : left + width].astype(np.float32) / 255
    large = cv2.resize(cut, size, interpolation=cv2.INTER_CUBIC)
    softness = 1.2 / scale  # an edge is about one pixel wide, however large the digit
    strokes: Coverage = np.clip((large - 0.38) / max(softness, 0.15) + 0.5, 0, 1).astype(np.float32)
    return strokes


def write(page: Picture, strokes: Coverage, middle: tuple[float, float], colour: tuple[int, ...]) -> None:
    """Lay ink on the page, around a point in pixels; what leaves the page is lost."""
    height, width = strokes.shape
    left, top = round(middle[0] - width / 2), round(middle[1] - height / 2)
    left, top = min(max(left, 0), page.shape[1] - width), min(max(top, 0), page.shape[0] - height)
    place = page[top : top + height, left : left + width]
    cover = strokes.reshape(height, width, *[1] * (page.ndim - 2))
    place[:] = (place * (1 - cover) + np.minimum(place, np.array(colour)) * cover).astype(np.uint8)


def write_digit(
    page: Picture,
    image: npt.NDArray[np.uint8],
    cell_px: Box,
    rng: np.random.Generator,
    colour: tuple[int, ...],
    trace: Callable[[npt.NDArray[np.uint8], int], Coverage] = trace,
) -> None:
    """Write a digit into a cell as people do: not quite in the middle, and now and then over the line."""
    height = rng.uniform(0.55, 0.86) * min(cell_px.height, 1.25 * cell_px.width)
    strokes = trace(image, round(height)) * np.float32(rng.uniform(0.8, 1))
    drift = rng.normal(0, 0.055, 2) * (cell_px.width, cell_px.height)
    middle = cell_px.x + cell_px.width / 2 + drift[0], cell_px.y + cell_px.height / 2 + drift[1]
    write(page, strokes, middle, colour)
