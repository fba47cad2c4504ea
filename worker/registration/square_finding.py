"""Black squares on a scan: what may be a corner mark, and what may not."""

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from formdigits.arrays import GreyPage
from worker.registration.corners import refine
from worker.registration.cutting import is_black_and_white, reduced
from worker.registration.fitting import Points

SIDE_PX = 7, 160
"""Of a square on the reduced page."""
MAX_LONGER = 1.7
"""A square's long side for its short one: a page seen from the side."""
SOLID = 0.85
"""A square is black for this share of its area; marks that hold a pattern, boxes and letters are not."""
DARKER = 25
"""Grey levels that a square is darker than the mean around it."""
WINDOW_SHARE = 0.09
"""The neighbourhood that a square is compared with, as a share of the page's long side."""
REACH_SHARE, BLUR_SHARE = 1 / 6, 1 / 40
"""Of a square's side: how far its corners are looked for, and what smooths the dots of a dithered scan."""
MOST_SQUARES = 40
"""The largest; a page with more small black squares than that is a chequerboard."""


class Square(NamedTuple):
    """A black square on the scan."""

    corners_px: Points
    """Clockwise, from any one, shape (4, 2)."""

    @property
    def middle_px(self) -> Points:
        """Shape (2,)."""
        return np.asarray(self.corners_px.mean(axis=0))

    @property
    def side_px(self) -> float:
        """The mean of its four sides."""
        return float(np.linalg.norm(np.roll(self.corners_px, -1, axis=0) - self.corners_px, axis=1).mean())


def find_squares(page: GreyPage, step: int) -> list[Square]:
    """Find black squares, the largest first, in any turn.

    Args:
        page: the scan.
        step: pixels of it for one of the reduced page that is looked at.
    """
    small = cv2.GaussianBlur(reduced(page, step), (0, 0), 0.7).astype(np.uint8, copy=False)
    window = 2 * (round(WINDOW_SHARE * max(small.shape)) // 2) + 3
    dark = cv2.adaptiveThreshold(small, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, window, DARKER)
    black = np.asarray(dark, np.uint8)
    contours, _ = cv2.findContours(black, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    found = sorted(four_cornered(contours, black), key=lambda corners: -cv2.contourArea(corners.astype(np.float32)))
    blur_share = BLUR_SHARE if is_black_and_white(page) else 0
    return [Square(refine(page, corners, step, REACH_SHARE, blur_share)) for corners in found[:MOST_SQUARES]]


def four_cornered(contours: object, black: npt.NDArray[np.uint8]) -> Iterator[npt.NDArray[np.float32]]:
    """The corners of contours that are squares, clockwise."""
    for contour in contours:  # type: ignore[attr-defined]
        left, top, width, height = cv2.boundingRect(contour)
        if min(width, height) < SIDE_PX[0] or max(width, height) > SIDE_PX[1]:
            continue
        corners = cv2.approxPolyDP(contour, 0.08 * cv2.arcLength(contour, closed=True), closed=True).reshape(-1, 2)
        if len(corners) != 4 or not cv2.isContourConvex(corners):
            continue
        sides = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
        inside = np.zeros((height, width), np.uint8)
        cv2.fillConvexPoly(inside, corners - (left, top), (1,))
        share = black[top : top + height, left : left + width][inside > 0].mean()
        if sides.max() <= MAX_LONGER * sides.min() and share >= SOLID:
            clockwise = cv2.contourArea(corners.astype(np.float32), oriented=True) > 0
            yield (corners if clockwise else corners[::-1]).astype(np.float32)
