"""A decoded page as bytes again, so that it travels as every scan does."""

import io

from PIL import Image

from formdigits.errors import TooLarge
from formdigits.scan import MAX_PIXELS


def as_bytes(image: Image.Image) -> bytes:
    """The image as an uncompressed TIFF, which costs no time to write and to read; grey stays grey."""
    plain = image.copy() if image.mode in ("1", "L", "RGB", "RGBA", "I;16") else image.convert("RGB")
    plain.info.clear()  # what the file said of itself, among it how it was compressed, would be written again
    written = io.BytesIO()
    plain.save(written, "TIFF", compression="raw")
    return written.getvalue()


def refuse_too_many(width: int, height: int) -> None:
    """Raise TooLarge for a page with more pixels than are decoded."""
    if width * height > MAX_PIXELS:
        raise TooLarge(f"the page has {width:,} x {height:,} pixels and {MAX_PIXELS:,} are allowed; scan at 300 dpi")
