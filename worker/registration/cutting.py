"""Taking parts of a scan at another scale: all of it reduced, or one box of the form, upright."""

import cv2
import numpy as np
import numpy.typing as npt

from formdigits.arrays import GreyPage, Homography, Scan
from formdigits.geometry import Box, to_scan_px

NEARLY_BLACK = 20
"""Grey levels, of 255: a JPEG of a black and white scan is off by so much."""
GREY_SHARE = 0.02
MARGIN_PX = 2
"""Between two pixels both of them count, and beside a part of a scan nothing may."""


def reduced(page: Scan, step: int) -> Scan:
    """Every `step` by `step` pixels as one; a whole step is many times as fast as another scale, and 2 the fastest."""
    height, width = page.shape[0] // step, page.shape[1] // step
    if step == 1 or not height or not width:
        return page
    page = page[: height * step, : width * step]
    while step % 2 == 0:
        step //= 2
        page = resized(page, (width * step, height * step))
    return page if step == 1 else resized(page, (width, height))


def resized(page: Scan, size: tuple[int, int]) -> Scan:
    """The mean of the pixels that become one."""
    return cv2.resize(page, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def step_to(page: GreyPage, long_side_px: int) -> int:
    """The whole step that reduces a page to about this long side."""
    return max(1, round(float(max(page.shape)) / long_side_px))


def cut_upright(page: Scan, box: Box, homography: Homography, px_per_mm: float) -> Scan:
    """Cut a part of the form out of the page, upright; what lies outside of the page is white.

    Args:
        page: the scan.
        box: the part, in millimetres on the form.
        homography: millimetres to pixels of the scan.
        px_per_mm: the scale of the result.
    """
    size = max(1, round(box.width * px_per_mm)), max(1, round(box.height * px_per_mm))
    # The middle of the first pixel lies half a pixel within the box.
    half_px_mm = 0.5 / px_per_mm
    to_mm = np.array([[1 / px_per_mm, 0, box.x + half_px_mm], [0, 1 / px_per_mm, box.y + half_px_mm], [0, 0, 1]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    if page.ndim == 2:
        cut = cv2.warpPerspective(page, homography @ to_mm, size, flags=flags, borderValue=(255,))
        return cut.astype(np.uint8, copy=False)
    # OpenCV takes a third of the time for four channels that it takes for three.
    part, to_part = part_around(page, to_scan_px(box.corners, homography), MARGIN_PX)
    wide = cv2.cvtColor(part, cv2.COLOR_BGR2BGRA)
    cut = cv2.warpPerspective(wide, to_part @ homography @ to_mm, size, flags=flags, borderValue=(255,) * 4)
    return cv2.cvtColor(cut, cv2.COLOR_BGRA2BGR).astype(np.uint8, copy=False)


def part_around(page: Scan, points_px: npt.NDArray[np.float64], margin_px: int) -> tuple[Scan, Homography]:
    """The part of a scan around some points, and what takes pixels of the scan to pixels of the part.

    All of the scan where the points lie beside it.
    """
    height, width = page.shape[:2]
    first, last = points_px.min(axis=0) - margin_px, points_px.max(axis=0) + margin_px + 1
    if not (np.isfinite(points_px).all() and (last > 0).all() and (first < (width - 1, height - 1)).all()):
        return page, np.eye(3)
    left, top = np.maximum(np.floor(first), 0).astype(int).tolist()
    right, bottom = np.ceil(np.minimum(last, (width, height))).astype(int).tolist()
    return page[top:bottom, left:right], np.array([[1.0, 0, -left], [0, 1, -top], [0, 0, 1]])


def is_black_and_white(page: GreyPage) -> bool:
    """Whether the scan has no greys, so that light print is lost."""
    few = page[:: max(1, page.shape[0] // 200), :: max(1, page.shape[1] // 200)]
    return float(((few > NEARLY_BLACK) & (few < 255 - NEARLY_BLACK)).mean()) < GREY_SHARE
