"""What runs right through a field: the streak of dust on a feeder's glass, the shadow of a fold.

A streak lies exactly along the scan, a fold exactly along the paper; what a person draws does neither, or ends.
"""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from formdigits.arrays import GreyPage, Homography
from formdigits.geometry import Box, to_scan_px
from worker.ink import Stack
from worker.lines import joined

SAMPLES = 25
"""So many places along the way are looked at."""
DARK = 20
"""Darkness that counts, of 255, beside that of the noise of the paper."""
PAPER_STEP = 7
"""So many pixels apart, both ways, are enough to tell how dark the paper is."""
COVERAGE = 0.85
"""Least share of the way that is dark; printed lines that were taken away leave gaps."""
ENDS = 2
"""So many places at both ends must be dark: a long 1 ends."""
WIDEST_MM = 0.8
WIDEST_FOLD_MM = 2.0
DARKEST_FOLD = 90
"""A ruler's line is darker, and was drawn by a person."""


def erase_streaks(white: Stack, areas: Sequence[Box], homography: Homography, px_per_mm: float) -> None:
    """Make streaks and folds paper, in place, and join the strokes that cross them.

    Args:
        white: fields on white paper, without printed lines.
        areas: which part of the form each shows.
        homography: how the page lies on its form.
        px_per_mm: scale of the pictures.
    """
    paper = np.median(white[:, ::PAPER_STEP, ::PAPER_STEP], axis=(1, 2))
    dark = white < (paper - DARK)[:, None, None]
    through = (dark[:, 0].any(axis=1) & dark[:, -1].any(axis=1)) | (
        dark[..., 0].any(axis=1) & dark[..., -1].any(axis=1)
    )
    for i in np.flatnonzero(through).tolist():
        white[i] = without_streaks(white[i], way_of_scan(areas[i], homography), px_per_mm)


def without_streaks(white: GreyPage, way: tuple[float, float], px_per_mm: float) -> GreyPage:
    """One field without streaks and folds.

    Args:
        white: the field.
        way: where the scan's columns go on it, right and down.
        px_per_mm: its scale.
    """
    right, down = way
    upright = abs(down) > abs(right)
    slope = right / down if upright else down / right
    white = erase_along(white, slope, upright=upright, widest_px=round(WIDEST_MM * px_per_mm), darkest=255)
    for upright in (True, False):
        widest_px = round(WIDEST_FOLD_MM * px_per_mm)
        white = erase_along(white, 0.0, upright=upright, widest_px=widest_px, darkest=DARKEST_FOLD)
    return white


def way_of_scan(area: Box, homography: Homography) -> tuple[float, float]:
    """Where the scan's columns go on the form, right and down."""
    middle = area.x + area.width / 2, area.y + area.height / 2
    [start_px] = to_scan_px([middle], homography)
    back = np.linalg.inv(homography).astype(np.float64)
    start, end = to_scan_px([start_px, start_px + np.array([0.0, 10.0])], back)
    return float(end[0] - start[0]), float(end[1] - start[1])


def erase_along(white: GreyPage, slope: float, *, upright: bool, widest_px: int, darkest: int) -> GreyPage:
    """Make paper of what is dark all along one direction, from edge to edge.

    Args:
        white: a field on white paper.
        slope: how far the direction goes sideways for each pixel along.
        upright: whether it goes from top to bottom, or from left to right.
        widest_px: what is wider stays.
        darkest: what is darker stays, of 255.
    """
    seen = look_along(white, slope, upright=upright)
    dark = seen > DARK + np.median(seen)
    through = (dark.mean(axis=0) >= COVERAGE) & dark[:ENDS].all(axis=0) & dark[-ENDS:].all(axis=0)
    if not through.any():
        return white
    edges = np.flatnonzero(np.diff(np.concatenate([[False], through, [False]]).astype(np.int8)))
    mask = np.zeros_like(white)
    for first, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if end - first <= widest_px and np.median(seen[:, first:end]) <= darkest:
            draw_through(mask, (first + end - 1) / 2, end - first + 4, slope, upright=upright)
    return joined(cv2.max(white, mask).astype(np.uint8, copy=False), mask, widest_px + 3) if mask.any() else white


def look_along(white: GreyPage, slope: float, *, upright: bool) -> npt.NDArray[np.uint8]:
    """How dark it is along every parallel of a direction, or a pixel beside it; shape (along, across)."""
    lying = white if upright else white.T
    length, breadth = lying.shape
    along = np.linspace(0, length - 1, SAMPLES).round()
    across = np.arange(breadth)[None, :] + np.round(slope * (along - (length - 1) / 2)).astype(np.intp)[:, None]
    seen = 255 - lying[along.astype(np.intp)[:, None], np.clip(across, 0, breadth - 1)]
    return cv2.dilate(seen, np.ones((1, 3), np.uint8)).astype(np.uint8, copy=False)


def draw_through(mask: GreyPage, at: float, thick_px: int, slope: float, *, upright: bool) -> None:
    """Draw a line of 255 from edge to edge."""
    half = ((mask.shape[0] if upright else mask.shape[1]) - 1) / 2
    ends = [(at - slope * half, 0.0), (at + slope * half, 2 * half)]
    if not upright:
        ends = [(y, x) for x, y in ends]
    (x0, y0), (x1, y1) = ends
    cv2.line(mask, (round(x0), round(y0)), (round(x1), round(y1)), (255,), thick_px)
