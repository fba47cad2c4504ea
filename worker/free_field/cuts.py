"""Where digits that touch may be cut: the paths from top to bottom that cross the least ink, as water would fall."""

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

ROWS = 28
"""A digit is reduced to so many rows before paths are looked for: they need no more detail."""
ASIDE = 0.05
"""Price of a step to the side, in pixels of ink: straight paths come first."""
NEAR_INK = 0.1
"""Price of paper that is all surrounded by ink: paths keep to the middle between strokes."""
SPREAD = 0.06
"""Paths are so far apart, in digit heights, and so far from the edges."""
LEAST_INK = 0.07
"""Share of the ink that a cut leaves on each side at least."""
DEAREST = 2.6
"""A cut through more ink than this, in thicknesses of the pen, is none."""

MOVES = np.array([0, -1, 1], np.int8)
"""Straight down first, where that is as good."""
Grid = npt.NDArray[np.float32]
Path = npt.NDArray[np.float32]
"""For every row the column where the path is."""


class Cut(NamedTuple):
    """One path through a stroke."""

    columns: npt.NDArray[np.intp]
    """For every row of the stroke's picture: what lies left of this column is cut off."""
    price: float
    """How much ink the path crosses, in thicknesses of the pen."""


def find_cuts(ink: npt.NDArray[np.bool_], height: float, pen: float, most: int) -> list[Cut]:
    """Find the best places to cut a stroke, from left to right.

    Args:
        ink: shape (h, w), one stroke, cut tightly.
        height: of a digit, in pixels.
        pen: thickness of a stroke, in pixels.
        most: how many cuts at most.
    """
    scale = min(1.0, ROWS / height)
    size = max(2, round(ink.shape[1] * scale)), max(2, round(ink.shape[0] * scale))
    small: Grid = cv2.resize(ink.astype(np.float32), size, interpolation=cv2.INTER_AREA).astype(np.float32, copy=False)
    found: dict[float, tuple[Path, float]] = {}
    apart = max(1.0, SPREAD * height * scale)
    for path, price in falls(small, max(0.5, pen * scale)):
        if len(found) == most or price > DEAREST:
            break
        middle = float(path.mean())
        if all(abs(middle - other) >= apart for other in found) and divides(small, path, apart):
            found[middle] = path, price
    return _in_order([found[middle] for middle in sorted(found)], ink.shape[0], scale)


def falls(small: Grid, pen: float) -> Iterator[tuple[Path, float]]:
    """The cheapest path through every column of the middle half of the rows, the cheapest first, and its price."""
    priced: Grid = small + NEAR_INK * cv2.blur(small, (5, 5))
    down, from_above = fall(priced)
    up, from_below = fall(priced[::-1])
    first = len(small) // 4
    through = (down + up[::-1] - priced)[first : max(len(small) - first, first + 1)]
    prices, rows = through.min(axis=0) / pen, through.argmin(axis=0) + first
    seen: set[bytes] = set()
    for column in np.argsort(prices, kind="stable").tolist():
        path = follow(from_above, from_below, int(rows[column]), column)
        if path.tobytes() not in seen:
            seen.add(path.tobytes())
            yield path, float(prices[column])


def fall(small: Grid) -> tuple[Grid, npt.NDArray[np.int8]]:
    """For every place the least ink on a path to it from the top, its own included; and whence the path comes.

    Returns:
        Prices of shape (h, w), and steps of -1, 0 or 1 columns from the row above, shape (h, w).
    """
    prices, steps = small.copy(), np.zeros(small.shape, np.int8)
    before = np.full((len(MOVES), small.shape[1]), np.inf, np.float32)
    for row in range(1, len(small)):
        above = prices[row - 1]
        before[0], before[1, 1:], before[2, :-1] = above, above[:-1] + ASIDE, above[1:] + ASIDE
        steps[row] = MOVES[before.argmin(axis=0)]
        prices[row] += before.min(axis=0)
    return prices, steps


def follow(from_above: npt.NDArray[np.int8], from_below: npt.NDArray[np.int8], row: int, column: int) -> Path:
    """The columns of the path through a place, for every row."""
    path = np.empty(len(from_above), np.float32)
    path[row] = at = column
    for above in range(row, 0, -1):
        at += int(from_above[above, at])
        path[above - 1] = at
    at, turned = column, len(path) - 1 - row
    for below in range(turned, 0, -1):
        at += int(from_below[below, at])
        path[len(path) - below] = at
    return path


def divides(small: Grid, path: Path, apart: float) -> bool:
    """Whether a path leaves enough on both sides."""
    left = np.where(np.arange(small.shape[1]) < path[:, None], small, 0.0)
    share = float(left.sum()) / max(float(small.sum()), 1e-6)
    if not LEAST_INK <= share <= 1 - LEAST_INK:
        return False
    columns_left, columns_right = left.max(axis=0) > 0.3, (small - left).max(axis=0) > 0.3
    return bool(columns_left.sum() >= apart and columns_right.sum() >= apart)


def _in_order(found: list[tuple[Path, float]], height_px: int, scale: float) -> list[Cut]:
    """The paths at full size, from left to right; where two would cross they run together."""
    rows = np.minimum((np.arange(height_px) * scale).astype(np.intp), len(found[0][0]) - 1 if found else 0)
    cuts: list[Cut] = []
    for path, price in found:
        columns = np.rint((path[rows] + 0.5) / scale).astype(np.intp)
        if cuts:
            columns = np.maximum(columns, cuts[-1].columns)
        cuts.append(Cut(columns, price))
    return cuts
