"""From the grey pixels of one cell to the 28 x 28 crop that the network sees.  Reading and training both call this.

The steps are those MNIST was made with (Yadav and Bottou, "Cold Case: The Lost MNIST Digits", NeurIPS 2019): the ink
box is scaled into 20 x 20 by area overlap with its aspect kept, stretched to full range, and centred by mass.
"""

import math
from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from formdigits.arrays import DigitCrop, GreyPage

CROP_VERSION = 1
"""Changes whenever the pixels that `normalise` makes change; a model records the version it was trained on."""
CROP_PX = 28
INK_BOX_PX = 20
"""The ink fills a 20 x 20 box before it is centred."""
LARGEST_CELL_PX = 256
"""Cells are reduced to this before the ink is looked for: a digit holds no more detail than that."""

MIN_CONTRAST = 0.12
"""Least difference between paper and ink, as a share of the full range; paper alone, however noisy, stays below."""
MIN_INK_AREA = 0.004
"""Least area of a stroke, as a share of the cell: a 0.3 mm pen makes a 1 of about 0.02."""
MIN_STROKE_SIDE = 0.18
"""Least long side of a stroke, as a share of the cell's long side: a decimal point or a speck is shorter."""
BROKEN_AREA, BROKEN_SIDE = 0.015, 0.35
"""The same of all strokes together: a faint pen leaves a 1 in pieces, and specks are fewer or closer."""
EDGE, EDGE_SIDE = 0.2, 0.5
"""Ink that lies wholly within this share of the cell along one of its sides must be this long, as a share of the cell's
long side: a shorter bit is what a scanner's threshold leaves of the printed box."""
SPECK_SHARE = 0.03
"""Parts smaller than this share of the largest are specks, not strokes."""
PAPER_SHARE = 0.2
"""Grey within this share of the range from paper to ink counts as paper: it holds scanner noise and JPEG rings."""

NEIGHBOURS = np.ones((3, 3), np.uint8)
PAPER_CROP: DigitCrop = np.ones((CROP_PX, CROP_PX, 1), np.float32)

Ink = npt.NDArray[np.float32]
"""Shape (h, w), 0.0 is paper and 1.0 full ink."""


def normalise(cell: GreyPage) -> DigitCrop | None:
    """Make the digit crop of one cell.

    Args:
        cell: grey pixels, shape (h, w), dark ink on light paper.

    Returns:
        Shape (28, 28, 1), 0.0 is ink and 1.0 is paper, or None where the cell is blank.
    """
    ink = find_ink(cell)
    return None if ink is None else centre(ink)


def find_ink(cell: GreyPage) -> Ink | None:
    """Find the strokes in a cell, without paper, noise and specks; None where there are none."""
    cell = reduced(cell)
    _, mask = cv2.threshold(cell, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    n_dark = cv2.countNonZero(mask)
    if n_dark in (0, cell.size):
        return None
    dark = cv2.mean(cell, mask)[0]
    paper = (cv2.mean(cell)[0] * cell.size - dark * n_dark) / (cell.size - n_dark)
    if (paper - dark) / 255 < MIN_CONTRAST:
        return None

    strokes = without_specks(mask, n_dark)
    if strokes is None:
        return None
    strokes = cv2.dilate(strokes, NEIGHBOURS)  # with their soft edges
    left, top, width, height = cv2.boundingRect(strokes)
    box = slice(top, top + height), slice(left, left + width)
    lightest, darkest = paper - PAPER_SHARE * (paper - dark), cv2.minMaxLoc(cell)[0]
    ink = (lightest - cell[box].astype(np.float32)) * np.float32(1 / (lightest - darkest))
    np.maximum(ink, 0.0, out=ink)
    return ink * strokes[box]


def without_specks(mask: cv2.typing.MatLike, n_dark: int) -> cv2.typing.MatLike | None:
    """The strokes of a cell, None where nothing is large and long enough for one.

    Args:
        mask: shape (h, w), 1 is dark and 0 is paper.
        n_dark: how many pixels are dark.
    """
    # Labels of 16 bits are found twice as fast, and a cell has no more parts.
    n_parts, parts = cv2.connectedComponents(mask, connectivity=8, ltype=cv2.CV_16U)
    whole = cv2.boundingRect(mask)
    if n_parts == 2:
        return mask if is_stroke(n_dark, whole, mask.shape) else None
    areas = np.bincount(parts.ravel())
    areas[0] = 0
    largest = int(areas.argmax())
    if not (
        is_stroke(int(areas[largest]), cv2.boundingRect((parts == largest).view(np.uint8)), mask.shape)
        or is_stroke(n_dark, whole, mask.shape, BROKEN_AREA, BROKEN_SIDE)
    ):
        return None
    kept: GreyPage = (areas >= SPECK_SHARE * areas[largest]).view(np.uint8)[parts]
    return kept


def is_stroke(
    area: int,
    around: Sequence[int],
    shape: Sequence[int],
    least_area: float = MIN_INK_AREA,
    least_side: float = MIN_STROKE_SIDE,
) -> bool:
    """Whether ink is large and long enough for a stroke.

    Args:
        area: pixels of ink.
        around: the box around it: left, top, width and height.
        shape: of the cell.
        least_area: as a share of the cell.
        least_side: of the long side, as a share of the cell's; more is asked of what lies along an edge.
    """
    side = max(around[2:]) / max(shape)
    if area < least_area * math.prod(shape) or side < least_side:
        return False
    return side >= EDGE_SIDE or not lies_at_edge(around, shape)


def lies_at_edge(around: Sequence[int], shape: Sequence[int]) -> bool:
    """Whether ink lies wholly along one side of a cell; arguments are those of `is_stroke`."""
    left, top, width, height = around
    across, down = EDGE * shape[1], EDGE * shape[0]
    return bool(left + width <= across or left >= shape[1] - across or top + height <= down or top >= shape[0] - down)


def centre(ink: Ink) -> DigitCrop:
    """Scale an ink box into 20 x 20 and put its centre of mass in the middle of a 28 x 28 crop.

    Args:
        ink: shape (h, w), 1.0 is ink, cut tightly around the strokes.

    Returns:
        Shape (28, 28, 1), 0.0 is ink and 1.0 is paper.
    """
    height, width = ink.shape
    scale = INK_BOX_PX / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(ink, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    full = np.zeros((INK_BOX_PX, INK_BOX_PX), np.float32)  # moments take a picture of two columns for points
    full[: size[1], : size[0]] = small * np.float32(1 / max(float(small.max()), 1e-6))

    moments = cv2.moments(full)
    left = _place(moments["m10"] / moments["m00"], size[0])
    top = _place(moments["m01"] / moments["m00"], size[1])
    crop = PAPER_CROP.copy()
    crop[top : top + size[1], left : left + size[0], 0] -= full[: size[1], : size[0]]
    return crop


def _place(centre_of_mass_px: float, size_px: int) -> int:
    """Where ink begins so that its centre of mass is in the middle of the crop, and all of it inside."""
    return min(max(round(CROP_PX / 2 - centre_of_mass_px), 0), CROP_PX - size_px)


def paper_is_light(image: GreyPage) -> GreyPage:
    """Turn a white-on-black image of one digit into a black-on-white one; paper is what most pixels are."""
    _, light = cv2.threshold(reduced(image), 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return image if 2 * cv2.countNonZero(light) >= light.size else 255 - image


def reduced(cell: GreyPage) -> GreyPage:
    """The cell with its long side at most `LARGEST_CELL_PX`."""
    scale = LARGEST_CELL_PX / max(cell.shape)
    if scale >= 1:
        return cell
    height, width = cell.shape
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(cell, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
