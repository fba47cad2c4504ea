"""Digits as other schools teach them: a 1 with a long flag, a 7 with a bar through it.

MNIST was written by Americans and has few of either; a network that was trained on it alone reads one flagged 1 and
crossed 7 in ten wrong.  So some of its own 1s get a flag, and some of its 7s a bar.
"""

import cv2
import numpy as np
import numpy.typing as npt

HANDS_VERSION = 2
"""Changes whenever the same seed writes other digits; kept in the lineage of a model version."""
SHARE = 0.15
"""Copies with a flag or a bar, for every 1 and 7 that there is."""

Digits = npt.NDArray[np.uint8]
"""Shape (n, 28, 28), 255 is ink."""
Labels = npt.NDArray[np.int64]


def other_hands(images: Digits, labels: Labels, *, seed: int) -> tuple[Digits, Labels]:
    """Write some 1s with a flag and some 7s with a bar; the digits that were given are not among them."""
    rng = np.random.default_rng(seed)
    written: list[Digits] = []
    truths: list[int] = []
    for digit, change in ((1, with_flag), (7, with_bar)):
        rows = np.flatnonzero(labels == digit)
        for row in rng.choice(rows, round(SHARE * len(rows)), replace=False):
            written.append(change(images[row], rng))
            truths.append(digit)
    return np.array(written, np.uint8).reshape(-1, *images.shape[1:]), np.array(truths, np.int64)


def with_flag(one: Digits, rng: np.random.Generator) -> Digits:
    """Draw the upstroke of a 1, from the left up to its top."""
    top = int(np.flatnonzero((one > 128).any(axis=1))[0])
    at = np.array([np.flatnonzero(one[top] > 128).mean(), top + 0.5])
    start = at + np.array([-rng.uniform(3.5, 8), rng.uniform(3, 10)])
    return drawn(one, start, at, pen_px(one))


def with_bar(seven: Digits, rng: np.random.Generator) -> Digits:
    """Draw a short bar through the stem of a 7."""
    rows = np.flatnonzero((seven > 128).any(axis=1))
    row = int(rows[0] + rng.uniform(0.45, 0.62) * (rows[-1] - rows[0]))
    stem = np.flatnonzero(seven[row] > 128)
    middle = np.array([stem.mean() if len(stem) else 14.0, row])
    half = np.array([rng.uniform(2.5, 5), rng.uniform(-1.5, 1)])
    return drawn(seven, middle - half, middle + half, pen_px(seven))


def pen_px(digit: Digits) -> int:
    """The width of the pen in sixteenths of a pixel: twice the mean distance of ink from paper."""
    distance = cv2.distanceTransform((digit > 100).astype(np.uint8), cv2.DIST_L2, 3)
    return int(np.clip(16 * 2.6 * distance[distance > 0].mean(), 16, 72))


def drawn(digit: Digits, start: npt.NDArray[np.float64], end: npt.NDArray[np.float64], width_sixteenths: int) -> Digits:
    """The digit with a line on it, drawn at sixteen times its size for soft edges."""
    size = digit.shape[0]
    large = np.zeros((size * 16, size * 16), np.uint8)
    path = np.rint(np.array([start, end]) * 16 + 8).astype(np.int32).reshape(-1, 1, 2)
    cv2.polylines(large, [path], isClosed=False, color=255, thickness=width_sixteenths, lineType=cv2.LINE_AA)
    line = cv2.resize(large, (size, size), interpolation=cv2.INTER_AREA)
    both: Digits = np.maximum(digit, line).astype(np.uint8, copy=False)
    return both
