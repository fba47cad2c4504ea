"""A field on white paper: cut out of the scan in colour, upright, without printed lines, holes and what is ignored."""

from typing import NamedTuple

import cv2
import numpy as np

from formdigits.arrays import GreyPage, Homography, Scan
from formdigits.form_template import Field, FormPage
from formdigits.geometry import Box, to_scan_px
from worker.ink import blur_needed, darkest, planes_of, whiten, without_colour
from worker.lines import Line, Pixels, erase_lines, lines_of
from worker.registration import Registration, cut_upright
from worker.solid import erase_solid
from worker.streaks import erase_streaks

REACH_MM = 1.6
"""Strokes are followed this far out of their box."""
CELL_PX = 50
"""The short side of a box has no more pixels: of a digit in it the network looks at 20."""
AREA_PX_PER_MM = 8
"""An area without boxes is cut no finer."""
CORNER_MM = 0.3
"""Lines are taken away this far beyond their ends, where they meet others."""


class FieldCut(NamedTuple):
    """What is written in a field and around it."""

    white: GreyPage
    """The field and what is around it, 255 is paper."""
    boxes: list[Pixels]
    """Where its boxes are, in reading order; the area's one where its digits have no boxes."""
    px_per_mm: float
    lines: list[Line]
    """Where lines were printed."""
    reach_px: int
    """And how far from there they may be; 0 where there were none."""


def cut_field(scan: Scan, field: Field, registration: Registration, form_page: FormPage | None = None) -> FieldCut:
    """Cut a field out of its scan and make white what is no writing.

    Args:
        scan: the page.
        field: what to cut.
        registration: how the page lies on its form.
        form_page: what is ignored on this side of the form, and the colour that it is printed in.
    """
    area = field.box.grown(REACH_MM + field.inset_mm)
    px_per_mm = min(enough_px_per_mm(field), scale_at(area, registration.homography))
    cut = cut_soft(scan, area, registration.homography, px_per_mm)
    planes = planes_of(whiten(without_colour(cut, form_page.dropout if form_page else None), px_per_mm))
    boxes = [to_pixels(cell, area, px_per_mm) for cell in field.cells or (field.box,)]
    lines = lines_of(boxes, field.boxes.shape if field.boxes else "separate") if field.inset_mm else []
    reach_px = max(1, round(field.inset_mm * px_per_mm)) if lines else 0
    writing = erase_lines(planes, lines, reach_px, round(CORNER_MM * px_per_mm)) if lines else darkest(planes)
    writing = erase_streaks(writing, area, registration.homography, px_per_mm)
    if form_page:
        make_white(writing, [Box(*region) for region in form_page.ignore], area, px_per_mm)
        make_white(writing, beyond(form_page.box, area), area, px_per_mm)
    erase_solid(writing, boxes, px_per_mm)
    return FieldCut(writing, boxes, px_per_mm, lines, reach_px)


def cut_soft(scan: Scan, area: Box, homography: Homography, px_per_mm: float) -> Scan:
    """Cut a part of the form out of the scan, upright, its dots blurred where it is black and white."""
    blur_px = blur_needed(scan, scale_at(area, homography))
    if not blur_px:
        return cut_upright(scan, area, homography, px_per_mm)
    corners, margin = to_scan_px(area.corners, homography), round(3 * blur_px)
    left, top = np.maximum(np.floor(corners.min(axis=0)).astype(int) - margin, 0).tolist()
    right, bottom = np.maximum(np.ceil(corners.max(axis=0)).astype(int) + margin, 1).tolist()
    part = scan[top:bottom, left:right]
    if not part.size:
        return cut_upright(scan, area, homography, px_per_mm)
    soft = cv2.GaussianBlur(part, (0, 0), blur_px).astype(np.uint8, copy=False)
    to_part = np.array([[1, 0, -left], [0, 1, -top], [0, 0, 1]])
    return cut_upright(soft, area, to_part @ homography, px_per_mm)


def enough_px_per_mm(field: Field) -> float:
    """The scale at which everything can be seen that the network looks at."""
    if not field.cells:
        return AREA_PX_PER_MM
    return CELL_PX / min(min(cell.width, cell.height) for cell in field.cells)


def scale_at(box: Box, homography: Homography) -> float:
    """Pixels of the scan for one millimetre of the form, about a box."""
    left, right = to_scan_px([(box.x, box.y), (box.right, box.y)], homography)
    return float(np.linalg.norm(right - left)) / box.width


def to_pixels(cell: Box, area: Box, px_per_mm: float) -> Pixels:
    """Where a cell lies in the picture of its field."""
    left, right = (round((x - area.x) * px_per_mm) for x in (cell.x, cell.right))
    top, bottom = (round((y - area.y) * px_per_mm) for y in (cell.y, cell.bottom))
    return slice(top, bottom), slice(left, right)


def make_white(white: GreyPage, boxes: list[Box], area: Box, px_per_mm: float) -> None:
    """Make parts of the form paper, in place."""
    for box in boxes:
        rows, columns = to_pixels(box, area, px_per_mm)
        white[max(rows.start, 0) : max(rows.stop, 0), max(columns.start, 0) : max(columns.stop, 0)] = 255


def beyond(paper: Box, area: Box) -> list[Box]:
    """The parts of an area that lie outside of the paper."""
    return [
        Box(area.x, area.y, paper.x - area.x, area.height),
        Box(paper.right, area.y, max(area.right - paper.right, 0), area.height),
        Box(area.x, area.y, area.width, paper.y - area.y),
        Box(area.x, paper.bottom, area.width, max(area.bottom - paper.bottom, 0)),
    ]
