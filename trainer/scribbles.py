"""What a pen leaves without a digit in mind: tangles, hatching, coils and lines that wander."""

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from formdigits.arrays import GreyPage

CELL_PX = 64
PAPER, INK = 255, 0
LONG = 4.5
"""Length of a line that wanders, in sides of the cell, at the least; a digit that fills the cell has two to three."""

Rng = np.random.Generator


def blank() -> GreyPage:
    """A cell without ink."""
    return np.full((CELL_PX, CELL_PX), PAPER, np.uint8)


def pen(rng: Rng) -> int:
    """A pen's width in pixels of the cell."""
    return int(rng.integers(2, 7))


def stroke(cell: GreyPage, points: npt.NDArray[np.float64], width_px: int) -> None:
    """Draw a line through the points, shape (n, 2), x and y as shares of the cell."""
    path = np.rint(points * CELL_PX * 8).astype(np.int32).reshape(-1, 1, 2)
    cv2.polylines(cell, [path], isClosed=False, color=INK, thickness=width_px, lineType=cv2.LINE_AA, shift=3)


def smooth(points: npt.NDArray[np.float64], n: int = 40) -> npt.NDArray[np.float64]:
    """A curve near the points, as a hand that does not stop at them."""
    knots = np.linspace(0, 1, len(points))
    at = np.linspace(0, 1, n)
    curve = np.column_stack([np.interp(at, knots, points[:, axis]) for axis in (0, 1)])
    kernel = np.ones(5) / 5
    return np.column_stack([np.convolve(np.pad(curve[:, axis], 2, "edge"), kernel, "valid") for axis in (0, 1)])


def turned(points: npt.NDArray[np.float64], angle: float, scale: float) -> npt.NDArray[np.float64]:
    """Points turned about the middle of the cell by an angle in radians, and drawn nearer to it."""
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    moved: npt.NDArray[np.float64] = (points - 0.5) @ turn * scale + 0.5
    return moved


def scribble(rng: Rng) -> GreyPage:
    """A tangle with many turns."""
    cell, n = blank(), int(rng.integers(9, 22))
    points = rng.uniform(0.1, 0.9, (n, 2))
    stroke(cell, smooth(points, n * 6) if rng.random() < 0.6 else points, pen(rng))
    return cell


def hatching(rng: Rng) -> GreyPage:
    """Strokes to and fro, as a box is filled in or a word is made unreadable."""
    cell, n = blank(), int(rng.integers(6, 18))
    along = np.linspace(0.12, 0.88, n) + rng.normal(0, 0.02, n)
    across = np.where(np.arange(n) % 2, 0.85, 0.15) + rng.normal(0, 0.07, n)
    points = turned(np.column_stack([along, across]), rng.uniform(-0.6, 0.6), 0.85)
    stroke(cell, smooth(points, n * 8) if rng.random() < 0.5 else points, pen(rng))
    return cell


def coil(rng: Rng) -> GreyPage:
    """Loops that move on, as a pen crosses out in one go."""
    cell, turns = blank(), rng.uniform(2.5, 7)
    angle = np.linspace(0, 2 * np.pi * turns, 160)
    radius = rng.uniform(0.1, 0.3)
    x = np.linspace(0.2, 0.8, 160) + radius * 0.7 * np.cos(angle)
    y = 0.5 + rng.uniform(-0.15, 0.15) * np.linspace(-1, 1, 160) + radius * np.sin(angle)
    points = np.column_stack([x, y] if rng.random() < 0.7 else [y, x])
    stroke(cell, points + rng.normal(0, 0.006, (160, 2)), pen(rng))
    return cell


def wandering(rng: Rng) -> GreyPage:
    """A long line that bends now one way and now the other, or goes round and round."""
    cell, path = blank(), wandering_path(rng)
    while np.hypot(*np.diff(path, axis=0).T).sum() < LONG:
        path = wandering_path(rng)
    stroke(cell, path, min(pen(rng), 4))
    return cell


def wandering_path(rng: Rng) -> npt.NDArray[np.float64]:
    """Points of a line with three to seven full turns, all bends added up, that spans the cell; shape (n, 2)."""
    n = int(rng.integers(90, 300))
    knots = rng.normal(rng.choice([-2, -1, 0, 1, 2]), 1, n // 12 + 2)
    bend = np.interp(np.arange(n), 12 * np.arange(len(knots)), knots)
    heading = rng.uniform(0, 2 * np.pi) + np.cumsum(bend) * rng.uniform(3, 7) * 2 * np.pi / np.abs(bend).sum()
    steps = np.column_stack([np.cos(heading), np.sin(heading)]) * np.linspace(1, rng.uniform(1, 5), n)[:, None]
    path = np.cumsum(steps, axis=0)
    fitted: npt.NDArray[np.float64] = 0.1 + 0.8 * (path - path.min(axis=0)) / np.ptp(path, axis=0).max()
    return fitted


KINDS: tuple[Callable[[Rng], GreyPage], ...] = (scribble, hatching, coil, wandering)
SHARES = (0.4, 0.15, 0.2, 0.25)


def without_a_digit(rng: Rng) -> GreyPage:
    """One of them."""
    return KINDS[rng.choice(len(KINDS), p=SHARES)](rng)
