"""Boxes on paper, in millimetres from the form's top left corner, x to the right and y down."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from formdigits.arrays import Homography


class Box(NamedTuple):
    """A rectangle on the form, in millimetres."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def corners(self) -> tuple[tuple[float, float], ...]:
        """Top left, top right, bottom right, bottom left."""
        return ((self.x, self.y), (self.right, self.y), (self.right, self.bottom), (self.x, self.bottom))

    def overlaps(self, other: "Box") -> bool:
        """Whether the two share any area; touching edges do not count."""
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom

    def grown(self, margin_mm: float) -> "Box":
        """The box with a margin on every side; a negative margin shrinks it."""
        return Box(self.x - margin_mm, self.y - margin_mm, self.width + 2 * margin_mm, self.height + 2 * margin_mm)

    @staticmethod
    def around(boxes: "list[Box]") -> "Box":
        """The smallest box that holds all of them."""
        left, top = min(box.x for box in boxes), min(box.y for box in boxes)
        return Box(left, top, max(box.right for box in boxes) - left, max(box.bottom for box in boxes) - top)


def turns_right(points: Sequence[tuple[float, float]]) -> bool:
    """Whether four points go around clockwise, y pointing down, and bulge everywhere; no three lie on one line."""
    ways = [(x2 - x1, y2 - y1) for (x1, y1), (x2, y2) in pairwise([*points, points[0]])]
    turns = pairwise([*ways, ways[0]])
    return all(before[0] * after[1] - before[1] * after[0] > 0 for before, after in turns)


def to_scan_px(points_mm: npt.ArrayLike, homography: Homography) -> npt.NDArray[np.float64]:
    """Take points on the form to pixels of the scan.

    Args:
        points_mm: shape (n, 2), x and y in millimetres.
        homography: millimetres to pixels.

    Returns:
        Shape (n, 2), x and y in pixels.
    """
    points = np.asarray(points_mm, np.float64)
    homogeneous = points @ homography[:, :2].T + homography[:, 2]
    return homogeneous[:, :2] / homogeneous[:, 2:]
