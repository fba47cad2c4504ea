"""Whether a sheet has anything on it."""

import cv2
import numpy as np

from formdigits.arrays import GreyPage
from formdigits.errors import BlankPage
from worker.registration.cutting import reduced, step_to

LOOK_PX = 700
MARGIN = 0.06
"""Of the page's sides: there lie punched holes, staples and the scanner's edges."""
DARK = 0.8
"""Ink is darker than this share of the paper around it; the other side of thin paper shines through lighter."""
INK_SHARE = 0.0004
"""A blank page has less ink than this: on A4 a line of 5 cm."""
DARKEST_PAPER = 60
"""Grey of a sheet that lies in the dark."""
LEAST_PX = 200
"""What is smaller is no sheet of paper."""


def check_not_blank(page: GreyPage) -> None:
    """Raise BlankPage where there is nothing on a sheet."""
    if is_blank(page):
        raise BlankPage("there is nothing on this page; leave blank pages out, or scan the other side")


def is_blank(page: GreyPage) -> bool:
    """Whether the page is a sheet of paper with nothing on it."""
    if min(page.shape) < LEAST_PX:
        return False
    small = reduced(page, step_to(page, LOOK_PX))
    height, width = small.shape
    inner = small[
        round(MARGIN * height) : round((1 - MARGIN) * height), round(MARGIN * width) : round((1 - MARGIN) * width)
    ]
    smooth = cv2.GaussianBlur(inner, (0, 0), 0.8)
    paper = cv2.morphologyEx(smooth, cv2.MORPH_CLOSE, np.ones((25, 25), np.uint8))
    ink = smooth < DARK * paper.astype(np.float32)
    return float(ink.mean()) < INK_SHARE and float(paper.min()) > max(float(paper.max()) / 2, DARKEST_PAPER)
