"""What a scan's first bytes say of it: its kind, its size, and whether it is to be decoded at all."""

import io
import struct

from PIL import Image, UnidentifiedImageError

from formdigits.errors import PageError, TooLarge, UnreadableFile, UnsupportedType

MAX_PIXELS = 40_000_000
"""A4 at 600 dpi has 35 million."""
FORMATS = ("PNG", "JPEG", "BMP", "WEBP", "TIFF")
OTHER_TYPES = {b"GIF8": "GIF", b"\0\0\0\x0cjP": "JPEG 2000", b"ftyphei": "HEIC", b"ftypavif": "AVIF"}
"""What people send besides, by the bytes near its start."""
BY_ANOTHER_NAME = {b"%PDF": (".pdf", "PDF"), b"PK\x03\x04": (".zip", "ZIP")}
"""Files of which the ending says that they have pages; here one has another ending."""
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_START = PNG_SIGNATURE + b"\0\0\0\rIHDR"
PNG_HEADER = struct.Struct(">16sIIBB")
"""What PNG_START says, then width, height, bits a channel, colour type (0 is grey, 2 is RGB)."""
PNG_CHUNK = struct.Struct(">I4s")
"""Length of what a chunk holds, and its kind; a checksum of 4 bytes follows."""


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
        raise UnsupportedType(f"the file has {n_pages} pages; give it the ending .tif and submit it, and all are read")
    return image


def name_other_type(start: bytes) -> PageError:
    """Say what a file is that none of the readers takes."""
    for mark, (ending, name) in BY_ANOTHER_NAME.items():
        if start.startswith(mark):
            return UnsupportedType(
                f"this is a {name}; give it the ending {ending} and submit it, and it is looked into"
            )
    for mark, name in OTHER_TYPES.items():
        if mark in start:
            return UnsupportedType(f"{name} files are not read; save it as PDF, PNG, JPEG or TIFF")
    return UnreadableFile("this is no image; save it as PDF, PNG, JPEG or TIFF")


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
    """Whether fast decoders, which know nothing of transparency and turns, make the same pixels of it."""
    return (
        image.format in ("PNG", "JPEG")
        and image.mode in ("L", "RGB")
        and "transparency" not in image.info
        and "exif" not in image.info
    )


def is_grey_png(data: bytes) -> bool:
    """Whether a plain PNG has no colours; see `is_plain_png`."""
    colour_type: int = PNG_HEADER.unpack_from(data)[4]
    return colour_type == 0
