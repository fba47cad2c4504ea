"""From the bytes of a scan to its pixels.  The content decides what it is, never the name."""

import contextlib
import struct
import zlib
from typing import Any, NamedTuple

import cv2
import numpy as np
import simplejpeg
from PIL import Image, ImageOps

from formdigits.arrays import GreyPage, Scan
from formdigits.errors import PageError, TooLarge, UnreadableFile, UnsupportedType
from formdigits.scan_header import (
    MAX_PIXELS,
    PNG_SIGNATURE,
    check_lengths,
    is_grey_png,
    is_plain,
    is_plain_png,
    open_checked,
)

__all__ = ["MAX_PIXELS", "Reduced", "decode", "decode_reduced", "decode_scan", "to_grey"]

EXIF_ORIENTATION = 0x0112
TIFF_PHOTOMETRIC = 262
WHITE_IS_ZERO = 0
DAMAGE = (
    *(OSError, SyntaxError, ValueError, TypeError, LookupError, EOFError, ArithmeticError, AttributeError),
    *(AssertionError, RuntimeError, MemoryError, Warning, struct.error, zlib.error, cv2.error),
)
"""What a damaged file makes image readers trip over.  Not all of `Exception`: a time limit must get through."""
STEPS = (4, 2)
"""A JPEG that is larger than need be is decoded at a quarter or a half of its size, which its blocks of 8 pixels allow
without making all of them."""
GREY_LOOKS = {1: cv2.IMREAD_GRAYSCALE, 2: cv2.IMREAD_REDUCED_GRAYSCALE_2, 4: cv2.IMREAD_REDUCED_GRAYSCALE_4}
COLOUR_LOOKS = {1: cv2.IMREAD_COLOR, 2: cv2.IMREAD_REDUCED_COLOR_2, 4: cv2.IMREAD_REDUCED_COLOR_4}
COLOUR_STEPS_PX = (64, 4)
"""Colour is looked for in every so many rows of the file: first in few, which is enough for most, then in so many that
no stroke is missed."""
MIN_SPREAD = 24
"""Least difference between the channels of a coloured pixel; a scanner's noise and a JPEG's stay below."""
MIN_COLOURED = 24
"""Least coloured pixels in those rows: one digit of a faint red pen at 200 dpi has more."""


class Reduced(NamedTuple):
    """A scan, made smaller while it was decoded where it has more pixels than are needed."""

    scan: Scan
    step: int
    """Pixels of the file, each way, that became one of the scan: 1, 2 or 4."""


def decode(data: bytes) -> GreyPage:
    """Decode a PNG, JPEG, BMP, WebP or one-page TIFF, in grey.

    The size is checked before any pixel is decoded.  Colours become grey, transparency lies on white paper, 16-bit
    values are scaled, and the page is turned as its EXIF tag says.

    Returns:
        Shape (h, w), 0 is black and 255 is white.

    Raises:
        UnreadableFile: it is empty, damaged, cut short or no image.
        UnsupportedType: it is an image of a kind that is not read.
        TooLarge: it has more than 40 million pixels.
    """
    return decode_checked(data, colour=False).scan


def decode_scan(data: bytes) -> Scan:
    """Decode as `decode` does, and keep colours where there are any.

    Returns:
        Shape (h, w, 3), blue, green and red, or (h, w) where the scan shows nothing but grey.

    Raises:
        PageError: as `decode`.
    """
    return decode_reduced(data).scan


def decode_reduced(data: bytes, least_px: tuple[float, float] | None = None) -> Reduced:
    """Decode as `decode_scan` does, a JPEG with fewer pixels where those are enough.

    Args:
        data: the bytes of the scan.
        least_px: what is enough, the short side and the long one; without it nothing is made smaller.

    Raises:
        PageError: as `decode`.
    """
    scan, step = decode_checked(data, colour=True, least_px=least_px)
    return Reduced(scan if scan.ndim == 2 or has_colour(scan, step) else to_grey(scan), step)


def to_grey(scan: Scan) -> GreyPage:
    """The scan's brightness; a grey scan is returned as it is."""
    return scan if scan.ndim == 2 else cv2.cvtColor(scan, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)


