"""What is too thick for a pen: punched holes, and the black beyond the paper."""

import cv2
import numpy as np

from formdigits.arrays import GreyPage
from worker.lines import Pixels

SOLID_MM = 2.6
"""Thicker than any stroke.  A box that is blackened is thicker, too, and is left alone."""
PX_PER_MM = 4
SOLID_GREY = 150
"""What is darker may be solid; bleed-through and shadows are not."""
OWN_SHARE = 0.5
"""What lies in one box by this share is its ink."""
MARGIN_PX = 3
"""Soft edges of what is solid, at the reduced scale."""


def erase_solid(white: GreyPage, boxes: list[Pixels], px_per_mm: float) -> None:
    """Make holes and black edges paper, in place; strokes that touch them stay.

    Args:
        white: a field on white paper.
        boxes: where its boxes are.
        px_per_mm: its scale.
    """
    height, width = white.shape
    factor = min(1.0, PX_PER_MM / px_per_mm)
    size = max(1, round(width * factor)), max(1, round(height * factor))
    small = cv2.resize(white, size, interpolation=cv2.INTER_AREA)
    side = max(3, round(SOLID_MM * px_per_mm * factor))
    # What lies outside of the cut is taken for dark, so that a black edge which shows a little of itself is thick.
    dark = np.pad((small < SOLID_GREY).astype(np.uint8), side, mode="edge")
    solid = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))[side:-side, side:-side]
    if not solid.any():
        return
    n_parts, parts = cv2.connectedComponents(solid, connectivity=8)
    areas = np.bincount(parts.ravel(), minlength=n_parts)
    shares = np.zeros(n_parts)
    for rows, columns in boxes:
        inside = parts[scaled(rows, factor), scaled(columns, factor)]
        shares = np.maximum(shares, np.bincount(inside.ravel(), minlength=n_parts) / np.maximum(areas, 1))
    erased = (shares < OWN_SHARE)[parts] & (parts > 0)
    if erased.any():
        grown = cv2.dilate(erased.astype(np.uint8), np.ones((2 * MARGIN_PX + 1,) * 2, np.uint8))
        white[cv2.resize(grown, (width, height), interpolation=cv2.INTER_NEAREST) > 0] = 255


def scaled(pixels: slice, factor: float) -> slice:
    """The same pixels at another scale."""
    return slice(round(pixels.start * factor), round(pixels.stop * factor))
