"""Registration by ArUco marks: each says by itself which one it is."""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from formdigits.arrays import GreyPage
from formdigits.errors import NoMarks
from formdigits.form_template import CornerMark, FormPage
from worker.registration.corners import refine
from worker.registration.cutting import is_black_and_white, reduced, step_to
from worker.registration.fitting import Placement, fit_marks
from worker.registration.mark_search import Found, search_marks

SEARCH_PX = 1000
"""Marks are looked for on a page reduced to about this long side, where one of 10 mm on A4 still has 34 pixels."""
CORNER_SHARE = 0.2
"""They are first looked for in the corners of the scan, which have this share of its height and width..."""
MARK_SHARE = 0.16
"""...if the form has all of its marks this near to the paper's edges: the sheet may lie a little askew."""
LEAST_PX = 200
"""What is smaller has no corners to speak of."""

REACH_SHARE = 1 / 14
"""Of a mark's side: its corner is looked for within its outermost modules, which are a sixth of the side."""
BLUR_SHARE = 1 / 60
"""Of a mark's side: what smooths the dots of a dithered scan, and keeps the corners sharp."""

Quad = npt.NDArray[np.float32]
"""The four corners of a mark on the reduced page, shape (4, 2)."""


def place_by_aruco(page: GreyPage, form_page: FormPage) -> Placement:
    """Lay the page on the form by its ArUco marks, from three of them on.

    Raises:
        NoMarks: too few of the marks are on the page.
        RegistrationResidual: they lie to each other as on no sheet of paper.
    """
    rules = form_page.registration
    found = find_marks(page, form_page)
    points_mm = np.array([corner for mark, _ in found for corner in rules.mark_box(mark).corners])
    return fit_marks(points_mm, np.concatenate([corners for _, corners in found]), rules.max_residual_mm)


def find_marks(page: GreyPage, form_page: FormPage) -> Found:
    """Find the form's marks, each with its four corners in pixels, from its own top left clockwise."""
    rules = form_page.registration
    step = step_to(page, SEARCH_PX)
    found: Found = []
    if has_marks_in_corners(form_page) and min(page.shape) >= LEAST_PX:
        found = look_for_marks(page, rules.marks, step, in_corners=True)
    if len(found) < len(rules.marks):
        found = look_for_marks(page, rules.marks, step)
    if len(found) < len(rules.marks) and step > 1:
        found = max(found, look_for_marks(page, rules.marks, step // 2), key=len)
    if 2 <= len(found) < rules.min_marks:
        found = search_marks(page, form_page, found, patterns(), corner_shares(page))
    if len(found) < rules.min_marks:
        raise NoMarks(
            f"found {len(found)} of the {len(rules.marks)} corner marks, and {rules.min_marks} are needed;"
            " scan the whole sheet, flat and sharp, at 150 dpi or more"
        )
    return found


def has_marks_in_corners(form_page: FormPage) -> bool:
    """Whether all marks lie in the corners of the paper."""
    (width, height), rules = (form_page.size.width, form_page.size.height), form_page.registration
    half = rules.mark_mm / 2
    return all(
        min(x, width - x) + half <= MARK_SHARE * width and min(y, height - y) + half <= MARK_SHARE * height
        for x, y in (mark.at for mark in rules.marks)
    )


def look_for_marks(page: GreyPage, marks: Sequence[CornerMark], step: int, *, in_corners: bool = False) -> Found:
    """Look for marks on the reduced page, and find their corners on the page itself."""
    quads, ids, _ = detector().detectMarkers(reduced(corners_of(page, step) if in_corners else page, step))
    seen = [] if ids is None else [int(number) for number in ids.ravel()]
    # A mark that is seen twice says nothing: one of them belongs to something else.
    found = {number: quad[0] for number, quad in zip(seen, quads, strict=True) if seen.count(number) == 1}
    if in_corners:
        found = {number: from_corners(quad, page, step) for number, quad in found.items()}
    shares = corner_shares(page)
    return [(mark, refine(page, found[mark.id], step, *shares)) for mark in marks if mark.id in found]


def corners_of(page: GreyPage, step: int) -> GreyPage:
    """The four corners of a page beside each other, as one picture: there is less to look at."""
    height, width = (step * side for side in corner_size(page, step))
    bottom, right = (side // step * step for side in page.shape)
    rows, columns = (slice(height), slice(bottom - height, bottom)), (slice(width), slice(right - width, right))
    return np.block([[page[row, column] for column in columns] for row in rows])


def from_corners(quad: Quad, page: GreyPage, step: int) -> Quad:
    """Where something that was found on that picture, reduced, lies on the reduced page."""
    height, width = corner_size(page, step)
    right, below = quad.mean(axis=0) >= (width, height)
    away = right * (page.shape[1] // step - 2 * width), below * (page.shape[0] // step - 2 * height)
    return quad + np.array(away, np.float32)


def corner_size(page: GreyPage, step: int) -> tuple[int, int]:
    """Height and width of a corner on the reduced page."""
    height, width = (round(CORNER_SHARE * (side // step)) for side in page.shape)
    return height, width


def corner_shares(page: GreyPage) -> tuple[float, float]:
    """Of a mark's side, how far its corners are looked for, and what smooths the page for that."""
    return REACH_SHARE, BLUR_SHARE if is_black_and_white(page) else 0.0


def patterns() -> cv2.aruco.Dictionary:
    """What the marks look like."""
    return cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)


def detector() -> cv2.aruco.ArucoDetector:
    """Looks for the marks of dictionary 4X4_50, dark on light."""
    parameters = cv2.aruco.DetectorParameters()
    # One threshold window, about as wide as a mark, is enough for flat paper, and three times as fast as the default.
    parameters.adaptiveThreshWinSizeMin = parameters.adaptiveThreshWinSizeMax = 33
    return cv2.aruco.ArucoDetector(patterns(), parameters)
