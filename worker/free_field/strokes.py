"""The ink of a free field as strokes: connected components, without specks and ruled lines, and the size of digits."""

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from formdigits.arrays import GreyPage

MIN_CONTRAST = 0.12
"""Least difference between paper and ink, as a share of the full range."""
SPECK_MM = 0.2
"""What is smaller than this both ways is dust."""
CRUMB = 0.1
"""What has less ink than this share of a pen's dot is dust too."""
MIN_DIGIT_MM = 1.5
"""Handwriting is not smaller than this."""
RULE_HEIGHTS = 2.5
"""A level stroke longer than this many digit heights is a printed line."""
RULE_THICK = 0.24
"""And not thicker than this share of one."""
MOST_STROKES = 80
"""The largest are kept; more are a scribble, whose rest does not matter."""

Mask = npt.NDArray[np.uint8]
"""Shape (h, w), 1 is ink."""
Labels = npt.NDArray[np.int32]
"""Shape (h, w), the number of the stroke, from 1, that each pixel belongs to; 0 is paper."""


class Stroke(NamedTuple):
    """Connected ink, and where it lies, in pixels of the field."""

    number: int
    left: int
    top: int
    right: int
    bottom: int
    area: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def pixels(self) -> tuple[slice, slice]:
        """Its rows and columns."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    @property
    def middle(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


class Writing(NamedTuple):
    """All ink of a field."""

    labels: Labels
    strokes: list[Stroke]
    height: float
    """How high a digit is, in pixels."""
    pen: float
    """How thick a stroke is, in pixels."""

    @property
    def line(self) -> tuple[float, float]:
        """Top and bottom of the line that the digits stand on, in pixels: medians of the tall strokes."""
        tall = [stroke for stroke in self.strokes if stroke.height > 0.5 * self.height] or self.strokes
        return float(np.median([stroke.top for stroke in tall])), float(np.median([stroke.bottom for stroke in tall]))


def find_writing(white: GreyPage, px_per_mm: float) -> Writing | None:
    """Find the strokes of a field on white paper; None where there is no ink.

    Args:
        white: grey pixels, shape (h, w), paper is white.
        px_per_mm: tells dust from points.
    """
    ink = find_ink(white)
    if ink is None:
        return None
    labels, strokes = connected(ink, px_per_mm)
    if not strokes:
        return None
    height = digit_height(strokes, px_per_mm)
    if erase_rules(ink, height):
        labels, strokes = connected(ink, px_per_mm)
        height = digit_height(strokes, px_per_mm)
    if not any(max(stroke.width, stroke.height) >= MIN_DIGIT_MM * px_per_mm for stroke in strokes):
        return None
    pen = pen_width(labels)
    return Writing(labels, [stroke for stroke in strokes if stroke.area >= CRUMB * pen**2], height, pen)


def find_ink(white: GreyPage) -> Mask | None:
    """What is dark; None where nothing is dark enough."""
    threshold, _ = cv2.threshold(white, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    darkest = float(white.min())
    if (255 - darkest) / 255 < MIN_CONTRAST:
        return None
    # Otsu alone finds ink in paper: between the two greys, and not lighter than the noise of paper.
    threshold = min(max(threshold, (255 + 2 * darkest) / 3), 255 * (1 - MIN_CONTRAST))
    return (white <= threshold).astype(np.uint8)


def connected(ink: Mask, px_per_mm: float) -> tuple[Labels, list[Stroke]]:
    """Number the connected strokes; dust becomes paper in the labels."""
    n, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    labels = labels.astype(np.int32, copy=False)
    found = [Stroke(i, x, y, x + w, y + h, area) for i, (x, y, w, h, area) in enumerate(stats.tolist()) if i]
    large = [stroke for stroke in found if max(stroke.width, stroke.height) >= SPECK_MM * px_per_mm]
    kept = sorted(large, key=lambda stroke: -stroke.area)[:MOST_STROKES]
    keep = np.zeros(n, np.int32)
    keep[[stroke.number for stroke in kept]] = [stroke.number for stroke in kept]
    return keep[labels], kept


def digit_height(strokes: list[Stroke], px_per_mm: float) -> float:
    """The usual height of the tall strokes, in pixels."""
    heights = np.array([stroke.height for stroke in strokes], float)
    if not len(heights):
        return MIN_DIGIT_MM * px_per_mm
    return max(float(np.median(heights[heights >= 0.6 * heights.max()])), MIN_DIGIT_MM * px_per_mm)


def pen_width(labels: Labels) -> float:
    """The usual thickness of a stroke, in pixels: four times the mean distance of ink from paper, as in a bar."""
    ink = (labels > 0).astype(np.uint8)
    inside = cv2.distanceTransform(np.pad(ink, 1), cv2.DIST_L2, 3)[1:-1, 1:-1]
    return max(1.0, 4 * float(cv2.mean(inside, ink)[0]) - 1)


def erase_rules(ink: Mask, height: float) -> bool:
    """Make ruled lines paper, in place, except where strokes cross them; whether there were any."""
    length = round(RULE_HEIGHTS * height)
    if length >= ink.shape[1]:
        return False
    rules = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, length), np.uint8)).any(axis=1)
    edges = np.flatnonzero(np.diff(np.r_[False, rules, False]))
    thin = [(top, bottom) for top, bottom in edges.reshape(-1, 2).tolist() if bottom - top <= RULE_THICK * height + 2]
    for top, bottom in thin:
        beside = ink[max(top - 2, 0)] | ink[min(bottom + 1, len(ink) - 1)]
        crossed = cv2.dilate(beside.reshape(1, -1), np.ones((1, 3), np.uint8))[0] > 0
        ink[max(top - 1, 0) : bottom + 1, ~crossed] = 0
    return bool(thin)
