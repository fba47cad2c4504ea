"""The corners of a mark to a part of a pixel."""

import cv2
import numpy as np
import numpy.typing as npt

from formdigits.arrays import GreyPage
from worker.registration.fitting import Points


def refine(
    page: GreyPage, corners: npt.NDArray[np.float32], step: int, reach_share: float, blur_share: float = 0
) -> Points:
    """Find the corners of a mark to a part of a pixel on the page itself.

    Args:
        page: the scan at its full size.
        corners: shape (4, 2), as found on the reduced page.
        step: pixels of the scan for one of the reduced page.
        reach_share: of the mark's side; corners are looked for this far away.
        blur_share: of the mark's side; so much smooths the dots of a dithered scan.
    """
    whole = (corners + 0.5) * step - 0.5  # middles of pixels stay middles
    side_px = float(np.linalg.norm(whole[0] - whole[1]))
    reach_px = max(2, round(side_px * reach_share))
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 30, 0.01)
    margin = 3 * reach_px + 2
    start = np.maximum(np.floor(whole.min(axis=0)).astype(int) - margin, 0)
    end = np.ceil(whole.max(axis=0)).astype(int) + margin
    cut = np.ascontiguousarray(page[start[1] : end[1], start[0] : end[0]])
    if blur_share:
        cut = cv2.GaussianBlur(cut, (0, 0), max(0.5, side_px * blur_share)).astype(np.uint8, copy=False)
    near = (whole - start).astype(np.float32).reshape(-1, 1, 2)
    refined = cv2.cornerSubPix(cut, near, (reach_px, reach_px), (-1, -1), stop)
    return np.asarray(refined.reshape(-1, 2) + start, np.float64)
