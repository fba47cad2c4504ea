"""A decoded page as bytes again, so that it travels as every scan does."""

import io

from PIL import Image

from formdigits.errors import TooLarge
from formdigits.scan import MAX_PIXELS


def as_bytes(image: Image.Image) -> bytes:
    """The image as an uncompressed TIFF, which costs no time to write and to read; grey stays grey."""
    if image.mode not in ("1", "L", "RGB", "RGBA", "I;16"):
        image = image.convert("RGB")
    written = io.BytesIO()
    image.save(written, "TIFF")
    return written.getvalue()


def refuse_too_many(width: int, height: int) -> None:
    """Raise TooLarge for a page with more pixels than are decoded."""
    if width * height > MAX_PIXELS:
        raise TooLarge(f"the page has {width:,} x {height:,} pixels and {MAX_PIXELS:,} are allowed; scan at 300 dpi")
