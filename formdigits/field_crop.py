"""The picture of a field, for people to look at."""

import cv2
import numpy as np
import numpy.typing as npt

from formdigits.arrays import Scan

MAX_SIDE_PX = 2000
"""No screen shows a field larger."""


def cut_polygon(page: Scan, polygon_px: npt.ArrayLike, *, margin: float = 0.1) -> Scan:
    """Cut a field out of its scan, upright, at the scan's own scale.

    Args:
        page: the scan.
        polygon_px: shape (4, 2), the field's corners on the scan, from the form's top left clockwise.
        margin: what is shown around the field, as a share of its height.

    Returns:
        Shape (h, w), or (h, w, 3) of a coloured scan; what lies outside of the page is white.
    """
    corners = np.asarray(polygon_px, np.float32).reshape(4, 2)
    top, right, bottom, left = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    width, height = max(1.0, top, bottom), max(1.0, left, right)
    around = margin * height
    scale = min(1.0, MAX_SIDE_PX / (max(width, height) + 2 * around))
    width, height, around = scale * width, scale * height, scale * around
    upright = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32) + np.float32(around)
    homography = cv2.getPerspectiveTransform(corners, upright)
    size = round(width + 2 * around), round(height + 2 * around)
    cut = cv2.warpPerspective(page, homography, size, flags=cv2.INTER_LINEAR, borderValue=(255, 255, 255))
    return cut.astype(np.uint8, copy=False)
