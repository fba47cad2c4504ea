"""ArUco marks that touch an edge or a streak: two others say where one must lie, and its pattern whether it does."""

import cv2
import numpy as np

from formdigits.arrays import GreyPage, Homography
from formdigits.form_template import CornerMark, FormPage
from formdigits.geometry import Box, to_scan_px
from worker.registration.corners import refine
from worker.registration.cutting import cut_upright
from worker.registration.fitting import Points

PX_PER_MM = 6.0
AROUND_MM = 8.0
"""A mark is looked for this far about its place: two marks say little of stretch and shear."""
SOFT_PX = 1.5
"""Smooths the dots of a dithered scan."""
LEAST_LIKENESS = 0.8
"""Correlation with the mark's pattern, of at most 1; other marks of the dictionary have up to 0.77, in any turn."""
LEAST_CONTRAST = 40
"""Grey levels between the light and the dark of a mark: on empty paper the correlation means nothing."""

Found = list[tuple[CornerMark, Points]]
"""Marks, each with its four corners in pixels, from its own top left clockwise."""


def search_marks(
    page: GreyPage, form_page: FormPage, found: Found, patterns: cv2.aruco.Dictionary, shares: tuple[float, float]
) -> Found:
    """Look for the marks that are missing where those that were found, two or more, say that they lie.

    Args:
        page: the scan.
        form_page: its marks.
        found: the marks that were found.
        patterns: what the marks look like.
        shares: of a mark's side, how far its corners are looked for, and what smooths the page for that.

    Returns:
        All marks that are found now, in the form's order.
    """
    rules, corners_px = form_page.registration, {mark.id: corners for mark, corners in found}
    homography = fit_similarity(
        np.array([corner for mark, _ in found for corner in rules.mark_box(mark).corners]),
        np.concatenate([corners for _, corners in found]),
    )
    for mark in rules.marks:
        if mark.id is not None and mark.id not in corners_px:
            picture = cv2.aruco.generateImageMarker(patterns, mark.id, round(rules.mark_mm * PX_PER_MM))
            corners_mm = search_mark(page, rules.mark_box(mark), picture, homography)
            if corners_mm is not None and is_on(page, near_px := to_scan_px(corners_mm, homography)):
                corners_px[mark.id] = refine(page, near_px.astype(np.float32), 1, *shares)
    return [(mark, corners_px[mark.id]) for mark in rules.marks if mark.id in corners_px]


def search_mark(page: GreyPage, box: Box, picture: np.ndarray, homography: Homography) -> Points | None:
    """The corners of a mark, in millimetres of the form as it is thought to lie; None where it is not seen.

    Args:
        page: the scan.
        box: where the form has the mark.
        picture: what the mark looks like, at `PX_PER_MM`.
        homography: millimetres to pixels of the scan, about.
    """
    around = box.grown(AROUND_MM)
    cut = soft(cut_upright(page, around, homography, PX_PER_MM))
    _, most, _, (x, y) = cv2.minMaxLoc(cv2.matchTemplate(cut, soft(picture), cv2.TM_CCOEFF_NORMED))
    seen = cut[y : y + len(picture), x : x + len(picture)]
    if not most >= LEAST_LIKENESS or int(seen.max()) - int(seen.min()) < LEAST_CONTRAST:
        return None
    moved_mm = np.array([x, y]) / PX_PER_MM + (around.x - box.x, around.y - box.y)
    return np.array(box.corners) + moved_mm


def is_on(page: GreyPage, points_px: Points) -> bool:
    """Whether points are on the scan."""
    return bool((points_px >= 0).all() and (points_px <= (page.shape[1] - 1, page.shape[0] - 1)).all())


def soft(picture: np.ndarray) -> np.ndarray:
    """Without the dots of a dithered scan."""
    return cv2.GaussianBlur(picture, (0, 0), SOFT_PX)


def fit_similarity(points_mm: Points, points_px: Points) -> Homography:
    """Shift, turn and one scale, by least squares."""
    mm, px = as_complex(points_mm), as_complex(points_px)
    turn = (np.conj(mm - mm.mean()) @ (px - px.mean())) / (np.abs(mm - mm.mean()) ** 2).sum()
    shift = px.mean() - turn * mm.mean()
    return np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag], [0, 0, 1]])


def as_complex(points: Points) -> np.ndarray:
    """Points as complex numbers: a turn with a scale is a product."""
    return np.asarray(points @ (1, 1j))
