"""Cutting the cells of a field out of a registered page: the writing stays, everything else is white paper."""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from formdigits.arrays import GreyPage
from worker.field_cut import REACH_MM, FieldCuts
from worker.ink import flat
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

NEIGHBOURS = np.ones((3, 3), np.uint8)

Strokes = npt.NDArray[np.int32]
"""Shape (n, h, w) or (h, w), the number of the connected stroke that each pixel belongs to; 0 is paper."""
Shares = npt.NDArray[np.float64]
"""Shape (strokes, boxes): of every stroke the share that lies in each box."""
Belongs = npt.NDArray[np.bool_]
"""Shape (strokes, boxes)."""


def lightest_ink(cuts: Sequence[FieldCuts]) -> int:
    """The lightest grey that is ink on a page, by how dark its pen is.

    What is faint beside the page's pen is paper in all its fields: it is better than field by field, where a blank one
    shows no pen.
    """
    faint = 255 - round(255 * FAINTEST)
    counts = np.zeros(256, np.int64)
    for cut in cuts:
        top, bottom = min(rows.start for rows, _ in cut.boxes), max(rows.stop for rows, _ in cut.boxes)
        rows = flat(np.ascontiguousarray(cut.white[:, top:bottom]))
        counts += cv2.calcHist([rows], [0], None, [256], [0, 256]).ravel().astype(np.int64)
    dark = counts[:faint].cumsum()
    if not dark[-1]:
        return faint
    pen = 255 - int(np.searchsorted(dark, (1 - PEN_QUANTILE) * dark[-1]))
    return 255 - round(max(255 * FAINTEST, min(PEN_SHARE * pen, 255 * FAINTEST_BESIDE_PEN)))


def cells_of(cuts: FieldCuts, lightest: int) -> list[list[GreyPage]]:
    """Share the strokes of fields out among their boxes, and cut each.

    Args:
        cuts: the fields.
        lightest: what is lighter is paper.

    Returns:
        Of each field its cells in reading order, upright, dark ink on white paper, without box lines and neighbours'
        strokes.  A stroke that leaves its box makes its picture larger.
    """
    ink = (cuts.white < lightest).view(np.uint8)
    ink[:, 0] = 0  # no stroke goes on in the next field
    _, parts, stats, _ = cv2.connectedComponentsWithStatsWithAlgorithm(flat(ink), 8, cv2.CV_32S, cv2.CCL_GRANA)
    strokes: Strokes = parts.astype(np.int32, copy=False).reshape(ink.shape)
    if (rests := rests_of_lines(stats.astype(np.int32), cuts)).any():
        strokes[rests[strokes]] = 0
        ink = (strokes > 0).view(np.uint8)
    paper = 255 * (1 - cv2.dilate(flat(ink), NEIGHBOURS))
    white = cv2.max(flat(cuts.white), paper).astype(np.uint8, copy=False).reshape(ink.shape)
    shares = share_out(strokes, stats[:, cv2.CC_STAT_AREA].astype(np.int32), cuts.boxes)
    own, foreign = owners(shares)
    crossing, leaving = np.nonzero((shares > 0) & (shares < 1))
    crossed = set(zip((stats[crossing, cv2.CC_STAT_TOP] // ink.shape[1]).tolist(), leaving.tolist(), strict=True))
    reach_px = round(REACH_MM * cuts.px_per_mm)
    return [
        [
            cut_cell(white[n], strokes[n], box, own[:, i], foreign[:, i], reach_px)
            if (n, i) in crossed
            else white[n][box]
            for i, box in enumerate(cuts.boxes)
        ]
        for n in range(len(white))
    ]


def rests_of_lines(stats: npt.NDArray[np.int32], cuts: FieldCuts) -> npt.NDArray[np.bool_]:
    """Which parts are nothing but rests of a printed line: thin, and nowhere further from it than it may be off.

    Args:
        stats: of every part, as OpenCV has it; the first one is paper.
        cuts: the fields, one below the other.

    Returns:
        Shape (parts,).
    """
    rests = np.zeros(len(stats), np.bool_)
    thin_px = REST_MM * cuts.px_per_mm
    for upright in (True, False):
        at = np.array([line.at for line in cuts.lines if line.upright == upright])
        side, size = (cv2.CC_STAT_LEFT, cv2.CC_STAT_WIDTH) if upright else (cv2.CC_STAT_TOP, cv2.CC_STAT_HEIGHT)
        thin = np.flatnonzero(stats[:, size] <= thin_px)
        first = stats[thin, side] % cuts.white.shape[2 if upright else 1]
        last = first + stats[thin, size] - 1
        near = (first[:, None] >= at - cuts.reach_px) & (last[:, None] <= at + cuts.reach_px)
        rests[thin] |= near.any(axis=1)
    rests[0] = False
    return rests


def share_out(strokes: Strokes, areas: npt.NDArray[np.int32], boxes: list[Pixels]) -> Shares:
    """Of every stroke the share that lies in each box of its field; paper belongs to none."""
    n_boxes = len(boxes)
    box_of = np.zeros(strokes.shape[1:], np.intp)
    for i, box in enumerate(boxes, start=1):
        box_of[box] = i
    inked = np.flatnonzero(strokes > 0)
    place = strokes.ravel()[inked] * (n_boxes + 1) + box_of.ravel()[inked % box_of.size]
    counts = np.bincount(place, minlength=len(areas) * (n_boxes + 1)).reshape(-1, n_boxes + 1)[:, 1:]
    return counts / np.maximum(areas, 1)[:, None]


def owners(shares: Shares) -> tuple[Belongs, Belongs]:
    """Which strokes belong to which box, and which are another's."""
    most = np.sort(np.pad(shares, ((0, 0), (2, 0))), axis=1)[:, -2:]
    others = np.where(shares == most[:, 1:], most[:, :1], most[:, 1:])
    own = (shares >= OWN_SHARE) & (shares >= TWICE * others)
    # Where two digits touch, neither box loses its part of the stroke.
    return own, (shares < FOREIGN_SHARE) & (others >= OWN_SHARE)


def cut_cell(
    white: GreyPage,
    strokes: Strokes,
    box: Pixels,
    is_own: npt.NDArray[np.bool_],
    is_foreign: npt.NDArray[np.bool_],
    reach_px: int,
) -> GreyPage:
    """Cut one cell with the strokes that belong to it.

    Args:
        white: a field on white paper, without lines.
        strokes: its connected strokes.
        box: where the cell's box is.
        is_own: of every stroke, whether it belongs to the cell.
        is_foreign: whether it belongs to another.
        reach_px: strokes are followed this far out of the box.
    """
    rows, columns = box
    top, left = max(rows.start - reach_px, 0), max(columns.start - reach_px, 0)
    around = slice(top, rows.stop + reach_px), slice(left, columns.stop + reach_px)
    inside = slice(rows.start - top, rows.stop - top), slice(columns.start - left, columns.stop - left)
    own = is_own[strokes[around]]
    erased = with_soft_edges(is_foreign[strokes[around]])
    outside = np.ones_like(erased)
    outside[inside] = False
    picture = white[around].copy()
    picture[(erased | outside) & ~with_soft_edges(own)] = 255
    return picture[reach_of(own, inside)]


def with_soft_edges(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """The mask and the pixels next to it."""
    return cv2.dilate(mask.astype(np.uint8), NEIGHBOURS) > 0


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
