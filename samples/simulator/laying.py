"""How a sheet lies under the scanner or the phone: turned, askew, larger or smaller, sheared, seen at an angle."""

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from formdigits.arrays import Homography
from formdigits.geometry import Box, to_scan_px
from samples.scanner import Picture
from samples.simulator.sheet import MM_PER_INCH, Sheet

SKEW_DEG = 10.0
SCALE = (0.85, 1.15)
"""How much smaller or larger the form was printed or copied."""
STRETCH = 0.015
"""A feeder pulls paper a little faster or slower than it should."""
SHEAR = 0.015
"""Millimetres aside for each one down."""
PERSPECTIVE = 0.03
"""A phone's picture: how far each corner of the paper is off, as a share of its width."""
SHIFT_MM = 2.0
"""How far the paper lies from where it should."""
A4, LETTER = (210.0, 297.0), (215.9, 279.4)
LID = (236, 236, 236)
"""What a scanner has behind the paper."""
DESK = (92, 78, 66)
"""What a phone sees behind it."""


GLASS_SKEW_DEG = 2.0
"""Up to here the glass is as large as the paper, and may cut its edges; what is more askew is seen as a whole."""

Points = npt.NDArray[np.float64]
"""Shape (n, 2), x and y."""


class Lie(NamedTuple):
    """How the sheet lies, and how finely it is seen."""

    dpi: int
    turn_deg: int = 0
    """0, 90, 180 or 270, clockwise."""
    skew_deg: float = 0.0
    scale: float = 1.0
    stretch: float = 0.0
    shear: float = 0.0
    perspective: float = 0.0
    paper: tuple[float, float] | None = None
    """Width and height in millimetres where the form is printed on other paper, as large as fits on it."""
    background: tuple[int, int, int] = LID


def lay(sheet: Sheet, lie: Lie, rng: np.random.Generator) -> None:
    """Put the sheet down, and look at it."""
    paper, fitted = paper_of(sheet.box, lie)
    to_middle = shifted(-sheet.box.width / 2, -sheet.box.height / 2)
    lying = linear(lie, fitted) @ to_middle
    corners = to_scan_px(paper.corners, lying)
    seen = corners + rng.uniform(-lie.perspective, lie.perspective, (4, 2)) * (paper.width * fitted)
    bend = cv2.getPerspectiveTransform(corners.astype(np.float32), seen.astype(np.float32)).astype(np.float64)
    straight = to_scan_px(paper.corners, linear(lie._replace(skew_deg=0), fitted) @ to_middle)
    view = glass(seen, straight, lie, rng)
    px_per_mm = lie.dpi / MM_PER_INCH
    to_px = shifted(-0.5, -0.5) @ np.diag([px_per_mm, px_per_mm, 1.0]) @ shifted(-view.x, -view.y)
    placed = to_px @ bend @ lying
    size = round(view.width * px_per_mm), round(view.height * px_per_mm)
    sheet.picture = warp(sheet, placed, size, paper, lie)
    sheet.homography = placed
    note_lie(sheet, lie)


def warp(sheet: Sheet, placed: Homography, size: tuple[int, int], paper: Box, lie: Lie) -> Picture:
    """The background, the paper on it, and on the paper what is printed and written."""
    shape = (size[1], size[0], *sheet.picture.shape[2:])
    picture = np.full(shape, sheet.colour(*lie.background) if sheet.picture.ndim == 3 else lie.background[0], np.uint8)
    blank = np.median(sheet.picture[::50, ::50].reshape(-1, *sheet.picture.shape[2:]), axis=0)
    outline = np.round(to_scan_px(paper.corners, placed)).astype(np.int32)
    cv2.fillPoly(picture, [outline], [float(value) for value in np.atleast_1d(blank)])
    source = sheet.picture
    warping = placed @ np.linalg.inv(sheet.homography)
    shrink = np.sqrt(abs(np.linalg.det(warping[:2, :2])))
    if shrink < 0.8:  # what a sensor's pixels average over
        source = cv2.GaussianBlur(source, (0, 0), 0.35 / float(shrink))
    cv2.warpPerspective(source, warping, size, dst=picture, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_TRANSPARENT)
    return picture


def paper_of(form: Box, lie: Lie) -> tuple[Box, float]:
    """The paper in millimetres of the form, and how much smaller or larger the form is printed."""
    if lie.paper is None:
        if lie.scale < 1:  # printed smaller, on the same paper
            width, height = form.width / lie.scale, form.height / lie.scale
            return Box((form.width - width) / 2, (form.height - height) / 2, width, height), lie.scale
        return form, lie.scale
    fit = min(lie.paper[0] / form.width, lie.paper[1] / form.height)
    width, height = lie.paper[0] / fit, lie.paper[1] / fit
    return Box((form.width - width) / 2, (form.height - height) / 2, width, height), fit * lie.scale


def linear(lie: Lie, scale: float) -> Homography:
    """Turn, skew, scale, stretch and shear, about the origin."""
    turn = np.deg2rad(lie.turn_deg + lie.skew_deg)
    rotation = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    shear = np.array([[1, lie.shear, 0], [0, 1 + lie.stretch, 0], [0, 0, 1]])
    return rotation @ shear @ np.diag([scale, scale, 1.0])


def shifted(x: float, y: float) -> Homography:
    """A shift alone."""
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1]], np.float64)


def glass(seen_mm: Points, straight_mm: Points, lie: Lie, rng: np.random.Generator) -> Box:
    """What is seen, in millimetres about the middle of the form.

    Args:
        seen_mm: where the corners of the paper come to lie.
        straight_mm: where they would lie without skew.
        lie: how the sheet lies.
        rng: how it is shifted.
    """
    if abs(lie.skew_deg) <= GLASS_SKEW_DEG and not lie.perspective:
        start, end = straight_mm.min(axis=0), straight_mm.max(axis=0)
        shift = rng.uniform(-SHIFT_MM, SHIFT_MM, 2)
        return Box(*(start + shift), *(end - start))
    margin = rng.uniform(2, 12, 2)
    start, end = seen_mm.min(axis=0) - margin, seen_mm.max(axis=0) + margin
    return Box(*start, *(end - start))


def note_lie(sheet: Sheet, lie: Lie) -> None:
    """Remember how it lay; what stands for nothing is left out."""
    sheet.note("dpi", lie.dpi)
    if lie.turn_deg:
        sheet.note(f"turned {lie.turn_deg}")
    for name in ("skew_deg", "stretch", "shear", "perspective"):
        if value := getattr(lie, name):
            sheet.note(name.removesuffix("_deg"), value)
    if lie.scale != 1:
        sheet.note("scale", lie.scale)
    if lie.paper:
        sheet.note("other paper")
