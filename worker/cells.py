"""Cutting the cells of a field out of a registered page: the writing stays, the printed boxes go.

The printed line is told from ink by how light it is.  It runs all around every box, so that its grey is known even
where strokes cross it; what is not darker than it becomes paper, and strokes survive where they touch or cross it.
"""

import cv2
import numpy as np
import numpy.typing as npt

from formdigits.arrays import GreyPage, Homography
from formdigits.form_template import Field
from formdigits.geometry import Box, to_scan_px
from worker.registration import Registration, cut_upright

REACH_MM = 1.6
"""Strokes are followed this far out of their box."""
MAX_PX_PER_MM = 24
"""600 dpi; a finer scan shows no more of a digit."""
PAPER_WINDOW_MM = 12
"""Paper is looked for in a window of this size: larger than a box that is blackened."""
PAPER_PX_PER_MM = 2
INK_SHARE = 0.25
"""What is darker than paper by this share of the full range, or than half the darkest ink, may be a stroke."""
OWN_SHARE = 0.5
"""A stroke belongs to the box that holds this share of it, outside of the box too."""
FOREIGN_SHARE = 0.15
"""A stroke that belongs to another box is erased from a box that holds less of it."""
LINE_SHARE = 0.3
"""A line is there when this share of the boxes' edges is dark; strokes that cross them make up less."""

Pixels = tuple[slice, slice]
"""Rows and columns."""
Strokes = npt.NDArray[np.int32]
"""Shape (h, w), the number of the connected stroke that each pixel belongs to; 0 is paper."""
Shares = npt.NDArray[np.float64]
"""Shape (.., n), a share of each of n strokes."""


def cut_cells(page: GreyPage, field: Field, registration: Registration) -> list[GreyPage]:
    """Cut the cells of a field, one picture each, at the scan's own scale.

    Returns:
        From left to right, upright, dark ink on white paper, without box lines and neighbours' strokes.  A stroke
        that leaves its box makes its picture larger.
    """
    area = field.box.grown(REACH_MM + field.inset_mm)
    px_per_mm = min(MAX_PX_PER_MM, scale_at(area, registration.homography))
    cut = cut_upright(page, area, registration.homography, px_per_mm)
    white = whiten_paper(cut, px_per_mm)
    boxes = [to_pixels(cell, area, px_per_mm) for cell in field.cells]
    erase_lines(white, boxes, reach_px=max(1, round(field.inset_mm * px_per_mm)))
    strokes, areas = find_strokes(white)
    shares = share_out(strokes, areas, boxes)
    most, reach_px = shares.max(axis=0), round(REACH_MM * px_per_mm)
    return [
        cut_cell(white, strokes, box, np.stack([here, most]), reach_px) for box, here in zip(boxes, shares, strict=True)
    ]


def scale_at(box: Box, homography: Homography) -> float:
    """Pixels of the scan for one millimetre of the form, about a box."""
    left, right = to_scan_px([(box.x, box.y), (box.right, box.y)], homography)
    return float(np.linalg.norm(right - left)) / box.width


def to_pixels(cell: Box, area: Box, px_per_mm: float) -> Pixels:
    """Where a cell lies in the picture of its field."""
    left, right = (round((x - area.x) * px_per_mm) for x in (cell.x, cell.right))
    top, bottom = (round((y - area.y) * px_per_mm) for y in (cell.y, cell.bottom))
    return slice(top, bottom), slice(left, right)


def whiten_paper(cut: GreyPage, px_per_mm: float) -> GreyPage:
    """Make paper white whatever its colour and light, by what is lightest around every place."""
    height, width = cut.shape
    factor = min(1.0, PAPER_PX_PER_MM / px_per_mm)
    size = max(1, round(width * factor)), max(1, round(height * factor))
    small = cv2.resize(cut, size, interpolation=cv2.INTER_AREA)
    window = np.ones((2 * (PAPER_WINDOW_MM * PAPER_PX_PER_MM // 2) + 1,) * 2, np.uint8)
    paper = cv2.blur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, window), window.shape)
    paper = cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR)
    white: GreyPage = cv2.divide(cut, np.maximum(paper, 1), scale=255).astype(np.uint8, copy=False)
    return white


