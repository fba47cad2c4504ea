"""Pictures for people: no larger than they need, and pages of a blank form to draw on."""

from contextlib import closing
from io import BytesIO
from typing import NamedTuple

import cv2

from formdigits.arrays import Scan
from formdigits.documents import kind_of, open_document
from formdigits.scan import decode

LONGEST_PX = 2400
"""Of a blank form, about 200 dpi on A4: enough to draw on, and for a page to be found by what is printed on it."""


class Drawn(NamedTuple):
    """A page of a blank form, and how many pages there are."""

    n_pages: int
    width_px: int
    height_px: int
    png: bytes


def drawn(data: bytes, number: int) -> Drawn:
    """Draw one page of a file, from 1; an image has one.

    Raises:
        PageError: the file is damaged or too large, or has no such page.
    """
    n_pages, page = page_of(data, number)
    picture = reduced(decode(page), LONGEST_PX)
    return Drawn(n_pages, picture.shape[1], picture.shape[0], cv2.imencode(".png", picture)[1].tobytes())


def page_of(data: bytes, number: int) -> tuple[int, bytes]:
    """How many pages a file has, and one of them as an image."""
    if kind_of(data) not in ("pdf", "tiff"):
        return 1, data
    with closing(open_document(BytesIO(data))) as document:
        return document.count(), document.page(number)


def reduced(picture: Scan, longest_px: int) -> Scan:
    """No larger than people need."""
    scale = longest_px / max(picture.shape[:2])
    if scale >= 1:
        return picture
    height, width = picture.shape[:2]
    # A line of 30,000 pixels would become a line without height, and that is no picture.
    size = (max(1, round(width * scale)), max(1, round(height * scale))) if min(width, height) * scale < 1 else None
    small = cv2.resize(picture, size, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return small.astype("uint8", copy=False)
