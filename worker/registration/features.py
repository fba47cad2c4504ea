"""Registration by what is printed: the page is compared with a picture of the blank form."""

import zlib
from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from formdigits.arrays import GreyPage, Homography
from formdigits.errors import NoMarks
from formdigits.form_template import FormPage
from formdigits.geometry import to_scan_px
from worker.registration.by_paper import place_edge_to_edge
from worker.registration.cutting import reduced, step_to
from worker.registration.fitting import Placement, Points, residual_of

LOOK_PX = 1600
"""Features are looked for on pages reduced to about this long side."""
N_FEATURES = 4000
RATIO = 0.75
"""A feature is like another one when its second best match differs by this much more (Lowe, 2004)."""
REACH_PX = 4.0
"""Features that agree lie this near to where the homography takes them, on the reduced page."""
MIN_INLIERS = 40
"""Pages of other forms have up to 20, which agree by chance or share a letter-head."""
SEED = 1
"""The same page is read the same way every time."""
ROUNDS = 5000


class Features(NamedTuple):
    """Places on a reduced page that look like no other, and what they look like."""

    points_px: Points
    """On the page itself, shape (n, 2)."""
    descriptors: npt.NDArray[np.uint8]
    """Shape (n, 32)."""


def place_by_features(page: GreyPage, form_page: FormPage, reference: GreyPage) -> Placement:
    """Lay the page on the form by what is printed on both.

    Args:
        page: the scan.
        form_page: its paper.
        reference: the picture of the blank page, edge to edge.

    Raises:
        NoMarks: too little of it is on the page.
    """
    blank, seen = features_of_blank(BlankPicture(reference)), find_features(page)
    pairs = match(blank, seen)
    to_form = np.linalg.inv(place_edge_to_edge(reference, form_page).homography).astype(np.float64)
    points_mm, points_px = to_scan_px(blank.points_px[pairs[:, 0]], to_form), seen.points_px[pairs[:, 1]]
    homography, agree = find_homography(points_mm, points_px, REACH_PX * step_to(page, LOOK_PX))
    if homography is None or agree.sum() < MIN_INLIERS:
        raise NoMarks(
            f"{agree.sum()} places on the page look as on the blank form, and {MIN_INLIERS} are needed; scan the whole"
            " sheet, flat and sharp, at 150 dpi or more"
        )
    points_mm, points_px = points_mm[agree], points_px[agree]
    residual_mm = residual_of(homography, points_mm, points_px)
    allowed_mm = form_page.registration.max_residual_mm
    return Placement(homography, residual_mm, len(points_mm), allowed_mm, points_mm, points_px)


def find_features(page: GreyPage) -> Features:
    """Find the corners and blobs of what is printed, on the page reduced."""
    step = step_to(page, LOOK_PX)
    # Light print on paper is as good as dark print, so the threshold is low; the strongest are kept.
    orb = cv2.ORB.create(nfeatures=N_FEATURES, fastThreshold=8)
    found, descriptors = orb.detectAndCompute(cv2.GaussianBlur(reduced(page, step), (0, 0), 0.8), None)
    if descriptors is None:
        return Features(np.zeros((0, 2)), np.zeros((0, 32), np.uint8))
    points = np.array([feature.pt for feature in found], np.float64)
    return Features((points + 0.5) * step - 0.5, descriptors.astype(np.uint8, copy=False))


class BlankPicture:
    """The picture of a blank page, equal to others with the same pixels."""

    def __init__(self, pixels: GreyPage) -> None:
        self.pixels = pixels
        self._key = (pixels.shape, zlib.crc32(pixels[::4, ::4].tobytes()))

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BlankPicture) and other._key == self._key


@lru_cache(maxsize=8)
def features_of_blank(blank: BlankPicture) -> Features:
    """The features of a blank page, which every page of the form is compared with."""
    return find_features(blank.pixels)


def match(blank: Features, seen: Features) -> npt.NDArray[np.int64]:
    """Which features of the blank page are which on the scan, shape (n, 2)."""
    if min(len(blank.points_px), len(seen.points_px)) < 2:
        return np.zeros((0, 2), np.int64)
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(blank.descriptors, seen.descriptors, k=2)
    good = [(best.queryIdx, best.trainIdx) for best, second in pairs if best.distance < RATIO * second.distance]
    return np.array(good, np.int64).reshape(-1, 2)


def find_homography(
    points_mm: Points, points_px: Points, reach_px: float
) -> tuple[Homography | None, npt.NDArray[np.bool_]]:
    """The homography that most pairs of points agree on, and which do, shape (n,)."""
    if len(points_mm) < MIN_INLIERS:
        return None, np.zeros(len(points_mm), np.bool_)
    cv2.setRNGSeed(SEED)
    found, inliers = cv2.findHomography(points_mm, points_px, cv2.USAC_MAGSAC, reach_px, None, ROUNDS, 0.999)
    if found is None or not np.isfinite(found).all() or abs(np.linalg.det(found)) < 1e-9:
        return None, np.zeros(len(points_mm), np.bool_)
    return found.astype(np.float64), inliers.ravel() > 0
