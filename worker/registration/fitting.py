"""From points whose places on the form are known to the homography, and how well it fits them."""

import math
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from formdigits.arrays import Homography
from formdigits.errors import RegistrationResidual
from formdigits.geometry import to_scan_px

FLAT_MM = 0.4
"""Scanners shift, turn, stretch and shear.  What is further from that is perspective, or a mark out of its place..."""
PERSPECTIVE_RESIDUAL_PX = 1.0
"""...and it is perspective only if the marks' own shapes show it, this well."""
LEAST_BEND_MM = 0.04
BEND_FACTOR = 1.6
"""Three marks say little of perspective: it is believed only where their shapes are off by more without it."""

Points = npt.NDArray[np.float64]
"""Shape (n, 2), x and y."""
NO_POINTS: Points = np.zeros((0, 2))


class Placement(NamedTuple):
    """How a page may lie on its form, as one method sees it."""

    homography: Homography
    residual_mm: float
    """How far the points are from where the form has them, root mean square."""
    n_marks: int
    """How many marks, or points that agree, it stands on."""
    allowed_mm: float
    """The largest residual that these points may have."""
    points_mm: Points = NO_POINTS
    points_px: Points = NO_POINTS
    """What it was fitted to: on the form, and on the scan."""


def fit_marks(points_mm: Points, points_px: Points, max_residual_mm: float) -> Placement:
    """Fit the homography to the corners of marks, four to each mark, and measure how well they agree.

    Raises:
        RegistrationResidual: they lie to each other as on no sheet of paper.
    """
    n_marks = len(points_mm) // 4
    affine = fit_affine(points_mm, points_px)
    bend_mm = residual_of(affine, points_mm, points_px)
    homography = fit_homography(points_mm, points_px)
    residual_mm = residual_of(homography, points_mm, points_px)
    if n_marks == 3 and bend_mm < max(LEAST_BEND_MM, BEND_FACTOR * residual_mm):
        homography, residual_mm = affine, bend_mm
    allowed_mm = max_residual_mm
    if n_marks > 3 and bend_mm > FLAT_MM:
        allowed_mm = min(allowed_mm, PERSPECTIVE_RESIDUAL_PX / mean_scale(affine))
    return Placement(homography, residual_mm, n_marks, allowed_mm, points_mm, points_px)


def fit_affine(points_mm: Points, points_px: Points) -> Homography:
    """Shift, turn, stretch and shear, by least squares."""
    coefficients, *_ = np.linalg.lstsq(np.column_stack([points_mm, np.ones(len(points_mm))]), points_px)
    return np.vstack([coefficients.T, [0, 0, 1]])


def fit_homography(points_mm: Points, points_px: Points) -> Homography:
    """Those and perspective, by least squares."""
    homography, _ = cv2.findHomography(points_mm, points_px, 0)
    if homography is None or abs(np.linalg.det(homography)) < 1e-9:
        raise RegistrationResidual("the corner marks lie to each other as on no sheet of paper; scan it again")
    return homography.astype(np.float64)


def mean_scale(homography: Homography) -> float:
    """Pixels for one millimetre, both ways together, where perspective is left out."""
    return float(np.sqrt(abs(np.linalg.det(homography[:2, :2]))))


def residual_of(homography: Homography, points_mm: Points, points_px: Points) -> float:
    """How far points come to lie from where they should, on the form, root mean square."""
    back_mm = to_scan_px(points_px, np.linalg.inv(homography).astype(np.float64))
    return float(np.sqrt(((back_mm - points_mm) ** 2).sum(axis=1).mean()))


def local_scales(homography: Homography, place_mm: np.ndarray) -> tuple[float, float]:
    """Pixels for a millimetre about a place: the most, in any direction, and the least; negative in a mirror."""
    start, right, down = to_scan_px(place_mm + np.array([(0, 0), (0.5, 0), (0, 0.5)]), homography)
    jacobian = 2 * np.column_stack([right - start, down - start])
    most, least = np.linalg.svd(jacobian, compute_uv=False).tolist()
    return most, math.copysign(least, np.linalg.det(jacobian))
