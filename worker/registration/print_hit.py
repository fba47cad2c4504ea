"""Whether what is printed on the blank form is on the page too, in its place."""

import cv2
import numpy as np
import numpy.typing as npt

from formdigits.arrays import GreyPage, Homography
from formdigits.form_template import FormPage
from worker.registration.by_paper import place_edge_to_edge
from worker.registration.cutting import cut_upright, is_black_and_white, reduced
from worker.registration.fitting import local_scales

PX_PER_MM = 4.0
REACH_MM = 0.5
"""Print counts when there is ink this near to it."""
WINDOW_MM = 6.0
DARKER = 12
"""Print is so many grey levels darker than the mean of a window of this side..."""
BLACK = 80
"""...and what a threshold leaves of it, so many."""
TILES = 3
"""The page is looked at in so many parts across and down: what is printed alike on many forms is in one of them."""
LEAST_PX = 150
"""A part with less print than this says nothing."""

SHADE_STEP, SHADE_SIDE = 8, 9
"""The paper's grey is that of the lightest place in a window of 18 mm, seen at 2 mm for a pixel."""
DARKEST_PAPER = 60
"""Grey of a sheet in a shadow; what is darker is none."""

Ink = npt.NDArray[np.bool_]


def print_hit(page: GreyPage, homography: Homography, reference: GreyPage, form_page: FormPage) -> float:
    """The share of what is printed that is on the page, in that part of the page where it is least.

    What would be hit by chance, on a page full of ink, does not count.

    Args:
        page: the scan.
        homography: millimetres to pixels of the scan.
        reference: the picture of the blank page, edge to edge.
        form_page: its paper.

    Returns:
        0 (no more than by chance) to 1.
    """
    darker = BLACK if is_black_and_white(page) else DARKER
    blank = find_ink(reference, place_edge_to_edge(reference, form_page).homography, form_page, darker)
    reach_px = 2 * round(REACH_MM * PX_PER_MM) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach_px, reach_px))
    near = cv2.dilate(find_ink(page, homography, form_page).astype(np.uint8), disc) > 0
    parts = zip(in_tiles(blank), in_tiles(near), strict=True)
    return min((share_hit(one, other) for one, other in parts if one.sum() >= LEAST_PX), default=0.0)


def find_ink(page: GreyPage, homography: Homography, form_page: FormPage, darker: int = DARKER) -> Ink:
    """What is darker than the paper around it by some grey levels, on the form at `PX_PER_MM`."""
    window = 2 * round(WINDOW_MM * PX_PER_MM / 2) + 1
    upright = evenly_lit(upright_page(page, homography, form_page, PX_PER_MM))
    ink = cv2.adaptiveThreshold(upright, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, window, darker)
    return np.asarray(ink > 0, np.bool_)


def evenly_lit(upright: GreyPage) -> GreyPage:
    """The page as if all of its paper were white: print in a shadow is darker than it by fewer grey levels."""
    small = cv2.resize(upright, None, fx=1 / SHADE_STEP, fy=1 / SHADE_STEP, interpolation=cv2.INTER_AREA)
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((SHADE_SIDE, SHADE_SIDE), np.uint8))
    paper = cv2.GaussianBlur(paper, (0, 0), SHADE_SIDE / 3)
    paper = cv2.resize(paper, upright.shape[::-1], interpolation=cv2.INTER_LINEAR)
    even = upright * (255.0 / np.maximum(paper, DARKEST_PAPER).astype(np.float32))
    return np.minimum(even, 255).astype(np.uint8)


def upright_page(page: GreyPage, homography: Homography, form_page: FormPage, px_per_mm: float) -> GreyPage:
    """The whole page as it lies on the form, its pixels averaged where it is made smaller."""
    middle = np.array([form_page.size.width / 2, form_page.size.height / 2])
    step = max(1, round(local_scales(homography, middle)[0] / px_per_mm))
    shrink = np.array([[1 / step, 0, 0.5 / step - 0.5], [0, 1 / step, 0.5 / step - 0.5], [0, 0, 1]])
    return cut_upright(reduced(page, step), form_page.box, shrink @ homography, px_per_mm)


def in_tiles(ink: Ink) -> list[Ink]:
    """The parts of a page."""
    return [part for rows in np.array_split(ink, TILES) for part in np.array_split(rows, TILES, axis=1)]


def share_hit(blank: Ink, near: Ink) -> float:
    """Of the print, how much has ink near it beyond chance."""
    chance = float(near.mean())
    return max(0.0, (float(near[blank].mean()) - chance) / (1 - chance)) if chance < 1 else 0.0
