"""Making paper white: whatever its colour and light, in every channel, so that faint coloured pens stay ink.

Ink is the largest darkening over the channels: a red pen is dark in blue and green, and light in red.
"""

import cv2
import numpy as np

from formdigits.arrays import GreyPage, Scan

PAPER_WINDOW_MM = 12
"""Paper is looked for in a window of this size: larger than a box that is blackened."""
PAPER_PX_PER_MM = 2
DROPOUT_CHANNEL = {"blue": 0, "green": 1, "red": 2}
"""Print of a colour vanishes in the channel of that colour."""
SAMPLE_STEP_PX = 97
"""A scan's kind is told by every so many of its rows."""
BILEVEL_SHARE = 0.98
"""A scan is black and white when this share of its pixels is one or the other."""
DOTTED_SHARE = 0.01
"""It is dithered when this share of its pixels are black dots that stand alone in their row; print makes few."""
BILEVEL_BLUR_PX, DITHERED_BLUR_MM = 0.8, 0.2
"""Ragged edges become soft, and dots grey, before anything is taken for a stroke."""


def whiten(cut: Scan, px_per_mm: float) -> Scan:
    """Make paper white in every channel, by what is lightest around every place.

    Args:
        cut: a part of a scan.
        px_per_mm: its scale.

    Returns:
        Of the same shape, 255 is paper.
    """
    height, width = cut.shape[:2]
    step = max(1, min(round(px_per_mm / PAPER_PX_PER_MM), height, width))
    whole = cut[: height // step * step, : width // step * step]
    # A whole step is many times as fast as another scale.
    small = cv2.resize(whole, (width // step, height // step), interpolation=cv2.INTER_AREA)
    window = np.ones((2 * (PAPER_WINDOW_MM * PAPER_PX_PER_MM // 2) + 1,) * 2, np.uint8)
    paper = np.maximum(cv2.blur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, window), window.shape), 1)
    paper = cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR)
    return cv2.divide(cut, paper, scale=255).astype(np.uint8, copy=False)


def without_colour(cut: Scan, dropout: str | None) -> Scan:
    """The one channel where print of a colour vanishes; all of the cut where there is none such."""
    if cut.ndim == 2 or dropout is None:
        return cut
    return np.ascontiguousarray(cut[:, :, DROPOUT_CHANNEL[dropout]])


def planes_of(white: Scan) -> list[GreyPage]:
    """The channels, one picture each."""
    return [white] if white.ndim == 2 else [plane.astype(np.uint8, copy=False) for plane in cv2.split(white)]


def darkest(planes: list[GreyPage]) -> GreyPage:
    """The largest darkening over the channels."""
    merged = planes[0]
    for plane in planes[1:]:
        merged = cv2.min(merged, plane).astype(np.uint8, copy=False)
    return merged


def blur_needed(scan: Scan, px_per_mm: float) -> float:
    """How much a scan must be blurred, in pixels, before its greys mean anything: 0 unless it is black and white."""
    rows = scan[::SAMPLE_STEP_PX]
    if rows.ndim == 3 or np.count_nonzero((rows == 0) | (rows == 255)) < BILEVEL_SHARE * rows.size:
        return 0.0
    black = rows < 128
    alone = black[:, 1:-1] & ~black[:, :-2] & ~black[:, 2:]
    dithered = alone.sum() > DOTTED_SHARE * rows.size
    return max(BILEVEL_BLUR_PX, DITHERED_BLUR_MM * px_per_mm) if dithered else BILEVEL_BLUR_PX