def erase_lines(white: GreyPage, boxes: list[Pixels], reach_px: int) -> None:
    """Make the printed lines of all boxes paper, in place, and leave the ink that crosses them.

    Args:
        white: a field on white paper.
        boxes: where the printed boxes are.
        reach_px: the line is looked for this far to both sides of a box's edge.
    """
    near, edge = np.zeros_like(white), np.zeros_like(white)
    for rows, columns in boxes:
        corners = (columns.start, rows.start), (columns.stop - 1, rows.stop - 1)
        cv2.rectangle(near, *corners, (255,), 2 * reach_px + 1)
        cv2.rectangle(edge, *corners, (255,), 1)
    darkest_near = cv2.erode(white, np.ones((2 * reach_px + 1,) * 2, np.uint8))
    line = float(np.quantile(darkest_near[edge > 0], LINE_SHARE))
    lightest_ink = line - 0.25 * (255 - line) - 10
    white[(near > 0) & (white > lightest_ink)] = 255


def cut_cell(white: GreyPage, strokes: Strokes, box: Pixels, shares: Shares, reach_px: int) -> GreyPage:
    """Cut one cell with the strokes that belong to it.

    Args:
        white: a field on white paper, without lines.
        strokes: its connected strokes.
        box: where the cell's box is.
        shares: shape (n,), of every stroke the share that lies in this box, and in the box that holds most of it.
        reach_px: strokes are followed this far out of the box.
    """
    here, most = shares
    if not ((here > 0) & (here < 1)).any():
        return white[box]  # no stroke crosses the box's edge
    rows, columns = box
    top, left = max(rows.start - reach_px, 0), max(columns.start - reach_px, 0)
    around = slice(top, rows.stop + reach_px), slice(left, columns.stop + reach_px)
    inside = slice(rows.start - top, rows.stop - top), slice(columns.start - left, columns.stop - left)
    own = (here >= OWN_SHARE)[strokes[around]]
    # Where two digits touch, neither box loses its part of the stroke.
    foreign = ((here < FOREIGN_SHARE) & (most >= OWN_SHARE))[strokes[around]]
    erased = with_soft_edges(foreign)
    outside = np.ones_like(erased)
    outside[inside] = False
    picture = white[around].copy()
    picture[(erased | outside) & ~with_soft_edges(own)] = 255
    return picture[reach_of(own, inside)]


def find_strokes(white: GreyPage) -> tuple[Strokes, npt.NDArray[np.int32]]:
    """Number the connected strokes of a field, paper being 0, and count the pixels of each."""
    lightest_ink = max(255 * (1 - INK_SHARE), (255 + float(white.min())) / 2)
    ink = (white < lightest_ink).astype(np.uint8)
    _, strokes, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    return strokes.astype(np.int32, copy=False), stats[:, cv2.CC_STAT_AREA].astype(np.int32, copy=False)


def share_out(strokes: Strokes, areas: npt.NDArray[np.int32], boxes: list[Pixels]) -> Shares:
    """Of every stroke the share that lies in each box, shape (boxes, strokes); paper belongs to none."""
    counts = np.stack([np.bincount(strokes[box].ravel(), minlength=len(areas)) for box in boxes])
    counts[:, 0] = 0
    return counts / areas


def with_soft_edges(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """The mask and the pixels next to it."""
    return cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0


def reach_of(own: npt.NDArray[np.bool_], inside: Pixels) -> Pixels:
    """The smallest part of a cell's surroundings that holds its box and its own strokes, with a pixel of paper."""
    rows, columns = inside
    left, top, width, height = cv2.boundingRect(own.astype(np.uint8))
    if not width:
        return inside
    return (
        slice(max(0, min(rows.start, top - 1)), max(rows.stop, top + height + 1)),
        slice(max(0, min(columns.start, left - 1)), max(columns.stop, left + width + 1)),
    )
