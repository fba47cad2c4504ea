"""A placement made better by all that is printed: corners of the blank form are followed to where the page has them."""

import cv2
import numpy as np

from formdigits.arrays import GreyPage
from formdigits.form_template import FormPage
from formdigits.geometry import to_scan_px
from worker.registration.by_paper import place_edge_to_edge
from worker.registration.features import find_homography
from worker.registration.fitting import Placement, mean_scale, residual_of
from worker.registration.print_hit import print_hit, upright_page

PX_PER_MM = 5.0
N_CORNERS = 800
APART_MM = 2.0
WINDOW_MM = 4.0
"""What is compared about each corner, at three scales: print is followed up to a few times this far."""
REACH_MM = 0.4
"""Corners that agree lie this near to where the homography takes them."""
ROUNDS = 2


def refine_by_print(page: GreyPage, placement: Placement, reference: GreyPage, form_page: FormPage) -> Placement:
    """Lay what is printed on what the page shows of it; the placement stays as it was where that does not help."""
    best, most = placement, print_hit(page, placement.homography, reference, form_page)
    blank = soft(upright_page(reference, place_edge_to_edge(reference, form_page).homography, form_page, PX_PER_MM))
    corners = cv2.goodFeaturesToTrack(blank, N_CORNERS, 0.02, APART_MM * PX_PER_MM)
    for _ in range(ROUNDS):
        if corners is None:
            break
        followed = follow(page, best, blank, corners, form_page)
        if followed is None:
            break
        hit = print_hit(page, followed.homography, reference, form_page)
        if hit < most:
            break
        best, most = followed, hit
    return best


def follow(
    page: GreyPage, placement: Placement, blank: GreyPage, corners: np.ndarray, form_page: FormPage
) -> Placement | None:
    """The placement by corners that are followed from the blank form to the page; None where too few are found."""
    seen = soft(upright_page(page, placement.homography, form_page, PX_PER_MM))
    side_px = round(WINDOW_MM * PX_PER_MM) | 1
    moved, found, _ = cv2.calcOpticalFlowPyrLK(
        blank, seen, corners, corners.copy(), winSize=(side_px, side_px), maxLevel=2
    )
    kept = found.ravel() > 0
    points_mm = (corners.reshape(-1, 2)[kept].astype(np.float64) + 0.5) / PX_PER_MM
    points_px = to_scan_px((moved.reshape(-1, 2)[kept].astype(np.float64) + 0.5) / PX_PER_MM, placement.homography)
    px_per_mm = mean_scale(placement.homography)
    homography, agree = find_homography(points_mm, points_px, REACH_MM * px_per_mm)
    if homography is None or agree.sum() < len(corners) / 4:
        return None
    points_mm, points_px = points_mm[agree], points_px[agree]
    residual_mm = residual_of(homography, points_mm, points_px)
    return Placement(homography, residual_mm, len(points_mm), placement.allowed_mm, points_mm, points_px)


def soft(picture: GreyPage) -> GreyPage:
    """Without the steps of black and white scans, which can be followed nowhere."""
    return cv2.GaussianBlur(picture, (0, 0), 1.0).astype(np.uint8, copy=False)
