"""Cutting the cells of a field out of a registered page: the writing stays, everything else is white paper."""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from formdigits.arrays import GreyPage
from worker.field_cut import REACH_MM, FieldCut
from worker.lines import Pixels

PEN_SHARE = 0.3
"""What is lighter than this share of the pen is paper: the other side of the sheet, a fold, a shadow."""
FAINTEST, FAINTEST_BESIDE_PEN = 0.12, 0.26
"""Least darkness of ink where everything is faint, and where there is a dark pen, as a share of the full range."""
PEN_QUANTILE = 0.9
REST_MM = 0.5
"""Rests of a printed line are no thicker; a pen's strokes are rarely thinner."""
OWN_SHARE = 0.3
"""A stroke belongs to the box that holds this share of it, outside of the box too, ..."""
TWICE = 2
"""... unless another box holds half as much: then two digits touch, and each is cut at its box's edge."""
FOREIGN_SHARE = 0.15
"""A stroke that belongs to another box is erased from a box that holds less of it."""

Strokes = npt.NDArray[np.int32]
"""Shape (h, w), the number of the connected stroke that each pixel belongs to; 0 is paper."""
Shares = npt.NDArray[np.float64]
"""Shape (.., n), a share of each of n strokes."""


def lightest_ink(cuts: Sequence[FieldCut]) -> int:
    """The lightest grey that is ink on a page, by how dark its pen is.

    What is faint beside the page's pen is paper in all its fields: it is better than field by field, where a blank one
    shows no pen.
    """
    faint = 255 - round(255 * FAINTEST)
    counts = np.zeros(256, np.int64)
    for cut in cuts:
        top, bottom = min(rows.start for rows, _ in cut.boxes), max(rows.stop for rows, _ in cut.boxes)
        counts += np.bincount(cut.white[top:bottom].ravel(), minlength=256)
    dark = counts[:faint].cumsum()
    if not dark[-1]:
        return faint
    pen = 255 - int(np.searchsorted(dark, (1 - PEN_QUANTILE) * dark[-1]))
    return 255 - round(max(255 * FAINTEST, min(PEN_SHARE * pen, 255 * FAINTEST_BESIDE_PEN)))


def cells_of(cut: FieldCut, lightest: int) -> list[GreyPage]:
    """Share the strokes of a field out among its boxes, and cut each.

    Args:
        cut: the field.
        lightest: what is lighter is paper.

    Returns:
        In reading order, upright, dark ink on white paper, without box lines and neighbours' strokes.  A stroke that
        leaves its box makes its picture larger.
    """
    ink = (cut.white < lightest).astype(np.uint8)
    _, parts, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    strokes: Strokes = parts.astype(np.int32, copy=False)
    if (rests := rests_of_lines(stats.astype(np.int32), cut)).any():
        strokes[rests[strokes]] = 0
        ink = (strokes > 0).astype(np.uint8)
    white = cv2.max(cut.white, 255 * (1 - cv2.dilate(ink, np.ones((3, 3), np.uint8)))).astype(np.uint8, copy=False)
    shares = share_out(strokes, stats[:, cv2.CC_STAT_AREA].astype(np.int32), cut.boxes)
    reach_px = round(REACH_MM * cut.px_per_mm)
    return [cut_cell(white, strokes, box, shares, i, reach_px) for i, box in enumerate(cut.boxes)]


def rests_of_lines(stats: npt.NDArray[np.int32], cut: FieldCut) -> npt.NDArray[np.bool_]:
    """Which parts are nothing but rests of a printed line: thin, and nowhere further from it than it may be off.

    Args:
        stats: of every part, as OpenCV has it; the first one is paper.
        cut: the field.

    Returns:
        Shape (parts,).
    """
    rests = np.zeros(len(stats), np.bool_)
    thin_px = REST_MM * cut.px_per_mm
    for upright in (True, False):
        at = np.array([line.at for line in cut.lines if line.upright == upright])
        side, size = (cv2.CC_STAT_LEFT, cv2.CC_STAT_WIDTH) if upright else (cv2.CC_STAT_TOP, cv2.CC_STAT_HEIGHT)
        first, last = stats[:, side], stats[:, side] + stats[:, size] - 1
        near = (first[:, None] >= at - cut.reach_px) & (last[:, None] <= at + cut.reach_px)
        rests |= near.any(axis=1) & (stats[:, size] <= thin_px)
    rests[0] = False
    return rests


def share_out(strokes: Strokes, areas: npt.NDArray[np.int32], boxes: list[Pixels]) -> Shares:
    """Of every stroke the share that lies in each box, shape (boxes, strokes); paper belongs to none."""
    counts = np.stack([np.bincount(strokes[box].ravel(), minlength=len(areas)) for box in boxes])
    counts[:, 0] = 0
    return counts / np.maximum(areas, 1)


def cut_cell(white: GreyPage, strokes: Strokes, box: Pixels, shares: Shares, i: int, reach_px: int) -> GreyPage:
    """Cut one cell with the strokes that belong to it.

    Args:
        white: a field on white paper, without lines.
        strokes: its connected strokes.
        box: where the cell's box is.
        shares: of every stroke, the share that lies in each box.
        i: which of the boxes it is.
        reach_px: strokes are followed this far out of the box.
    """
    here = shares[i]
    if not ((here > 0) & (here < 1)).any():
        return white[box]  # no stroke crosses the box's edge
    others = np.delete(shares, i, axis=0).max(axis=0, initial=0)
    rows, columns = box
    top, left = max(rows.start - reach_px, 0), max(columns.start - reach_px, 0)
    around = slice(top, rows.stop + reach_px), slice(left, columns.stop + reach_px)
    inside = slice(rows.start - top, rows.stop - top), slice(columns.start - left, columns.stop - left)
    own = ((here >= OWN_SHARE) & (here >= TWICE * others))[strokes[around]]
    # Where two digits touch, neither box loses its part of the stroke.
    foreign = ((here < FOREIGN_SHARE) & (others >= OWN_SHARE))[strokes[around]]
    erased = with_soft_edges(foreign)
    outside = np.ones_like(erased)
    outside[inside] = False
    picture = white[around].copy()
    picture[(erased | outside) & ~with_soft_edges(own)] = 255
    return picture[reach_of(own, inside)]


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
