"""Making paper white: whatever its colour and light, in every channel, so that faint coloured pens stay ink.

Ink is the largest darkening over the channels: a red pen is dark in blue and green, and light in red.
"""

import cv2
import numpy as np
import numpy.typing as npt

from formdigits.arrays import Scan
from worker.registration import reduced

Stack = npt.NDArray[np.uint8]
"""Cuts of one size, shape (n, h, w) in grey and (n, h, w, 3) in colour, 0 is dark and 255 is light."""

PAPER_WINDOW_MM = 12
"""Paper is looked for in a window of this size: larger than a box that is blackened."""
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


def whiten(cuts: Stack, px_per_mm: float, step: int) -> Stack:
    """Make paper white in every channel, by what is lightest around every place.

    Args:
        cuts: parts of a scan.  Their heights and widths are multiples of the step.
        px_per_mm: their scale.
        step: paper is looked for where so many pixels, each way, are one: the more, the less their noise counts.

    Returns:
        Of the same shape, 255 is paper.
    """
    n, height, width = cuts.shape[:3]
    cut = flat(cuts)
    small = reduced(cut, step).reshape(n, height // step, width // step, *cuts.shape[3:])
    paper = flat(np.stack([paper_of(one, PAPER_WINDOW_MM * px_per_mm / step) for one in small]))
    everywhere = cv2.resize(paper, (width, n * height), interpolation=cv2.INTER_LINEAR)
    return cv2.divide(cut, everywhere, scale=255).astype(np.uint8, copy=False).reshape(cuts.shape)


def paper_of(small: Scan, window_px: float) -> Scan:
    """How light the paper is everywhere on a reduced cut."""
    window = np.ones((2 * round(window_px / 2) + 1,) * 2, np.uint8)
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, window)
    return np.maximum(cv2.blur(closed, window.shape), 1).astype(np.uint8, copy=False)


def flat(cuts: Stack) -> Scan:
    """The cuts one below the other, as one picture."""
    return cuts.reshape(-1, *cuts.shape[2:])


def without_colour(cuts: Stack, dropout: str | None) -> Stack:
    """The one channel where print of a colour vanishes; all of the cuts where there is none such."""
    if cuts.ndim == 3 or dropout is None:
        return cuts
    return np.ascontiguousarray(cuts[..., DROPOUT_CHANNEL[dropout]])


def planes_of(white: Stack) -> list[Stack]:
    """The channels apart."""
    if white.ndim == 3:
        return [white]
    return [plane.astype(np.uint8, copy=False).reshape(white.shape[:3]) for plane in cv2.split(flat(white))]


def darkest(planes: list[Stack]) -> Stack:
    """The largest darkening over the channels."""
    merged = flat(planes[0])
    for plane in planes[1:]:
        merged = cv2.min(merged, flat(plane)).astype(np.uint8, copy=False)
    return merged.reshape(planes[0].shape)


def blur_needed(scan: Scan, px_per_mm: float) -> float:
    """How much a scan must be blurred, in pixels, before its greys mean anything: 0 unless it is black and white."""
    rows = scan[::SAMPLE_STEP_PX]
    if rows.ndim == 3 or np.count_nonzero((rows == 0) | (rows == 255)) < BILEVEL_SHARE * rows.size:
        return 0.0
    black = rows < 128
    alone = black[:, 1:-1] & ~black[:, :-2] & ~black[:, 2:]
    dithered = alone.sum() > DOTTED_SHARE * rows.size
    return max(BILEVEL_BLUR_PX, DITHERED_BLUR_MM * px_per_mm) if dithered else BILEVEL_BLUR_PX
