"""Fields on white paper: cut out of the scan in colour, upright, without printed lines, holes and what is ignored."""

import math
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import NamedTuple

import cv2
import numpy as np

from formdigits.arrays import GreyPage, Homography, Scan
from formdigits.form_template import Field, FormPage
from formdigits.geometry import Box, to_scan_px
from worker.ink import Stack, blur_needed, darkest, planes_of, whiten, without_colour
from worker.lines import Line, Pixels, erase_lines, lines_of
from worker.registration import Registration, cut_upright, part_around
from worker.solid import PX_PER_MM, erase_solid
from worker.streaks import erase_streaks

REACH_MM = 1.6
"""Strokes are followed this far out of their box."""
CELL_PX = 40
"""The short side of a box has no more pixels: of a digit in it the network looks at 20; with 36 it reads worse."""
AREA_PX_PER_MM = 8
"""An area without boxes is cut no finer."""
CORNER_MM = 0.3
"""Lines are taken away this far beyond their ends, where they meet others."""


class FieldCuts(NamedTuple):
    """What is written in fields of one layout and around them: they are cut and cleaned as one."""

    fields: tuple[Field, ...]
    white: Stack
    """Each field and what is around it, 255 is paper."""
    boxes: list[Pixels]
    """Where the boxes of each are, in reading order; the area's one where its digits have no boxes."""
    px_per_mm: float
    lines: list[Line]
    """Where lines were printed."""
    reach_px: int
    """And how far from there they may be; 0 where there were none."""


def cut_fields(
    scan: Scan, fields: Sequence[Field], registration: Registration, form_page: FormPage | None = None
) -> list[FieldCuts]:
    """Cut fields out of their scan and make white what is no writing.

    Args:
        scan: the page.
        fields: what to cut.
        registration: how the page lies on its form.
        form_page: what is ignored on this side of the form, and the colour that it is printed in.

    Returns:
        Those of one layout together.
    """
    alike: dict[Hashable, list[Field]] = {}
    for field in fields:
        alike.setdefault(layout_of(field), []).append(field)
    return [cut_alike(scan, tuple(some), registration, form_page) for some in alike.values()]


def layout_of(field: Field) -> Hashable:
    """What fields that look alike have in common, wherever they are."""
    box, cells = field.box, field.cells
    places = tuple((round(x - box.x, 3), round(y - box.y, 3), w, h) for x, y, w, h in cells or (box,))
    return places, bool(cells), field.inset_mm, field.boxes.shape if field.boxes else None


def cut_alike(
    scan: Scan, fields: tuple[Field, ...], registration: Registration, form_page: FormPage | None
) -> FieldCuts:
    """Cut fields of one layout."""
    field = fields[0]
    grown = [one.box.grown(REACH_MM + one.inset_mm) for one in fields]
    px_per_mm = min(enough_px_per_mm(field), scale_at(Box.around(grown), registration.homography))
    step = math.ceil(px_per_mm / PX_PER_MM)
    areas = [whole_steps(area, px_per_mm, 2 * step) for area in grown]
    cuts = cut_soft(scan, areas, registration.homography, px_per_mm)
    planes = planes_of(whiten(without_colour(cuts, form_page.dropout if form_page else None), px_per_mm, 2 * step))
    boxes = [to_pixels(cell, areas[0], px_per_mm) for cell in field.cells or (field.box,)]
    lines = lines_of(boxes, field.boxes.shape if field.boxes else "separate") if field.inset_mm else []
    reach_px = max(1, round(field.inset_mm * px_per_mm)) if lines else 0
    white = erase_lines(planes, lines, reach_px, round(CORNER_MM * px_per_mm)) if lines else darkest(planes)
    erase_streaks(white, areas, registration.homography, px_per_mm)
    if form_page:
        for one, area in zip(white, areas, strict=True):
            make_white(one, [Box(*region) for region in form_page.ignore], area, px_per_mm)
            make_white(one, beyond(form_page.box, area), area, px_per_mm)
    erase_solid(white, boxes, px_per_mm, step)
    return FieldCuts(fields, white, boxes, px_per_mm, lines, reach_px)


def whole_steps(area: Box, px_per_mm: float, step: int) -> Box:
    """The area with whole steps of pixels to the right and down."""
    width, height = (step * max(1, round(side * px_per_mm / step)) / px_per_mm for side in (area.width, area.height))
    return Box(area.x, area.y, width, height)


def cut_soft(scan: Scan, areas: Sequence[Box], homography: Homography, px_per_mm: float) -> Stack:
    """Cut parts of the form out of the scan, upright, their dots blurred where it is black and white."""
    blur_px = blur_needed(scan, scale_at(Box.around(list(areas)), homography))
    return np.stack([cut_one(scan, area, homography, px_per_mm, blur_px) for area in areas])


def cut_one(scan: Scan, area: Box, homography: Homography, px_per_mm: float, blur_px: float) -> Scan:
    """Cut one of them."""
    if not blur_px:
        return cut_upright(scan, area, homography, px_per_mm)
    part, to_part = part_around(scan, to_scan_px(area.corners, homography), round(3 * blur_px))
    soft = cv2.GaussianBlur(part, (0, 0), blur_px).astype(np.uint8, copy=False)
    return cut_upright(soft, area, to_part @ homography, px_per_mm)


def enough_px_per_mm(field: Field) -> float:
    """The scale at which everything can be seen that the network looks at."""
    if not field.cells:
        return AREA_PX_PER_MM
    return CELL_PX / min(min(size) for _, _, *size in field.cells)


def scale_at(box: Box, homography: Homography) -> float:
    """Pixels of the scan for one millimetre of the form, about a box."""
    left, right = to_scan_px([(box.x, box.y), (box.right, box.y)], homography)
    return float(np.linalg.norm(right - left)) / box.width


def to_pixels(cell: Box, area: Box, px_per_mm: float) -> Pixels:
    """Where a cell lies in the picture of its field."""
    left, right = (round((x - area.x) * px_per_mm) for x in (cell.x, cell.right))
    top, bottom = (round((y - area.y) * px_per_mm) for y in (cell.y, cell.bottom))
    return slice(top, bottom), slice(left, right)


def make_white(white: GreyPage, boxes: Iterable[Box], area: Box, px_per_mm: float) -> None:
    """Make parts of the form paper, in place."""
    for box in boxes:
        rows, columns = to_pixels(box, area, px_per_mm)
        white[max(rows.start, 0) : max(rows.stop, 0), max(columns.start, 0) : max(columns.stop, 0)] = 255


def beyond(paper: Box, area: Box) -> Iterator[Box]:
    """The parts of an area that lie outside of the paper."""
    if area.x < paper.x:
        yield Box(area.x, area.y, paper.x - area.x, area.height)
    if area.right > paper.right:
        yield Box(paper.right, area.y, area.right - paper.right, area.height)
    if area.y < paper.y:
        yield Box(area.x, area.y, area.width, paper.y - area.y)
    if area.bottom > paper.bottom:
        yield Box(area.x, paper.bottom, area.width, area.bottom - paper.bottom)