def has_colour(scan: Scan, step: int) -> bool:
    """Whether anything on a scan of three channels is coloured: a pen, or what is printed."""
    return any(count_coloured(scan[:: rows // step]) >= MIN_COLOURED for rows in COLOUR_STEPS_PX)


def count_coloured(rows: Scan) -> int:
    """How many pixels are neither black nor grey nor white."""
    blue, green, red = cv2.split(np.ascontiguousarray(rows))
    spread = cv2.subtract(cv2.max(cv2.max(blue, green), red), cv2.min(cv2.min(blue, green), red))
    return int(np.count_nonzero(spread >= MIN_SPREAD))


def decode_checked(data: bytes, *, colour: bool, least_px: tuple[float, float] | None = None) -> Reduced:
    """Decode what is allowed, and name what goes wrong."""
    try:
        if data.startswith(PNG_SIGNATURE):
            check_lengths(data)
        if is_plain_png(data):
            return Reduced(decode_plain(data, colour=colour and not is_grey_png(data)), 1)
        with open_checked(data) as image:
            step = step_of(image, least_px) if least_px else 1
            if not is_plain(image):
                return Reduced(decode_any(image, step, colour=colour), step)
            colour = colour and image.mode == "RGB"
            if colour and image.format == "JPEG":
                return Reduced(decode_colour_jpeg(data, image.size, step), step)
            return Reduced(decode_plain(data, step, colour=colour), step)
    except PageError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TooLarge(f"the image has more than {MAX_PIXELS:,} pixels; scan at 300 dpi") from error
    except DAMAGE as error:
        raise UnreadableFile("the image is damaged or cut short; scan or copy it again") from error


def step_of(image: Image.Image, least_px: tuple[float, float]) -> int:
    """The largest step that leaves enough pixels; 1 of what is no JPEG."""
    short, long = sorted(image.size)
    steps = STEPS if image.format == "JPEG" else ()
    return next((step for step in steps if short >= step * least_px[0] and long >= step * least_px[1]), 1)


def decode_plain(data: bytes, step: int = 1, *, colour: bool) -> Scan:
    """Decode 8-bit grey or colour without transparency or turn."""
    look = (COLOUR_LOOKS if colour else GREY_LOOKS)[step]
    scan = cv2.imdecode(np.frombuffer(data, np.uint8), look | cv2.IMREAD_IGNORE_ORIENTATION)
    if scan is None:
        raise UnreadableFile("the image is damaged or cut short; scan or copy it again")
    return scan.astype(np.uint8, copy=False)


def decode_colour_jpeg(data: bytes, size: tuple[int, int], step: int) -> Scan:
    """Decode a JPEG's colours half as long as OpenCV does: what is a pixel off in colour is still ink."""
    width, height = (-(-side // step) for side in size)
    try:
        scan: Scan = simplejpeg.decode_jpeg(
            data, "BGR", fastdct=True, fastupsample=True, min_height=height, min_width=width, min_factor=step
        )
    except ValueError:  # damage, or a sampling that is rare
        return decode_plain(data, step, colour=True)
    return scan


def decode_any(image: Image.Image, step: int, *, colour: bool) -> Scan:
    """Decode whatever Pillow reads."""
    if step > 1 or (image.mode == "RGB" and not colour):
        # A JPEG's brightness without its colours, and with fewer pixels.
        image.draft(None if colour else "L", (image.width // step, image.height // step))
    image.load()
    image = turn_as_tagged(image)
    if image.mode.startswith("I;16"):
        return scale_16_bit(image)
    if image.mode in ("I", "F"):
        raise UnsupportedType("images with 32 bits a pixel are not read; save it with 8 or 16")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        paper = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(paper, image)
    if image.mode not in ("1", "L"):
        image = image.convert("RGB")
        if colour:
            return cv2.cvtColor(np.asarray(image), cv2.COLOR_RGB2BGR).astype(np.uint8, copy=False)
    return np.array(image.convert("L"), np.uint8)


def turn_as_tagged(image: Image.Image) -> Image.Image:
    """Turn the image as its EXIF tag says; a damaged tag says nothing, and the pixels are good."""
    with contextlib.suppress(*DAMAGE):
        if image.getexif().get(EXIF_ORIENTATION, 1) != 1:
            return ImageOps.exif_transpose(image)
    return image


def scale_16_bit(image: Image.Image) -> GreyPage:
    """Scale 0 to 65535 into 0 to 255; Pillow's own conversion would clip at 255."""
    values = np.asarray(image).astype(np.uint16)
    tags: Any = getattr(image, "tag_v2", {})
    if tags.get(TIFF_PHOTOMETRIC) == WHITE_IS_ZERO:
        values = 65535 - values
    return (values // 257).astype(np.uint8)
