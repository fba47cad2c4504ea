"""Letters in a digit's box, drawn from the strokes of A. V. Hershey's fonts with a pen, and bent as hands do.

The strokes come with the package hershey-fonts (MIT; the glyphs may be used by anybody who names their origin, the
U. S. National Bureau of Standards).  No network is trained on these.
"""

import string
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from bench.digits.cells import CELL_PX, DIGIT_PX, Rng, scanned
from formdigits.arrays import GreyPage

FONTS = ("futural", "rowmans", "scripts", "cursive", "timesi")
LIKE_DIGITS = frozenset("OoDQIliJjZzSsGbBgqyAaHT")
"""Letters that some hand writes as a digit; without the rest of its word nobody can tell."""
LETTERS = string.ascii_letters
STEP = 0.02
"""Strokes are bent at points this far apart, as a share of the letter."""

Strokes = tuple[npt.NDArray[np.float64], ...]
"""Each of shape (n, 2), x to the right and y down, within 0 to 1."""


@cache
def strokes_of(font: str, letter: str) -> Strokes:
    """One letter, its long side 1."""
    from HersheyFonts import HersheyFonts  # noqa: PLC0415 it is there where the model is measured

    hershey = HersheyFonts()
    hershey.load_default_font(font)
    lines = [np.array(line, float) for line in hershey.strokes_for_text(letter)]
    points = np.concatenate(lines)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = max(float((high - low).max()), 1e-6)
    placed = [(line - (low + high) / 2) / scale * (1, 1) + 0.5 for line in lines]
    return tuple(dense(line) for line in placed if len(line) > 1)


def dense(line: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The same line with more points, so that it can be bent."""
    lengths = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    at = np.linspace(0, lengths[-1], max(2, round(lengths[-1] / STEP)))
    return np.column_stack([np.interp(at, lengths, line[:, axis]) for axis in (0, 1)])


def letter_cell(letter: str, number: int, seed: int) -> GreyPage:
    """Write a letter; the same arguments write the same."""
    rng = np.random.default_rng([seed, number, ord(letter)])
    return scanned(written(strokes_of(str(rng.choice(FONTS)), letter), rng), rng)


def written(strokes: Strokes, rng: Rng) -> npt.NDArray[np.float32]:
    """Draw strokes slanted, stretched and bent, with one pen."""
    ink, pen = np.zeros((CELL_PX, CELL_PX), np.float32), int(rng.integers(3, 8))
    turn = rng.normal(np.eye(2), 0.1)
    waves, phase = rng.uniform(2, 6, (2, 2)), rng.uniform(0, 6, (2, 2))
    size = DIGIT_PX * rng.uniform(0.8, 1.0)
    for stroke in strokes:
        bent = stroke - 0.5 + 0.025 * np.sin(stroke[:, None, :] * waves + phase).sum(axis=2)
        path = np.rint((bent @ turn.T * size + CELL_PX / 2) * 16).astype(np.int32).reshape(-1, 1, 2)
        cv2.polylines(ink, [path], isClosed=False, color=1.0, thickness=pen, lineType=cv2.LINE_8, shift=4)
    return ink
