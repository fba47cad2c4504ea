"""The printed code: found anywhere on a scan, or read where the form has it."""

from typing import NamedTuple

import cv2
import numpy as np
import zxingcpp

from formdigits.arrays import GreyPage, Homography
from formdigits.geometry import Box
from formdigits.identity import PageIdentity, parse
from worker.registration.cutting import cut_upright, reduced, step_to
from worker.registration.fitting import Points
from worker.registration.scan_streaks import without_streaks

WHOLE_LOOKS_PX = (1200, 2400, 4800)
"""Long sides that the whole page is reduced to: a code of 24 mm on A4 has 97 pixels in the first."""
REGION_LOOKS = ((6, 0.0), (8, 1.2))
"""Pixels for a millimetre, and blur in pixels: first as it is, then with the dots of a dithering scanner smoothed."""
MARGIN_MM = 1.5
QR_CODES = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])


class PageCode(NamedTuple):
    """A code on a scan that says which page it is."""

    identity: PageIdentity
    corners_px: Points
    """From the code's own top left, clockwise, shape (4, 2)."""


def find_codes(page: GreyPage) -> list[PageCode]:
    """Look for codes of forms on the whole page, in any turn; codes of other things are passed over."""
    codes = look_for_codes(page)
    if not codes and (wiped := without_streaks(page)) is not None:
        codes = look_for_codes(wiped)
    return codes


def look_for_codes(page: GreyPage) -> list[PageCode]:
    """Look for codes at several scales; those of the first at which any is read."""
    steps = dict.fromkeys(step_to(page, long_side_px) for long_side_px in WHOLE_LOOKS_PX)
    for step in steps:
        found = zxingcpp.read_barcodes(reduced(page, step), formats=QR_CODES, try_invert=False)
        codes = [
            PageCode(identity, (corners_of(code.position) + 0.5) * step - 0.5)
            for code in found
            if (identity := parse(code.text)) is not None
        ]
        if codes:
            return codes
    return []


def corners_of(position: zxingcpp.Position) -> Points:
    """The corners of a code from its own top left, clockwise."""
    corners = position.top_left, position.top_right, position.bottom_right, position.bottom_left
    return np.array([(corner.x, corner.y) for corner in corners], np.float64)


def read_texts(page: GreyPage, region: Box, homography: Homography) -> list[str]:
    """What codes say where the form has its own; nothing where none can be read."""
    for px_per_mm, blur_px in REGION_LOOKS:
        cut = cut_upright(page, region.grown(MARGIN_MM), homography, px_per_mm)
        if blur_px:
            cut = cv2.GaussianBlur(cut, (0, 0), blur_px).astype(np.uint8, copy=False)
        texts = [found.text for found in zxingcpp.read_barcodes(cut, formats=QR_CODES, try_rotate=False)]
        if texts:
            return texts
    return []
