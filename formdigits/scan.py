"""From the bytes of a scan to its grey page.  The content decides what it is, never the name."""

import contextlib
import io
import struct
import zlib
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from formdigits.arrays import GreyPage
from formdigits.errors import PageError, TooLarge, UnreadableFile, UnsupportedType

MAX_PIXELS = 40_000_000
"""A4 at 600 dpi has 35 million."""
FORMATS = ("PNG", "JPEG", "BMP", "WEBP", "TIFF")
OTHER_TYPES = {b"%PDF": "PDF", b"GIF8": "GIF", b"\0\0\0\x0cjP": "JPEG 2000", b"ftyphei": "HEIC", b"ftypavif": "AVIF"}
"""What people send besides, by the bytes near its start."""
EXIF_ORIENTATION = 0x0112
TIFF_PHOTOMETRIC = 262
DAMAGE = (
    *(OSError, SyntaxError, ValueError, TypeError, LookupError, EOFError, ArithmeticError, AttributeError),
    *(AssertionError, RuntimeError, MemoryError, Warning, struct.error, zlib.error, cv2.error),
)
"""What a damaged file makes image readers trip over.  Not all of `Exception`: a time limit must get through."""
WHITE_IS_ZERO = 0
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_START = PNG_SIGNATURE + b"\0\0\0\rIHDR"
PNG_HEADER = struct.Struct(">16sIIBB")
"""What PNG_START says, then width, height, bits a channel, colour type (0 is grey, 2 is RGB)."""
PNG_CHUNK = struct.Struct(">I4s")
"""Length of what a chunk holds, and its kind; a checksum of 4 bytes follows."""


def decode(data: bytes) -> GreyPage:
    """Decode a PNG, JPEG, BMP, WebP or one-page TIFF.

    The size is checked before any pixel is decoded.  Colours become grey, transparency lies on white paper, 16-bit
    values are scaled, and the page is turned as its EXIF tag says.

    Returns:
        Shape (h, w), 0 is black and 255 is white.

    Raises:
        UnreadableFile: it is empty, damaged, cut short or no image.
        UnsupportedType: it is an image of a kind that is not read.
        TooLarge: it has more than 40 million pixels.
    """
    try:
        if data.startswith(PNG_SIGNATURE):
            check_lengths(data)
        if is_plain_png(data):
            return decode_plain(data)
        with open_checked(data) as image:
            page = decode_plain(data) if is_plain(image) else decode_any(image)
    except PageError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TooLarge(f"the image has more than {MAX_PIXELS:,} pixels; scan at 300 dpi") from error
    except DAMAGE as error:
        raise UnreadableFile("the image is damaged or cut short; scan or copy it again") from error
    return page


def open_checked(data: bytes) -> Image.Image:
    """Read the header alone, and refuse what is not to be decoded."""
    if not data:
        raise UnreadableFile("the file is empty")
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError as error:
        raise name_other_type(data[:16]) from error
    if image.width * image.height > MAX_PIXELS:
        size = f"{image.width:,} x {image.height:,}"
        raise TooLarge(f"the image has {size} pixels and {MAX_PIXELS:,} are allowed; scan at 300 dpi")
    # A phone's JPEG may hold previews as further frames; the first one is the picture.
    n_pages = getattr(image, "n_frames", 1) if image.format != "MPO" else 1
    if n_pages > 1:
        raise UnsupportedType(f"the file has {n_pages} pages; one page a file is read for now: split it")
    return image


def name_other_type(start: bytes) -> PageError:
    """Say what a file is that none of the readers takes."""
    for mark, name in OTHER_TYPES.items():
        if mark in start:
            return UnsupportedType(f"{name} files are not read; save it as PNG, JPEG or one-page TIFF")
    return UnreadableFile("this is no image; PNG, JPEG, BMP, WebP and one-page TIFF are read")


def check_lengths(png: bytes) -> None:
    """Raise UnreadableFile where a chunk of a PNG is longer than the file.

    OpenCV believes the length, and makes room for up to 4 GB before it misses the bytes.
    """
    at, kind = len(PNG_SIGNATURE), b""
    while at < len(png) and kind != b"IEND":
        length, kind = PNG_CHUNK.unpack_from(png, at)
        at += PNG_CHUNK.size + length + 4
    if at > len(png):
        raise UnreadableFile("the image is damaged or cut short; scan or copy it again")


def is_plain_png(data: bytes) -> bool:
    """Whether it is a PNG of 8-bit grey or colour with nothing that changes its look.

    The header of a PNG stands at a fixed place (ISO 15948, 11.2.2): for small images, looking there instead of asking
    Pillow saves a third of the time of decoding.
    """
    if not data.startswith(PNG_START) or len(data) < PNG_HEADER.size:
        return False
    _, width, height, bits, colour_type = PNG_HEADER.unpack_from(data)
    odd = any(chunk in data for chunk in (b"tRNS", b"eXIf", b"acTL"))
    return bits == 8 and colour_type in (0, 2) and 0 < width * height <= MAX_PIXELS and not odd


def is_plain(image: Image.Image) -> bool:
    """Whether OpenCV, which is faster for small images, makes the same pixels of it."""
    return (
        image.format in ("PNG", "JPEG")
        and image.mode in ("L", "RGB")
        and "transparency" not in image.info
        and "exif" not in image.info
    )


def decode_plain(data: bytes) -> GreyPage:
    """Decode 8-bit grey or colour without transparency or turn."""
    page = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE | cv2.IMREAD_IGNORE_ORIENTATION)
    if page is None:
        raise UnreadableFile("the image is damaged or cut short; scan or copy it again")
    return page.astype(np.uint8, copy=False)


def decode_any(image: Image.Image) -> GreyPage:
    """Decode whatever Pillow reads."""
    if image.mode == "RGB":
        image.draft("L", image.size)  # a JPEG's brightness without its colours
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
