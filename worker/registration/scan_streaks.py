"""Streaks of dust on a feeder's glass: dark lines along the whole scan, which cross marks and codes."""

import cv2
import numpy as np
import numpy.typing as npt

from formdigits.arrays import GreyPage

WIDEST_SHARE = 1 / 250
"""Of the page's long side: a millimetre of A4."""
BANDS = 40
"""A streak is looked for in so many parts of the scan's length..."""
COVERAGE = 0.85
"""...and is seen in this share of them; it is lost in a black edge or a mark that it crosses."""
DARKER = 25
"""Grey levels that it is darker than the paper on both sides."""
ROWS = 16
"""Of every part so many rows are looked at."""
FRINGE_PX = 2
"""A streak's grey sides, which a JPEG widens."""


def without_streaks(page: GreyPage) -> GreyPage | None:
    """The scan without its streaks, either way; None where it has none."""
    down = wiped_down(page)
    across = wiped_down((page if down is None else down).T)
    return down if across is None else np.ascontiguousarray(across.T)


def wiped_down(page: GreyPage) -> GreyPage | None:
    """The scan without the streaks that run from its top to its bottom; None where there are none."""
    streaks = streaked_columns(page, round(WIDEST_SHARE * max(page.shape)))
    if not streaks.any() or page.shape[1] <= 2 * FRINGE_PX:
        return None
    streaks = cv2.dilate(streaks.astype(np.uint8)[None], np.ones((1, 2 * FRINGE_PX + 1), np.uint8))[0] > 0
    wiped = page.copy()
    clean = np.flatnonzero(~streaks)
    for column in np.flatnonzero(streaks).tolist():
        right = int(np.searchsorted(clean, column))
        left_x, right_x = clean[max(right - 1, 0)], clean[min(right, len(clean) - 1)]
        share = (column - left_x) / (right_x - left_x) if right_x > left_x else 0.0
        wiped[:, column] = np.rint(page[:, left_x] * (1 - share) + page[:, right_x] * share)
    return wiped


def streaked_columns(page: GreyPage, widest_px: int) -> npt.NDArray[np.bool_]:
    """Which columns are darker than what is on both sides of them nearly all the way down, shape (w,)."""
    rows = np.linspace(0, len(page) - 1, BANDS * ROWS).round().astype(np.intp)
    bands = np.median(page[rows].reshape(BANDS, ROWS, -1), axis=1).astype(np.uint8)
    side = np.ones((1, 2 * (widest_px // 2) + 3), np.uint8)
    darker = cv2.morphologyEx(bands, cv2.MORPH_BLACKHAT, side) >= DARKER
    return np.asarray(darker.mean(axis=0) >= COVERAGE, np.bool_)
