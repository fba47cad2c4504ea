"""Digits written stroke by stroke, in the ways that schools teach and MNIST has too few of.

Every way is a few strokes through control points; a hand bends, slants and stretches them, and a pen has its width.
MNIST was written by Americans: it has few flagged or footed 1s, open 4s, crossed 7s, slashed 0s and 9s like a g.
"""

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from formdigits.arrays import GreyPage

STROKES_VERSION = 1
"""Changes whenever the same seed writes other digits; kept in the lineage of a model version."""
CELL_PX = 96
SHARE = 0.72
"""Height of a digit, or its width where that is more, as a share of its cell."""
FINE = 8
"""OpenCV draws on this many parts of a pixel."""

Points = npt.NDArray[np.float64]
"""Shape (n, 2), x to the right and y down, the digit between 0 and 1."""


class Way(NamedTuple):
    """One way to write a digit."""

    digit: int
    strokes: tuple[Points, ...]


# A stroke that begins with ~ bends through its points, one with / has corners at them; x,y in hundredths of the digit.
WRITTEN = (
    ("0 ring", "~50,0 20,10 6,50 20,90 50,100 80,90 94,50 80,10 48,0"),
    ("0 slashed", "~50,0 20,10 6,50 20,90 50,100 80,90 94,50 80,10 48,0  /86,8 14,92"),
    ("0 slashed long", "~50,0 20,10 6,50 20,90 50,100 80,90 94,50 80,10 48,0  /102,-6 -2,106"),
    ("0 open", "~62,3 20,12 6,50 20,90 50,100 80,90 92,50 70,10"),
    ("1 flag", "/12,32 50,0 50,100"),
    ("1 long flag", "/2,56 52,0 50,100"),
    ("1 flag and foot", "/20,26 50,0 50,100  /20,100 80,100"),
    ("1 foot", "/50,0 50,100  /24,100 76,100"),
    ("1 bent flag", "~14,36 36,20 50,0  /50,0 48,100"),
    ("2 loop", "~10,22 50,0 84,24 50,66 16,94 10,80 34,78 96,98"),
    ("2 corner", "~10,22 48,0 86,26 50,66 8,100  /8,100 94,100"),
    ("2 swan", "~14,16 50,0 80,22 56,60 10,98 50,92 96,100"),
    ("3 round", "~12,10 50,0 82,20 48,47  ~42,47 90,64 78,96 42,100 6,88"),
    ("3 flat top", "~44,42 88,56 84,90 46,100 8,90  /10,0 86,0 44,42"),
    ("4 open", "/28,0 8,60 94,60  /70,22 66,100"),
    ("4 open round", "~16,0 10,44 40,58 84,50  /82,0 76,100"),
    ("4 closed", "/70,100 70,0 4,66 98,66"),
    ("4 flash", "/50,0 6,62 92,62  /60,36 60,100"),
    ("5 cap", "~16,42 60,36 92,66 64,98 8,92  /20,0 16,42  /20,0 88,0"),
    ("5 one stroke", "~14,46 56,38 90,66 60,98 6,92  /86,2 22,2 14,46"),
    ("5 loose cap", "~18,6 14,46 60,40 90,70 60,100 10,94  /30,-2 98,-8"),
    ("6 bow", "~78,0 30,30 10,72 44,100 86,80 60,52 16,70"),
    ("6 straight", "~66,0 16,66 30,98 74,94 78,60 40,54 16,74"),
    ("7 crossed", "/8,2 92,2 40,100  /30,50 86,48"),
    ("7 hook", "/8,20 10,2 92,2 44,100"),
    ("7 hook and bar", "/8,18 10,2 92,2 44,100  /36,52 88,50"),
    ("7 crossed bow", "~6,8 30,0 92,4 56,44 42,100  /26,50 84,46"),
    ("8 one stroke", "~80,12 46,0 16,22 50,48 88,76 50,100 12,78 50,48 84,20 74,6"),
    ("8 open", "~92,6 50,0 16,22 50,50 86,78 50,100 12,78 46,52 86,16"),
    ("9 straight tail", "~86,20 50,0 12,24 40,50 84,26  /86,14 84,100"),
    ("9 slanted tail", "~88,20 54,0 16,24 42,48 86,24  /88,16 50,100"),
    ("9 like a g", "~84,16 50,0 14,24 42,50 82,28  ~84,10 86,72 56,100 12,88"),
    ("9 bow", "~82,24 46,0 14,26 46,48 82,22 80,66 34,100"),
)


def write_digits(n: int, *, seed: int) -> tuple[list[GreyPage], npt.NDArray[np.int64]]:
    """Write `n` digits, as many of each digit, each in one of its ways.

    Returns:
        Cells of 96 x 96 pixels, black on white, and what they show, shape (n,).
    """
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 10
    ways = [[way for way in WAYS if way.digit == digit] for digit in range(10)]
    return [write(ways[digit][rng.integers(len(ways[digit]))], rng) for digit in labels], labels


def write(way: Way, rng: np.random.Generator) -> GreyPage:
    """Write a digit in one way, as one hand and one pen would."""
    cell = np.full((CELL_PX, CELL_PX), 255, np.uint8)
    hand, width_px = slant(rng), int(rng.integers(3, 12))
    wobble = rng.uniform(0.01, 0.035)
    strokes = [(stroke + smooth_noise(len(stroke), rng) * wobble) @ hand for stroke in way.strokes]
    low, high = np.vstack(strokes).min(axis=0), np.vstack(strokes).max(axis=0)
    for stroke in strokes:
        at = (stroke - (low + high) / 2) * (SHARE / (high - low).max()) + 0.5
        drawn = np.rint(at * CELL_PX * FINE).astype(np.int32).reshape(-1, 1, 2)
        cv2.polylines(cell, [drawn], isClosed=False, color=0, thickness=width_px, lineType=cv2.LINE_AA, shift=3)
    return cv2.GaussianBlur(cell, (0, 0), rng.uniform(0.5, 1.8)).astype(np.uint8, copy=False)


def slant(rng: np.random.Generator) -> Points:
    """How a hand leans, turns and stretches, as a matrix for points as rows."""
    turn, lean = rng.normal(0, 0.09), rng.normal(-0.12, 0.16)
    wide = rng.uniform(0.5, 0.95)
    turned = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    leant: Points = np.array([[wide, 0.0], [lean, 1.0]]) @ turned
    return leant


def bowed(points: Points) -> Points:
    """A smooth curve through the points: the spline of Catmull and Rom, eight steps from one to the next."""
    before, after = 2 * points[0] - points[1], 2 * points[-1] - points[-2]
    p = np.vstack([before, points, after])
    t = np.linspace(0, 1, 8, endpoint=False)[:, None]
    parts = [
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False)
    ]
    return np.vstack([*parts, points[-1:]])


def smooth_noise(n: int, rng: np.random.Generator) -> Points:
    """How a hand strays along a stroke of n points: slowly, about 1 in size."""
    knots = np.linspace(0, 1, 6)
    at = np.linspace(0, 1, n)
    return np.column_stack([np.interp(at, knots, rng.normal(0, 1.4, 6)) for _ in range(2)])


def parsed(name: str, text: str) -> Way:
    """A way from its line in `WRITTEN`."""
    strokes = []
    for stroke in text.split("  "):
        points = np.array([point.split(",") for point in stroke[1:].split()], float) / 100
        strokes.append(bowed(points) if stroke[0] == "~" else points)
    return Way(int(name[0]), tuple(strokes))


WAYS = tuple(parsed(name, text) for name, text in WRITTEN)
