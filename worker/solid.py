"""What is too thick for a pen: punched holes, and the black beyond the paper."""

import cv2
import numpy as np
import numpy.typing as npt

from formdigits.arrays import GreyPage
from worker.ink import Stack, flat
from worker.lines import Pixels
from worker.registration import reduced

SOLID_MM = 2.6
"""Thicker than any stroke.  A box that is blackened is thicker, too, and is left alone."""
PX_PER_MM = 4
SOLID_GREY = 150
"""What is darker may be solid; bleed-through and shadows are not."""
OWN_SHARE = 0.5
"""What lies in one box by this share is its ink."""
MARGIN_PX = 3
"""Soft edges of what is solid, at the reduced scale."""


def erase_solid(white: Stack, boxes: list[Pixels], px_per_mm: float, step: int) -> None:
    """Make holes and black edges paper, in place; strokes that touch them stay.

    Args:
        white: fields on white paper.  Their heights and widths are multiples of the step.
        boxes: where the boxes of each are.
        px_per_mm: its scale.
        step: so many pixels are about `1 / PX_PER_MM`.
    """
    n, height, width = white.shape
    small = reduced(flat(white), step).reshape(n, height // step, width // step)
    side = max(3, round(SOLID_MM * px_per_mm / step))
    # What lies outside of the cut is taken for dark, so that a black edge which shows a little of itself is thick.
    dark = np.pad((small < SOLID_GREY).view(np.uint8), ((0, 0), (side, side), (side, side)), mode="edge")
    solid = cv2.morphologyEx(flat(dark), cv2.MORPH_OPEN, np.ones((side, side), np.uint8)).reshape(dark.shape)
    solid = solid[:, side:-side, side:-side]
    for i in np.flatnonzero(solid.any(axis=(1, 2))).tolist():
        erase_parts(white[i], solid[i], boxes, step)


def erase_parts(white: GreyPage, solid: npt.NDArray[np.integer], boxes: list[Pixels], step: int) -> None:
    """Make the solid parts of one field paper, in place, but for those in a box."""
    n_parts, parts = cv2.connectedComponents(np.ascontiguousarray(solid, np.uint8), connectivity=8)
    areas = np.bincount(parts.ravel(), minlength=n_parts)
    shares = np.zeros(n_parts)
    for rows, columns in boxes:
        inside = parts[scaled(rows, step), scaled(columns, step)]
        shares = np.maximum(shares, np.bincount(inside.ravel(), minlength=n_parts) / np.maximum(areas, 1))
    erased = (shares < OWN_SHARE)[parts] & (parts > 0)
    if erased.any():
        grown = cv2.dilate(erased.astype(np.uint8), np.ones((2 * MARGIN_PX + 1,) * 2, np.uint8))
        white[cv2.resize(grown, white.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0] = 255


def scaled(pixels: slice, step: int) -> slice:
    """The same pixels on the reduced picture."""
    return slice(round(pixels.start / step), round(pixels.stop / step))
